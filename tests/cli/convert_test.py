"""picker convert: coordinates through every format, on a micrograph that is not square."""
import csv
import os
import shutil
import unittest

from support import Case, coordinates_star, picks_of, star_table

PICKS = [(10.25, 200.75, 0.9), (300.0, 5.5, 0.8), (123.456789, 77.125, 0.1), (0.0, 0.0, 0.5)]


class Convert(Case):
    def setUp(self):
        super().setUp()
        self.write("a.star", coordinates_star(PICKS))

    def boxes(self, name):
        return [tuple(map(int, line.split())) for line in (self.folder / name).read_text().splitlines()]

    def test_round_trip(self):
        for size, half in ((64, 32), (65, 32)):
            self.picker("convert", "a.star", "a.box", "--box-size", size)
            # Corner of a box around the whole pixel nearest to the centre.
            self.assertEqual(self.boxes("a.box"),
                             [(int(x + 0.5) - half, int(y + 0.5) - half, size, size) for x, y, _ in PICKS])
            result = self.picker("convert", "a.box", "b.star", "--json").json
            self.assertEqual(result["picks"], 4)
            self.assertEqual([pick[:2] for pick in picks_of(self.folder / "b.star")],
                             [(int(x + 0.5), int(y + 0.5)) for x, y, _ in PICKS])
            self.picker("convert", "b.star", "b.box")  # the size travels in the STAR
            self.assertEqual(self.boxes("b.box"), self.boxes("a.box"))
            # crYOLO's corner is half a box before the centre, without rounding, and its confidence is the score.
            self.picker("convert", "a.star", "a.cbox", "--box-size", size)
            rows = [line.split() for line in (self.folder / "a.cbox").read_text().splitlines() if "<NA>" in line]
            self.assertEqual([(float(r[0]) + size / 2, float(r[1]) + size / 2, float(r[8])) for r in rows], PICKS)
            self.picker("convert", "a.cbox", "d.star")
            for found, expected in zip(picks_of(self.folder / "d.star"), PICKS, strict=True):
                for a, b in zip(found, expected):
                    self.assertAlmostEqual(a, b, 3)
        self.picker("convert", "a.star", "a.csv")
        with open(self.folder / "a.csv", encoding="ascii", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(float(r["x"]), float(r["y"]), float(r["score"])) for r in rows], PICKS)
        self.picker("convert", "a.csv", "c.star")
        for found, expected in zip(picks_of(self.folder / "c.star"), PICKS, strict=True):
            for a, b in zip(found, expected):
                self.assertAlmostEqual(a, b, 6)
        self.assertEqual(self.leftovers(), [])

    def test_eman_info_files_are_read_only(self):
        self.write("info/m1_info.json", '{"boxes": [[300, 40, "manual"], [12, 99, "auto_convnet", 0.75]], "quality": 5}')
        before = (self.folder / "info/m1_info.json").read_bytes()
        self.picker("convert", "info", "out", "--to-format", "star")
        self.assertEqual([pick[:2] for pick in picks_of(self.folder / "out/m1.star")], [(300.0, 40.0), (12.0, 99.0)])
        self.picker("convert", "info/m1_info.json", "one.csv")
        self.assertEqual(len((self.folder / "one.csv").read_text().splitlines()), 3)
        self.assertMessage(self.picker("convert", "a.star", "info/m1_info.json", code=1), "eman", "not written")
        self.assertEqual((self.folder / "info/m1_info.json").read_bytes(), before)

    def test_from_every_format_to_every_other_and_back(self):
        """Picks at the corners of a micrograph that is not square, an odd box, unknown columns of the STAR."""
        self.mrc("mics/m.mrc", 401, 300)
        rows = [(0, 0, 0.9), (400, 299, 0.125), (400, 0, 0.5), (17.25, 250.25, 0.0625)]
        self.write("m.star", "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnAutopickFigureOfMerit #3\n_otherNote #4\n"
                   + "".join(f"{x} {y} {score} n{i}\n" for i, (x, y, score) in enumerate(rows)) + "\n")
        formats = ["star", "cbox", "box", "csv", "cs"]

        def convert(source, target):
            self.picker("convert", source, target, "--box-size", 65, "--micrographs", "mics", "--")

        for first in formats:
            convert("m.star", f"m1.{first}") if first != "star" else shutil.copy(self.folder / "m.star", self.folder / "m1.star")
            for second in formats:
                os.makedirs(self.folder / f"{first}-{second}/back", exist_ok=True)
                shutil.copy(self.folder / f"m1.{first}", self.folder / f"{first}-{second}/m.{first}")
                if second != first:
                    convert(f"{first}-{second}/m.{first}", f"{first}-{second}/m.{second}")
                convert(f"{first}-{second}/m.{second}", f"{first}-{second}/back/m.star")
                out = star_table(self.folder / f"{first}-{second}/back/m.star")
                self.assertEqual(len(out), 4, (first, second))
                boxes = "box" in (first, second)  # whole pixels, no scores
                for row, (x, y, score) in zip(out, rows):
                    self.assertAlmostEqual(float(row["rlnCoordinateX"]), int(x + 0.5) if boxes else x, delta=1e-3, msg=(first, second))
                    self.assertAlmostEqual(float(row["rlnCoordinateY"]), int(y + 0.5) if boxes else y, delta=1e-3, msg=(first, second))
                    if not boxes:
                        self.assertAlmostEqual(float(row["rlnAutopickFigureOfMerit"]), score, delta=1e-6, msg=(first, second))
                if {first, second} <= {"star", "csv", "cbox"}:
                    self.assertEqual([row["otherNote"] for row in out], ["n0", "n1", "n2", "n3"], (first, second))

    def test_formats_by_name(self):
        os.rename(self.folder / "a.star", self.folder / "coordinates.txt")
        self.picker("convert", "coordinates.txt", "out.dat", "--from-format", "star", "--to-format", "csv")
        self.assertEqual(len((self.folder / "out.dat").read_text().splitlines()), 5)
        self.assertMessage(self.picker("convert", "coordinates.txt", "b.csv", code=1), "coordinates.txt")
        self.assertMessage(self.picker("convert", "coordinates.txt", "b.txt", code=2), "b.txt", "--to-format", "star, cbox, box")
        self.assertMessage(self.picker("convert", "a.csv", "b.star", "--from-format", "cbox2", code=2), "'cbox2'")

    def test_what_is_missing_is_told(self):
        self.assertMessage(self.picker("convert", "a.star", "a.box", code=1), "--box-size")
        self.assertMessage(self.picker("convert", "none.star", "a.box", code=1), "none.star")
        self.write("bad.star", "data_\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n1 2\n3 x\n")
        self.assertMessage(self.picker("convert", "bad.star", "b.csv", code=1), "bad.star", "6")
        self.write("bad.box", "1 2 3 4\n5 6\n")
        self.assertMessage(self.picker("convert", "bad.box", "b.csv", code=1), "bad.box:2")
        self.write("bad.csv", "a,b\n1,2\n")
        self.assertMessage(self.picker("convert", "bad.csv", "b.star", code=1), "bad.csv")
        self.assertFalse((self.folder / "b.csv").exists() or (self.folder / "b.star").exists())

    def test_no_picks_is_an_answer(self):
        self.write("empty.star", coordinates_star([]))
        self.assertEqual(self.picker("convert", "empty.star", "e.csv", "--json").json["picks"], 0)
        self.assertEqual((self.folder / "e.csv").read_text().splitlines()[0].split(",")[:2], ["x", "y"])
        self.picker("convert", "e.csv", "e.box", "--box-size", 10)
        self.assertEqual(self.boxes("e.box"), [])

    def test_several_micrographs(self):
        text = coordinates_star([(1, 2, 0.5), (3, 4, 0.25)], "x/one.mrc")
        self.write("all.star", text + "7 8 0.125 x/two.mrc\n")
        result = self.picker("convert", "all.star", "all.box", "--box-size", 4, code=2)
        self.assertMessage(result, "2 micrographs", "--micrographs")
        self.assertFalse((self.folder / "all.box").exists())
        # One file of a format that holds many keeps them apart by name.
        result = self.picker("convert", "all.star", "all.csv", "--json").json
        self.assertEqual((result["picks"], result["files"][0]["micrographs"]), (3, 2))
        self.assertEqual((self.folder / "all.csv").read_text().splitlines()[1:],
                         ["x/one.mrc,1,2,0.5", "x/one.mrc,3,4,0.25", "x/two.mrc,7,8,0.125"])
        self.picker("convert", "all.csv", "again.star")
        self.assertEqual([row["rlnMicrographName"] for row in star_table(self.folder / "again.star")],
                         ["x/one.mrc", "x/one.mrc", "x/two.mrc"])
        self.assertEqual(picks_of(self.folder / "again.star"), [(1, 2, 0.5), (3, 4, 0.25), (7, 8, 0.125)])

    def test_cryosparc(self):
        self.mrc("x/008578565574161745010_one.mrc", 400, 300)  # not square, and the particle is off the centre
        self.mrc("x/two.mrc", 64, 48)
        self.write("all.star", coordinates_star([(300.25, 50.5, 0.5)], "x/008578565574161745010_one.mrc") + "7 8 0.125 x/two.mrc\n")
        result = self.picker("convert", "all.star", "all.cs", code=1)
        self.assertMessage(result, "one.mrc", "size", "--micrographs")
        self.picker("convert", "all.star", "all.cs", "--micrographs", "x/*.mrc")
        self.assertEqual(sorted(p.name for p in self.folder.glob("all.cs*")), ["all.cs", "all.csg"])
        rows = (self.folder / "all.cs").read_bytes()
        header, row = rows[10:10 + int.from_bytes(rows[8:10], "little")], 10 + int.from_bytes(rows[8:10], "little")
        self.assertIn(b"'shape': (2,)", header)
        self.assertEqual(int.from_bytes(rows[row + 8:row + 16], "little"), 8578565574161745010)
        self.picker("convert", "all.cs", "back.star")
        self.assertEqual([(round(x, 3), round(y, 3), s) for x, y, s in picks_of(self.folder / "back.star")],
                         [(300.25, 50.5, 0.5), (7, 8, 0.125)])
        # The other edge, from the shape that the .cs holds.
        self.picker("convert", "all.cs", "flipped/", "--to-format", "star", "--flip-y")
        self.assertEqual([round(v, 3) for v in picks_of(self.folder / "flipped" / "one.star")[0][:2]], [300.25, 248.5])
        self.write("bad.cs", "not cryoSPARC's")
        self.assertMessage(self.picker("convert", "bad.cs", "b.star", code=1), "bad.cs", "NumPy", "CSDAT")
        self.assertEqual(self.leftovers(), [])

    def test_the_name_of_one_micrograph_is_kept(self):
        self.mrc("x/one.mrc", 400, 300)
        self.write("one.csv", "micrograph,x,y,score\nx/one.mrc,1,2,0.5\n")
        self.picker("convert", "one.csv", "one.cs", "--micrographs", "x/one.mrc")
        self.picker("convert", "one.cs", "back.csv")
        self.assertEqual((self.folder / "back.csv").read_text().splitlines()[0].split(",")[:4], ["micrograph", "x", "y", "score"])
        self.assertEqual((self.folder / "back.csv").read_text().splitlines()[1].split(",")[0], "x/one.mrc")
        self.picker("convert", "back.csv", "back.star")
        self.assertEqual([row["rlnMicrographName"] for row in star_table(self.folder / "back.star")], ["x/one.mrc"])
        self.picker("convert", "back.star", "out/", "--to-format", "csv")
        self.assertTrue((self.folder / "out/one.csv").read_text().startswith("micrograph,x,y,score"))
        self.picker("convert", "out", "stars/", "--to-format", "star")  # RELION's files of one micrograph name none
        self.assertNotIn("rlnMicrographName", star_table(self.folder / "stars/one.star")[0])

    def test_picks_outside_are_told(self):
        """Coordinates of raw images with the binned ones; those on the rim are inside."""
        self.mrc("x/one.mrc", 100, 75)
        self.write("one.star", coordinates_star([(99.5, 74.5, 0.5), (-0.5, 0, 0.5), (50, 75, 0.5), (300, 20, 0.5)]))
        run = self.picker("convert", "--micrographs", "x/one.mrc", "--", "one.star", "one.csv")
        self.assertIn("2 of 4 picks lie outside", run.err)
        self.assertIn("x/one.mrc, 100 x 75 pixels", run.err)
        self.assertEqual(len((self.folder / "one.csv").read_text().splitlines()), 5)  # none is lost
        self.assertNotIn("outside", self.picker("convert", "one.star", "two.csv").err)  # nothing is known of the image

    def test_several_micrographs_into_a_folder(self):
        text = coordinates_star([(1, 2, 0.5), (3, 4, 0.25)], "x/one.mrc")
        self.write("all.star", text + "7 8 0.125 x/two.mrc\n")
        result = self.picker("convert", "all.star", "out/", "--to-format", "csv", "--json").json
        self.assertEqual([(os.path.basename(f["path"]), f["picks"]) for f in result["files"]],
                         [("one.csv", 2), ("two.csv", 1)])
        self.picker("convert", "out", "back/", "--to-format", "star")  # and a folder as IN
        self.assertEqual(picks_of(self.folder / "back" / "one.star"), [(1, 2, 0.5), (3, 4, 0.25)])
        self.assertEqual(picks_of(self.folder / "back" / "two.star"), [(7, 8, 0.125)])
        self.mrc("x/two.mrc")
        self.picker("convert", "--micrographs", "x/two.mrc", "--", "all.star", "two.star")
        self.assertEqual(picks_of(self.folder / "two.star"), [(7, 8, 0.125)])
        self.mrc("x/three.mrc")
        self.assertMessage(self.picker("convert", "--micrographs", "x/three.mrc", "--", "all.star", "3.star", code=1),
                           "all.star", "matched by name")

    def test_a_folder_with_the_same_picks_in_several_formats(self):
        self.write("run/a.star", coordinates_star([(10, 20, 0.5), (50, 60, 0.25)]))
        self.write("run/a.box", "10 20 4 4\n")
        self.write("run/b.box", "10 20 4 4\n" * 3)
        self.write("run/b.csv", "x,y\n10,20\n")
        self.write("run/picks.csv", "micrograph,x,y,score\nx/a.mrc,10,20,0.5\nx/c.mrc,1,2,0.5\n")
        self.write("run/autopick.star", "data_coordinate_files\nloop_\n_rlnMicrographName #1\n"
                   "_rlnMicrographCoordinates #2\nx/a.mrc run/a.star\n")
        result = self.picker("convert", "run", "out", "--to-format", "csv", "--json").json
        self.assertEqual({os.path.basename(f["path"]): f["picks"] for f in result["files"]},
                         {"a.csv": 2, "b.csv": 3, "c.csv": 1})
        self.assertEqual((len(result["files"]), result["picks"]), (3, 6))
        self.assertEqual(len((self.folder / "out" / "a.csv").read_text().splitlines()), 3)

    def test_unknown_columns_survive(self):
        self.write("p.star", "data_\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnHelicalTubeID #3\n1 2 007\n")
        self.picker("convert", "p.star", "q.csv")
        self.picker("convert", "q.csv", "r.star")
        self.assertEqual(star_table(self.folder / "r.star")[0]["rlnHelicalTubeID"], "007")

    def test_output_that_cannot_be_written(self):
        self.write("file", "I am not a folder")
        before = sorted(p.name for p in self.folder.iterdir())
        self.assertMessage(self.picker("convert", "a.star", "file/b.csv", code=1), "file/b.csv")
        self.assertMessage(self.picker("convert", "a.star", "none/b.csv", code=1), "none/b.csv")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), before)

    @unittest.skipUnless(os.path.exists("/dev/full"), "this system has no /dev/full")
    def test_full_disk(self):
        self.assertMessage(self.picker("convert", "a.star", "/dev/full", "--to-format", "csv", code=1), "/dev/full",
                           "No space")
        self.assertTrue(os.path.exists("/dev/full"))
        with open("/dev/full", "w", encoding="ascii") as full:
            self.picker("convert", "a.star", "b.csv", code=1, stdout=full)


if __name__ == "__main__":
    unittest.main()
