#!/usr/bin/env python3
"""Promised against found: the share of false picks for each --fdr, on held-out simulated structures and on both real sets, as a picture.
The labels of EMPIAR-10028 are incomplete: what is found there is an upper bound.

    python3 benchmarks/general/calibration.py --picker build/release/bin/picker --data ../shared/data --model general --output build/measured

Needs numpy and matplotlib. Uses the micrographs that measure.py has simulated in the same folder, or simulates them.
"""
import argparse
import json
import pathlib

from measure import REAL, SETTINGS, SNRS, Measure

PROMISED = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("picker", "data", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="general")
    parser.add_argument("--pictures", type=pathlib.Path, help="where the PNG goes [OUTPUT]")
    arguments = parser.parse_args()
    arguments.pick = []
    measure = Measure(arguments)
    sets = {}
    for name, (diameter, pixel) in REAL.items():
        micrographs = sorted((measure.data / "micrographs" / name).glob("*.mrc"))
        sets[name] = [(micrographs, diameter, pixel)]
    for snr in SNRS:
        sets[f"simulated, SNR {snr:g}"] = [measure.simulated(name, measure.data / "structures" / file, snr)
                                           for name, file in SETTINGS["held_out"].items()]
    results = {}
    print("| set |" + "".join(f" {q:g} |" for q in PROMISED) + "\n|---|" + "---|" * len(PROMISED))
    for name, members in sets.items():
        found = []
        for share in PROMISED:
            picks = matched = 0
            for micrographs, diameter, pixel in members:
                folder = measure.pick("calibration", micrographs, diameter, pixel, "--fdr", share)
                answer = measure.evaluate(folder, [m.with_suffix(".star") for m in micrographs], micrographs, diameter, pixel)
                picks, matched = picks + answer["picks"], matched + answer["matched"]
            found.append(1 - matched / picks if picks else None)
        results[name] = found
        print(f"| {name} |" + "".join(" no picks |" if f is None else f" {f:.3f} |" for f in found), flush=True)
    (arguments.output / "calibration.json").write_text(json.dumps(dict(promised=PROMISED, found=results), indent=1))

    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot
    canvas, axis = pyplot.subplots(figsize=(5, 4.4))
    axis.plot([0, 0.55], [0, 0.55], color="grey", linewidth=1, label="as promised")
    for name, found in results.items():
        style = dict(linestyle="--", marker="o") if name in REAL else dict(marker=".")
        axis.plot([q for q, f in zip(PROMISED, found) if f is not None], [f for f in found if f is not None],
                  label=name + (" (upper bound)" if name == "empiar-10028" else ""), **style)
    axis.set(xlabel="share of false picks asked for (--fdr)", ylabel="share found", xlim=(0, 0.55), ylim=(0, 0.7))
    axis.legend(fontsize=7)
    canvas.tight_layout()
    canvas.savefig((arguments.pictures or arguments.output) / "general-calibration.png", dpi=80)


if __name__ == "__main__":
    main()
