#!/usr/bin/env python3
"""Topaz's pretrained models on the test micrographs of real_data.py, evaluated by `picker evaluate`.

    python3 -m venv topaz && topaz/bin/pip install numpy scipy pandas pillow h5py scikit-learn tqdm psutil future torch
    topaz/bin/pip install --no-deps topaz-em          # its dependencies by hand: plain ones drag in a GPU build of torch
    topaz/bin/python benchmarks/topaz.py --picker build/release/bin/picker --data ../shared/data/micrographs --output build/topaz

Topaz's detectors know no particle size: micrographs are brought to 13, 20 and 27 pixels per particle, normalised by
`topaz normalize`, and picked by `topaz extract` with a radius of half a particle; every model and scale is a row, so that
its best can be quoted. Topaz imports torchvision for training augmentation only; without it, empty stand-ins are used.
"""
import argparse
import csv
import json
import pathlib
import shutil
import time

import numpy as np

from peers import topaz
from real_data import DATASETS, evaluate

SCALES = (13, 20, 27)  # pixels per particle


def read_mrc(path):
    """Modes 0, 1, 2 and 6, one section; the data sets hold no other."""
    with open(path, "rb") as file:
        header = np.frombuffer(file.read(1024), "<i4")
        width, height, mode, extended = header[0], header[1], header[3], header[23]
        file.seek(1024 + extended)
        dtype = {0: "i1", 1: "<i2", 2: "<f4", 6: "<u2"}[int(mode)]
        return np.frombuffer(file.read(), dtype)[:width * height].reshape(height, width).astype(np.float32)


def write_mrc(path, image):
    header = np.zeros(256, "<i4")
    header[0:4] = image.shape[1], image.shape[0], 1, 2
    header[7:10] = header[0:3]
    header[16:19] = 1, 2, 3
    header[52] = int.from_bytes(b"MAP ", "little")
    header[53] = 0x00004444
    path.write_bytes(header.tobytes() + image.astype("<f4").tobytes())


def fourier_resize(image, factor):
    """The central part of the spectrum, or a rim of zeros around it; returns the image and the true factors (y, x)."""
    height, width = (max(8, int(round(n * factor))) for n in image.shape)
    spectrum = np.fft.fftshift(np.fft.fft2(image))
    out = np.zeros((height, width), complex)
    rows, columns = min(height, image.shape[0]), min(width, image.shape[1])

    def middle(size, part):
        start = size // 2 - part // 2
        return slice(start, start + part)

    out[middle(height, rows), middle(width, columns)] = spectrum[middle(image.shape[0], rows), middle(image.shape[1], columns)]
    small = np.fft.ifft2(np.fft.ifftshift(out)).real * (height * width / image.size)
    return small.astype(np.float32), height / image.shape[0], width / image.shape[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--picker", required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--models", default="resnet16,resnet16_u32,resnet8_u32")
    arguments = parser.parse_args()
    picker = pathlib.Path(arguments.picker).resolve()
    results = []
    for dataset, spec in DATASETS.items():
        micrographs = sorted((arguments.data / dataset).glob("*.mrc"))[spec["train"] + spec["choose"]:]
        diameter = spec["diameter"] / spec["pixel_size"]
        print(f"\n{dataset}: {', '.join(m.stem for m in micrographs)}\n"
              "| model | px per particle | best F1 d/2 | AP d/2 | R at P .6 | best F1 0.2 d | AP 0.2 d | s per micrograph |\n"
              "|---|---|---|---|---|---|---|---|", flush=True)
        for scale in SCALES:
            folder = arguments.output / f"{dataset}-{scale}"
            shutil.rmtree(folder, ignore_errors=True)
            (folder / "small").mkdir(parents=True)
            factors = {}
            for path in micrographs:
                small, fy, fx = fourier_resize(read_mrc(path), scale / diameter)
                write_mrc(folder / "small" / path.name, small)
                factors[path.stem] = (fx, fy)
            small = sorted((folder / "small").glob("*.mrc"))
            topaz(["normalize", "-s", 1, "-d", -1, "-o", folder / "normal", *small])
            for model in arguments.models.split(","):
                start = time.time()
                table = folder / f"{model}.txt"
                topaz(["extract", "-m", model, "-r", max(1, round(scale / 2)), "-t", -6, "-d", -1, "-o", table,
                           *sorted((folder / "normal").glob("*.mrc"))])
                seconds = (time.time() - start) / len(micrographs)
                picks = folder / model
                picks.mkdir()
                rows = {path.stem: [] for path in micrographs}
                with open(table) as file:
                    for row in csv.DictReader(file, delimiter="\t"):
                        fx, fy = factors[row["image_name"]]
                        x, y = float(row["x_coord"]) / fx, float(row["y_coord"]) / fy  # a Fourier resize keeps pixel 0 in place
                        rows[row["image_name"]].append((x, y, 1 / (1 + np.exp(-float(row["score"])))))
                for stem, found in rows.items():
                    (picks / (stem + ".csv")).write_text("x,y,score\n" + "".join(f"{x:.3f},{y:.3f},{s:.9g}\n" for x, y, s in found))
                figures = evaluate(picker, [picks / (m.stem + ".csv") for m in micrographs], [m.with_suffix(".star") for m in micrographs],
                                   micrographs, spec, None, folder / "curve.csv")
                half, fifth = figures["d/2"], figures["0.2 d"]
                print(f"| {model} | {scale} | {half['best_f']:.3f} | {half['average_precision']:.3f} | {half['recall_at_precision_60']:.3f} | "
                      f"{fifth['best_f']:.3f} | {fifth['average_precision']:.3f} | {seconds:.1f} |", flush=True)
                results.append(dict(dataset=dataset, model=model, scale=scale, figures=figures, seconds=seconds))
    (arguments.output / "results.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
