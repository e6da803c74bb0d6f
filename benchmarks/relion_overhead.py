#!/usr/bin/env python3
"""What RELION's External job costs beside the terminal: many small micrographs picked by `picker_relion` and by `picker pick`, in turn.

    python3 benchmarks/relion_overhead.py --bin build/release/bin --count 1000
"""
import argparse
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

OPTICS = ("\ndata_optics\n\nloop_\n_rlnOpticsGroupName #1\n_rlnOpticsGroup #2\n_rlnMicrographPixelSize #3\n_rlnVoltage #4\n"
          "_rlnSphericalAberration #5\n_rlnAmplitudeContrast #6\nopticsGroup1 1 4 300 2.7 0.1\n\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", default="256,192")
    given = parser.parse_args()
    programs = given.bin.resolve()
    with tempfile.TemporaryDirectory(prefix="picker-overhead-") as folder:
        root = pathlib.Path(folder)

        def run(program, *words):
            begin = time.perf_counter()
            subprocess.run([programs / program, *map(str, words)], cwd=root, check=True, capture_output=True)
            return time.perf_counter() - begin

        run("picker", "simulate", "--output", "train", "--count", 2, "--size", "448,384", "--pixel-size", 4, "--diameter", 120, "--snr", 0.8)
        run("picker", "train", "--architecture", "deeppicker", "--micrographs", "train", "--picks", "train", "--diameter", 120, "--epochs",
            3, "--output", "model.safetensors")
        run("picker", "simulate", "--output", "one", "--count", 1, "--size", given.size, "--pixel-size", 4, "--diameter", 120, "--particles",
            10, "--snr", 0.8)
        (root / "mics").mkdir()
        image = next((root / "one").glob("*.mrc"))
        names = [f"mics/m{i:05d}.mrc" for i in range(given.count)]
        for name in names:
            shutil.copy(image, root / name)
        (root / "micrographs.star").write_text(
            OPTICS + "data_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnOpticsGroup #2\n" + "".join(f"{n} 1\n" for n in names) + "\n")
        terminal, job = [], []
        for i in range(given.repeats):
            terminal.append(run("picker", "pick", "--model", "model.safetensors", "--micrographs", "micrographs.star", "--output", f"out{i}",
                                "--threads", given.threads, "--quiet"))
            job.append(run("picker_relion", "--o", f"External/job{i + 1:03d}/", "--in_mics", "micrographs.star", "--model",
                           "model.safetensors", "--j", given.threads))
            print(f"picker pick {terminal[-1]:.2f} s, picker_relion {job[-1]:.2f} s", flush=True)
        ratios = [b / a - 1 for a, b in zip(terminal, job)]
        print(f"{given.count} micrographs of {given.size}: picker pick {statistics.median(terminal):.2f} s, picker_relion "
              f"{statistics.median(job):.2f} s, overhead {100 * statistics.median(ratios):.1f} % "
              f"({100 * min(ratios):.1f} to {100 * max(ratios):.1f} %)")


if __name__ == "__main__":
    main()
