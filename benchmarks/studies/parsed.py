#!/usr/bin/env python3
"""PARSED trained on simulations alone picks real molecules that it has never seen, without a label (2020, figures 2 and S4): F1 and
accuracy against the mass cut-off. EMPIAR-10028 (no ribosome in training) and EMPIAR-10017 (no beta-galactosidase);
their coordinates are used for scoring only.

    python3 benchmarks/studies/parsed.py --picker build/release/bin/picker --data ../shared/data --output build/studies

Accuracy = (TP + TN) / (TP + FP + TN + FN) with TN = sum over the micrographs of (width * height - pi * r^2 * N) / (pi * r^2): the
number of discs of the matching radius r that the area without the N reference particles holds. (Note S2 has the aperture's
diameter in the place of r.)
"""
import math

import numpy as np

from common import SETTINGS, Study, figure, match, mean_and_range, micrographs_of, particles_for, read_star, truths


def image_size(path):
    return [int(n) for n in np.fromfile(path, np.int32, 2)]


def molecules_table(study, settings):
    """One row per molecule and ratio; each molecule gets an equal share."""
    rows = ["name,micrographs,picks,diameter,split"]
    width, height = (int(n) for n in settings["size"].split(","))
    area = width * height * settings["pixel_size"] ** 2
    for i, molecule in enumerate(settings["molecules"]):
        diameter = study.diameter(molecule, settings["pixel_size"])
        particles = particles_for(settings["coverage"], area, diameter)
        for j, snr in enumerate(settings["snr"]):
            folder, _ = study.simulate(f"parsed-{molecule}-{snr}", [molecule], 501 + 10 * i + j, settings["train"] // len(settings["snr"]),
                                       *settings["simulate"], "--size", settings["size"], "--pixel-size", settings["pixel_size"],
                                       "--particles", particles, "--snr", snr)
            rows.append(f"{molecule},{folder.resolve()},{folder.resolve()},{diameter},train")
    path = study.folder / "molecules.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def curve(matches, masses, sizes, radius, totals):
    """F1 and accuracy at each of 60 mass cut-offs."""
    hit = np.concatenate([found >= 0 for found in matches])
    mass = np.concatenate(masses)
    disc = math.pi * radius ** 2
    negatives = sum((w * h - disc * n) / disc for (w, h), n in zip(sizes, totals))
    cuts = np.linspace(0, np.quantile(mass, 0.99), 60)
    f1, accuracy = [], []
    for cut in cuts:
        tp, fp = int(hit[mass >= cut].sum()), int((~hit)[mass >= cut].sum())
        fn, tn = sum(totals) - tp, negatives - fp
        f1.append(2 * tp / max(1, 2 * tp + fp + fn))
        accuracy.append((tp + tn) / (tp + fp + tn + fn))
    return cuts, np.array(f1), np.array(accuracy)


def main():
    study = Study("parsed", __doc__)
    settings = SETTINGS["parsed"]
    table = molecules_table(study, settings)
    canvas, axes = figure(1 + len(settings["unseen"]))
    results = []
    print("| set | seed | best F1, d/2 | AP | best F1, 0.2 d | AP | mass cut: rule | F1 there | best F1 of any cut |\n|---|---|---|---|---|---|---|---|---|",
          flush=True)
    for seed in study.seeds:
        model = study.folder / f"parsed-{seed}.safetensors"
        study.train(model, "--architecture", "parsed", "--datasets", table, "--epochs", settings["epochs"], seed=seed)
        for column, (name, spec) in enumerate(settings["unseen"].items()):
            micrographs = micrographs_of(study.data / "micrographs" / name)
            truth = truths(micrographs)
            diameter, pixel = spec["diameter"], spec["pixel_size"]
            picks = study.pick(study.folder / f"{name}-{seed}", model, micrographs, "--diameter", diameter, "--pixel-size", pixel)
            e = [study.evaluate(picks, truth, micrographs, diameter, "--pixel-size", pixel, *flags)
                 for flags in ((), ("--radius", 0.2 * diameter / pixel))]
            cutoff = study.once(study.folder / f"{name}-{seed}-cut", ["cutoff", "--picks", picks[0].parent, "--output",
                                                                     study.folder / f"{name}-{seed}-cut"])
            radius = 0.5 * diameter / pixel
            stars = [read_star(p) for p in picks]
            # Greedy by mass and by score is the same order within a micrograph.
            matches = [match(s, read_star(t), radius)[0] for s, t in zip(stars, truth)]
            masses = [s["pickerMass"][np.argsort(-s["rlnAutopickFigureOfMerit"], kind="stable")] if len(s["rlnCoordinateX"]) else np.zeros(0)
                      for s in stars]
            cuts, f1, accuracy = curve(matches, masses, [image_size(m) for m in micrographs], radius,
                                       [len(read_star(t)["rlnCoordinateX"]) for t in truth])
            at_rule = float(f1[np.searchsorted(cuts, cutoff["mass_min"]).clip(0, len(f1) - 1)])
            results.append(dict(dataset=name, seed=seed, best_f=e[0]["best_f"], ap=e[0]["average_precision"], tight_f=e[1]["best_f"],
                                tight_ap=e[1]["average_precision"], two_peaks=cutoff["two_peaks"], mass_min=cutoff["mass_min"],
                                f_at_rule=at_rule, best_f_of_cuts=float(f1.max())))
            rule = f"{cutoff['mass_min']:.1f}" if cutoff["two_peaks"] else "one peak"
            r = results[-1]
            print(f"| {name} | {seed} | {r['best_f']:.3f} | {r['ap']:.3f} | {r['tight_f']:.3f} | {r['tight_ap']:.3f} | {rule} | "
                  f"{at_rule:.3f} | {f1.max():.3f} |", flush=True)
            if seed == study.seeds[0]:
                axes[0][column].plot(cuts, f1, label="F1")
                axes[0][column].plot(cuts, accuracy, label="accuracy")
                axes[0][column].axvline(cutoff["mass_min"], color="grey", linestyle=":", label="cut by rule")
                axes[0][column].set(title=name, xlabel="mass cut-off", ylim=(0, 1))
                axes[0][column].legend(fontsize=8)
                axes[0][-1].hist(np.concatenate(masses), bins=40, histtype="step", density=True, label=name)
        negative = settings["negatives"]
        images = micrographs_of(study.data / "micrographs" / "negatives")
        files = study.pick(study.folder / f"negatives-{seed}", model, images, "--diameter", negative["diameter"], "--pixel-size",
                           negative["pixel_size"])
        scores = np.concatenate([read_star(f).get("rlnAutopickFigureOfMerit", np.zeros(0)) for f in files])
        print(f"negatives: {len(scores)} candidates on {len(images)} images, {int((scores >= 0.3).sum())} at .3 or more", flush=True)
        results.append(dict(dataset="negatives", seed=seed, candidates=len(scores), above=int((scores >= 0.3).sum())))
    for name in settings["unseen"]:
        print(name, "best F1 %.3f (%.3f-%.3f)" % mean_and_range([r["best_f"] for r in results if r["dataset"] == name]))
    study.save(results)
    axes[0][-1].set(xlabel="mass of a candidate", ylabel="density")
    axes[0][-1].legend(fontsize=8)
    study.picture(canvas, study.name)


if __name__ == "__main__":
    main()
