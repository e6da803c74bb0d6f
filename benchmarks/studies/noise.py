#!/usr/bin/env python3
"""AP against the signal-to-noise ratio, .1 to .005 (DeepEM 2017, figure 6), trained and tested at the same ratio.

    python3 benchmarks/studies/noise.py --picker build/release/bin/picker --data ../shared/data --output build/studies
"""
from common import SETTINGS, Study, figure, mean_and_range, micrographs_of, truths


def main():
    study = Study("noise", __doc__)
    settings = SETTINGS["noise"]
    molecule = settings["molecule"]
    results = []
    print(f"{molecule}, {settings['particles']} training particles\n| system | SNR | best F1 | AP |\n|---|---|---|---|", flush=True)
    for snr in settings["snr"]:
        folder, made = study.simulate(f"noise-{snr}-train", [molecule], 201, settings["train"], "--snr", snr)
        test_folder, _ = study.simulate(f"noise-{snr}-test", [molecule], 202, settings["test"], "--snr", snr)
        train, test = micrographs_of(folder), micrographs_of(test_folder)
        for system in settings["systems"]:
            figures = []
            for seed in study.seeds:
                model = study.folder / f"{system}-{snr}-{seed}.safetensors"
                study.train(model, "--architecture", system, "--micrographs", *train, "--picks", *truths(train), "--diameter", made["diameter"],
                            "--max-particles", settings["particles"], *SETTINGS["train"].get(system, []), seed=seed)
                picks = study.pick(study.folder / f"{system}-{snr}-{seed}", model, test)
                evaluation = study.evaluate(picks, truths(test), test, made["diameter"])
                figures.append(dict(system=system, snr=snr, seed=seed, best_f=evaluation["best_f"], ap=evaluation["average_precision"]))
            results += figures
            f1, ap = (mean_and_range([f[k] for f in figures]) for k in ("best_f", "ap"))
            print(f"| {system} | {snr} | {f1[0]:.3f} ({f1[1]:.3f}-{f1[2]:.3f}) | {ap[0]:.3f} ({ap[1]:.3f}-{ap[2]:.3f}) |", flush=True)
    study.save(results)
    canvas, axes = figure()
    for system in settings["systems"]:
        mean = [mean_and_range([r["ap"] for r in results if r["system"] == system and r["snr"] == s]) for s in settings["snr"]]
        axes[0][0].errorbar(settings["snr"], [m[0] for m in mean], [[m[0] - m[1] for m in mean], [m[2] - m[0] for m in mean]], fmt="-o",
                            capsize=3, label=system)
    axes[0][0].set(xscale="log", xlabel="signal variance / noise variance", ylabel="AP", ylim=(0, 1))
    axes[0][0].invert_xaxis()
    axes[0][0].legend()
    study.picture(canvas, study.name)


if __name__ == "__main__":
    main()
