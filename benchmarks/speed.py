#!/usr/bin/env python3
"""Start-up, picking time and memory by size, dense against naive, training time: on simulated micrographs.

    cmake -S . -B build/release -DPICKER_BUILD_BENCHMARKS=ON && cmake --build build/release
    python3 benchmarks/speed.py --build build/release --output build/speed [--real ../shared/data/micrographs]

Run it on a quiet machine. Standard library only; /usr/bin/time is not needed.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import time


def run(*command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit("failed: " + " ".join(str(c) for c in command) + "\n" + result.stderr)
    return result.stdout


def median_seconds(runs, *command):
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run(*command)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--real", type=pathlib.Path)
    a = parser.parse_args()
    picker, bench = a.build / "bin/picker", a.build / "benchmarks/pick_bench"
    a.output.mkdir(parents=True, exist_ok=True)

    small = a.output / "small"
    run(picker, "simulate", "--output", small, "--count", 26, "--size", "1400,1400", "--pixel-size", 4, "--diameter", 180,
        "--particles", 200, "--snr", 0.1, "--seed", 1, "--quiet")
    first = small / "sim_0001.star"
    print("## Start-up (median of 21)")
    print(f"picker models    {1000 * median_seconds(21, picker, 'models'):.1f} ms")
    print(f"picker convert   {1000 * median_seconds(21, picker, 'convert', first, a.output / 'c.csv'):.1f} ms")
    print(f"picker evaluate  "
          f"{1000 * median_seconds(21, picker, 'evaluate', '--picks', first, '--truth', first, '--diameter', 180, '--pixel-size', 4):.1f} ms")

    print("\n## Training: 5,000 positives and 5,000 negatives, 15 epochs")
    model = a.output / "model.safetensors"
    mics = sorted(small.glob("*.mrc"))
    report = json.loads(run(picker, "train", "--micrographs", *mics, "--picks", *[m.with_suffix(".star") for m in mics], "--diameter", 180,
                            "--epochs", 15, "--patience", 0, "--max-particles", 5000, "--output", model, "--json", "--quiet"))
    print(f"{report['positives']} + {report['negatives']} samples (10 % held out), {report['epochs']} epochs: "
          f"{report['seconds']:.1f} s, validation accuracy {report['best_validation_accuracy']:.3f}")

    print("\n## One micrograph, 150-px particles at 1.2 A per pixel, file to picks, 2 threads")
    for size in ("1024,1024", "2048,2048", "3710,3838", "4096,4096", "8192,8192"):
        folder = a.output / size.replace(",", "x")
        width, height = map(int, size.split(","))
        if not (folder / "sim_0001.mrc").exists():
            run(picker, "simulate", "--output", folder, "--size", size, "--pixel-size", 1.2, "--diameter", 180, "--particles",
                max(10, width * height // 100000), "--snr", 0.05, "--quiet")
        lines = run(bench, model, folder / "sim_0001.mrc", 180, 1.2, 2).splitlines()
        print(f"{width} x {height}: {lines[1]}")
        out = a.output / "picks"
        item = json.loads(run(picker, "pick", "--model", model, "--micrographs", folder / "sim_0001.mrc", "--output", out, "--overwrite",
                              "--json", "--quiet"))["items"][0]["seconds"]
        print("    " + ", ".join(f"{stage} {1000 * seconds:.0f} ms" for stage, seconds in item.items()))

    print("\n## DeepEM as published for KLH: 2048 x 2048 at 2.2 A per pixel, four rotations, 2 threads")
    folder = a.output / "klh"
    if not (folder / "sim_0001.mrc").exists():
        run(picker, "simulate", "--output", folder, "--size", "2048,2048", "--pixel-size", 2.2, "--diameter", 400, "--particles", 20,
            "--snr", 0.05, "--quiet")
    for name in ("deepem-klh", "deepem-klh-step20"):
        print(f"{name}: {run(bench, name, folder / 'sim_0001.mrc', 400, 2.2, 2).splitlines()[1]}")

    if a.real:
        print("\n## Dense against naive on a real micrograph (EMPIAR-10028, 065), 2 threads")
        print(run(bench, model, a.real / "empiar-10028/065.mrc", 300, 5.36, 2, "--naive"), end="")
        for name in ("deepem", "deepem-klh-step20"):
            print(f"{name}, four rotations:")
            print(run(bench, name, a.real / "empiar-10028/065.mrc", 300, 5.36, 2, "--naive"), end="")


if __name__ == "__main__":
    main()
