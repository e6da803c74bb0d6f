"""What the tests of the `picker` command share: running it, and small readers and writers of files that owe nothing to
libpicker. PICKER names the program; PICKER_CLI_WORLD, if set, a folder where trained models are kept between tests."""
import array
import json
import math
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICKER = os.environ.get("PICKER", "picker")
SHARED = ROOT.parent / "shared" / "data"


class Result:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)


def start(*words, cwd=None):
    """A running picker, for tests that send it a signal."""
    return subprocess.Popen([PICKER, *map(str, words)], cwd=cwd, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Case(unittest.TestCase):
    """A test with a folder of its own, which is the working folder of the program."""
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="picker-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def picker(self, *words, code=0, stdin=None, stdout=subprocess.PIPE):
        done = subprocess.run([PICKER, *map(str, words)], cwd=self.folder, text=True, input=stdin or "", stdout=stdout,
                              stderr=subprocess.PIPE, timeout=300, check=False)
        result = Result(done)
        if code is not None:
            self.assertEqual(result.code, code, f"picker {' '.join(map(str, words))}\n{result.out}\n{result.err}")
        return result

    def assertMessage(self, result, *parts):
        """Every part is in the message, which is not on standard output."""
        for part in parts:
            self.assertIn(str(part), result.err)
        self.assertEqual(result.out, "")

    def file(self, name):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name, text):
        path = self.file(name)
        path.write_text(text)
        return path

    def mrc(self, name, width=64, height=48, pixel_size=4.0, pixels=None):
        write_mrc(self.file(name), width, height, pixel_size, pixels)
        return self.file(name)

    def leftovers(self):
        """Temporary files that should be gone."""
        return [str(p) for p in self.folder.rglob("*") if p.name.endswith((".tmp", ".part"))]


def noise(count, seed=1):
    generator = random.Random(seed)
    return array.array("f", (generator.gauss(0.0, 1.0) for _ in range(count)))


def write_mrc(path, width, height, pixel_size=0.0, pixels=None, depth=1):
    """Mode 2, little endian."""
    if pixels is None:
        pixels = noise(width * height * depth)
    header = bytearray(1024)
    struct.pack_into("<10i", header, 0, width, height, depth, 2, 0, 0, 0, width, height, depth)
    struct.pack_into("<6f", header, 40, width * pixel_size, height * pixel_size, depth * pixel_size, 90, 90, 90)
    struct.pack_into("<3i3f", header, 64, 1, 2, 3, min(pixels), max(pixels), sum(pixels) / len(pixels))
    header[208:216] = b"MAP \x44\x44\x00\x00"
    data = array.array("f", pixels)
    if sys.byteorder == "big":
        data.byteswap()
    pathlib.Path(path).write_bytes(bytes(header) + data.tobytes())


def mrc_size(path):
    return struct.unpack("<2i", pathlib.Path(path).read_bytes()[:8])


def star_table(path, block=None):
    """One loop of a STAR file as a list of dictionaries; only for files without quotes."""
    rows, labels, found = [], [], block is None
    for line in pathlib.Path(path).read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0].startswith("data_"):
            if found and labels:
                break
            found, labels, rows = block in (None, words[0][5:]), [], []
        elif found and words[0].startswith("_"):
            labels.append(words[0][1:])
        elif found and labels:
            rows.append(dict(zip(labels, words)))
    return rows


def picks_of(path):
    """(x, y, score) of every row of a coordinate STAR."""
    return [(float(row["rlnCoordinateX"]), float(row["rlnCoordinateY"]),
             float(row.get("rlnAutopickFigureOfMerit", "nan"))) for row in star_table(path)]


def coordinates_star(picks, micrograph=None):
    """The text of a coordinate STAR with (x, y[, score]) rows."""
    scored = bool(picks) and len(picks[0]) > 2
    text = "\ndata_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n"
    if scored:
        text += "_rlnAutopickFigureOfMerit #3\n"
    if micrograph:
        text += f"_rlnMicrographName #{4 if scored else 3}\n"
    for pick in picks:
        text += " ".join(f"{value:.6f}" for value in pick) + (f" {micrograph}" if micrograph else "") + "\n"
    return text


def micrographs_star(rows, optics=(("1", 4.0),), columns=()):
    """rows: (name, group, further values...); optics: (group, pixel size)."""
    text = "\n# version 30001\n\ndata_optics\n\nloop_\n_rlnOpticsGroupName #1\n_rlnOpticsGroup #2\n_rlnMicrographPixelSize #3\n"
    text += "".join(f"optics{group} {group} {size:.6f}\n" for group, size in optics)
    text += "\n# version 30001\n\ndata_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnOpticsGroup #2\n"
    text += "".join(f"_{label} #{i + 3}\n" for i, label in enumerate(columns))
    return text + "".join(" ".join(map(str, row)) + "\n" for row in rows)


class World:
    """Two simulated micrographs that are not square, a third for picking, and a model trained on the two."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.model = self.folder / "model.safetensors"
        self.micrographs = [self.folder / "data" / f"sim_000{i}.mrc" for i in (1, 2, 3)]
        self.truth = [path.with_suffix(".star") for path in self.micrographs]

    def make(self):
        def run(*words):
            return subprocess.run([PICKER, *map(str, words)], capture_output=True, text=True, check=False)
        done = run("simulate", "--output", self.folder / "data", "--count", 3, "--size", "448,384", "--pixel-size", 4,
                   "--diameter", 120, "--particles", 40, "--snr", 0.8, "--seed", 5)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        done = run("train", "--architecture", "deeppicker", "--micrographs", *self.micrographs[:2], "--picks",
                   *self.truth[:2], "--diameter", 120, "--epochs", 20, "--batch", 32, "--seed", 1, "--json", "--output", self.model)
        if done.returncode != 0:
            error = json.loads(done.stdout)["error"]
            if error["status"] == "PICKER_BACKEND":
                (self.folder / "no_torch").write_text(error["message"])
            else:
                raise RuntimeError(done.stderr)
        return self


_world = None


def world():
    """The world, made once; the test is skipped where LibTorch cannot be loaded."""
    global _world
    if _world is None:
        kept = os.environ.get("PICKER_CLI_WORLD")
        if kept and (pathlib.Path(kept) / "data" / "micrographs.star").exists():
            _world = World(kept)
        else:
            folder = tempfile.mkdtemp(prefix="picker-cli-world-")
            unittest.addModuleCleanup(shutil.rmtree, folder, True)
            _world = World(folder).make()
    if not _world.model.exists():
        raise unittest.SkipTest("picker cannot load LibTorch: " + (_world.folder / "no_torch").read_text())
    return _world


def interrupt_when(process, ready, seconds=120):
    """Sends SIGINT as soon as ready() holds; returns (code, out, err)."""
    end = time.monotonic() + seconds
    while process.poll() is None and not ready():
        if time.monotonic() > end:
            process.kill()
            raise AssertionError("the program did not get ready in time")
        time.sleep(0.01)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def distance(a, b):
    return math.hypot(a[0] - b[0], a[1] - b[1])


if __name__ == "__main__":  # the fixture of ctest: makes the world that the tests share
    target = pathlib.Path(os.environ["PICKER_CLI_WORLD"])
    shutil.rmtree(target, True)
    World(target).make()
