#!/usr/bin/env python3
"""What quality.csv says of a micrograph against what the micrograph was simulated with: series of defocus, ice, envelope, gradient, carbon and
contamination, and every real micrograph.

    python3 benchmarks/quality.py --picker build/release/bin/picker --data ../shared/data --output build/quality

Python's standard library only.
"""
import argparse
import csv
import pathlib
import statistics
import subprocess

STRUCTURE, DIAMETER = "structures/4pe5_10A.mrc", 180
REAL = {"empiar-10028": (300, 5.36), "empiar-10017": (191, 7.08), "negatives": (200, 8), "contaminant": (200, 5)}
# Title, flag, values, the columns that should follow it, further flags. The third micrograph of each value has twice the pixel size.
SERIES = [("defocus, A", "--defocus", [5000, 10000, 15000, 20000, 30000, 40000], ["defocus", "thon_fit", "thon_limit"], []),
          ("signal to noise", "--snr", [0.3, 0.1, 0.03], ["defocus", "thon_fit", "thon_limit", "thon_strength"], []),
          ("structure of the ice, share of the noise", "--ice-noise", [0.02, 0.05, 0.1, 0.25, 0.5],
           ["thon_strength", "thon_fit", "thon_limit"], []),
          ("envelope, A^2", "--b-factor", [50, 200, 500, 1000, 2000], ["thon_limit", "thon_fit"], []),
          ("astigmatism, A", "--astigmatism", [0, 500, 1000, 2000, 4000], ["defocus", "thon_limit", "thon_fit"], []),
          ("change of intensity across the image", "--thickness-gradient", [0, 0.05, 0.1, 0.2, 0.4], ["unevenness", "foreign"], []),
          ("share under carbon", "--carbon", [0, 0.1, 0.2, 0.4], ["foreign", "unevenness"], []),
          ("lumps of ice", "--contamination", [0, 2, 5, 10, 20], ["foreign", "unevenness"], [])]


def run(*command):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if result.returncode not in (0, 3):
        raise SystemExit(result.stderr)


def quality(picker, micrographs, folder, diameter, pixel_size=None):
    """The rows of quality.csv."""
    run(picker, "pick", "--model", "general", "--diameter", diameter, "--micrographs", *micrographs, "--output", folder, "--overwrite",
        "--quiet", *(["--pixel-size", pixel_size] if pixel_size else []))
    with open(folder / "quality.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def number(row, column):
    return float(row[column]) if row[column] else None


def shown(values):
    known = [value for value in values if value is not None]
    if not known:
        return "none"
    middle = statistics.median(known)
    return (f"{middle:.0f}" if abs(middle) >= 100 else f"{middle:.3g}") + (f" ({len(known)} of {len(values)})" if len(known) < len(values) else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("picker", "data", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    given = parser.parse_args()
    for title, flag, values, columns, more in SERIES:
        print(f"\n| {title} | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
        for value in values:
            rows = []
            for pixel_size in (1.5, 1.5, 3):
                folder = given.output / "simulated" / f"{flag[2:]}-{value}-{len(rows)}"
                run(given.picker, "simulate", "--structure", given.data / STRUCTURE, "--preset", "realistic", "--contamination", 0,
                    "--defocus-spread", 0, "--thickness-gradient", 0, "--size", "1536,1280", "--pixel-size", pixel_size, "--particles", 60,
                    "--views", 30, "--seed", len(rows) + 1, "--output", folder, *more, flag, value)
                rows += quality(given.picker, sorted(folder.glob("*.mrc")), folder / "picks", DIAMETER)
            print(f"| {value} | " + " | ".join(shown([number(row, column) for row in rows]) for column in columns) + " |", flush=True)
    columns = ["picks", "false_share", "score_50", "defocus", "thon_fit", "thon_limit", "unevenness", "foreign"]
    print("\n| micrograph | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    for name, (diameter, pixel_size) in REAL.items():
        micrographs = [path for path in sorted((given.data / "micrographs" / name).glob("*.mrc")) if not path.stem.endswith("_mask")]
        for row in quality(given.picker, micrographs, given.output / name, diameter, pixel_size):
            print(f"| {name}/{pathlib.Path(row['micrograph']).stem} | " +
                  " | ".join(shown([number(row, column)]) if row[column] else "" for column in columns) + " |")


if __name__ == "__main__":
    main()
