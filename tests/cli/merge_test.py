"""picker merge: sets of two micrographs that are not square, in several formats; and convert --map-to."""
import csv
import json
import os
import unittest

from support import Case, coordinates_star, picks_of, star_table


class Merge(Case):
    """4 angstrom a pixel; a distance of 40 angstrom is 10 pixels."""

    def setUp(self):
        super().setUp()
        self.write("ours/m1.star", coordinates_star([(100.5, 40.25, 0.9), (300, 60, 0.8)]))
        self.write("ours/m2.star", coordinates_star([(20, 280, 0.7)]))
        self.write("log/m1_autopick.star", coordinates_star([(104, 44, 2.5), (380, 290, 3.5)]))
        self.write("hand.csv", "micrograph,x,y\nm1.mrc,101,39\nm1.mrc,299,61\nm2.mrc,200,200\n")

    def merge(self, *words, sets=("ours", "log", "hand.csv")):
        return self.picker("merge", *sets, "--output", "out", "--distance", 40, "--pixel-size", 4, "--json", *words).json

    def kept(self, stem):
        return {pick[:2] for pick in picks_of(self.folder / "out" / f"{stem}.star")}

    def test_every_rule(self):
        everything = {(100.5, 40.25), (300.0, 60.0), (380.0, 290.0)}
        for words, m1, m2 in ((["--union"], everything, {(20.0, 280.0), (200.0, 200.0)}),
                              (["--intersection"], {(100.5, 40.25)}, set()),
                              (["--subtract"], set(), {(20.0, 280.0)}),
                              (["--consensus", 2], {(100.5, 40.25), (300.0, 60.0)}, set())):
            result = self.merge(*words)
            self.assertEqual((self.kept("m1"), self.kept("m2")), (m1, m2), words)
            self.assertEqual((result["picks"], result["particles"], result["kept"]), (8, 5, len(m1) + len(m2)))
        self.assertEqual(self.leftovers(), [])

    def test_scores_and_sources(self):
        self.merge("--union", "--format", "star,csv")
        rows = star_table(self.folder / "out/m1.star")
        row = next(row for row in rows if float(row["rlnCoordinateX"]) == 100.5)
        self.assertEqual(row["mergeSources"], "ours+log+hand")
        self.assertEqual([float(row[label]) for label in ("rlnAutopickFigureOfMerit", "pickerScore1", "pickerScore2", "pickerSets")],
                         [0.9, 0.9, 2.5, 3])
        with open(self.folder / "out/picks.csv", encoding="ascii", newline="") as file:  # one file of all micrographs
            rows = list(csv.DictReader(file))
        self.assertEqual({row["micrograph"] for row in rows}, {"m1.mrc", "m2.mrc"})
        row = next(row for row in rows if row["x"] == "100.5")
        self.assertEqual((row["sets"], row["score2"], row["score3"], row["mergeSources"]), ("3", "2.5", "", "ours+log+hand"))
        self.assertFalse((self.folder / "out/m1.csv").exists())

    def test_lists_need_the_names_of_micrographs(self):
        """Sets of files alone name none: the STAR files are there, a list of RELION's or one file of all cannot be."""
        run = self.picker("merge", "ours", "log", "--output", "out", "--union", "--distance", 40, "--pixel-size", 4)
        self.assertIn("autopick.star is not written", run.err)
        self.assertEqual(sorted(p.name for p in (self.folder / "out").iterdir()), ["m1.star", "m2.star"])
        for name in ("csv", "cs"):
            self.assertMessage(self.picker("merge", "ours", "log", "--output", "none", "--union", "--distance", 40, "--pixel-size", 4,
                                           "--format", name, code=2), "m1.star", "--micrographs")
        self.assertFalse((self.folder / "none").exists())

    def test_pixel_size_of_micrographs_and_a_set_that_lacks_one(self):
        for stem in ("m1", "m2"):
            self.mrc(f"mics/{stem}.mrc", 400, 300, pixel_size=4)
        run = self.picker("merge", "ours", "log", "--output", "out", "--intersection", "--distance", 40, "--micrographs", "mics")
        self.assertIn("m2", run.err)
        self.assertEqual((self.kept("m1"), self.kept("m2")), ({(100.5, 40.25)}, set()))

    def test_cryosparc(self):
        for stem in ("m1", "m2"):
            self.mrc(f"mics/{stem}.mrc", 400, 300, pixel_size=4)
        self.picker("merge", "ours", "log", "--output", "out", "--union", "--distance", 40, "--format", "star,cs", "--micrographs",
                    "mics")
        self.assertEqual(sorted(p.name for p in (self.folder / "out").iterdir()),
                         ["autopick.star", "m1.star", "m2.star", "picks.cs", "picks.csg"])
        self.assertEqual([(row["rlnMicrographName"], row["rlnMicrographCoordinates"])
                          for row in star_table(self.folder / "out/autopick.star", "coordinate_files")],
                         [("mics/m1.mrc", "out/m1.star"), ("mics/m2.mrc", "out/m2.star")])
        self.picker("convert", "out/picks.cs", "back/", "--to-format", "star")
        for stem in ("m1", "m2"):
            rounded = {(round(x, 3), round(y, 3)) for x, y, _ in picks_of(self.folder / f"back/{stem}.star")}
            self.assertEqual(rounded, self.kept(stem))
        self.assertIn("num_items: 4", (self.folder / "out/picks.csg").read_text())

    def test_pick_runs_say_what_they_know(self):
        """Names, sizes and pixel sizes from run.json; of images that are not at hand."""
        def run_json(folder, pixel_size=4.0, width=400):
            self.write(f"{folder}/run.json", json.dumps({"micrographs": [
                {"micrograph": f"MotionCorr/job002/{stem}.mrc", "stem": stem, "width": width, "height": 300, "pixel_size": pixel_size}
                for stem in ("m1", "m2")]}))
        run_json("ours")
        result = self.picker("merge", "ours", "log", "--output", "out", "--union", "--distance", 40, "--format", "star,cs,csv", "--json").json
        self.assertEqual((result["picks"], result["particles"]), (5, 4))
        self.assertEqual(self.kept("m1"), {(100.5, 40.25), (300.0, 60.0), (380.0, 290.0)})
        self.assertEqual([row["rlnMicrographName"] for row in star_table(self.folder / "out/autopick.star")],
                         ["MotionCorr/job002/m1.mrc", "MotionCorr/job002/m2.mrc"])
        # The same for one set, and for one of its files.
        self.picker("convert", "ours", "ours.cs")
        self.picker("convert", "ours/m1.star", "one.cs")
        self.picker("convert", "one.cs", "one.star")
        self.assertEqual({(round(x, 3), round(y, 3)) for x, y, _ in picks_of(self.folder / "one.star")}, {(100.5, 40.25), (300, 60)})
        # What is given wins: with half the pixel size, 40 angstrom are 20 pixels, and m1's 100.5, 40.25 and 104, 44 are one still.
        wide = self.picker("merge", "ours", "log", "--output", "wide", "--union", "--distance", 11, "--pixel-size", 2, "--json").json
        near = self.picker("merge", "ours", "log", "--output", "near", "--union", "--distance", 11, "--json").json
        self.assertEqual((wide["particles"], near["particles"]), (4, 5))
        # Picks of two binnings are no sets of one image.
        run_json("log", pixel_size=8.0, width=200)
        self.assertMessage(self.picker("merge", "ours", "log", "--output", "none", "--union", "--distance", 40, code=1),
                           "ours/run.json", "log/run.json", "--map-to")
        self.write("ours/run.json", "{")  # a damaged one tells nothing
        self.assertMessage(self.picker("merge", "ours", "--output", "none", "--union", "--distance", 40, code=1), "--pixel-size")

    def test_one_micrograph_spelled_in_two_ways(self):
        """By its path in one set, by its name in the other, and in files of several formats beside each other."""
        for folder in ("a", "b"):
            self.write(f"{folder}/m1.star", coordinates_star([(100, 40, 0.9)]))
            self.picker("convert", f"{folder}/m1.star", f"{folder}/m1.cbox", "--box-size", 40)
        self.write("a/picks.csv", "micrograph,x,y,score\n/somewhere/m1.mrc,100,40,0.9\n")
        self.write("b/picks.csv", "micrograph,x,y,score\ndata/m1.mrc,100,40,0.9\n")
        for sets in (("a", "b"), ("a/picks.csv", "b/picks.csv"), ("a", "b/picks.csv")):
            result = self.merge("--intersection", sets=sets)
            self.assertEqual((result["picks"], result["kept"], len(result["micrographs"])), (2, 1, 1), sets)
            self.assertEqual(self.kept("m1"), {(100.0, 40.0)})
            result = self.merge("--subtract", sets=sets)
            self.assertEqual((result["kept"], self.kept("m1")), (0, set()), sets)

    def test_two_micrographs_of_one_name_are_not_written_over_each_other(self):
        self.write("two.csv", "micrograph,x,y\ng1/m.mrc,1,2\ng2/m.mrc,3,4\n")
        self.assertMessage(self.picker("merge", "two.csv", "--output", "out", "--union", "--distance", 40, "--pixel-size", 4, code=1),
                           "g1/m.mrc", "g2/m.mrc")
        self.assertMessage(self.picker("convert", "two.csv", "out", "--to-format", "star", code=1), "g1/m.mrc", "g2/m.mrc")

    def test_a_merged_set_is_merged_again(self):
        self.merge("--union")
        os.rename(self.folder / "out", self.folder / "first")
        self.merge("--union", "--format", "star,csv", sets=("first", "hand.csv"))
        labels = [line.split()[0] for line in (self.folder / "out/m1.star").read_text().splitlines() if line.startswith("_")]
        self.assertEqual(len(labels), len(set(labels)), labels)
        self.assertEqual(labels.count("_pickerScore2"), 1)
        self.assertNotIn("_pickerScore3", labels)
        header = (self.folder / "out/picks.csv").read_text().splitlines()[0].split(",")
        self.assertEqual(len(header), len(set(header)), header)

    def test_wrong_usage(self):
        for words, code, parts in (
                (["--distance", 40], 2, ["--union", "--consensus"]),
                (["--distance", 40, "--union", "--subtract"], 2, ["--union", "--subtract"]),
                (["--distance", 40, "--consensus", 3], 2, ["3", "2 pick sets"]),
                (["--union"], 2, ["--distance"]),
                (["--union", "--distance", 40], 1, ["pixel size", "--pixel-size"]),
                (["--union", "--distance", 40, "--pixel-size", 4, "--format", "stra"], 2, ["stra", "star, cbox"])):
            self.assertMessage(self.picker("merge", "ours", "log", "--output", "out", *words, code=code), *parts)
        run = self.picker("merge", "--micrographs", "mics", "--", "ours", "log", "--output", "out", "--union", code=2)
        self.assertMessage(run, "--output", "before it")
        self.assertMessage(self.picker("merge", "none", "--output", "out", "--union", "--distance", 40, code=1), "none")


class MapTo(Case):
    """Picked on images binned by 4, 400 x 300, for raw ones of 1602 x 1201 pixels under other names."""

    def setUp(self):
        super().setUp()
        self.mrc("binned/m1_bin4.mrc", 400, 300, pixel_size=4)
        self.mrc("raw/m1.mrc", 1602, 1201, pixel_size=1)
        self.write("picks/m1_bin4.star", coordinates_star([(100, 12.5, 0.9), (399, 299, 0.8)]))

    def convert(self, *words, code=0):
        return self.picker("convert", "--micrographs", "binned", "--map-to", "raw", *words, "--to-format", "star", "--", "picks", "out",
                           code=code)

    def test_positions_and_names(self):
        self.convert()
        for found, (x, y, score) in zip(picks_of(self.folder / "out/m1.star"), [(100, 12.5, 0.9), (399, 299, 0.8)], strict=True):
            self.assertAlmostEqual(found[0], x * 1602 / 400, 4)
            self.assertAlmostEqual(found[1], y * 1201 / 300, 4)
            self.assertAlmostEqual(found[2], score, 6)
        self.assertEqual(self.leftovers(), [])

    def test_a_table_of_pairs(self):
        (self.folder / "raw/m1.mrc").rename(self.folder / "raw/other.mrc")
        self.assertMessage(self.convert(code=1), "m1_bin4", "table of pairs")
        self.write("pairs.csv", "picked,target\nm1_bin4.mrc,other.mrc\n")
        self.convert("--pairs", "pairs.csv")
        self.assertEqual(len(picks_of(self.folder / "out/other.star")), 2)

    def test_images_that_were_averaged_over_blocks(self):
        """400 x 300 blocks of 4 x 4 pixels; two columns and a row of the raw image fill none."""
        self.convert("--binning", "blocks")
        for found, (x, y) in zip(picks_of(self.folder / "out/m1.star"), [(100, 12.5), (399, 299)], strict=True):
            self.assertEqual(found[:2], (4 * x + 1.5, 4 * y + 1.5))
        self.assertMessage(self.convert("--binning", "mean", code=2), "--binning", "fourier or blocks")
        self.mrc("raw/m1.mrc", 800, 601, pixel_size=2)
        self.convert("--binning", "blocks")
        self.assertEqual(picks_of(self.folder / "out/m1.star")[0][:2], (200.5, 25.5))
        self.mrc("raw/m1.mrc", 600, 450, pixel_size=8 / 3)
        self.assertMessage(self.convert("--binning", "blocks", code=1), "m1", "blocks of whole pixels")
        self.assertMessage(self.picker("convert", "picks", "out", "--to-format", "star", "--binning", "blocks", code=2), "--map-to")

    def test_what_cannot_be_mapped(self):
        self.mrc("raw/m1.mrc", 1201, 1602, pixel_size=1)
        self.assertMessage(self.convert(code=1), "m1", "400 x 300", "1201 x 1602")
        self.mrc("raw/m1.mrc", 1602, 1201, pixel_size=2)
        self.assertMessage(self.convert(code=1), "pixel sizes")
        self.assertMessage(self.picker("convert", "picks", "out", "--to-format", "star", "--map-to", "raw", code=2), "--micrographs")
        self.assertMessage(self.picker("convert", "--pairs", "p.csv", "picks", "out", "--to-format", "star", code=2), "--map-to")


if __name__ == "__main__":
    unittest.main()
