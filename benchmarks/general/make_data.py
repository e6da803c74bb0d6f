#!/usr/bin/env python3
"""The training set of the general model: simulated micrographs in wide variety, looked at in several ways, and a table for
`picker train --datasets`. The same settings give the same files.

    python3 benchmarks/general/make_data.py --picker build/release/bin/picker --data ../shared/data --output build/general

Needs numpy, scipy and scikit-image.
"""
import argparse
import concurrent.futures
import json
import pathlib
import sys

import numpy as np

from command import Command
from junk import add_junk
from looks import look, standard
from volumes import read_mrc, volume, write_mrc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "studies"))
from common import read_star  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "settings.json").read_text())
EMPTY_STAR = "\ndata_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n"


def log_uniform(random, low, high):
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def imaging(random):
    """How a session may look: flags of picker simulate."""
    shares = {"--ice-noise": random.uniform(.1, .7), "--background-noise": random.choice([0, random.uniform(0, .15)]),
              "--readout-noise": random.uniform(0, .1)}
    flags = {"--preset": "realistic", "--snr": log_uniform(random, .02, .5), "--defocus": log_uniform(random, 8000, 35000),
             "--defocus-spread": 2000, "--astigmatism": random.uniform(0, 1000), "--b-factor": log_uniform(random, 40, 800),
             "--amplitude-contrast": random.uniform(.07, .15), "--voltage": random.choice([200, 300]),
             "--dose": random.uniform(10, 60), "--detector-mtf": random.uniform(.3, 1), "--background-length": log_uniform(random, 30, 500),
             "--thickness-gradient": random.choice([0, random.uniform(0, .5)]), "--contrast-spread": random.uniform(0, .4),
             "--touching": random.choice([0, random.uniform(0, .5)]), "--contamination": random.choice([0, random.integers(1, 5)]),
             "--gold": random.choice([0, 0, 0, random.integers(1, 5)]), "--aggregates": random.choice([0, 0, random.integers(1, 3)]),
             "--carbon": random.choice([0, 0, 0, 0, random.uniform(.1, .5)]), **shares}
    return [str(word) for pair in flags.items() for word in pair]


class Maker(Command):
    def __init__(self, picker, data, output):
        super().__init__(picker)
        self.data, self.output = data.resolve(), output

    def simulate(self, folder, structure, pixel, particles, seed, random, size):
        self.run("simulate", "--output", folder, "--count", 1, "--size", f"{size},{size}", "--pixel-size", pixel, "--particles", particles, "--seed", seed,
                 "--views", 40, "--threads", 1, "--structure", structure, *imaging(random))

    def one(self, index, kind, structure, diameter, split):
        """A simulated micrograph in its looks: rows of the table."""
        random = np.random.default_rng([SETTINGS["seed"], index])
        particle = random.uniform(22, 48)
        pixel, size = diameter / particle, int(particle * random.uniform(16, 24)) // 2 * 2
        share = log_uniform(random, .03, .55)
        count = 0 if kind == "empty" else max(1, round(share * size ** 2 / (np.pi / 4 * particle ** 2)))
        folder = self.output / "simulated" / f"{index:04d}"
        stars = sorted(folder.glob("*.star")) if folder.exists() else []
        if not stars:
            self.simulate(folder, structure, pixel, count, 1000 + index, random, size)
        image, _ = read_mrc(next(folder.glob("*.mrc")))
        truth = read_star(folder / "sim_0001.star")
        places = np.stack([truth["rlnCoordinateX"], truth["rlnCoordinateY"]], 1)
        image, sharp = add_junk(image, random, particle, places, kind == "empty")
        star = EMPTY_STAR if kind == "empty" else (folder / "sim_0001.star").read_text()
        rows = []
        for n in range(SETTINGS["looks_each"]):
            seen = look(image, random, particle, sharp)
            error = float(np.exp(random.uniform(*np.log(SETTINGS["diameter_error"])))) if random.random() < .7 else 1.0
            rows.append(self.add(f"{index:04d}_{n}", seen, star, pixel, diameter * error, kind, split))
        return rows

    def add(self, stem, image, star, pixel, diameter, kind, split):
        folder = self.output / "micrographs"
        write_mrc(folder / f"{stem}.mrc", image, pixel)
        (folder / f"{stem}.star").write_text(star)
        return f"{kind},micrographs/{stem}.mrc,micrographs/{stem}.star,{diameter:.2f},{pixel:.4f},{split}"

    def negatives(self):
        rows = []
        for i, file in enumerate(SETTINGS["negatives"]):
            image, _ = read_mrc(self.data / "micrographs" / "negatives" / file)
            for j, scale in enumerate(SETTINGS["negative_scales"] * SETTINGS["negative_looks"]):
                random = np.random.default_rng([SETTINGS["seed"], 777, i, j])
                seen = standard(image).astype(np.float32) if j < len(SETTINGS["negative_scales"]) else look(image, random, scale, sharp=True)
                rows.append(self.add(f"negative_{i}_{j}", seen, EMPTY_STAR, 8.0, 8.0 * scale, "empty", "train"))
        return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picker", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    maker = Maker(arguments.picker, arguments.data, arguments.output)
    sizes = arguments.output / "sizes"  # thrown away each time
    for name in ("micrographs", "simulated", "volumes"):
        (arguments.output / name).mkdir(parents=True, exist_ok=True)

    structures = [maker.data / "structures" / name for name in SETTINGS["structures"]]
    known = [(path, maker.diameter(path, 5, sizes)) for path in structures]
    made = []
    for i in range(SETTINGS["synthetic"]):
        random = np.random.default_rng([SETTINGS["seed"], 999, i])
        density, kind = volume(random)
        voxel = random.uniform(2.0, 7.0)
        path = maker.output / "volumes" / f"{i:03d}_{kind}.mrc"
        write_mrc(path, density, voxel)
        made.append((path, maker.diameter(path, voxel, sizes)))

    jobs, counts = [], SETTINGS["micrographs"]
    for kind, sources in (("structures", known), ("synthetic", made), ("empty", known)):
        jobs += [(len(jobs) + i, kind, *sources[i % len(sources)]) for i in range(counts[kind])]
    step = len(jobs) // SETTINGS["validation"]
    rows = ["name,micrographs,picks,diameter,pixel_size,split"]
    with concurrent.futures.ProcessPoolExecutor(arguments.workers) as pool:
        futures = [pool.submit(maker.one, *job, "validation" if job[0] % step == step - 1 else "train") for job in jobs]
        for n, future in enumerate(futures):
            rows += future.result()
            if n % 20 == 19:
                print(f"{n + 1} of {len(jobs)}", file=sys.stderr, flush=True)
    rows += maker.negatives()
    (arguments.output / "table.csv").write_text("\n".join(rows) + "\n")
    print(f"{len(rows) - 1} rows in {arguments.output / 'table.csv'}")


if __name__ == "__main__":
    main()
