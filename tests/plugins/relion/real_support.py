"""What the tests under the real RELION 3.1 share (Debian's package `relion`): projects whose jobs run one at a time through
relion_pipeliner, without a window, and extracted boxes that are held against the micrographs they were cut from."""
import array
import math
import shutil
import struct
import subprocess
import sys
import unittest

from relion_support import PROGRAM, RelionCase, link_or_copy
from support import distance, mrc_size, picks_of, star_table

BOX = 40
STATUS = {"running": "0", "success": "2", "failure": "3", "aborted": "4"}
FOLDERS = {0: "Import", 4: "AutoPick", 5: "Extract", 8: "Class2D", 99: "External"}  # by 3.1's number of the job type


def read_mrc(path):
    """(width, height, images) of float32 rows, little endian."""
    content = path.read_bytes()
    width, height, depth, mode = struct.unpack("<4i", content[:16])
    if mode != 2:
        raise AssertionError(f"{path} has mode {mode}")
    values = array.array("f", content[1024 + struct.unpack("<i", content[92:96])[0]:])
    if sys.byteorder == "big":
        values.byteswap()
    size = width * height
    return width, height, [values[i * size:(i + 1) * size] for i in range(depth)]


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    above = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    return above / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def profile(box):
    """Means over rings around the middle of a box: what is left of it by a turn."""
    rings = [[] for _ in range(BOX // 2 - 2)]
    for r in range(BOX):
        for c in range(BOX):
            ring = round(math.hypot(r - BOX // 2, c - BOX // 2))
            if ring < len(rings):
                rings[ring].append(box[r * BOX + c])
    return [sum(ring) / len(ring) for ring in rings]


class Project:
    """RELION's side: jobs from job.star files, run one at a time."""

    def __init__(self, case, folder):
        self.case, self.folder, self.jobs = case, folder, 0
        (folder / "default_pipeline.star").write_text(
            "\n# version 30001\n\ndata_pipeline_general\n\n_rlnPipeLineJobCounter                       1\n \n")

    def pipeliner(self, *words):
        done = subprocess.run(["relion_pipeliner", *words], cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=200, check=False)
        self.case.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def add(self, kind, **options):
        """A scheduled job; its name."""
        text = f"\n# version 30001\n\ndata_job\n\n_rlnJobType {kind}\n_rlnJobIsContinue 0\n \n\n# version 30001\n\n" \
               "data_joboptions_values\n\nloop_\n_rlnJobOptionVariable #1\n_rlnJobOptionValue #2\n"
        text += "".join(f'{key} "{value}"\n' for key, value in {**options, "do_queue": "No"}.items())
        (self.folder / "next_job.star").write_text(text + " \n")
        self.pipeliner("--addJobFromStar", "next_job.star")
        self.jobs += 1
        return f"{FOLDERS[kind]}/job{self.jobs:03}/"

    def run(self, job, status="success"):
        self.pipeliner("--RunJobs", job, "--sec_wait_after", "1")
        return self.ended(job, status)

    def do(self, kind, **options):
        """A job, added and run; its name."""
        job = self.add(kind, **options)
        self.run(job)
        return job

    def ended(self, job, status):
        """What the job printed; the pipeline shows `status`."""
        rows = star_table(self.folder / "default_pipeline.star", "pipeline_processes")
        (found,) = [row["rlnPipeLineProcessStatus"] for row in rows if row["rlnPipeLineProcessName"] == job]
        output = "".join((self.folder / job / name).read_text() for name in ("run.out", "run.err"))
        self.case.assertEqual(found, STATUS[status], output)
        return output

    def nodes(self):
        return {row["rlnPipeLineNodeName"]: row["rlnPipeLineNodeType"]
                for row in star_table(self.folder / "default_pipeline.star", "pipeline_nodes")}


@unittest.skipUnless(shutil.which("relion_pipeliner") and shutil.which("relion_preprocess"),
                     "RELION 3.1 is not on this machine (apt-get install relion)")
class RealCase(RelionCase):
    """A project of RELION's own, with the world's micrographs, which are not square, under other names."""

    def setUp(self):
        super().setUp()
        shutil.rmtree(self.folder / "External")
        self.project = Project(self, self.folder)

    def add_import(self, *names, write=lambda path, source: link_or_copy(source, path)):
        """Micrographs that the world's model has not seen and has, in this order."""
        self.sources = {name: self.world.micrographs[i] for i, name in zip((2, 0, 1), names)}
        for name, source in self.sources.items():
            write(self.folder / name, source)
        self.project.do(0, fn_in_raw="Micrographs/*/*", is_multiframe="No", do_raw="Yes", do_other="No", angpix="4", kV="300",
                        Cs="2.7", Q0="0.1", optics_group_name="opticsGroup1")

    def external(self, mode="", do=True, inputs=None, **parameters):
        """An External job; its name. `inputs` are further boxes of its Input tab."""
        options = {"fn_exe": f"{PROGRAM} {mode}".strip(), "in_mic": "Import/job001/micrographs.star", "nr_threads": "2"}
        for number, (label, value) in enumerate(parameters.items(), 1):
            options.update({f"param{number}_label": label, f"param{number}_value": value})
        return (self.project.do if do else self.project.add)(99, **options, **(inputs or {}))

    def extract(self, picked, on_truth=True, normalise=False):
        """Extract from a picking job; its name. Its boxes are what they should be."""
        job = self.project.do(5, star_mics="Import/job001/micrographs.star", coords_suffix=f"{picked}coords_suffix_autopick.star",
                              extract_size=str(BOX), do_invert="No", do_norm="Yes" if normalise else "No", bg_diameter="-1", do_rescale="No")
        rows = star_table(self.folder / job / "particles.star", "particles")
        count = sum(len(picks_of(self.folder / picked / (name[:-4] + "_autopick.star"))) for name in self.sources)
        self.assertEqual(len(rows), count)
        self.assertGreater(count, 20 * len(self.sources))
        self.boxes_are_the_micrographs(rows, 0.99 if normalise else 0.9999)  # RELION takes a slope away, too
        if on_truth:
            self.on_the_truth({name: [(float(row["rlnCoordinateX"]), float(row["rlnCoordinateY"])) for row in rows
                                      if row["rlnMicrographName"] == name] for name in self.sources})
        return job

    def boxes_are_the_micrographs(self, rows, least):
        """Each box equals the pixels around the pick, rows counted as stored; mirrored and swapped places do not fit."""
        images = {name: read_mrc(source) for name, source in self.sources.items()}
        self.assertTrue(all(width != height for width, height, _ in images.values()))
        stacks, inside, fits = {}, 0, {"as written": [], "mirrored": [], "swapped": []}
        for row in rows:
            number, stack = row["rlnImageName"].split("@")
            stacks.setdefault(stack, read_mrc(self.folder / stack)[2])
            box = stacks[stack][int(number) - 1]
            width, height, (pixels,) = images[row["rlnMicrographName"]]
            x, y = int(float(row["rlnCoordinateX"])), int(float(row["rlnCoordinateY"]))
            for way, (cx, cy) in (("as written", (x, y)), ("mirrored", (x, height - 1 - y)), ("swapped", (y, x))):
                left, top = cx - BOX // 2, cy - BOX // 2
                if left < 0 or top < 0 or left + BOX > width or top + BOX > height:
                    continue  # RELION pads those
                cut = [v for r in range(top, top + BOX) for v in pixels[r * width + left:r * width + left + BOX]]
                fits[way].append(correlation(box, cut))
                inside += way == "as written"
        self.assertGreater(inside, 13 * len(images))
        self.assertGreater(min(fits["as written"]), least)
        for way in ("mirrored", "swapped"):
            self.assertLess(sum(fits[way]) / len(fits[way]), 0.5, way)

    def on_the_truth(self, picks, least=0.8):
        """Picks (x, y, ...) of each micrograph stand on its particles, and most particles have one."""
        for name, source in self.sources.items():
            truth, ours = picks_of(source.with_suffix(".star")), picks[name]
            width, height = mrc_size(source)
            near = [min(distance(t, p) for t in truth) for p in ours]
            self.assertGreaterEqual(sum(d < 7.5 for d in near), least * len(near), name)  # a quarter of the diameter, pixels
            self.assertGreaterEqual(sum(any(distance(t, p) < 7.5 for p in ours) for t in truth), least * len(truth), name)
            self.assertTrue(all(0 <= x < width and 0 <= y < height for x, y, *_ in ours))

    def picks_in(self, job):
        return {name: picks_of(self.folder / job / (name[:-4] + "_autopick.star")) for name in self.sources}

    def mean_at_truth(self):
        """The mean box around the particles that the simulation put there."""
        total, half = [0.0] * (BOX * BOX), BOX // 2
        for source in self.sources.values():
            width, height, (pixels,) = read_mrc(source)
            for x, y, _ in picks_of(source.with_suffix(".star")):
                left, top = int(x) - half, int(y) - half
                if 0 <= left <= width - BOX and 0 <= top <= height - BOX:
                    cut = [v for r in range(top, top + BOX) for v in pixels[r * width + left:r * width + left + BOX]]
                    total = [a + b for a, b in zip(total, cut)]
        return total
