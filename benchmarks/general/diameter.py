#!/usr/bin/env python3
"""Diameters proposed without a label (picker diameter) beside the longest axes that are known: simulated structures of many shapes and sizes,
both real sets, and images without particles.

    python3 benchmarks/general/diameter.py --picker build/release/bin/picker --data ../shared/data --output build/diameters

A structure's longest axis is the simulator's; micrographs have about 45 pixels to it.
"""
import argparse
import json
import math
import pathlib
import subprocess

from command import Command

STRUCTURES = ["1RB8.pdb", "1bxn_5A.mrc", "2cg9_5A.mrc", "3cf3_5A.mrc", "1qvr_5A.mrc", "4pe5_10A.mrc", "5ide_10A.mrc", "7n4y_10A.mrc",
              "4cr2_5A.mrc", "5tqq_10A.mrc", "6utj_5A.mrc", "3h84_5A.mrc", "1s3x_5A.mrc", "3qm1_5A.mrc"]
REAL = {"empiar-10028": (300, 5.36), "empiar-10017": (191, 7.08)}


class Proposals(Command):
    def __init__(self, arguments):
        super().__init__(arguments.picker)
        self.data, self.output = arguments.data, arguments.output

    def propose(self, micrographs, *flags):
        """A doubtful proposal ends with status 1, and has its JSON all the same."""
        done = subprocess.run([str(self.program), "diameter", "--json", "--quiet", "--micrographs", *map(str, micrographs), *map(str, flags)],
                              capture_output=True, text=True)
        found = json.loads(done.stdout)
        if "error" in found:
            raise SystemExit(done.stderr)
        return found

    def simulated(self, structure, particles, snr):
        """Three micrographs, and the longest axis in angstrom."""
        size = self.diameter(structure, 6, self.output / "size")
        folder = self.output / "simulated" / f"{structure.stem}-{particles}-{snr}"
        if not folder.exists():
            self.run("simulate", "--output", folder, "--structure", structure, "--count", 3, "--size", "1100,1000", "--particles", particles, "--seed", 5,
                     "--pixel-size", min(8, max(1.5, size / 45)), "--preset", "realistic", "--snr", snr)
        return sorted(folder.glob("*.mrc")), size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("picker", "data", "output"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--only", choices=["simulated", "real", "empty"], action="append")
    parser.add_argument("--snr", type=float, action="append", help="of the simulated micrographs [0.1]")
    arguments = parser.parse_args()
    proposals = Proposals(arguments)
    parts = arguments.only or ["simulated", "real", "empty"]
    ratios = []
    print("| micrographs | longest axis (A) | proposed (A) | range | ratio | confidence | doubt |\n|---|---|---|---|---|---|---|")

    def tell(name, known, found):
        ratio = found["diameter"] / known if known and found["diameter"] else None
        if ratio and found["sure"]:
            ratios.append(ratio)
        print(f"| {name} | {known or 0:.0f} | {found['diameter']:.0f} | {found['low']:.0f}-{found['high']:.0f} | {f'{ratio:.2f}' if ratio else ''} | "
              f"{found['confidence']:.2f} | {found['doubt']} |", flush=True)

    if "simulated" in parts:
        for snr in arguments.snr or [0.1]:
            for file in STRUCTURES:
                micrographs, size = proposals.simulated(proposals.data / "structures" / file, 60, snr)
                tell(f"{file.split('_')[0]}, SNR {snr}", size, proposals.propose(micrographs))
    if "real" in parts:
        for name, (known, pixel) in REAL.items():
            tell(name, known, proposals.propose(sorted((proposals.data / "micrographs" / name).glob("*.mrc")), "--pixel-size", pixel))
    if "empty" in parts:
        micrographs, _ = proposals.simulated(proposals.data / "structures" / "3cf3_5A.mrc", 0, 0.1)
        tell("simulated, no particles", None, proposals.propose(micrographs))
        images = sorted((proposals.data / "micrographs" / "negatives").glob("*.mrc"))
        for kind in sorted({image.stem.rsplit("_", 1)[0] for image in images}):
            some = [image for image in images if image.stem.startswith(kind)]
            tell(f"negatives, {kind}", None, proposals.propose(some, "--pixel-size", 8))
    if ratios:
        logs = [math.log(ratio) for ratio in ratios]
        middle = sum(logs) / len(logs)
        print(f"\nsure: {len(ratios)}; ratio {math.exp(middle):.2f} on average, spread (standard deviation of its logarithm) "
              f"{math.sqrt(sum((x - middle) ** 2 for x in logs) / len(logs)):.2f}")


if __name__ == "__main__":
    main()
