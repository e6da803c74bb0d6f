"""picker evaluate: figures with known answers, where micrographs and pixel sizes come from, groups."""
import csv
import json
import os
import unittest

from support import Case, coordinates_star, micrographs_star

# A grid that is not square; neighbours 40 px apart.
TRUTH = [(30.0 + 40 * i, 25.0 + 40 * j) for j in range(4) for i in range(7)]


def shifted(dx, dy, score=0.5):
    return [(x + dx, y + dy, score) for x, y in TRUTH]


class Evaluate(Case):
    def setUp(self):
        super().setUp()
        self.write("truth/a.star", coordinates_star(TRUTH))

    def evaluate(self, *words, picks="picks", code=0):
        return self.picker("evaluate", "--picks", picks, "--truth", "truth", "--diameter", 40, *words, "--json",
                           code=code).json

    def test_shift(self):
        self.write("picks/a.star", coordinates_star(shifted(2, 0)))
        found = self.evaluate("--pixel-size", 2)
        self.assertEqual((found["picks"], found["truth"], found["matched"]), (28, 28, 28))
        self.assertEqual((found["precision"], found["recall"], found["f_beta"]), (1, 1, 1))
        self.assertEqual(found["radius"], 10)  # half of 40 A at 2 A per pixel
        offsets = found["offsets"]
        self.assertAlmostEqual(offsets["mean_dx"]["pixels"], 2, 6)
        self.assertAlmostEqual(offsets["mean_dx"]["angstrom"], 4, 6)
        self.assertAlmostEqual(offsets["mean_dx"]["box_fraction"], 2 / 30, 6)  # box: 1.5 diameters
        self.assertAlmostEqual(offsets["mean_dy"]["pixels"], 0, 6)
        self.write("picks/a.star", coordinates_star(shifted(0, -3)))
        offsets = self.evaluate("--pixel-size", 2)["offsets"]
        self.assertAlmostEqual(offsets["mean_dx"]["pixels"], 0, 6)
        self.assertAlmostEqual(offsets["mean_dy"]["pixels"], -3, 6)
        self.assertAlmostEqual(offsets["median"]["pixels"], 3, 6)

    def test_counts(self):
        # 28 right ones, 4 duplicates with lower scores, 8 wrong ones with the lowest.
        picks = shifted(1, 1, 0.9) + [(x - 2, y, 0.5) for x, y in TRUTH[:4]] + [(50 + 40 * i, 45, 0.1) for i in range(8)]
        self.write("picks/a.star", coordinates_star(picks))
        found = self.evaluate("--pixel-size", 2)
        self.assertEqual((found["picks"], found["matched"], found["duplicates"]), (40, 28, 4))
        self.assertAlmostEqual(found["precision"], 0.7)
        self.assertAlmostEqual(found["recall"], 1)
        self.assertAlmostEqual(found["f_beta"], 2 * 0.7 / 1.7)
        self.assertAlmostEqual(found["best_f"], 1)
        self.assertAlmostEqual(found["best_threshold"], 0.9)
        found = self.evaluate("--pixel-size", 2, "--threshold", 0.3, "--beta", 2)
        self.assertEqual(found["picks"], 32)
        precision = 28 / 32
        self.assertAlmostEqual(found["f_beta"], 5 * precision / (4 * precision + 1))
        self.picker("evaluate", "--picks", "picks", "--truth", "truth", "--diameter", 40, "--pixel-size", 2, "--curve",
                    "deep/curve.csv")
        with open(self.folder / "deep" / "curve.csv", encoding="ascii", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([float(row["threshold"]) for row in rows], [0.9, 0.5, 0.1])
        self.assertEqual([float(row["precision"]) for row in rows], [1, 28 / 32, 0.7])

    def test_picks_without_scores(self):
        self.write("picks/a.star", coordinates_star([(x + 1, y) for x, y in TRUTH]))
        words = ["evaluate", "--picks", "picks", "--truth", "truth", "--diameter", 40, "--pixel-size", 2]
        text = self.picker(*words).out
        self.assertIn("no scores: no AP, AUROC or best F", text)
        self.assertNotIn("n/a", text)
        found = self.picker(*words, "--json").json
        self.assertEqual((found["precision"], found["recall"]), (1, 1))
        for name in ("best_f", "best_threshold", "precision_at_best", "recall_at_best", "average_precision", "auroc"):
            self.assertIsNone(found[name], name)

    def test_radius_rules(self):
        self.write("picks/a.star", coordinates_star(shifted(6, 0)))
        for words, matched, radius in [([], 28, 10), (["--radius", "5"], 0, 5), (["--radius", "6"], 28, 6),
                                       (["--radius", "deeppicker"], 0, 4.8),
                                       (["--radius", "deeppicker", "--window", "80"], 28, 8),
                                       (["--radius", "parsed", "--aperture", "30"], 0, 4.5)]:
            found = self.evaluate("--pixel-size", 2, *words)
            self.assertEqual(found["matched"], matched, words)
            self.assertAlmostEqual(found["radius"], radius, 6)
        self.assertIn("half", self.evaluate("--pixel-size", 2, "--radius", "halfdiameter", code=1)["error"]["message"])

    def test_files_of_any_format_without_micrographs(self):
        self.write("picks/a_autopick.star", coordinates_star(shifted(2, 0)))
        self.picker("convert", "truth/a.star", "truth2/a.csv", code=1)  # folders are not made for a single file
        (self.folder / "truth2").mkdir()
        self.picker("convert", "truth/a.star", "truth2/a.csv")
        self.picker("convert", "truth/a.star", "truth2/a.box", "--box-size", 20)
        for truth in ("truth", "truth/a.star", "truth2", "truth2/a.csv", "truth2/a.box"):
            found = self.picker("evaluate", "--picks", "picks/*.star", "--truth", truth, "--diameter", 40,
                                "--pixel-size", 2, "--json").json
            self.assertEqual((found["micrographs"], found["matched"]), (1, 28), truth)

    def test_pixel_size_must_be_known(self):
        self.write("picks/a.star", coordinates_star(shifted(2, 0)))
        result = self.picker("evaluate", "--picks", "picks", "--truth", "truth", "--diameter", 40, code=2)
        self.assertMessage(result, "--pixel-size", "--micrographs")
        self.mrc("a.mrc", 320, 180, 0.0)
        result = self.picker("evaluate", "--picks", "picks", "--truth", "truth", "--diameter", 40, "--micrographs", "a.mrc",
                             code=1)
        self.assertMessage(result, "a.mrc", "--pixel-size")
        self.mrc("a.mrc", 320, 180, 2.0)
        self.assertEqual(self.evaluate("--micrographs", "a.mrc")["radius"], 10)

    def test_sizes_from_the_record_of_a_run(self):
        self.write("picks/a.star", coordinates_star(shifted(2, 0)))
        self.write("picks/run.json", json.dumps({"micrographs": [
            {"micrograph": "gone/a.mrc", "width": 320, "height": 180, "pixel_size": 2.0, "status": "done"}]}))
        found = self.evaluate()
        self.assertEqual((found["radius"], found["matched"]), (10, 28))
        area = 320 * 180 / (3.141592653589793 * 100)
        self.assertEqual(found["negatives"], int(area) - 28)

    def test_micrographs_of_two_pixel_sizes(self):
        self.mrc("a.mrc", 320, 180, 2.0)
        self.mrc("b.mrc", 320, 180, 4.0)
        self.write("truth/b.star", coordinates_star(TRUTH))
        self.write("picks/a.star", coordinates_star(shifted(6, 0)))
        self.write("picks/b.star", coordinates_star(shifted(6, 0)))
        # The radius of 20 A is 10 px of a and 5 px of b.
        found = self.evaluate("--micrographs", "a.mrc", "b.mrc")
        self.assertEqual((found["truth"], found["matched"]), (56, 28))
        self.write("list.star", micrographs_star([("a.mrc", 1), ("b.mrc", 2)], (("1", 2.0), ("2", 2.5))))
        found = self.evaluate("--micrographs", "list.star")
        self.assertEqual(found["matched"], 56)

    def groups(self, defocus, picks):
        rows = []
        for i, value in enumerate(defocus):
            self.mrc(f"m{i}.mrc", 320, 180, 2.0)
            self.write(f"truth/m{i}.star", coordinates_star(TRUTH))
            self.write(f"picks/m{i}.star", coordinates_star(picks[i]))
            rows.append((f"m{i}.mrc", 1, value))
        self.write("list.star", micrographs_star(rows, (("1", 2.0),), ["rlnDefocusU"]))
        return self.evaluate("--micrographs", "list.star", "--by", "rlnDefocusU")

    def test_groups_by_value(self):
        found = self.groups([9000, 20000, 9000], [shifted(0, 0), shifted(0, 0)[:7], shifted(0, 0)[:14]])
        by = found["by"]["rlnDefocusU"]
        self.assertEqual(list(by), ["9000", "20000"])
        self.assertAlmostEqual(by["9000"]["recall"], 0.75)
        self.assertAlmostEqual(by["20000"]["recall"], 0.25)
        self.assertAlmostEqual(found["recall"], 49 / 84)

    def test_groups_of_many_values(self):
        defocus = [5000 + 1000 * i for i in range(12)]
        found = self.groups(defocus, [shifted(0, 0)[:2 * (i // 3 + 1)] for i in range(12)])
        by = found["by"]["rlnDefocusU"]
        self.assertEqual(list(by), ["5000 to 7000", "8000 to 10000", "11000 to 13000", "14000 to 16000"])
        for i, group in enumerate(by.values()):
            self.assertEqual((group["truth"], group["matched"]), (84, 6 * (i + 1)))

    def test_column_that_is_not_there(self):
        self.write("picks/a.star", coordinates_star(shifted(2, 0)))
        self.mrc("a.mrc", 320, 180, 2.0)
        found = self.evaluate("--micrographs", "a.mrc", "--by", "rlnDefocusU", code=1)
        self.assertIn("rlnDefocusU", found["error"]["message"])

    def test_notes(self):
        self.write("picks/a.star", coordinates_star(shifted(2, 0)))
        self.write("picks/unknown.star", coordinates_star(shifted(2, 0)))
        self.write("truth/b.star", coordinates_star(TRUTH))
        words = ["evaluate", "--picks", "picks", "--truth", "truth", "--diameter", 40, "--pixel-size", 2, "--json"]
        result = self.picker(*words)
        self.assertIn("unknown.star", result.err)
        self.assertIn("counted as 0 picks: b.star", result.err)
        self.assertEqual((result.json["truth"], result.json["matched"]), (56, 28))
        self.assertEqual(self.picker(*words, "--quiet").err, "")

    def test_json_into_a_file(self):
        self.write("picks/a.star", coordinates_star(shifted(2, 0)))
        words = ["evaluate", "--picks", "picks", "--truth", "truth", "--diameter", 40, "--pixel-size", 2]
        text = self.picker(*words, "--json", "out/e.json").out
        self.assertIn("precision 1.000", text)
        stored = json.loads((self.folder / "out" / "e.json").read_text())
        self.assertEqual(stored, self.picker(*words, "--json").json)
        self.write("file", "")
        self.picker(*words, "--json", "file/e.json", code=1)
        if os.path.exists("/dev/full"):
            self.assertIn("/dev/full", self.picker(*words, "--json", "/dev/full", code=1).err)
        self.assertEqual(self.leftovers(), [])

    def test_nothing_to_compare(self):
        self.write("picks/b.star", coordinates_star(shifted(2, 0)))
        self.write("truth/a.star", coordinates_star([]))
        found = self.evaluate("--pixel-size", 2)
        self.assertEqual((found["picks"], found["truth"], found["precision"]), (0, 0, 0))
        self.assertMessage(self.picker("evaluate", "--picks", "none", "--truth", "truth", "--diameter", 40, code=1), "none")


if __name__ == "__main__":
    unittest.main()
