#!/usr/bin/env python3
"""DeepPicker's fully automated scheme (2016, sections 2.2 and 4.3; figures 2 and 4): trained on 1 to 4 other molecules, which are
simulated, then 0 to 3 iterations on its own picks of the unseen one, without any label. Real data decide: EMPIAR-10028 (no
ribosome in training) and EMPIAR-10017 (no beta-galactosidase). Their coordinates are used for scoring only.

    python3 benchmarks/studies/automated.py --picker build/release/bin/picker --data ../shared/data --output build/studies
"""
import pathlib

import numpy as np

from common import SETTINGS, Study, figure, match, mean_and_range, micrographs_of, read_star, top_n_curve, truths


def datasets_table(study, settings, molecules):
    """One row per molecule; names differ, so that each gets an equal share."""
    rows = ["name,micrographs,picks,split"]
    for i, molecule in enumerate(molecules):
        folder, made = study.simulate(f"automated-{molecule}", [molecule], 301 + i, settings["train"], *settings["simulate"])
        rows.append(f"{molecule},{folder.resolve()},{folder.resolve()},train,{made['diameter']}")
    rows[0] += ",diameter"
    path = study.folder / f"molecules-{len(molecules)}.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def centre_error(study, picks, truth, window, radius):
    distances = [match(read_star(p), read_star(t), radius)[1] for p, t in zip(picks, truth)]
    return float(np.nanmean(np.concatenate(distances)) / window)


def main():
    study = Study("automated", __doc__)
    settings = SETTINGS["automated"]
    results = []
    for count in range(1, len(settings["molecules"]) + 1):
        molecules = settings["molecules"][:count]
        table = datasets_table(study, settings, molecules)
        for seed in study.seeds:
            general = study.folder / f"general-{count}-{seed}.safetensors"
            study.train(general, "--architecture", "deeppicker", "--datasets", table, "--max-particles", settings["particles"],
                        *SETTINGS["train"]["deeppicker"], seed=seed)
            for name, spec in settings["unseen"].items():
                micrographs = micrographs_of(study.data / "micrographs" / name)
                diameter, pixel = spec["diameter"], spec["pixel_size"]
                for iterations in range(settings["iterations"] + 1):
                    stem = f"{name}-{count}-{iterations}-{seed}"
                    model = general
                    if iterations > 0:
                        model = study.folder / f"{stem}.safetensors"
                        study.train(model, "--from", general, "--micrographs", *micrographs, "--diameter", diameter, "--pixel-size", pixel,
                                    "--iterate", iterations, *settings["iterate"], seed=seed)
                    picks = study.pick(study.folder / stem, model, micrographs, "--diameter", diameter, "--pixel-size", pixel)
                    truth = truths(micrographs)
                    e = study.evaluate(picks, truth, micrographs, diameter, "--pixel-size", pixel, "--threshold", 0.5)
                    radius = 0.5 * diameter / pixel
                    results.append(dict(dataset=name, molecules=count, iterations=iterations, seed=seed, best_f=e["best_f"],
                                        ap=e["average_precision"], recall=e["recall"], precision=e["precision"],
                                        centre_error=centre_error(study, picks, truth, 1.2 * diameter / pixel, radius),
                                        picks=[str(p) for p in picks]))
        for name in settings["unseen"]:
            if count == 1:
                print(f"\n{name}" if name == next(iter(settings["unseen"])) else "", flush=True)
            for iterations in range(settings["iterations"] + 1):
                rows = [r for r in results if (r["dataset"], r["molecules"], r["iterations"]) == (name, count, iterations)]
                cells = " | ".join("%.3f (%.3f-%.3f)" % mean_and_range([r[k] for r in rows])
                                   for k in ("best_f", "ap", "precision", "recall", "centre_error"))
                print(f"| {name} | {count} | {iterations} | {cells} |", flush=True)
    study.save(results)

    names = list(settings["unseen"])
    canvas, axes = figure(3, len(names))
    for row, name in enumerate(names):
        spec = settings["unseen"][name]
        truth = truths(micrographs_of(study.data / "micrographs" / name))
        total = sum(len(read_star(t)["rlnCoordinateX"]) for t in truth)
        radius = 0.5 * spec["diameter"] / spec["pixel_size"]
        for count in range(1, len(settings["molecules"]) + 1):
            one = next(r for r in results if (r["dataset"], r["molecules"], r["iterations"], r["seed"]) == (name, count, 1, study.seeds[0]))
            curve = top_n_curve([match(read_star(pathlib.Path(p)), read_star(t), radius) for p, t in zip(one["picks"], truth)], total)
            line, = axes[row][0].plot(curve[0], curve[2], label=f"{count} molecule{'s' if count > 1 else ''}")
            axes[row][0].plot(curve[0], curve[1], "--", color=line.get_color())
            for axis, key in ((axes[row][1], "best_f"), (axes[row][2], "centre_error")):
                mean = [mean_and_range([r[key] for r in results if (r["dataset"], r["molecules"], r["iterations"]) == (name, count, i)])
                        for i in range(settings["iterations"] + 1)]
                axis.errorbar(range(len(mean)), [m[0] for m in mean], [[m[0] - m[1] for m in mean], [m[2] - m[0] for m in mean]],
                              fmt="-o", capsize=3, label=str(count))
        axes[row][0].set(title=f"{name}, one iteration", xlabel="best N / reference particles",
                         ylabel="recall (line), precision (dashed)", ylim=(0, 1.02))
        axes[row][1].set(title=name, xlabel="iterations", ylabel="best F1", ylim=(0, 1), xticks=range(settings["iterations"] + 1))
        axes[row][2].set(title=name, xlabel="iterations", ylabel="mean centre error / window", ylim=(0, 0.2),
                         xticks=range(settings["iterations"] + 1))
        axes[row][2].axhline(0.1, color="grey", linestyle=":")
        axes[row][0].legend(fontsize=8)
        axes[row][1].legend(fontsize=8, title="molecules")
    study.picture(canvas, study.name)


if __name__ == "__main__":
    main()
