#!/usr/bin/env python3
"""HydraPicker's tables (2019, tables 1, 2 and 4) on simulated molecules: general against specialised heads on the sets trained on, sets
never seen by the general head (zero-shot), few labels with a new head (few-shot) or a fine-tuned single-head network, and one network
per set. AP and AUROC at IoU 0.6 of boxes of one diameter, each set by itself and the mean, and by SNR. With RELION on the path its LoG
picker runs on the same files. On a CPU a crop of 192 pixels and one seed; every training is resumed where it was stopped.

    python3 benchmarks/studies/hydrapicker.py --picker build/release/bin/picker --data ../shared/data --output build/studies --seeds 1
"""
import pathlib
import subprocess
import sys

import numpy as np

from common import SETTINGS, Study, figure, micrographs_of, particles_for

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from peers import has_relion, relion_log_command, relion_project  # noqa: E402

S = SETTINGS["hydrapicker"]


class Hydra(Study):
    def sets(self, molecule, split, count, seed):
        """One micrograph after the other at the SNRs in turn: (snr, micrographs) pairs, and the diameter."""
        diameter = self.diameter(molecule, 5)
        pixel = diameter / S["particle_pixels"]
        width, height = (int(n) for n in S["size"].split(","))
        particles = particles_for(S["coverage"], width * height, S["particle_pixels"])
        made = []
        for i, snr in enumerate(S["snr"]):
            number = len(range(i, count, len(S["snr"])))
            if number:
                folder, _ = self.simulate(f"hydrapicker-{molecule}-{split}-{snr}", [molecule], seed + i, number, *S["simulate"], "--size",
                                          S["size"], "--pixel-size", f"{pixel:.4f}", "--particles", particles, "--snr", snr)
                made.append((snr, micrographs_of(folder)))
        return made, diameter

    def files(self, molecule, split, count):
        splits = ["train", "validation", "test"]
        base = 1000 + 100 * (S["sources"] + S["targets"]).index(molecule) + 10 * splits.index(split)
        made, diameter = self.sets(molecule, split, count, base)
        return [m for _, some in made for m in some], diameter

    def table(self, name, molecules, count=None):
        """A table of data sets; `count` training micrographs of each instead of the settings'."""
        rows = ["name,micrographs,picks,diameter,split"]
        for molecule in molecules:
            train, diameter = self.files(molecule, "train", max(S["few_shot"]) if molecule in S["targets"] else S["train"])
            validation, _ = self.files(molecule, "validation", S["validation"])
            for split, some in (("train", train[:count or S["train"]]), ("validation", validation)):
                for m in some:
                    rows.append(f"{molecule},{m.resolve()},{m.with_suffix('.star').resolve()},{diameter},{split}")
        path = self.folder / f"{name}.csv"
        path.write_text("\n".join(rows) + "\n")
        return path

    def fit(self, name, epochs, *flags):
        model = self.folder / f"{name}.safetensors"
        self.train(model, *flags, "--crop", S["crop"], "--epochs", S["epochs"][epochs], "--resume")
        return model

    def measure(self, name, model, molecule, *flags):
        """AP and AUROC of a set's test part: of all, and by SNR."""
        splits, diameter = self.sets(molecule, "test", S["test"], 1020 + 100 * (S["sources"] + S["targets"]).index(molecule))
        figures = {}
        picks, micrographs = [], []
        for snr, some in splits:
            found = self.pick(self.folder / "picks" / f"{name}-{molecule}-{snr}", model, some, "--diameter", diameter, *flags)
            figures[snr] = self.figures(found, some, diameter)
            picks += found
            micrographs += some
        figures["all"] = self.by_sets([figures[snr] for snr, _ in splits])
        return figures

    def figures(self, picks, micrographs, diameter):
        e = self.evaluate(picks, [m.with_suffix(".star") for m in micrographs], micrographs, diameter, "--radius", "hydrapicker")
        return dict(ap=e["average_precision"], auroc=e["auroc"])

    @staticmethod
    def by_sets(figures):
        return {key: float(np.mean([f[key] for f in figures])) for key in ("ap", "auroc")}

    def relion(self, molecule):
        """RELION's LoG picker with every candidate kept; None where it is not installed."""
        if not has_relion():
            return None
        splits, diameter = self.sets(molecule, "test", S["test"], 1020 + 100 * (S["sources"] + S["targets"]).index(molecule))
        figures = {}
        for snr, some in splits:
            folder = self.folder / "relion" / f"{molecule}-{snr}"
            if not (folder / "all").exists():
                relion_project(folder, some, diameter / S["particle_pixels"])
                subprocess.run(relion_log_command(diameter, "all/", -3), cwd=folder, check=True, capture_output=True)
            found = {p.name.replace("_autopick", ""): p for p in (folder / "all").rglob("*_autopick.star")}
            figures[snr] = self.figures([found[m.stem + ".star"] for m in some], some, diameter)
        figures["all"] = self.by_sets(list(figures.values()))
        return figures


def tell(title, molecules, columns):
    """A table: one row per molecule, AP / AUROC in each column, then means of all and by SNR."""
    columns = {name: figures for name, figures in columns.items() if figures and all(figures.values())}
    print(f"\n{title}\n| set |" + "".join(f" {name} |" for name in columns) + "\n|---|" + "---|" * len(columns))
    rows = [(m, [figures[m]["all"] for figures in columns.values()]) for m in molecules]
    rows.append(("mean", [Hydra.by_sets([figures[m]["all"] for m in molecules]) for figures in columns.values()]))
    for snr in S["snr"]:
        rows.append((f"SNR {snr}", [Hydra.by_sets([figures[m][snr] for m in molecules]) for figures in columns.values()]))
    for name, cells in rows:
        print(f"| {name} |" + "".join(f" {c['ap']:.3f} / {c['auroc']:.3f} |" for c in cells), flush=True)
    return {name: figures for name, figures in columns.items()}


def main():
    study = Hydra("hydrapicker", __doc__)
    results = {}
    sources, targets = S["sources"], S["targets"]
    table = study.table("sources", sources)
    single = study.fit("single", "single", "--architecture", "hydrapicker", "--datasets", table, "--learning-rate", S["single_rate"])
    tell("Single-head network, first look", sources, {"single head": {m: study.measure("single", single, m) for m in sources}})
    multi = study.fit("multi", "multi", "--from", single, "--datasets", table, "--heads")
    log = {m: study.relion(m) for m in sources + targets}
    results["table 1"] = tell("Sets trained on, their test parts (paper: general .882 / .962, specialised .884 / .963)", sources, {
        "general head": {m: study.measure("general", multi, m) for m in sources},
        "specialised heads": {m: study.measure("special", multi, m, "--head", m) for m in sources},
        "single head": {m: study.measure("single", single, m) for m in sources},
        "RELION LoG": {m: log[m] for m in sources}})
    zero = {m: study.measure("general", multi, m) for m in targets}
    tell("Zero-shot, first look", targets, {"general head": zero, "RELION LoG": {m: log[m] for m in targets}})
    few, fine, own = {}, {}, {}
    for m in targets:
        files = study.table(f"target-{m}", [m])
        model = study.fit(f"few-{m}", "few", "--from", multi, "--datasets", files, "--head", m, "--freeze")
        few[m] = study.measure("few", model, m, "--head", m)
        model = study.fit(f"fine-{m}", "fine", "--from", single, "--datasets", files, "--learning-rate", S["single_rate"])
        fine[m] = study.measure("fine", model, m)
        model = study.fit(f"own-{m}", "own", "--architecture", "hydrapicker", "--datasets", files, "--learning-rate", S["single_rate"])
        own[m] = study.measure("own", model, m)
    results["tables 2 and 4"] = tell(
        "Targets: zero-shot and one network per set (paper .803 / .947 and .802 / .949); few-shot with a new head and with a fine-tuned "
        "single-head network (.895 / .975 and .887 / .974)", targets,
        {"zero-shot": zero, "one network per set": own, "few-shot, new head": few, "few-shot, single head": fine,
         "RELION LoG": {m: log[m] for m in targets}})
    canvas, axes = figure()
    for m in S["curve"]:
        ap = [zero[m]["all"]["ap"]]
        for count in S["few_shot"]:
            files = study.table(f"target-{m}-{count}", [m], count)
            model = study.fit(f"few-{m}-{count}", "few", "--from", multi, "--datasets", files, "--head", m, "--freeze")
            ap.append(study.measure(f"few-{count}", model, m, "--head", m)["all"]["ap"])
        axes[0][0].plot([0] + S["few_shot"], ap, "o-", label=m)
        results[f"few-shot {m}"] = dict(zip([0] + S["few_shot"], ap))
        print(m, results[f"few-shot {m}"], flush=True)
    axes[0][0].set(xlabel="labelled micrographs (0: zero-shot)", ylabel="AP at IoU 0.6", ylim=(0, 1))
    axes[0][0].legend()
    study.save(results)
    study.picture(canvas, study.name)


if __name__ == "__main__":
    main()
