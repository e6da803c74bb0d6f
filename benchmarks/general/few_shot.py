#!/usr/bin/env python3
"""What a few labelled micrographs add to the general model, on both real sets with the split of benchmarks/real_data.py: the last
micrographs test, the one before them chooses the threshold, up to five others train. Zero-shot picks the same test micrographs.

    python3 benchmarks/general/few_shot.py --picker build/release/bin/picker --data ../shared/data --model general --output build/few

Needs numpy and matplotlib.
"""
import argparse
import json
import pathlib
import shutil

from command import Command

SETS = {"empiar-10028": dict(diameter=300, pixel=5.36, test=1), "empiar-10017": dict(diameter=191, pixel=7.08, test=2)}
COUNTS = [1, 2, 5]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picker", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="general")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--train", nargs="*", default=[], help="further flags of picker train")
    parser.add_argument("--pictures", type=pathlib.Path, help="where the PNG goes [OUTPUT]")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)

    run = Command(arguments.picker).run

    def measure(model, folder, test, settings):
        common = ["--micrographs", *test, "--diameter", settings["diameter"], "--pixel-size", settings["pixel"]]
        answers = []
        for extra in ([], ["--keep", 0.01]):
            run("pick", "--model", model, *common, "--output", folder, "--overwrite", *extra)
            answers.append(run("evaluate", "--picks", folder, "--truth", *[t.with_suffix(".star") for t in test], *common))
        shutil.rmtree(folder)
        chosen, ranking = answers
        return dict(f1=chosen["f_beta"], precision=chosen["precision"], recall=chosen["recall"], best_f=ranking["best_f"],
                    ap=ranking["average_precision"])

    results = []
    print("| set | labelled micrographs | particles | best epoch | seconds | precision | recall | F1 | best F1 | AP |\n"
          "|---|---|---|---|---|---|---|---|---|---|")
    for name, settings in SETS.items():
        micrographs = sorted((arguments.data / "micrographs" / name).glob("*.mrc"))
        test, choose, rest = micrographs[-settings["test"]:], micrographs[-settings["test"] - 1], micrographs[:-settings["test"] - 1]
        rows = [(0, None, measure(arguments.model, arguments.output / "picks", test, settings))]
        for count in [c for c in COUNTS if c <= len(rest)] + ([len(rest)] if len(rest) < COUNTS[-1] else []):
            model = arguments.output / f"{name}-{count}.safetensors"
            report = run("train", "--from", arguments.model, "--micrographs", *rest[:count], "--picks", *[m.with_suffix(".star") for m in rest[:count]],
                         "--validation-micrographs", choose, "--validation-picks", choose.with_suffix(".star"), "--diameter",
                         settings["diameter"], "--pixel-size", settings["pixel"], "--seed", 1, "--output", model, "--overwrite", *arguments.train)
            rows.append((count, report, measure(model, arguments.output / "picks", test, settings)))
        for count, report, figures in rows:
            own = ["", "", ""] if report is None else [report["positives"], report["best_epoch"], f"{report['seconds']:.0f}"]
            print(f"| {name} | {count} | " + " | ".join(map(str, own)) + " | " +
                  " | ".join(f"{figures[k]:.3f}" for k in ("precision", "recall", "f1", "best_f", "ap")) + " |", flush=True)
            results.append(dict(set=name, labelled=count, **figures, seconds=None if report is None else report["seconds"]))
    (arguments.output / "results.json").write_text(json.dumps(results, indent=1))

    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot
    canvas, axes = pyplot.subplots(1, 2, figsize=(9, 3.4))
    for axis, key, label in zip(axes, ("f1", "ap"), ("F1 at the chosen threshold", "AP")):
        for name in SETS:
            own = [r for r in results if r["set"] == name]
            axis.plot([r["labelled"] for r in own], [r[key] for r in own], "o-", label=name)
        axis.set(xlabel="labelled micrographs (0: zero-shot)", ylabel=label)
        axis.legend(fontsize=8)
    canvas.tight_layout()
    canvas.savefig((arguments.pictures or arguments.output) / "general-few-shot.png", dpi=80)


if __name__ == "__main__":
    main()
