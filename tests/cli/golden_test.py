"""What releases wrote, and every later version has to read: models, particles in every format, the folder of a run
(tests/golden). Read here by Python's own csv and json."""
import csv
import json
import os
import re
import shutil
import unittest

from support import ROOT, Case, distance

RELEASES = sorted(path for path in (ROOT / "tests" / "golden").iterdir() if path.is_dir())


def rows(path):
    with open(path, newline="") as file:
        return [(float(row["x"]), float(row["y"]), float(row["score"] or "nan")) for row in csv.DictReader(file)]


def contains(new, old):
    """All that `old` has is in `new`; more may be."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and contains(new[key], value) for key, value in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(new) == len(old) and all(map(contains, new, old))
    return new == old


class Golden(Case):
    def each(self):
        """The folder of each release, as a copy."""
        self.assertTrue(RELEASES)
        return [shutil.copytree(release, self.folder / release.name) for release in RELEASES]

    def pick(self, *words):
        """What picker pick says; without LibTorch the test ends here."""
        done = self.picker("pick", *words, "--json", code=None)
        if done.code and done.json["error"]["status"] == "PICKER_BACKEND":
            self.skipTest("picker cannot load LibTorch")
        self.assertEqual(done.code, 0, done.err)
        return done

    def test_models_say_what_they_said(self):
        for folder in self.each():
            for path in sorted((folder / "models").glob("*.safetensors")):
                said = json.loads(path.with_suffix(".json").read_text())["models"][0]
                del said["path"]
                says = self.picker("models", path, "--json").json["models"][0]
                self.assertTrue(contains(says, said), path.name)

    def test_models_pick_what_they_picked(self):
        for folder in self.each():
            for path in sorted((folder / "models").glob("*.safetensors")):
                output = self.folder / "picked" / folder.name / path.stem
                self.pick("--model", path, "--micrographs", folder / "micrographs", "--output", output)
                self.picker("convert", output / "one.star", output / "one.csv")
                before, now = rows(path.with_suffix(".csv")), rows(output / "one.csv")
                self.assertEqual(len(before), len(now), path.name)
                for pick in before:  # other processors sum in another order
                    nearest = min(now, key=lambda other: distance(pick, other))
                    self.assertLess(distance(pick, nearest), 0.05, path.name)
                    self.assertAlmostEqual(pick[2], nearest[2], 3, path.name)

    def test_particles_in_every_format(self):
        for folder in self.each():
            wanted = rows(folder / "picks" / "one.csv")
            files = sorted(path for path in (folder / "picks").iterdir() if path.suffix != ".csg")
            self.assertGreaterEqual({path.suffix for path in files}, {".star", ".csv", ".box", ".cbox", ".cs"})
            for path in files:
                # Other formats count from other corners, and a .cs file in parts of the micrograph.
                self.picker("convert", "--micrographs", folder / "micrographs" / "one.mrc", "--", path, self.folder / "read.csv")
                read = rows(self.folder / "read.csv")
                self.assertEqual(len(read), len(wanted), path.name)
                for (x, y, _), (a, b, _) in zip(read, wanted):
                    self.assertLessEqual(max(abs(x - a), abs(y - b)), 0.5 if path.suffix == ".box" else 0.001, path.name)

    def test_a_run_goes_on(self):
        for folder in self.each():
            record = json.loads((folder / "run" / "run.json").read_text())
            micrograph = record["micrographs"][0]
            os.utime(folder / "micrographs" / "one.mrc", ns=2 * (micrograph["inputs"][0]["modified"],))
            before = {path.name: path.read_bytes() for path in (folder / "run").iterdir() if path.suffix == ".star"}
            self.folder, outer = folder, self.folder  # where the program runs: the run has names relative to it
            done = self.pick("--model", "models/deepem.safetensors", "--micrographs", "micrographs/one.mrc", "--output", "run", "--keep", 0.1)
            again = self.picker("pick", "--model", "models/deepem.safetensors", "--micrographs", "micrographs/one.mrc",
                                "--candidates", "run", "--threshold", 0.9, "--output", "stricter", "--json")
            self.folder = outer
            self.assertEqual(done.json["picks"], record["picks"])
            self.assertEqual({path.name: path.read_bytes() for path in (folder / "run").iterdir() if path.suffix == ".star"}, before)
            self.assertEqual(done.json["items"][0]["status"], "skipped")
            stored = re.findall(r"^ +\S+ +\S+ +(\S+)", before["one.star"].decode(), re.MULTILINE)
            self.assertEqual(again.json["picks"], sum(float(score) >= 0.9 for score in stored))


if __name__ == "__main__":
    unittest.main()
