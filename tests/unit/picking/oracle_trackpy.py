#!/usr/bin/env python3
"""Compares our blobs with those of trackpy.locate on random images; 77 (skipped) where trackpy is not installed.

    oracle_trackpy.py BLOB_DUMP
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy
    import trackpy
except ImportError as missing:
    print(f"skipped: {missing}; python -m pip install trackpy==0.7")
    sys.exit(77)

COLUMNS = ["x", "y", "mass", "size", "ecc", "signal"]
ALLOWED = {"x": 0.02, "y": 0.02, "mass": 0.01, "size": 0.01, "ecc": 0.02, "signal": 0.01}
RELATIVE = ("mass", "size", "signal")


def spots(random, width, height, count, sigma, noise, amplitude=(0.2, 1.0)):
    """Gaussian blobs, some over each other and over the edges, with an elongated one in three, and white noise."""
    y, x = numpy.mgrid[:height, :width].astype(float)
    image = noise * random.standard_normal((height, width))
    for i in range(count):
        at_x, at_y = random.uniform(0, width), random.uniform(0, height)
        wide, narrow = sigma * random.uniform(0.7, 1.4, 2) if i % 3 == 0 else (sigma, sigma)
        image += random.uniform(*amplitude) * numpy.exp(-((x - at_x) / wide) ** 2 / 2 - ((y - at_y) / narrow) ** 2 / 2)
    return image


def images():
    """(what it is, image, diameter, mass_min)"""
    random = numpy.random.default_rng(5)
    for diameter in (3, 5, 7, 9, 11, 15, 21, 27, 31):
        for width, height in ((203, 120), (97, 181)):
            image = spots(random, width, height, 40, diameter / 5, 0.0)
            yield f"clean, {diameter}", image, diameter, 0.0
            yield f"noisy, {diameter}", image + 0.05 * random.standard_normal(image.shape), diameter, 0.0
            yield f"with a least mass, {diameter}", image, diameter, 0.1 * diameter ** 2
    yield "noise alone", random.standard_normal((150, 233)), 9, 0.0
    yield "noise alone, all positive", random.uniform(0, 1, (233, 150)), 7, 2.0
    yield "probabilities", 1 / (1 + numpy.exp(6 - 9 * spots(random, 300, 210, 60, 3.0, 0.05))), 13, 1.0
    yield "flat tops", numpy.clip(3 * spots(random, 160, 220, 30, 4.0, 0.0), 0, 1), 11, 0.0
    yield "squares", numpy.kron(random.uniform(0, 1, (20, 27)) > 0.8, numpy.ones((7, 7))), 7, 0.0
    hot = spots(random, 180, 130, 30, 2.0, 0.01)
    hot[60, 101] = 50.0
    yield "a hot pixel, other blobs a few levels high", hot, 9, 0.0
    yield "large numbers", 1000 + 3000 * spots(random, 140, 201, 30, 2.5, 0.02), 11, 0.0
    yield "as large as the image", spots(random, 31, 31, 3, 6.0, 0.0), 31, 0.0
    yield "one column of places", spots(random, 15, 80, 6, 3.0, 0.0), 15, 0.0
    yield "constant", numpy.full((40, 61), 0.7), 9, 0.0
    yield "constant, below 0", numpy.full((61, 40), -3.0), 5, 0.0
    yield "too faint", 0.003 * spots(random, 90, 70, 10, 2.0, 0.0), 9, 0.0


def ours(program, file, image, diameter, mass_min):
    image.tofile(file)
    height, width = image.shape
    run = subprocess.run([program, file, str(width), str(height), str(diameter), repr(mass_min)], capture_output=True,
                         check=True)
    return numpy.array([json.loads(line) for line in run.stdout.splitlines()]).reshape(-1, len(COLUMNS))


def theirs(image, diameter, mass_min):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of images without blobs
        table = trackpy.locate(image, diameter, minmass=mass_min, engine="python")
    return table[COLUMNS].to_numpy(float).reshape(-1, len(COLUMNS)) if len(table) else numpy.zeros((0, len(COLUMNS)))


def main():
    program, blobs, worst = sys.argv[1], 0, dict.fromkeys(COLUMNS, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for what, image, diameter, mass_min in images():
            image = image.astype(numpy.float32)
            mine = ours(program, pathlib.Path(folder) / "image.raw", image, diameter, mass_min)
            other = theirs(image, diameter, mass_min)
            assert len(mine) == len(other), (what, image.shape, len(mine), len(other))
            for column, name in enumerate(COLUMNS):
                off = numpy.abs(mine[:, column] - other[:, column])
                if name in RELATIVE:
                    off = off / numpy.maximum(other[:, column], 1e-9)  # a single pixel has size 0
                worst[name] = max(worst[name], off.max(initial=0.0))
                assert (off <= ALLOWED[name]).all(), (what, image.shape, name, off.max())
            blobs += len(mine)
    assert blobs > 1000, blobs
    print(f"{blobs} blobs the same as those of trackpy {trackpy.__version__}; largest differences "
          + ", ".join(f"{name} {value:.2g}" for name, value in worst.items()))


if __name__ == "__main__":
    main()
