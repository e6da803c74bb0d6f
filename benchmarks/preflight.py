#!/usr/bin/env python3
"""How long the check before a run takes per file, for many micrographs.

    python3 benchmarks/preflight.py --picker build/release/bin/picker [--micrographs 2000] [--folder DIR]

Makes MRC files of 64 x 48 pixels and as many with the header of 4096 x 4096 (their pixels are holes in the file), every 50th
cut short, and times `picker inspect` on them, the median of five: the check alone, as the command measures it, and the whole
command from start to end.
"""
import argparse
import json
import os
import pathlib
import statistics
import struct
import subprocess
import tempfile
import time


def header(width, height):
    out = bytearray(1024)
    struct.pack_into("<10i", out, 0, width, height, 1, 2, 0, 0, 0, width, height, 1)
    struct.pack_into("<6f", out, 40, width * 1.5, height * 1.5, 1.5, 90, 90, 90)
    struct.pack_into("<3i", out, 64, 1, 2, 3)
    out[208:216] = b"MAP \x44\x44\x00\x00"
    return bytes(out)


def make(folder, count, width, height):
    folder.mkdir()
    for i in range(count):
        with open(folder / f"m{i:05d}.mrc", "wb") as file:
            file.write(header(width, height))
            file.truncate(1024 + 4 * width * height - (1 if i % 50 == 49 else 0))


def measure(picker, folder, threads, count):
    inside, whole = [], []
    for _ in range(5):
        start = time.perf_counter()
        done = subprocess.run([picker, "inspect", folder, "--json", "--quiet", "--threads", str(threads)], capture_output=True,
                              text=True, check=False)
        whole.append(time.perf_counter() - start)
        result = json.loads(done.stdout)
        assert done.returncode == (3 if count >= 50 else 0) and result["unusable"] == count // 50, done.stderr
        inside.append(result["seconds"])
    return statistics.median(inside), statistics.median(whole)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picker", default="picker")
    parser.add_argument("--micrographs", type=int, default=2000)
    parser.add_argument("--folder", help="where the files are made [the system's temporary folder]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as made:
        print("| files | threads | the check | per file | the command |\n|---|---|---|---|---|")
        for width, height in ((64, 48), (4096, 4096)):
            folder = pathlib.Path(made) / f"{width}"
            make(folder, arguments.micrographs, width, height)
            for threads in (1, os.cpu_count()):
                inside, whole = measure(arguments.picker, folder, threads, arguments.micrographs)
                print(f"| {arguments.micrographs} of {width} x {height} | {threads} | {1e3 * inside:.0f} ms | "
                      f"{1e3 * inside / arguments.micrographs:.3f} ms | {1e3 * whole:.0f} ms |", flush=True)


if __name__ == "__main__":
    main()
