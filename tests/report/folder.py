"""A run's folder and its micrographs made by hand, with known particles: nothing of it is written by libpicker."""
import array
import json
import math
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

from support import coordinates_star, write_mrc

WIDTH, HEIGHT, PIXEL, DIAMETER = 900, 500, 3.0, 90.0  # a particle is 30 pixels wide
EVIL = "x\"><img src=q onerror=\"window.hacked=1\">'&amp; y.mrc"
THRESHOLD = 0.5


def micrograph(path, particles, width=WIDTH, height=HEIGHT, seed=1):
    """Dark discs on noise."""
    draw = random.Random(seed)
    pixels = array.array("f", (draw.gauss(100.0, 4.0) for _ in range(width * height)))
    radius = DIAMETER / PIXEL / 2
    for x, y in particles:
        for j in range(max(0, math.floor(y - radius)), min(height, math.ceil(y + radius) + 1)):
            for i in range(max(0, math.floor(x - radius)), min(width, math.ceil(x + radius) + 1)):
                if (i - x) ** 2 + (j - y) ** 2 < radius ** 2:
                    pixels[j * width + i] -= 30.0
    write_mrc(path, width, height, PIXEL, pixels)


def record(name, picks, status="done", error="", **more):
    return {"micrograph": name, "stem": pathlib.Path(name).stem, "status": status, "error": error, "width": WIDTH,
            "height": HEIGHT, "pixel_size": PIXEL, "candidates": len(picks) + 3,
            "picks": sum(p[2] >= THRESHOLD for p in picks),
            "removed": {"edge": 0, "mask": 0, "threshold": 3, "distance": 0, "top": 0},
            "seconds": {"read": 0.1, "transform": 0.1, "score": 0.5, "peaks": 0.01, "write": 0.01}, **more}


def write_run(folder, records, picks, keep=0.1):
    """run.json and a STAR for each micrograph that is done; picks: by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in records:
        if one["status"] == "done" and one["micrograph"] in picks:
            (folder / (one["stem"] + ".star")).write_text(coordinates_star(picks[one["micrograph"]]))
    (folder / "run.json").write_text(json.dumps({
        "program": "libpicker", "version": "0.0.1", "complete": True, "architecture": "deeppicker",
        "model_provenance": {"note": "<b>bold</b>"},
        "settings": {"model": "0123", "diameter": DIAMETER, "threshold": THRESHOLD, "keep": keep, "min_distance": "default"},
        "micrographs": records, "picks": sum(one["picks"] for one in records),
        "failed": sum(one["status"] == "failed" for one in records), "seconds": 4.5}))


class Run:
    """Four micrographs with picks, one of them with a name full of markup; one without, one that failed, one that is gone."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        images = self.folder / "Micrographs"
        images.mkdir(parents=True)
        draw = random.Random(7)
        self.picks, records = {}, []
        # One particle, off the centre, alone: where is it drawn?
        self.single, self.single_at = "Micrographs/single.mrc", (717.25, 93.5)
        names = [self.single, "Micrographs/b.mrc", "Micrographs/" + EVIL, "Micrographs/d.mrc"]
        for number, name in enumerate(names):
            places = [self.single_at] if number == 0 else self.grid(draw, 14)
            micrograph(self.folder / name, places, seed=number + 1)
            scores = [0.875] if number == 0 else [0.7] + [round(draw.uniform(0.12, 0.99), 6) for _ in places[1:]]
            self.picks[name] = [(x, y, score) for (x, y), score in zip(places, scores)]
            records.append(record(name, self.picks[name], quality={"ice": 0.1 * number}))
        self.empty, self.gone, self.failed = "Micrographs/empty.mrc", "Micrographs/gone.mrc", "Micrographs/failed.mrc"
        micrograph(self.folder / self.empty, [], seed=9)
        self.picks[self.empty] = []
        self.picks[self.gone] = [(50.5, 440.25, 0.9)]
        records += [record(self.empty, []), record(self.gone, self.picks[self.gone]),
                    record(self.failed, [], "failed", "damaged <script>window.hacked=2</script> header")]
        self.names = [one["micrograph"] for one in records]
        self.output = self.folder / "picks"
        write_run(self.output, records, self.picks)

    @staticmethod
    def grid(draw, count):
        """Places that do not overlap, with fractions."""
        cells = [(x, y) for x in range(60, WIDTH - 60, 90) for y in range(60, HEIGHT - 60, 90)]
        return [(x + round(draw.uniform(-20, 20), 4), y + round(draw.uniform(-20, 20), 4)) for x, y in draw.sample(cells, count)]

    def at(self, threshold):
        """The picks that a threshold leaves, by name."""
        return {name: [p for p in rows if p[2] >= threshold] for name, rows in self.picks.items()}

    def count(self, threshold):
        return sum(map(len, self.at(threshold).values()))
