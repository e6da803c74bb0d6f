"""picker cutoff: the valley of a run's masses, decimal cuts, picks without masses."""
import unittest

from support import Case, coordinates_star, star_table

# 60 light and 90 heavy blobs on two micrographs.
LIGHT = [4 + i % 15 * 0.1 for i in range(60)]
HEAVY = [15 + i % 30 * 0.2 for i in range(90)]


def blobs(masses):
    rows = "".join(f"{10 + 3 * i} {20 + 2 * i} 0.5 {mass}\n" for i, mass in enumerate(masses))
    return ("data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnAutopickFigureOfMerit #3\n_pickerMass #4\n" + rows)


class Cutoff(Case):
    def setUp(self):
        super().setUp()
        self.write("run/a.star", blobs(LIGHT[:40] + HEAVY[:30]))
        self.write("run/b.star", blobs(LIGHT[40:] + HEAVY[30:]))

    def kept(self, name):
        return [(float(row["rlnCoordinateX"]), float(row["pickerMass"])) for row in star_table(self.folder / name)]

    def test_two_peaks(self):
        found = self.picker("cutoff", "--picks", "run", "--output", "out", "--json").json
        self.assertTrue(found["two_peaks"])
        self.assertGreater(found["mass_min"], max(LIGHT))
        self.assertLess(found["mass_min"], min(HEAVY))
        self.assertEqual((found["micrographs"], found["candidates"], found["picks"]), (2, 150, 90))
        self.assertEqual([mass for _, mass in self.kept("out/a.star")], HEAVY[:30])
        self.assertEqual(self.kept("out/b.star")[0], (10 + 3 * 20, HEAVY[30]))  # the row came along
        text = self.picker("cutoff", "--picks", "run").out
        self.assertIn("two peaks: cut at the valley", text)
        self.assertIn("2 micrographs: 90 of 150 picks", text)

    def test_one_peak(self):
        self.write("one/a.star", blobs(HEAVY))
        found = self.picker("cutoff", "--picks", "one", "--json").json
        self.assertEqual((found["two_peaks"], found["mass_min"], found["picks"]), (False, 0, 90))
        self.assertIn("one peak: nothing is cut", self.picker("cutoff", "--picks", "one").out)

    def test_a_cut_of_ones_own(self):
        found = self.picker("cutoff", "--picks", "run", "--mass-min", "15.3", "--output", "out", "--json").json
        self.assertEqual(found["picks"], sum(mass >= 15.3 for mass in HEAVY))
        self.assertFalse(found["automatic"])
        self.assertMessage(self.picker("cutoff", "--picks", "run", "--mass-min", "many", code=2), "--mass-min")

    def test_a_run_folder(self):
        """The lists in it name the same micrographs again, and nothing is written over."""
        self.write("run/autopick.star", "data_coordinate_files\n\nloop_\n_rlnMicrographName #1\n_rlnMicrographCoordinates #2\n"
                   "mics/a.mrc run/a.star\nmics/b.mrc run/b.star\n")
        found = self.picker("cutoff", "--picks", "run", "--output", "out", "--json").json
        self.assertEqual((found["micrographs"], found["candidates"]), (2, 150))
        before = (self.folder / "run/a.star").read_bytes()
        self.assertMessage(self.picker("cutoff", "--picks", "run", "--output", "run/", code=2), "another --output")
        self.assertMessage(self.picker("cutoff", "--picks", "run/a.star", "--output", "run", code=2), "another --output")
        self.assertEqual((self.folder / "run/a.star").read_bytes(), before)

    def test_without_masses(self):
        self.write("other/a.star", coordinates_star([(1, 2, 0.5)]))
        self.assertMessage(self.picker("cutoff", "--picks", "other", code=1), "a", "no masses", "parsed")
        self.assertMessage(self.picker("cutoff", "--picks", "nowhere", code=1), "nowhere")
        self.write("none/a.star", blobs([]))
        self.assertEqual(self.picker("cutoff", "--picks", "none", "--output", "out", "--json").json["picks"], 0)
        self.assertEqual(self.kept("out/a.star"), [])


if __name__ == "__main__":
    unittest.main()
