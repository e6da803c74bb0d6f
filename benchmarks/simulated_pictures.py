#!/usr/bin/env python3
"""Simulated micrographs beside real ones: crops of 300 pixels, and the power spectra.

    python3 benchmarks/simulated_pictures.py --picker build/release/bin/picker --data ../shared/data --output docs/images

Writes simulated-crops.png and simulated-spectra.png. Needs numpy and matplotlib. The real crops are from EMPIAR-10028 and
EMPIAR-10017 as in benchmarks/real_data.py.
"""
import argparse
import io
import pathlib
import subprocess
import tempfile

import matplotlib
import numpy

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from PIL import Image  # noqa: E402

CROP = 300  # pixels
# What differs from --preset realistic for each set: molecule, scale, and what the real micrographs look like.
SETS = {
    "EMPIAR-10028": dict(
        real="micrographs/empiar-10028/062.mrc", at=(420, 330),
        settings=["--structure", "structures/4v7r_5A.mrc", "--size", "1024,1024", "--pixel-size", "5.36", "--particles", "90",
                  "--defocus", "22000", "--snr", "0.28", "--ice-noise", "0.5", "--background-noise", "0.04", "--background-length", "18",
                  "--detector-mtf", "0.35", "--thickness-gradient", "0.02", "--amplitude-contrast", "0.07", "--seed", "3"]),
    "EMPIAR-10017": dict(
        real="micrographs/empiar-10017/Falcon_2012_06_12-15_17_31_0.mrc", at=(330, 330),
        # Denoised before publication: hardly any noise of single pixels is left.
        settings=["--structure", "structures/1f4a_10A.mrc", "--size", "976,976", "--pixel-size", "7.08", "--particles", "1000",
                  "--defocus", "40000", "--snr", "0.8", "--min-distance", "0.85", "--ice-noise", "0.985", "--background-noise", "0.01",
                  "--b-factor", "25000", "--dose", "0", "--readout-noise", "0", "--detector-mtf", "0.05",
                  "--thickness-gradient", "0", "--seed", "4"]),
}


def read(path):
    data = path.read_bytes()
    nx, ny, _, mode = numpy.frombuffer(data, "<i4", 4)
    extended = int(numpy.frombuffer(data, "<i4", 24)[23])
    assert mode == 2, f"{path} is no float32 MRC"
    return numpy.frombuffer(data, "<f4", nx * ny, 1024 + extended).reshape(ny, nx).astype(float)


def crop(image, x, y):
    return image[y:y + CROP, x:x + CROP]


def show(axes, image, title):
    low, high = numpy.percentile(image, (0.5, 99.5))
    axes.imshow(image, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    axes.set_title(title, fontsize=9)
    axes.set_axis_off()


def spectrum(image):
    """Power by ring of the standardised middle of an image, and the ring's frequency in cycles per pixel."""
    size = min(image.shape) // 2 * 2
    part = image[:size, :size]
    part = (part - part.mean()) / part.std()
    window = numpy.hanning(size)
    part = part * window[:, None] * window[None, :]
    power = numpy.abs(numpy.fft.fft2(part)) ** 2 / (window ** 2).sum() ** 2
    fx = numpy.fft.fftfreq(size)
    ring = (numpy.hypot(fx[:, None], fx[None, :]) * 200).astype(int).ravel()
    sums, counts = numpy.bincount(ring, power.ravel()), numpy.bincount(ring)
    keep = slice(1, 100)
    return (numpy.arange(len(sums))[keep] + 0.5) / 200, (sums / counts)[keep]


def save(figure, path, mode):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    Image.open(buffer).convert(mode).save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picker", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    pictures, all_axes = pyplot.subplots(2, 2, figsize=(6.2, 6.5), dpi=100)
    curves, curve_axes = pyplot.subplots(1, 2, figsize=(7.5, 3), dpi=100)
    for (name, spec), axes, curve in zip(SETS.items(), all_axes, curve_axes):
        with tempfile.TemporaryDirectory() as folder:
            settings = [str(arguments.data / s) if s.startswith("structures/") else s for s in spec["settings"]]
            subprocess.run([arguments.picker, "simulate", "--output", folder, "--preset", "realistic", "--contamination", "0",
                            "--quiet", *settings], check=True, stdout=subprocess.DEVNULL)
            simulated = read(pathlib.Path(folder) / "sim_0001.mrc")
        real = read(arguments.data / spec["real"])
        show(axes[0], crop(real, *spec["at"]), f"{name}: {pathlib.Path(spec['real']).stem}")
        show(axes[1], crop(simulated, *spec["at"]), "simulated")
        for image, label in ((real, "real"), (simulated, "simulated")):
            curve.loglog(*spectrum(image), label=label, lw=1)
        curve.set_title(name, fontsize=9)
        curve.set_xlabel("cycles per pixel", fontsize=8)
        curve.set_ylabel("power (image of variance 1)", fontsize=8)
        curve.legend(fontsize=8)
    pictures.tight_layout()
    curves.tight_layout()
    arguments.output.mkdir(parents=True, exist_ok=True)
    save(pictures, arguments.output / "simulated-crops.png", "L")  # grey: noise makes large files
    save(curves, arguments.output / "simulated-spectra.png", "RGB")


if __name__ == "__main__":
    main()
