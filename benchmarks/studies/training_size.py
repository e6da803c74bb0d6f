#!/usr/bin/env python3
"""Score against the number of training particles (DeepEM 2017, figure 4: 100-1,200; DeepPicker 2016, figure 5: 400-10,000).

    python3 benchmarks/studies/training_size.py --picker build/release/bin/picker --data ../shared/data --output build/studies
"""
from common import SETTINGS, Study, figure, match, mean_and_range, micrographs_of, read_star, top_n_curve, truths


def main():
    study = Study("training-size", __doc__)
    settings = SETTINGS["training_size"]
    molecule = settings["molecule"]
    folder, made = study.simulate("size-train", [molecule], 101, settings["train"], "--snr", settings["snr"])
    test_folder, _ = study.simulate("size-test", [molecule], 102, settings["test"], "--snr", settings["snr"])
    train, test = micrographs_of(folder), micrographs_of(test_folder)
    diameter, pixel_size = made["diameter"], made["pixel_size"]
    results = []
    for system, sizes in settings["sizes"].items():
        print(f"\n{system} on {molecule}, SNR {settings['snr']}\n| particles | best F1 | AP | epochs | training, s |\n|---|---|---|---|---|", flush=True)
        for size in sizes:
            figures = []
            for seed in study.seeds:
                model = study.folder / f"{system}-{size}-{seed}.safetensors"
                report = study.train(model, "--architecture", system, "--micrographs", *train, "--picks", *truths(train), "--diameter",
                                     diameter, "--max-particles", size, *SETTINGS["train"].get(system, []), seed=seed)
                picks = study.pick(study.folder / f"{system}-{size}-{seed}", model, test)
                evaluation = study.evaluate(picks, truths(test), test, diameter)
                figures.append(dict(system=system, size=size, seed=seed, best_f=evaluation["best_f"], ap=evaluation["average_precision"],
                                    epochs=report["epochs"], seconds=report["seconds"],
                                    picks=[str(p) for p in picks]))
            results += figures
            f1, low, high = mean_and_range([f["best_f"] for f in figures])
            ap = mean_and_range([f["ap"] for f in figures])
            print(f"| {size} | {f1:.3f} ({low:.3f}-{high:.3f}) | {ap[0]:.3f} ({ap[1]:.3f}-{ap[2]:.3f}) | "
                  f"{', '.join(str(f['epochs']) for f in figures)} | {', '.join('%.0f' % f['seconds'] for f in figures)} |", flush=True)
    study.save(results)

    canvas, axes = figure(2, 1)
    radius = 0.5 * diameter / pixel_size
    for system in settings["sizes"]:
        rows = [r for r in results if r["system"] == system]
        sizes = sorted({r["size"] for r in rows})
        for key, style in (("best_f", "-o"), ("ap", "--s")):
            mean = [mean_and_range([r[key] for r in rows if r["size"] == s]) for s in sizes]
            axes[0][0].errorbar(sizes, [m[0] for m in mean], [[m[0] - m[1] for m in mean], [m[2] - m[0] for m in mean]], fmt=style,
                                capsize=3, label=f"{system}, {'best F1' if key == 'best_f' else 'AP'}")
    axes[0][0].set(xscale="log", xlabel="training particles", ylabel="on the test micrographs", ylim=(0, 1))
    axes[0][0].legend(fontsize=8)
    total = sum(len(read_star(t)["rlnCoordinateX"]) for t in truths(test))
    for row in (r for r in results if r["seed"] == study.seeds[0] and r["system"] == "deeppicker"):
        matches = [match(read_star(p), read_star(t), radius) for p, t in zip(row["picks"], truths(test))]
        x, precision, recall = top_n_curve(matches, total)
        line, = axes[0][1].plot(x, recall, label=f"{row['size']} particles")
        axes[0][1].plot(x, precision, "--", color=line.get_color())
    axes[0][1].set(xlabel="best N / reference particles", ylabel="recall (line), precision (dashed)", ylim=(0, 1.02), title="deeppicker")
    axes[0][1].legend(fontsize=8)
    study.picture(canvas, study.name)


if __name__ == "__main__":
    main()
