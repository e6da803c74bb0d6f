#!/usr/bin/env python3
"""Scale does not matter: a model trained at 7.08 A per pixel picks the same micrographs up-sampled to 1.77 A per pixel.

    python3 benchmarks/scale.py --picker build/release/bin/picker --data ../shared/data/micrographs \
        --model build/real/empiar-10017-deeppicker-0/model.safetensors --output build/scale

Needs numpy. The up-sampling (zero-padded Fourier transform) is independent of the library's own.
"""
import argparse
import json
import pathlib
import struct
import subprocess

import numpy

DIAMETER, PIXEL, FACTOR = 191.0, 7.08, 4


def run(*command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(result.stderr)
    return result.stdout


def read_mrc(path):
    data = path.read_bytes()
    nx, ny, nz, mode = struct.unpack_from("<4i", data, 0)
    extended = struct.unpack_from("<i", data, 92)[0]
    assert mode == 2 and nz == 1
    return numpy.frombuffer(data, "<f4", nx * ny, 1024 + extended).reshape(ny, nx)


def write_mrc(path, image, pixel_size):
    header = bytearray(1024)
    ny, nx = image.shape
    struct.pack_into("<10i", header, 0, nx, ny, 1, 2, 0, 0, 0, nx, ny, 1)
    struct.pack_into("<6f", header, 40, nx * pixel_size, ny * pixel_size, pixel_size, 90, 90, 90)
    struct.pack_into("<3i", header, 64, 1, 2, 3)
    header[208:216] = b"MAP DD\x00\x00"
    path.write_bytes(bytes(header) + image.astype("<f4").tobytes())


def upsample(image, factor):
    ny, nx = image.shape
    spectrum = numpy.fft.fftshift(numpy.fft.fft2(image))
    padded = numpy.zeros((ny * factor, nx * factor), complex)
    y, x = (ny * factor - ny) // 2, (nx * factor - nx) // 2
    padded[y:y + ny, x:x + nx] = spectrum
    return numpy.fft.ifft2(numpy.fft.ifftshift(padded)).real * factor * factor


def scale_star(source, target, factor):
    lines = []
    for line in source.read_text().splitlines():
        words = line.split()
        try:
            values = [float(w) for w in words]
        except ValueError:
            values = []
        lines.append(f"{values[0] * factor:.4f} {values[1] * factor:.4f}" if len(values) >= 2 else line)
    target.write_text("\n".join(lines) + "\n\n")


def evaluate(picker, picks, truth, micrographs, pixel):
    return json.loads(run(picker, "evaluate", "--picks", *picks, "--truth", *truth, "--micrographs", *micrographs, "--diameter",
                          DIAMETER, "--pixel-size", pixel, "--json", "--quiet"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--picker", "--data", "--model", "--output"):
        parser.add_argument(name, type=pathlib.Path, required=True)
    a = parser.parse_args()
    micrographs = sorted((a.data / "empiar-10017").glob("*.mrc"))[7:]  # the test part of real_data.py
    truth = [m.with_suffix(".star") for m in micrographs]
    big = a.output / "up"
    big.mkdir(parents=True, exist_ok=True)
    large, large_truth = [], []
    for m, t in zip(micrographs, truth):
        large.append(big / m.name)
        large_truth.append(big / t.name)
        write_mrc(large[-1], upsample(read_mrc(m), FACTOR), PIXEL / FACTOR)
        scale_star(t, large_truth[-1], FACTOR)
    for name, mics, truths, pixel in (("7.08 A per pixel", micrographs, truth, PIXEL),
                                      ("1.77 A per pixel", large, large_truth, PIXEL / FACTOR)):
        out = a.output / f"picks-{pixel:.2f}"
        run(a.picker, "pick", "--model", a.model, "--micrographs", *mics, "--diameter", DIAMETER, "--pixel-size", pixel,
            "--keep", "0", "--output", out, "--overwrite", "--quiet")
        f = evaluate(a.picker, [out / (m.stem + ".star") for m in mics], truths, mics, pixel)
        print(f"{name}: best F1 {f['best_f']:.3f}, AP {f['average_precision']:.3f}, mean offset "
              f"{f['offsets']['mean']['angstrom']:.1f} A, mean dx {f['offsets']['mean_dx']['angstrom']:.2f} A, "
              f"dy {f['offsets']['mean_dy']['angstrom']:.2f} A")


if __name__ == "__main__":
    main()
