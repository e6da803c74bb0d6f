"""Kills `picker pick` and `picker train` outright at random moments, runs the same command again, and compares every byte
of what is there in the end with a run that nobody killed (run.json but for its seconds and the working folder).

    python3 benchmarks/reliability/kills.py PICKER FOLDER [--pick 200] [--train 50] [--seed 1]

FOLDER is where the work is done. Prints how often the kill came in time, how many temporary files were left over, and every
file that differs; ends with 1 if one does. tests/cli/kills_test.py runs a few of each.
"""
import argparse
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

KILLS_IN_A_ROW = 3  # the run is killed up to so many times before it may end


def without_times(value):
    """run.json without how long things took, what the files' time stamps are, and where the run was started."""
    if isinstance(value, dict):
        return {key: without_times(part) for key, part in value.items() if key not in ("seconds", "modified", "folder")}
    if isinstance(value, list):
        return [without_times(part) for part in value]
    return value


def content(path):
    if path.name == "run.json":
        return json.dumps(without_times(json.loads(path.read_text())), sort_keys=True).encode()
    return path.read_bytes()


def differences(whole, other):
    """Files of two folders that differ; the journal is for going on, and grows with every call."""
    def names(folder):
        return {path.relative_to(folder) for path in folder.rglob("*")
                if path.is_file() and path.name != "journal.jsonl" and not path.name.endswith(".tmp")}
    ours, theirs = names(whole), names(other)
    out = [f"{name} is only in one" for name in sorted(map(str, ours ^ theirs))]
    return out + [f"{name} differs" for name in sorted(ours & theirs) if content(whole / name) != content(other / name)]


class Count:
    def __init__(self):
        self.rounds = self.kills = self.late = self.leftovers = 0
        self.bad = []

    def line(self, name):
        return (f"{name}: {self.rounds} rounds, {self.kills} kills ({self.late} came after the end), "
                f"{self.leftovers} temporary files left over, {len(self.bad)} differences")


def killed(words, folder, delay):
    """Whether the command was still running when it was killed."""
    process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def finished(words, folder):
    done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
    return json.loads(done.stdout)


def timed(words, folder):
    begin = time.monotonic()
    finished(words, folder)
    return time.monotonic() - begin


def rounds(name, make_words, wanted, folder, generator, count):
    """Kills until `wanted` kills came in time."""
    duration = timed(make_words("whole", []), folder)
    tries = 0
    while count.kills < wanted and tries < 4 * wanted + 10:
        tries += 1
        count.rounds += 1
        shutil.rmtree(folder / "killed", True)
        (folder / "killed").mkdir()
        for _ in range(generator.randint(1, KILLS_IN_A_ROW)):
            in_time = killed(make_words("killed", ["--resume"] if name == "train" else []), folder, generator.uniform(0.0, duration))
            count.kills += in_time
            count.late += not in_time
            if not in_time or count.kills == wanted:
                break
        if in_time:
            finished(make_words("killed", ["--resume"] if name == "train" else []), folder)
        count.leftovers += sum(1 for path in (folder / "killed").rglob("*.tmp"))
        for line in differences(folder / "whole", folder / "killed"):
            count.bad.append(f"{name}, round {count.rounds}: {line}")


def pick(picker, folder, wanted, generator, micrographs):
    count = Count()
    for variant, more in (("", []), (" with the best of the run, in three formats", ["--top", "40", "--format", "star,box,csv"])):
        before = count.kills

        def words(output, _):
            return [picker, "pick", "--model", str(folder / "model.safetensors"), "--micrographs", *micrographs, "--output",
                    "same", "--json", "--box-size", "40", *more]

        # The output folder is named in the files, so that both runs have the same name and are moved afterwards.
        def words_in(output, extra):
            return ["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", str(folder / output), *words(output, extra)]

        shutil.rmtree(folder / "whole", True)
        (folder / "whole").mkdir()
        rounds("pick" + variant, words_in, before + (wanted + 1) // 2, folder, generator, count)
    return count


def train(picker, folder, wanted, generator, micrographs, picks):
    count = Count()

    def words(output, extra):
        return [picker, "train", "--micrographs", *micrographs[:2], "--picks", *picks[:2], "--diameter", "120", "--epochs", "6",
                "--batch", "32", "--output", str(folder / output / "m.safetensors"), "--json", *extra]

    shutil.rmtree(folder / "whole", True)
    (folder / "whole").mkdir()
    rounds("train", words, wanted, folder, generator, count)
    return count


def prepare(picker, folder):
    """Simulated micrographs with coordinates and a model trained on two of them."""
    data = folder / "data"
    if not (folder / "model.safetensors").exists():
        finished([picker, "simulate", "--output", str(data), "--count", "12", "--size", "448,384", "--pixel-size", "4", "--diameter",
                  "120", "--particles", "40", "--snr", "0.8", "--seed", "5", "--json"], folder)
        images = sorted(map(str, data.glob("*.mrc")))
        finished([picker, "train", "--micrographs", *images[:2], "--picks", *[str(pathlib.Path(i).with_suffix(".star")) for i in images[:2]],
                  "--diameter", "120", "--epochs", "12", "--batch", "32", "--json", "--output", str(folder / "model.safetensors")], folder)
    images = sorted(map(str, data.glob("*.mrc")))
    return images, [str(pathlib.Path(image).with_suffix(".star")) for image in images]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("picker")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--pick", type=int, default=200)
    parser.add_argument("--train", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    picker = str(pathlib.Path(given.picker).resolve())
    generator = random.Random(given.seed)
    micrographs, picks = prepare(picker, folder)
    bad = []
    if given.pick > 0:
        count = pick(picker, folder, given.pick, generator, micrographs)
        print(count.line("pick"), flush=True)
        bad += count.bad
    if given.train > 0:
        count = train(picker, folder, given.train, generator, micrographs, picks)
        print(count.line("train"), flush=True)
        bad += count.bad
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
