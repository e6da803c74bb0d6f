#!/usr/bin/env python3
"""What RELION's External job costs beside the terminal: many small micrographs picked by `picker_relion` and by `picker pick`, in turn.

    python3 benchmarks/relion_overhead.py --bin build/release/bin --count 1000
"""
import argparse
import pathlib
import resource
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
            """Seconds of wall time, and of the processors."""
            begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([programs / program, *map(str, words)], cwd=root, check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return time.perf_counter() - begin, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

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
        def terminal(i):
            return run("picker", "pick", "--model", "model.safetensors", "--micrographs", "micrographs.star", "--output", f"out{i}", "--threads",
                       given.threads, "--quiet")

        def job(i):
            return run("picker_relion", "--o", f"External/job{i + 1:03d}/", "--in_mics", "micrographs.star", "--model", "model.safetensors",
                       "--j", given.threads)

        pairs = []
        for i in range(given.repeats):
            if i % 2 == 0:  # whichever comes second may wait for the disk of the first
                one, other = terminal(i), job(i)
            else:
                other, one = job(i), terminal(i)
            pairs.append((one, other))
            print("picker pick %.2f s, of the processors %.2f; picker_relion %.2f s, %.2f" % (*one, *other), flush=True)
        print(f"{given.count} micrographs of {given.size}:")
        for what, k in (("wall time", 0), ("processor time", 1)):
            ratios = [100 * (other[k] / one[k] - 1) for one, other in pairs]
            print(f"    {what}: picker pick {statistics.median(one[k] for one, _ in pairs):.2f} s, picker_relion "
                  f"{statistics.median(other[k] for _, other in pairs):.2f} s, overhead {statistics.median(ratios):.1f} % "
                  f"({min(ratios):.1f} to {max(ratios):.1f} %)")


if __name__ == "__main__":
    main()
