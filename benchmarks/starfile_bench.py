#!/usr/bin/env python3
"""Reads one particle file with libstarfile, gemmi and the Python package starfile, in turn, and prints the medians.

    starfile_bench.py BUILD/benchmarks/starfile_bench [--rows 1000000] [--rounds 5] [--python PYTHON] [--folder DIR]

Every reading is the first of a fresh process, of a file that the system holds in memory; only the call that reads is
timed. --python names the Python that has the package starfile. A reader that is missing is left out with a message.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

PYTHON = """
import json, resource, sys, time
import starfile
start = time.perf_counter()
blocks = starfile.read(sys.argv[1], always_dict=True)
seconds = time.perf_counter() - start
table = blocks["particles"]
print(json.dumps({"seconds": seconds, "rows": len(table), "columns": len(table.columns), "sum_x": float(table.iloc[:, 1].sum()),
                  "last": table.iloc[-1, 0], "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--folder", help="where the file is made; default: a temporary folder")
    args = parser.parse_args()
    readers = {"libstarfile": [args.program, "ours"], "gemmi": [args.program, "gemmi"],
               "Python starfile": [args.python, "-c", PYTHON]}
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        path = pathlib.Path(folder) / "particles.star"
        subprocess.run([args.program, "make", path, str(args.rows)], check=True)
        path.read_bytes()
        results = {name: [] for name in readers}
        for _ in range(args.rounds):
            for name, command in list(readers.items()):
                run = subprocess.run([*command, path], capture_output=True, text=True)
                if run.returncode:
                    print(f"{name} left out: {run.stderr.strip().splitlines()[-1]}")
                    del readers[name], results[name]
                    continue
                results[name].append(json.loads(run.stdout))
        print(f"{args.rows} rows x 6 columns, {path.stat().st_size / 1e6:.1f} MB, median of {args.rounds}")
        ours = results["libstarfile"]
        base = statistics.median(r["seconds"] for r in ours)
        for name, runs in results.items():
            last, first = runs[-1], ours[0]
            for key in ("rows", "columns", "last"):
                assert last[key] == first[key], (name, key, last[key], first[key])
            assert abs(last["sum_x"] - first["sum_x"]) < 1e-6 * abs(first["sum_x"]), (name, last["sum_x"])
            times = sorted(r["seconds"] for r in runs)
            median = statistics.median(times)
            print(f"{name:16} {median:8.4f} s ({times[0]:.4f} to {times[-1]:.4f}), {median / base:6.1f} x libstarfile, "
                  f"peak {last['peak_mib']:.0f} MiB")
        print("libstarfile besides: one column to numbers "
              f"{statistics.median(r['numbers_seconds'] for r in ours):.4f} s, writing to a string "
              f"{statistics.median(r['write_seconds'] for r in ours):.4f} s")


if __name__ == "__main__":
    main()
