#!/usr/bin/env python3
"""How the default threshold is chosen from validation micrographs: the point of best F1, or the middle of all thresholds
whose F1 is within one standard error of it. Compared inside the training part alone: the test micrographs of
real_data.py (10028: 065; 10017: the last two) are never touched.

    python3 benchmarks/threshold_rule.py --picker build/release/bin/picker --data ../shared/data/micrographs --output build/rule
"""
import argparse
import json
import math
import pathlib
import shutil
import subprocess

# (data set, diameter, pixel size, folds of (train, choose, test) by index)
CASES = [
    ("empiar-10028", 300, 5.36, [((0, 1), 2, 3), ((1, 2), 3, 0), ((2, 3), 0, 1), ((3, 0), 1, 2)]),
    ("empiar-10017", 191, 7.08, [((0, 1, 2), 3, 4), ((3, 4, 5), 6, 0)]),
]


def run(*command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit("failed: " + " ".join(str(c) for c in command) + "\n" + result.stderr)
    return result.stdout


def odds(p):
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def rules(curve, truth):
    rows = [list(map(float, line.split(","))) for line in curve.read_text().splitlines()[1:] if "n/a" not in line]
    best = max(r[3] for r in rows)
    error = math.sqrt(best * (1 - best) / truth)
    near = [r[0] for r in rows if r[3] >= best - error]
    middle = 1 / (1 + math.exp(-(odds(min(near)) + odds(max(near))) / 2))
    return {"best F1": next(r[0] for r in rows if r[3] == best), "one standard error": middle}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--picker", "--data", "--output"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=30)
    a = parser.parse_args()
    picker = a.picker.resolve()
    for dataset, diameter, pixel, folds in CASES:
        mics = sorted((a.data / dataset).glob("*.mrc"))
        total = {}
        for train, choose, test in folds:
            for seed in range(a.seeds):
                folder = a.output / f"{dataset}-{choose}-{seed}"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                model = folder / "m.safetensors"
                size = ["--diameter", diameter, "--pixel-size", pixel]
                run(picker, "train", "--micrographs", *[mics[i] for i in train], "--picks", *[mics[i].with_suffix(".star") for i in train],
                    *size, "--epochs", a.epochs, "--seed", seed, "--output", model, "--quiet")
                both = [mics[choose], mics[test]]
                run(picker, "pick", "--model", model, "--micrographs", *both, *size, "--keep", "0", "--output", folder / "p", "--quiet")

                def evaluate(mic, *more):
                    return json.loads(run(picker, "evaluate", "--picks", folder / "p" / (mic.stem + ".star"), "--truth",
                                          mic.with_suffix(".star"), "--micrographs", mic, *size, "--json", "--quiet", *more))
                chosen = evaluate(both[0], "--curve", folder / "curve.csv")
                line = [f"{dataset} choose {both[0].stem} test {both[1].stem} seed {seed}:"]
                for name, threshold in rules(folder / "curve.csv", chosen["truth"]).items():
                    f1 = evaluate(both[1], "--threshold", f"{threshold:.9f}")["f_beta"]
                    total.setdefault(name, []).append(f1)
                    line.append(f"{name} {threshold:.4f} -> F1 {f1:.3f};")
                print(" ".join(line), flush=True)
        for name, values in total.items():
            print(f"{dataset}, {name}: mean F1 {sum(values) / len(values):.3f}, worst {min(values):.3f} over {len(values)} runs", flush=True)


if __name__ == "__main__":
    main()
