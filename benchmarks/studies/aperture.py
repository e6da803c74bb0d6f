#!/usr/bin/env python3
"""PARSED's aperture beside the particle's diameter: best F1 and AP on simulated micrographs for apertures from .3 to .9 of the longest axis,
each molecule by itself. The model is that of parsed.py (its molecules, other micrographs); the default of `--aperture` is chosen on this.

    python3 benchmarks/studies/aperture.py --picker build/release/bin/picker --data ../shared/data --output build/studies --seeds 1
"""
import numpy as np

from common import SETTINGS, Study, figure, mean_and_range, micrographs_of, particles_for
from parsed import molecules_table


def main():
    study = Study("parsed", __doc__)  # in its folder: the model is trained once
    settings, own = SETTINGS["parsed"], SETTINGS["aperture"]
    table = molecules_table(study, settings)
    width, height = (int(n) for n in settings["size"].split(","))
    area = width * height * settings["pixel_size"] ** 2
    best, average = {}, {}
    for seed in study.seeds:
        model = study.folder / f"parsed-{seed}.safetensors"
        study.train(model, "--architecture", "parsed", "--datasets", table, "--epochs", settings["epochs"], seed=seed)
        for i, molecule in enumerate(settings["molecules"]):
            diameter = study.diameter(molecule, settings["pixel_size"])
            particles = particles_for(settings["coverage"], area, diameter)
            folder, _ = study.simulate(f"aperture-{molecule}", [molecule], 901 + i, own["test"], *settings["simulate"], "--size",
                                       settings["size"], "--pixel-size", settings["pixel_size"], "--particles", particles, "--snr", own["snr"])
            micrographs = micrographs_of(folder)
            for share in own["shares"]:
                picks = study.pick(study.folder / "aperture" / f"{molecule}-{share}-{seed}", model, micrographs, "--diameter", diameter,
                                   "--aperture", f"{share * diameter:.1f}")
                e = study.evaluate(picks, [m.with_suffix(".star") for m in micrographs], micrographs, diameter)
                best.setdefault((molecule, share), []).append(e["best_f"])
                average.setdefault((molecule, share), []).append(e["average_precision"])
    print("| molecule |" + "".join(f" {share} |" for share in own["shares"]) + "\n|---|" + "---|" * len(own["shares"]))
    canvas, axes = figure()
    for molecule in settings["molecules"]:
        values = [np.mean(best[molecule, share]) for share in own["shares"]]
        axes[0][0].plot(own["shares"], values, "o-", label=molecule)
        print(f"| {molecule} |" + "".join(f" {value:.3f} |" for value in values))
    for name, table in (("mean, best F1", best), ("mean, AP", average)):
        means = [mean_and_range([np.mean(table[molecule, share]) for molecule in settings["molecules"]])[0] for share in own["shares"]]
        print(f"| {name} |" + "".join(f" {value:.3f} |" for value in means), flush=True)
    axes[0][0].set(xlabel="aperture / longest axis", ylabel="best F1", ylim=(0, 1))
    axes[0][0].legend(fontsize=7)
    study.picture(canvas, "aperture")


if __name__ == "__main__":
    main()
