#!/usr/bin/env python3
"""Accuracy on real micrographs with an honest split: train, choose the threshold, test, three seeds.

    python3 benchmarks/real_data.py --picker build/release/bin/picker --data ../shared/data/micrographs --output build/real

Prints one table per data set and writes results.json. With RELION on the path its LoG picker is run on the same test
micrographs and evaluated by the same command. Standard library only.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import time

from peers import has_relion, relion_log_command, relion_project

# Test micrographs are never seen by training or by the choice of the threshold.
DATASETS = {
    "empiar-10028": dict(diameter=300, pixel_size=5.36, train=3, choose=1),
    "empiar-10017": dict(diameter=191, pixel_size=7.08, train=6, choose=1),
}
RADII = {"d/2": "half-diameter", "0.2 d": None}


def run(command, **kwargs):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, **kwargs)
    if result.returncode != 0:
        raise SystemExit("failed: " + " ".join(str(c) for c in command) + "\n" + result.stdout + result.stderr)
    return result.stdout


def evaluate(picker, picks, truth, micrographs, spec, threshold, curve):
    figures = {}
    for name, preset in RADII.items():
        radius = preset or str(0.2 * spec["diameter"] / spec["pixel_size"])
        command = [picker, "evaluate", "--picks", *picks, "--truth", *truth, "--micrographs", *micrographs, "--diameter",
                   spec["diameter"], "--pixel-size", spec["pixel_size"], "--radius", radius, "--json", "--quiet", "--curve", curve]
        if threshold is not None:
            command += ["--threshold", threshold]
        figures[name] = json.loads(run(command))
        rows = [list(map(float, line.split(","))) for line in curve.read_text().splitlines()[1:] if "n/a" not in line]
        figures[name]["recall_at_precision_60"] = max([r[2] for r in rows if r[1] >= 0.6], default=0.0)
    return figures


def relion_log(spec, micrographs, folder):
    if not has_relion():
        return None
    shutil.rmtree(folder, ignore_errors=True)
    relion_project(folder, micrographs, spec["pixel_size"])
    start = time.time()
    run(relion_log_command(spec["diameter"], "log/", 0), cwd=folder)
    seconds = (time.time() - start) / len(micrographs)
    run(relion_log_command(spec["diameter"], "all/", -3), cwd=folder)  # every candidate, so that the whole curve can be drawn
    return sorted((folder / "log").rglob("*_autopick.star")), sorted((folder / "all").rglob("*_autopick.star")), seconds


def row(name, figures):
    cells = [f"| {name} |"]
    for radius in RADII:
        f = figures[radius]
        cells.append(f" {f['precision']:.3f} | {f['recall']:.3f} | {f['f_beta']:.3f} | {f['best_f']:.3f} | "
                     f"{f['average_precision']:.3f} | {f['recall_at_precision_60']:.3f} |")
    return "".join(cells)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picker", required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--architecture", default="deeppicker")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--train-flags", default="", help="further flags of picker train, one string")
    arguments = parser.parse_args()
    picker = pathlib.Path(arguments.picker).resolve()
    results = {}
    for dataset, spec in DATASETS.items():
        if arguments.only and arguments.only != dataset:
            continue
        micrographs = sorted((arguments.data / dataset).glob("*.mrc"))
        if not micrographs:
            print(f"{dataset}: not found below {arguments.data}; skipped")
            continue
        truth = [m.with_suffix(".star") for m in micrographs]
        a, b = spec["train"], spec["train"] + spec["choose"]
        print(f"\n{dataset}: train {', '.join(m.stem for m in micrographs[:a])}; choose {micrographs[a].stem}; "
              f"test {', '.join(m.stem for m in micrographs[b:])}")
        print("| run |" + "".join(f" P {r} | R | F1 | best F1 | AP | R at P .6 |" for r in RADII))
        print("|---|" + "---|" * (6 * len(RADII)))
        results[dataset] = {}
        for seed in range(arguments.seeds):
            folder = arguments.output / f"{dataset}-{arguments.architecture}-{seed}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            model = folder / "model.safetensors"
            report = json.loads(run([picker, "train", "--architecture", arguments.architecture, "--micrographs", *micrographs[:a],
                                     "--picks", *truth[:a], "--validation-micrographs", *micrographs[a:b], "--validation-picks",
                                     *truth[a:b], "--diameter", spec["diameter"], "--pixel-size", spec["pixel_size"], "--seed",
                                     seed, "--output", model, "--json", "--quiet"] + arguments.train_flags.split()))
            picks = folder / "picks"
            start = time.time()
            run([picker, "pick", "--model", model, "--micrographs", *micrographs[b:], "--pixel-size", spec["pixel_size"],
                 "--keep", "0", "--output", picks, "--quiet"])
            seconds = (time.time() - start) / len(micrographs[b:])
            figures = evaluate(picker, [picks / (m.stem + ".star") for m in micrographs[b:]], truth[b:], micrographs[b:], spec,
                               report["threshold"], folder / "curve.csv")
            results[dataset][f"seed {seed}"] = dict(figures=figures, training=report, seconds_per_micrograph=seconds)
            print(row(f"{arguments.architecture}, seed {seed}", figures) +
                  f" {report['epochs']} epochs, {report['seconds']:.0f} s, threshold {report['threshold']:.3f}", flush=True)
        log = relion_log(spec, micrographs[b:], arguments.output / f"{dataset}-relion")
        if log is None:
            print("RELION is not installed; its LoG picker was not run")
        else:
            at_default = evaluate(picker, log[0], truth[b:], micrographs[b:], spec, None, arguments.output / "curve.csv")
            everything = evaluate(picker, log[1], truth[b:], micrographs[b:], spec, None, arguments.output / "curve.csv")
            for radius in RADII:
                for key in ("best_f", "average_precision", "recall_at_precision_60"):
                    at_default[radius][key] = everything[radius][key]
            results[dataset]["relion-log"] = dict(figures=at_default, seconds_per_micrograph=log[2])
            print(row("RELION 3.1.3 LoG", at_default), flush=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / f"results-{arguments.architecture}.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
