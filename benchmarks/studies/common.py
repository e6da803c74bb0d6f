"""What the studies share: the picker command, simulated sets, trainings that are not repeated, matching, pictures.

Every step leaves a stamp with its command beside its result; a study that is started again goes on where it stopped.
"""
import argparse
import hashlib
import json
import math
import pathlib
import shutil
import subprocess

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
SETTINGS = json.loads((HERE / "settings.json").read_text())
SEEDS = SETTINGS["seeds"]


class Study:
    """The command, the folders, and steps that are done once."""

    def __init__(self, name, description):
        parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--picker", type=pathlib.Path, required=True)
        parser.add_argument("--data", type=pathlib.Path, required=True, help="the folder with micrographs/ and structures/")
        parser.add_argument("--output", type=pathlib.Path, required=True, help="simulations, models and results (several GB)")
        parser.add_argument("--pictures", type=pathlib.Path, help="where PNG files go [OUTPUT]")
        parser.add_argument("--seeds", type=int, default=len(SEEDS))
        arguments = parser.parse_args()
        self.name, self.picker, self.data = name, arguments.picker.resolve(), arguments.data
        self.output = arguments.output
        self.folder = arguments.output / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.pictures = arguments.pictures or self.folder
        self.seeds = SEEDS[:arguments.seeds]

    def run(self, *words):
        result = subprocess.run([str(self.picker), *map(str, words)], capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit("failed: picker " + " ".join(map(str, words)) + "\n" + result.stdout + result.stderr)
        return result.stdout

    def once(self, result, words):
        """Runs the command unless `result` is there from the same one; returns its JSON."""
        stamp = result.with_name(result.name + ".stamp.json")
        key = hashlib.sha256(json.dumps([str(w) for w in words]).encode()).hexdigest()
        if result.exists() and stamp.exists():
            old = json.loads(stamp.read_text())
            if old["key"] == key:
                return old["json"]
        if result.is_dir():
            shutil.rmtree(result)
        result.parent.mkdir(parents=True, exist_ok=True)
        answer = json.loads(self.run(*words, "--json", "--quiet"))
        stamp.write_text(json.dumps(dict(key=key, json=answer)))
        return answer

    def structure(self, name):
        return self.data / "structures" / SETTINGS["molecules"][name]["file"]

    def simulate(self, name, molecules, seed, count, *flags):
        """A set of micrographs of the molecules, at the pixel size that fits the first of them; its folder and JSON."""
        folder = self.output / "simulated" / name
        first = SETTINGS["molecules"][molecules[0]]
        words = ["simulate", "--output", folder, "--structure", *[self.structure(m) for m in molecules], "--count", count,
                 "--pixel-size", first["pixel_size"], "--seed", seed, *SETTINGS["simulate"], *flags]
        return folder, self.once(folder, words)

    def diameter(self, molecule, pixel_size):
        """What the simulator says is the longest axis; a throw-away image tells."""
        _, made = self.simulate(f"{self.name}-{molecule}-size", [molecule], 1, 1, "--pixel-size", pixel_size, "--size", "256,256",
                                "--particles", 1)
        return made["diameter"]

    def train(self, path, *flags, seed=0):
        return self.once(path, ["train", "--output", path, "--seed", seed, *flags])

    def pick(self, folder, model, micrographs, *flags):
        """Every candidate of every micrograph, down to score 0."""
        self.once(folder, ["pick", "--model", model, "--micrographs", *micrographs, "--keep", 0, "--output", folder, *flags])
        return [folder / (pathlib.Path(m).stem + ".star") for m in micrographs]

    def evaluate(self, picks, truth, micrographs, diameter, *flags):
        return json.loads(self.run("evaluate", "--picks", *picks, "--truth", *truth, "--micrographs", *micrographs, "--diameter",
                                   diameter, "--json", "--quiet", *flags))

    def save(self, results):
        (self.folder / "results.json").write_text(json.dumps(results, indent=1))

    def picture(self, figure, name):
        self.pictures.mkdir(parents=True, exist_ok=True)
        figure.tight_layout()
        figure.savefig(self.pictures / f"study-{name}.png", dpi=80)
        print(f"picture {self.pictures / f'study-{name}.png'}")


def particles_for(coverage, area, diameter):
    """How many particles cover that share of an area; lengths in one unit."""
    return round(coverage * area / (math.pi / 4 * diameter ** 2))


def micrographs_of(folder):
    return sorted(p for p in pathlib.Path(folder).glob("*.mrc"))


def truths(micrographs):
    return [m.with_suffix(".star") for m in micrographs]


def read_star(path):
    """The columns of the first loop with coordinates, as arrays of numbers where they are numbers."""
    labels, rows = [], []
    for line in pathlib.Path(path).read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0].startswith("data_") or words[0] == "loop_":
            if rows and "rlnCoordinateX" in labels:
                break
            labels, rows = [], []
        elif words[0].startswith("_"):
            labels.append(words[0][1:])
        elif len(words) == len(labels):
            rows.append(words)
    columns = {}
    for i, label in enumerate(labels):
        try:
            columns[label] = np.array([float(r[i]) for r in rows])
        except ValueError:
            columns[label] = np.array([r[i] for r in rows])
    for label in ("rlnCoordinateX", "rlnCoordinateY"):
        columns.setdefault(label, np.zeros(0))
    return columns


def match(picks, truth, radius):
    """Greedy by score, one to one: for each pick (best first) the row of its particle or -1, and the distance in pixels.

    Also returns the scores in that order."""
    px, py = picks["rlnCoordinateX"], picks["rlnCoordinateY"]
    score = picks.get("rlnAutopickFigureOfMerit", np.zeros(len(px)))
    order = np.argsort(-score, kind="stable")
    tx, ty = truth["rlnCoordinateX"], truth["rlnCoordinateY"]
    free = np.ones(len(tx), bool)
    found, distance = np.full(len(px), -1), np.full(len(px), np.nan)
    for n, i in enumerate(order):
        if not free.any():
            break
        d = np.where(free, np.hypot(tx - px[i], ty - py[i]), np.inf)
        best = int(np.argmin(d))
        if d[best] <= radius:
            free[best], found[n], distance[n] = False, best, d[best]
    return found, distance, score[order]


def top_n_curve(matches, total, points=np.linspace(0.05, 2.0, 40)):
    """Precision and recall when the best N of all micrographs are taken, against N / number of reference particles
    (DeepPicker 2016, figures 2 and 5)."""
    hit = np.concatenate([found >= 0 for found, _, _ in matches])
    score = np.concatenate([s for _, _, s in matches])
    hits = np.cumsum(hit[np.argsort(-score, kind="stable")])
    ns = np.minimum((points * total).astype(int), len(hits))
    good = ns > 0
    taken = hits[ns[good] - 1]
    return points[good], taken / np.maximum(1, (points[good] * total)), taken / total


def mean_and_range(values):
    values = np.asarray(values, float)
    return float(values.mean()), float(values.min()), float(values.max())


def figure(columns=1, rows=1, width=5.0, height=3.8):
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot
    return pyplot.subplots(rows, columns, figsize=(width * columns, height * rows), squeeze=False)
