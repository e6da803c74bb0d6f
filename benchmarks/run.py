#!/usr/bin/env python3
"""How fast this build is, in one table beside the last committed one (benchmarks/run.sh runs it). Standard library only.

Every figure is the median of several repetitions, on simulated micrographs that lie in the page cache. Ratios are between programs
that ran one after the other in this run.
"""
import argparse
import json
import os
import pathlib
import platform
import re
import shutil
import statistics

from peers import has_relion
from speed import median_seconds, run
from throughput import Picker, links, relion, simulate, topaz_seconds

HERE = pathlib.Path(__file__).resolve().parent
COMMITTED = HERE / "measured.json"
PAGE = HERE.parent / "docs" / "benchmarks.md"
MARK = re.compile(r"(<!-- MEASURED: benchmarks/run.sh -->\n).*?(<!-- END -->)", re.S)


class Table:
    """Rows of name, value, unit and aim; an aim is what the value should be at most, "*" in front: at least."""

    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, aim=""):
        self.rows.append(dict(name=name, value=float(f"{value:.3g}"), unit=unit, aim=aim))
        print(f"{name}: {value:.3g} {unit}" + (f" (aim {aim})" if aim else ""), flush=True)

    def markdown(self, before):
        old = {row["name"]: row["value"] for row in before.get("rows", [])}
        lines = ["| what | measured | aim | before |", "|---|---|---|---|"]
        for row in self.rows:
            last = f"{old[row['name']]:g}" if row["name"] in old else ""
            lines.append(f"| {row['name']} | {row['value']:g} {row['unit']} | {row['aim']} | {last} |")
        return "\n".join(lines) + "\n"


def machine():
    names = [line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def one(picker, output, name, size, pixel, diameter, particles):
    """A simulated micrograph."""
    folder = output / name
    if not (folder / "sim_0001.mrc").exists():
        run(picker, "simulate", "--output", folder, "--size", f"{size},{size}", "--pixel-size", pixel, "--diameter", diameter, "--particles", particles,
            "--snr", 0.05, "--quiet")
    return folder / "sim_0001.mrc"


def start_up(table, picker, output):
    table.add("`picker models`, start to end", median_seconds(21, picker, "models"), "s", "0.05")
    small = one(picker, output, "small", 512, 4, 180, 20)
    words = ["pick", "--model", "general", "--micrographs", small, "--diameter", 180, "--output", output / "first", "--overwrite", "--quiet"]
    table.add("first pick of a small micrograph, start to end", median_seconds(5, picker, *words), "s", "2")


def general(table, given):
    output = given.output / "general"
    picker, sources = Picker(given.picker, output), simulate(given.picker, output / "simulated")
    folder = links(sources, output / "many", given.count)
    whole = "general, 4096x4096, 180 px, file to STAR, {} thread{}, run of " + str(given.count)
    each = {}
    for threads in (1, 2):
        each[threads] = statistics.median(picker.pick(folder, threads).seconds for _ in range(3)) / given.count
        table.add(whole.format(threads, "s" * (threads > 1)), each[threads], "s each", "0.5" if threads == 2 else "")
        if threads == 1:
            stages = picker.stages()
    for stage in ("read", "transform", "score", "peaks", "write"):
        table.add(f"of it, {stage}, 1 thread", 1000 * stages[stage], "ms")
    table.add("the same, against reading and transform alone", each[1] / (stages["read"] + stages["transform"]), "times", "2")
    ranks(table, given, picker, folder)
    if given.memory:
        memory = picker.pick(links(sources, output / "memory", given.memory), 2).memory
        half = len(memory) // 2
        table.add(f"peak memory of {given.memory} micrographs, LibTorch with it", max(memory), "MiB", "1500 above LibTorch")
        table.add("peak memory of the second half of that run over the first", max(memory[half:]) / max(memory[:half]), "times", "1.05")
    if has_relion():
        table.add("RELION's LoG picker on the same files and cores, over ours", relion(given.picker, sources, output / "relion")[0] / each[2], "times", "*3")
    if given.topaz:
        table.add("Topaz's resnet16 on the same files and cores, over ours", topaz_seconds(given.topaz.absolute(), sources[:2], output / "topaz") / each[2], "times",
                  "*50")


def ranks(table, given, picker, folder):
    """Processes of mpirun with one thread each, where picker was built with PICKER_MPI."""
    if not shutil.which("mpirun") or not list(given.build.glob("libpicker/libpicker_mpi.so")):
        return
    for count in (1, 2, 4):
        seconds = statistics.median(picker.pick_among(count, folder).seconds for _ in range(3)) / given.count
        table.add(f"the same with mpirun, {count} rank{'s' * (count > 1)} of one thread", seconds, "s each")


def networks(table, given):
    """The published systems, one micrograph in memory to picks; initial weights take the time of trained ones."""
    micrographs = {"150": one(given.picker, given.output, "2048", 2048, 1.2, 180, 40), "klh": one(given.picker, given.output, "klh", 2048, 2.2, 400, 20),
                   "180": one(given.picker, given.output, "4096", 4096, 1.0, 180, 200)}
    for model, image, diameter, pixel, what, aim in (
            ("deeppicker", "150", 180, 1.2, "DeepPicker dense, 2048x2048, 150-px window", "0.5"),
            ("deepem-klh", "klh", 400, 2.2, "DeepEM (KLH), 2048x2048, step 12", "3"),
            ("deepem-klh-step20", "klh", 400, 2.2, "DeepEM (KLH), 2048x2048, step 20", "3"),
            ("parsed", "180", 180, 1.0, "PARSED, 4096x4096, 180 px", "2"),
            ("hydrapicker", "180", 180, 1.0, "HydraPicker, 4096x4096, 180 px", "4")):
        lines = run(given.build / "benchmarks" / "pick_bench", model, micrographs[image], diameter, pixel, 2)
        table.add(what + ", 2 threads", float(re.search(r"([\d.]+) s median", lines).group(1)), "s", aim)


def simulation(table, given):
    lines = run(given.build / "benchmarks" / "simulate_bench", 4096, 5).splitlines()
    begin = lines.index("realistic")
    times = [float(re.search(r"([\d.]+) s", line).group(1)) for line in lines[begin + 2:]]
    table.add("`picker simulate --preset realistic`, 4096x4096, views cached, 2 threads", statistics.median(times), "s", "2")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=50, help="micrographs of a run [50]")
    parser.add_argument("--memory", type=int, default=0, help="also a run of so many, for its memory")
    parser.add_argument("--topaz", type=pathlib.Path, help="a Python with topaz-em, see topaz.py")
    parser.add_argument("--write", action="store_true", help="make this the committed result")
    given = parser.parse_args()
    given.build, given.output = given.build.resolve(), given.output.resolve()
    given.picker = given.build / "bin" / "picker"
    given.output.mkdir(parents=True, exist_ok=True)
    table = Table()
    start_up(table, given.picker, given.output)
    general(table, given)
    networks(table, given)
    simulation(table, given)
    before = json.loads(COMMITTED.read_text()) if COMMITTED.exists() else {}
    text = table.markdown(before)
    print("\n" + machine() + (f"; before: {before['machine']}" if before else "") + "\n\n" + text)
    result = json.dumps(dict(machine=machine(), version=run(given.picker, "--version").strip(), rows=table.rows), indent=1) + "\n"
    (given.output / "measured.json").write_text(result)
    if given.write:
        COMMITTED.write_text(result)
        page = PAGE.read_text()
        PAGE.write_text(MARK.sub(lambda match: match.group(1) + machine() + ".\n\n" + text + match.group(2), page))


if __name__ == "__main__":
    main()
