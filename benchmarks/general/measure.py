#!/usr/bin/env python3
"""What a general model does on what it has never seen: both real sets, held-out structures at four signal-to-noise ratios, and images
without particles. No label is used but to score.

    python3 benchmarks/general/measure.py --picker build/release/bin/picker --data ../shared/data --model general.safetensors --output build/measured

Needs numpy.
"""
import argparse
import json
import pathlib

import numpy as np

from command import Command

HERE = pathlib.Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "settings.json").read_text())
REAL = {"empiar-10028": (300, 5.36), "empiar-10017": (191, 7.08)}
SNRS = [1.0, 0.33, 0.1, 0.033]  # of `picker simulate --preset realistic`, 50 pixels to a particle


class Measure(Command):
    def __init__(self, arguments):
        super().__init__(arguments.picker)
        self.data, self.model, self.output = arguments.data, arguments.model, arguments.output
        self.extra = arguments.pick

    def pick(self, name, micrographs, diameter, pixel, *flags):
        folder = self.output / name
        self.run("pick", "--model", self.model, "--micrographs", *micrographs, "--diameter", diameter, "--pixel-size", pixel, "--output", folder,
                 "--overwrite", *flags, *self.extra)
        return folder

    def evaluate(self, picks, truth, micrographs, diameter, pixel, *flags):
        return self.run("evaluate", "--picks", picks, "--truth", *truth, "--micrographs", *micrographs, "--diameter", diameter, "--pixel-size",
                        pixel, *flags)

    def figures(self, name, micrographs, truth, diameter, pixel):
        """Of the ranking (every candidate), and of the picks as they come."""
        ranking = self.evaluate(self.pick(name + "-all", micrographs, diameter, pixel, "--keep", 0.01), truth, micrographs, diameter, pixel)
        chosen = self.evaluate(self.pick(name, micrographs, diameter, pixel), truth, micrographs, diameter, pixel)
        return dict(ap=ranking["average_precision"], best_f=ranking["best_f"], best_threshold=ranking.get("best_threshold"),
                    precision=chosen["precision"], recall=chosen["recall"], f1=chosen["f_beta"])

    def simulated(self, name, structure, snr):
        """Two micrographs, the diameter in angstrom and the pixel size."""
        folder = self.output / "simulated" / f"{name}-{snr:.3f}"
        note = self.output / "simulated" / f"{name}.json"
        if not note.exists():
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(json.dumps(self.diameter(structure, 6, self.output / "size")))
        size = json.loads(note.read_text())
        pixel = size / 50
        if not folder.exists():
            self.run("simulate", "--output", folder, "--structure", structure, "--count", 2, "--pixel-size", pixel, "--seed", 77, "--preset", "realistic",
                     "--size", "1024,1024", "--particles", 110, "--snr", snr)
        return sorted(folder.glob("*.mrc")), size, pixel

    def counts(self, name, micrographs, diameter, pixel):
        return [item["picks"] for item in json.loads((self.pick(name, micrographs, diameter, pixel) / "run.json").read_text())["micrographs"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("picker", "data", "model", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--pick", nargs="*", default=[], help="further flags of picker pick")
    parser.add_argument("--only", choices=["real", "simulated", "negatives"], action="append")
    arguments = parser.parse_args()
    measure = Measure(arguments)
    parts = arguments.only or ["real", "negatives", "simulated"]
    results = {}
    print("| set | AP | best F1 | its threshold | precision | recall | F1 |\n|---|---|---|---|---|---|---|")

    def tell(name, figures):
        results[name] = figures
        print(f"| {name} | " + " | ".join("%.3f" % figures[k] if figures[k] is not None else "" for k in
                                        ("ap", "best_f", "best_threshold", "precision", "recall", "f1")) + " |", flush=True)

    if "real" in parts:
        for name, (diameter, pixel) in REAL.items():
            micrographs = sorted((measure.data / "micrographs" / name).glob("*.mrc"))
            tell(name, measure.figures(name, micrographs, [m.with_suffix(".star") for m in micrographs], diameter, pixel))
    if "negatives" in parts:
        images = sorted((measure.data / "micrographs" / "negatives").glob("*.mrc"))
        for diameter in (120, 200, 300):
            counts = measure.counts(f"negatives-{diameter}", images, diameter, 8)
            results[f"negatives {diameter}"] = dict(zip([i.stem for i in images], counts))
            print(f"negatives, {diameter} A: " + ", ".join(f"{i.stem}{'*' if i.name in SETTINGS['negatives'] else ''} {c}"
                                                         for i, c in zip(images, counts)), flush=True)
        carbon = measure.data / "micrographs" / "contaminant" / "Ucsf_stack_1142_DW.mrc"
        results["contaminant"] = measure.counts("contaminant", [carbon], 40, 1)
        print("contaminant", results["contaminant"], flush=True)
    if "simulated" in parts:
        rows = {}
        for name, file in SETTINGS["held_out"].items():
            structure = measure.data / "structures" / file
            for snr in SNRS:
                micrographs, size, pixel = measure.simulated(name, structure, snr)
                rows[name, snr] = measure.figures(f"{name}-{snr:.3f}", micrographs, [m.with_suffix(".star") for m in micrographs], size, pixel)
                tell(f"{name}, SNR {snr:.3f}", rows[name, snr])
        for snr in SNRS:
            some = [row for (_, at), row in rows.items() if at == snr]
            tell(f"mean, SNR {snr:.3f}", {key: float(np.mean([row[key] for row in some if row[key] is not None])) for key in some[0]})
    (arguments.output / "results.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
