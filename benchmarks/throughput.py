#!/usr/bin/env python3
"""The general model over many large micrographs, file to STAR: seconds for each, memory over the run, what reading and transforming alone
cost, and beside it RELION's LoG picker and Topaz's resnet16 on the same files and cores.

    python3 benchmarks/throughput.py --picker build/release/bin/picker --output build/throughput [--topaz build/topaz-venv/bin/python] [--memory 500]

Run it on a quiet machine. Four simulated micrographs of 4096 x 4096 stand for all: the others are links to them under other names, so
that every file comes from the page cache, for every program. RELION's picker is left out where it is not installed.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import threading
import time

from peers import has_relion, relion_log_command, relion_project, topaz

DIAMETER, PIXEL, DIFFERENT = 180, 1.0, 4


def simulate(picker, folder):
    if not (folder / f"sim_{DIFFERENT:04d}.mrc").exists():
        subprocess.run([picker, "simulate", "--output", folder, "--count", str(DIFFERENT), "--size", "4096,4096", "--pixel-size", str(PIXEL),
                        "--diameter", str(DIAMETER), "--particles", "250", "--snr", "0.1", "--preset", "realistic", "--seed", "3", "--quiet"], check=True,
                       stdout=subprocess.DEVNULL)
    return sorted(folder.glob("sim_*.mrc"))


def links(sources, folder, count):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for i in range(count):
        os.link(sources[i % len(sources)], folder / f"m{i:05d}.mrc")
    return folder


class Run:
    """A program's wall time, and its resident memory in MiB every tenth of a second."""

    def __init__(self, words, cwd=None):
        begin = time.perf_counter()
        self.memory = []
        process = subprocess.Popen(list(map(str, words)), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watch = threading.Thread(target=self.watch, args=(process.pid,))
        watch.start()
        self.output, errors = process.communicate()
        self.seconds = time.perf_counter() - begin
        watch.join()
        if process.returncode != 0:
            raise SystemExit("failed: " + " ".join(map(str, words)) + "\n" + errors[-3000:])

    def watch(self, pid):
        status = pathlib.Path(f"/proc/{pid}/status")
        while True:
            try:
                lines = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
            except OSError:
                return
            if not lines:
                return  # it has ended
            self.memory.append(int(lines[0].split()[1]) / 1024)
            time.sleep(0.1)


class Picker:
    def __init__(self, program, output):
        self.program, self.output = program, output

    def words(self, folder, threads, output):
        return [self.program, "pick", "--model", "general", "--micrographs", folder, "--diameter", DIAMETER, "--pixel-size", PIXEL, "--output",
                output, "--threads", threads, "--quiet"]

    def pick(self, folder, threads):
        return Run([*self.words(folder, threads, self.output / "picks"), "--overwrite"])

    def pick_among(self, ranks, folder):
        """Processes of mpirun with one thread each, into an empty folder."""
        output = self.output / "ranks"
        shutil.rmtree(output, ignore_errors=True)
        os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        return Run(["mpirun", "--oversubscribe", "--bind-to", "none", "-n", ranks, *self.words(folder, 1, output)])

    def stages(self):
        items = json.loads((self.output / "picks" / "run.json").read_text())["micrographs"]
        return {stage: statistics.median(item["seconds"][stage] for item in items) for stage in items[0]["seconds"]}


def best_f(picker, picks, truth):
    words = [picker, "evaluate", "--picks", *picks, "--truth", *truth, "--diameter", DIAMETER, "--pixel-size", PIXEL, "--json", "--quiet"]
    return json.loads(subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True).stdout)["best_f"]


def relion(picker, sources, folder):
    """Two processes of RELION's single-threaded picker, one on each core: seconds a micrograph, and best F1."""
    halves = [folder / str(half) for half in range(2)]
    shutil.rmtree(folder, ignore_errors=True)
    for half, place in enumerate(halves):
        relion_project(place, sources[half::2], PIXEL)
    begin = time.perf_counter()
    processes = [subprocess.Popen(relion_log_command(DIAMETER, "log/", 0), cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                 for place in halves]
    if any(process.wait() for process in processes):
        raise SystemExit("relion_autopick failed")
    seconds = (time.perf_counter() - begin) / len(sources)
    for place in halves:  # every candidate, for the best F1
        subprocess.run(relion_log_command(DIAMETER, "all/", -3), cwd=place, check=True, capture_output=True)
    picks = sorted(pick for place in halves for pick in (place / "all").rglob("*_autopick.star"))
    return seconds, best_f(picker, picks, [p.with_suffix(".star") for p in sources])


def topaz_seconds(python, sources, folder):
    """Seconds a micrograph of `topaz preprocess` (to 20 pixels per particle) and `topaz extract`, on both cores."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    begin = time.perf_counter()
    topaz(["preprocess", "-s", round(DIAMETER / PIXEL / 20), "-d", -1, "-o", str(folder / "small") + "/", *sources], python)
    topaz(["extract", "-m", "resnet16", "-r", 10, "-d", -1, "-o", folder / "picks.txt", *sorted((folder / "small").glob("*.mrc"))], python)
    return (time.perf_counter() - begin) / len(sources)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picker", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--topaz", type=pathlib.Path, help="a Python with topaz-em")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, help="also a run of so many micrographs, for its memory")
    given = parser.parse_args()
    program, output = given.picker.resolve(), given.output.resolve()
    picker, sources = Picker(program, output), simulate(program, output / "simulated")
    truth = [path.with_suffix(".star") for path in sources]

    one = min(picker.pick(links(sources, output / "one", 1), 2).seconds for _ in range(given.repeats))
    print(f"one micrograph, with the program's start and LibTorch: {one:.2f} s")
    many = links(sources, output / "many", given.count)
    each = {}
    for threads in (1, 2):
        runs = [picker.pick(many, threads) for _ in range(given.repeats)]
        each[threads] = statistics.median(run.seconds for run in runs) / given.count
        print(f"{given.count} micrographs, {threads} threads: {each[threads]:.3f} s each (" + ", ".join(f"{r.seconds / given.count:.3f}" for r in runs) +
              f"), peak {max(runs[0].memory):.0f} MiB", flush=True)
        if threads == 1:
            stages = picker.stages()
            print("    " + ", ".join(f"{stage} {1000 * seconds:.0f} ms" for stage, seconds in stages.items()))
            floor = stages["read"] + stages["transform"]
            print(f"    reading and the transform alone {1000 * floor:.0f} ms: the whole is {each[1] / floor:.2f} times that")
    four = links(sources, output / "four", DIFFERENT)
    for path in sources:
        os.rename(four / f"m{sources.index(path):05d}.mrc", four / path.name)
    Run([program, "pick", "--model", "general", "--micrographs", four, "--diameter", DIAMETER, "--pixel-size", PIXEL, "--output", output / "ranking", "--keep", 0.01,
         "--overwrite", "--quiet"])
    print(f"best F1 {best_f(program, [output / 'ranking' / (p.stem + '.star') for p in sources], truth):.3f}", flush=True)
    if given.memory > 0:
        run = picker.pick(links(sources, output / "memory", given.memory), 2)
        fifths = [run.memory[len(run.memory) * i // 5:len(run.memory) * (i + 1) // 5] for i in range(5)]
        print(f"{given.memory} micrographs: {run.seconds / given.memory:.3f} s each; peak memory in each fifth of the run " +
              ", ".join(f"{max(part):.0f}" for part in fifths) + " MiB", flush=True)
    if has_relion():
        seconds, f = relion(program, sources, output / "relion")
        print(f"RELION LoG, two processes: {seconds:.2f} s each, {seconds / each[2]:.1f} times ours; best F1 {f:.3f}", flush=True)
    if given.topaz:
        seconds = topaz_seconds(given.topaz.absolute(), sources[:2], output / "topaz")
        print(f"Topaz resnet16: {seconds:.1f} s each, {seconds / each[2]:.0f} times ours", flush=True)


if __name__ == "__main__":
    main()
