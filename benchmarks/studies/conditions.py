#!/usr/bin/env python3
"""Which particles are found: recall by defocus (DeepPicker 2016, figure 6a-c), by view direction (DeepEM 2017: side views fare
worse), and of overlapping particles; scores on images without particles and on pure noise (DeepPicker 2016, figure 6d-e).

    python3 benchmarks/studies/conditions.py --picker build/release/bin/picker --data ../shared/data --output build/studies
"""
import numpy as np

from common import SETTINGS, Study, figure, match, mean_and_range, micrographs_of, read_star, truths


def columns_of_list(path, label):
    star = {}
    labels, rows = [], []
    for line in path.read_text().splitlines():
        words = line.split()
        if line.startswith("data_") or line.startswith("loop_"):
            labels, rows = [], []
        elif words and words[0].startswith("_"):
            labels.append(words[0][1:])
        elif words and not line.startswith("#") and len(words) == len(labels):
            rows.append(words)
    for row in rows:
        star[row[labels.index("rlnMicrographName")].split("/")[-1].rsplit(".", 1)[0]] = float(row[labels.index(label)])
    return star


def nearest_distance(star):
    x, y = star["rlnCoordinateX"], star["rlnCoordinateY"]
    d = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    np.fill_diagonal(d, np.inf)
    return d.min(axis=1) if len(x) > 1 else np.full(len(x), np.inf)


def main():
    study = Study("conditions", __doc__)
    settings = SETTINGS["conditions"]
    molecule = settings["molecule"]
    folder, made = study.simulate("conditions-train", [molecule], 401, settings["train"], *settings["simulate"])
    test_folder, _ = study.simulate("conditions-test", [molecule], 402, settings["test"], *settings["simulate"])
    noise_folder, _ = study.simulate("conditions-noise", [molecule], 403, 4, *settings["noise"])
    train, test, noise = (micrographs_of(f) for f in (folder, test_folder, noise_folder))
    negatives = micrographs_of(study.data / "micrographs" / "negatives")
    diameter, pixel = made["diameter"], made["pixel_size"]
    defocus = columns_of_list(test_folder / "micrographs.star", "rlnDefocusU")
    tables, background = [], {}
    for system in settings["systems"]:
        for seed in study.seeds:
            model = study.folder / f"{system}-{seed}.safetensors"
            report = study.train(model, "--architecture", system, "--micrographs", *train[1:], "--picks", *truths(train[1:]),
                                 "--validation-micrographs", train[0], "--validation-picks", truths(train)[0],
                                 "--diameter", diameter, "--max-particles", settings["particles"], *SETTINGS["train"].get(system, []), seed=seed)
            picks = study.pick(study.folder / f"{system}-{seed}", model, test)
            for micrograph, file, truth_file in zip(test, picks, truths(test)):
                star, truth = read_star(file), read_star(truth_file)
                keep = star["rlnAutopickFigureOfMerit"] >= report["threshold"]
                found, _, _ = match({k: v[keep] for k, v in star.items()}, truth, 0.5 * diameter / pixel)
                hit = np.zeros(len(truth["rlnCoordinateX"]), bool)
                hit[found[found >= 0]] = True
                tilt = truth[settings["tilt_label"]]
                side = np.abs(90 - np.abs(90 - np.mod(np.abs(tilt), 180)))  # 0: along the axis (top view), 90: side view
                tables.append(dict(system=system, seed=seed, hit=hit, defocus=np.full(len(hit), defocus[micrograph.stem]), view=side,
                                   near=nearest_distance(truth) * pixel / diameter))
            for kind, images, size in (("noise", noise, pixel), ("negatives", negatives, settings["negatives_pixel_size"])):
                files = study.pick(study.folder / f"{kind}-{system}-{seed}", model, images, "--pixel-size", size)
                for image, file in zip(images, files):
                    background.setdefault((system, kind if kind == "noise" else image.stem.rsplit("_", 1)[0]), []).append(
                        read_star(file)["rlnAutopickFigureOfMerit"] if len(read_star(file)["rlnCoordinateX"]) else np.zeros(0))

    results = []
    bins = {"defocus": settings["defocus_bins"], "view": [0, 30, 60, 90.001], "near": [0, 0.8, 1.0, 1.5, np.inf]}
    names = {"defocus": "defocus, angstrom", "view": "angle to the axis, degrees (90: side view)", "near": "distance to the neighbour, diameters"}
    span = lambda a, b: f"{a:g} and more" if np.isinf(b) else f"{a:g}-{b if b < 10 else round(b):g}"
    canvas, axes = figure(3 + len(settings["systems"]), width=4.2)
    for axis, (key, edges) in zip(axes[0], bins.items()):
        print(f"\nrecall by {names[key]}\n| system | " + " | ".join(span(a, b) for a, b in zip(edges, edges[1:])) + " |\n|---|" +
              "---|" * (len(edges) - 1))
        for system in settings["systems"]:
            cells, heights = [], []
            for a, b in zip(edges, edges[1:]):
                recall, number = [], 0
                for seed in study.seeds:
                    rows = [t for t in tables if (t["system"], t["seed"]) == (system, seed)]
                    hit = np.concatenate([t["hit"][(t[key] >= a) & (t[key] < b)] for t in rows])
                    number = len(hit)
                    recall.append(hit.mean() if number else np.nan)
                heights.append(mean_and_range(recall))
                cells.append("%.3f (%.3f-%.3f), %d particles" % (*heights[-1], number))
                results.append(dict(system=system, by=key, low=a, high=min(b, 1e9), recall=recall, particles=number))
            print(f"| {system} | " + " | ".join(cells) + " |", flush=True)
            axis.errorbar(range(len(heights)), [h[0] for h in heights], [[h[0] - h[1] for h in heights], [h[2] - h[0] for h in heights]],
                          fmt="-o", capsize=3, label=system)
        axis.set(xticks=range(len(edges) - 1), xlabel=names[key], ylabel="recall at the chosen threshold", ylim=(0, 1.02))
        axis.set_xticklabels([span(a, b) for a, b in zip(edges, edges[1:])], fontsize=7)
        axis.legend(fontsize=8)
    print("\nscores of the candidates on images without particles\n| system | images | candidates | below .05 | above .5 | above .5 per image |\n"
          "|---|---|---|---|---|---|")
    for (system, kind), lists in sorted(background.items()):
        scores = np.concatenate(lists)
        below, above = float((scores < 0.05).mean()), int((scores >= 0.5).sum())
        print(f"| {system} | {kind} | {len(scores)} | {below:.3f} | {above} | {above / len(lists):.1f} |")
        results.append(dict(system=system, background=kind, candidates=len(scores), below_05=below, above_half=above, images=len(lists)))
        axes[0][3 + settings["systems"].index(system)].hist(scores, bins=np.linspace(0, 1, 41), histtype="step", density=True,
                                                            label=kind.replace("_", " "))
    for system, axis in zip(settings["systems"], axes[0][3:]):
        axis.set(xlabel="score of a candidate", ylabel="density", title=f"{system}, no particles in the image", xlim=(0, 1))
        axis.legend(fontsize=7, loc="upper left")
    study.save(results)
    study.picture(canvas, study.name)


if __name__ == "__main__":
    main()
