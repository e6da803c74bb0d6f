#!/usr/bin/env python3
"""What incomplete labels cost, and what the positive-unlabelled loss gives back.

    python3 benchmarks/positive_unlabelled.py --picker build/release/bin/picker --output build/pu
    python3 benchmarks/positive_unlabelled.py --picker build/release/bin/picker --output build/pu --data ../shared/data/micrographs

Simulated: micrographs whose training labels are thinned out at random; whole labels judge. With --data: EMPIAR-10028, whose
labels are incomplete by nature, trained on 061-063 and judged on 064, which chooses (the test micrograph stays untouched).
Prints a table: average precision, and recall where precision is still .8 and .6. Standard library only.
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess


def run(command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise SystemExit("failed: " + " ".join(map(str, command)) + "\n" + result.stdout + result.stderr)
    return result.stdout


def thin_out(source, target, share, seed):
    """Keeps a share of a coordinate STAR's rows."""
    lines = pathlib.Path(source).read_text().splitlines()
    is_row = [bool(line.strip()) and line.split()[0][0] in "-0123456789" for line in lines]
    rows = [i for i, row in enumerate(is_row) if row]
    kept = set(random.Random(seed).sample(rows, round(share * len(rows))))
    target.write_text("\n".join(line for i, line in enumerate(lines) if not is_row[i] or i in kept) + "\n")


def judge(picker, model, micrographs, truth, spec, folder):
    run([picker, "pick", "--model", model, "--micrographs", *micrographs, "--pixel-size", spec["pixel_size"], "--keep", 0,
         "--output", folder / "picks", "--quiet", "--overwrite"])
    picks = [folder / "picks" / (m.stem + ".star") for m in micrographs]
    figures = json.loads(run([picker, "evaluate", "--picks", *picks, "--truth", *truth, "--micrographs", *micrographs,
                              "--diameter", spec["diameter"], "--pixel-size", spec["pixel_size"], "--json", "--quiet",
                              "--curve", folder / "curve.csv"]))
    rows = [list(map(float, line.split(","))) for line in (folder / "curve.csv").read_text().splitlines()[1:]
            if "n/a" not in line]
    return (figures["average_precision"], *(max([r[2] for r in rows if r[1] >= p], default=0.0) for p in (0.8, 0.6)))


def compare(title, spec, train, picks, test, truth, arguments):
    print(f"\n{title}\n| training | seed | prior | epochs | AP | recall at precision .8 | at .6 |\n|---|---|---|---|---|---|---|")
    variants = [("whole labels, default", picks["whole"], [])] if "whole" in picks else []
    variants.append(("thin labels, default", picks["thin"], []))
    variants += [(f"thin labels, nnpu {words}".strip(), picks["thin"], ["--loss", "nnpu", *words.split()])
                 for words in arguments.nnpu.split(";")]
    for name, labels, words in variants:
        figures = []
        for seed in range(arguments.seeds):
            folder = arguments.output / f"{title.split(':')[0]}-{len(figures)}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            report = json.loads(run([arguments.picker, "train", "--micrographs", *train, "--picks", *labels, "--diameter",
                                     spec["diameter"], "--pixel-size", spec["pixel_size"], "--seed", seed, "--output",
                                     folder / "m.safetensors", "--json", "--quiet", *words, *arguments.train_flags.split()]))
            figures.append(judge(arguments.picker, folder / "m.safetensors", test, truth, spec, folder))
            print(f"| {name} | {seed} | {report['prior'] or ''} | {report['epochs']} | "
                  + " | ".join(f"{f:.3f}" for f in figures[-1]) + " |", flush=True)
        means = [sum(column) / len(figures) for column in zip(*figures)]
        print(f"| **{name}** | mean | | | " + " | ".join(f"{m:.3f}" for m in means) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picker", required=True, type=pathlib.Path)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--labels", type=float, default=0.5, help="share of the simulated labels that is kept")
    parser.add_argument("--particles", type=int, default=250, help="of a simulated micrograph")
    parser.add_argument("--snr", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--nnpu", default="", help="flags of each nnpu variant, separated by ;")
    parser.add_argument("--train-flags", default="", help="further flags of every training, one string")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    if arguments.data is None:
        spec = {"diameter": 180, "pixel_size": 5}
        data = arguments.output / "data"
        run([arguments.picker, "simulate", "--output", data, "--count", 6, "--size", "1024,896", "--pixel-size",
             spec["pixel_size"], "--diameter", spec["diameter"], "--particles", arguments.particles, "--snr", arguments.snr, "--seed", 7,
             "--quiet"])
        micrographs = sorted(data.glob("sim_*.mrc"))
        truth = [m.with_suffix(".star") for m in micrographs]
        thin = [arguments.output / "thin" / t.name for t in truth[:4]]
        thin[0].parent.mkdir(exist_ok=True)
        for i, path in enumerate(thin):
            thin_out(truth[i], path, arguments.labels, i)
        compare(f"simulated: SNR {arguments.snr}, {arguments.labels:.0%} of the labels", spec, micrographs[:4],
                {"whole": truth[:4], "thin": thin}, micrographs[4:], truth[4:], arguments)
        return
    micrographs = sorted((arguments.data / "empiar-10028").glob("*.mrc"))[:4]
    truth = [m.with_suffix(".star") for m in micrographs]
    compare("empiar-10028: judged on " + micrographs[3].stem, {"diameter": 300, "pixel_size": 5.36}, micrographs[:3],
            {"thin": truth[:3]}, micrographs[3:], truth[3:], arguments)


if __name__ == "__main__":
    main()
