"""Lists of micrographs of every kind: versions of RELION, several pixel sizes, equal names, micrographs that are missing."""
import json
import unittest

from relion_support import EXITS, RelionCase, link_or_copy
from support import picks_of, star_table


class Lists(RelionCase):
    def items(self, run="1"):
        return json.loads((self.job / "picker_run" / run / "run.json").read_text())["micrographs"]

    def test_relion_3_0_without_optics(self):
        link_or_copy(self.world.micrographs[2], self.folder / "Micrographs" / "m1.mrc")
        self.write("Import/job001/micrographs.star", "\ndata_\n\nloop_ \n_rlnMicrographName #1 \n_rlnVoltage #2 \n"
                   "_rlnSphericalAberration #3 \n_rlnAmplitudeContrast #4 \n_rlnMagnification #5 \n"
                   "_rlnDetectorPixelSize #6 \nMicrographs/m1.mrc 300.0 2.7 0.1 10000.0 4.4 \n")
        self.run_job()
        self.assertAlmostEqual(self.items()[0]["pixel_size"], 4.4)
        self.assertEqual(self.autopicks(), ["Micrographs/m1_autopick.star"])

    def test_optics_groups_of_different_pixel_sizes(self):
        self.micrographs("a/m1.mrc", "a/m2.mrc", optics=(("1", 4.0), ("2", 3.6)), groups=("2", "1"))
        self.run_job()
        self.assertEqual([item["pixel_size"] for item in self.items()], [3.6, 4.0])

    def test_equal_names_in_different_folders(self):
        names = ["MotionCorr/job002/A/m1.mrc", "MotionCorr/job002/B/m1.mrc", "MotionCorr/job002/B/m2.mrc"]
        self.micrographs(*names, optics=(("1", 4.0), ("2", 3.6)), groups=("1", "2", "1"))
        result = self.run_job()
        self.assertEqual(self.autopicks(), ["A/m1_autopick.star", "B/m1_autopick.star", "B/m2_autopick.star"])
        first, second = (picks_of(self.job / place) for place in self.autopicks()[:2])
        self.assertNotEqual(first, second)  # of another pixel size
        self.assertEqual([item["pixel_size"] for item in self.items("2")], [3.6])
        rows = star_table(self.job / "autopick.star", "coordinate_files")
        self.assertEqual([row["rlnMicrographName"] for row in rows], names)
        self.assertIn("(0 done before)", result.out)
        self.assertIn("(3 done before)", self.run_job().out)
        # A list that grows keeps what is done.
        self.micrographs(*names, "MotionCorr/job002/C/m1.mrc", optics=(("1", 4.0), ("2", 3.6)), groups=("1", "2", "1", "1"))
        self.assertIn("(3 done before)", self.run_job().out)
        self.assertEqual(picks_of(self.job / "C" / "m1_autopick.star"), first)

    def test_an_equal_name_that_is_missing(self):
        self.micrographs("A/m1.mrc", "B/m1.mrc")
        (self.folder / "B" / "m1.mrc").unlink()
        self.assertIn("B/m1.mrc", self.run_job().err)
        self.assertEqual(self.autopicks(), ["A/m1_autopick.star"])

    def test_what_relion_itself_would_write_to_one_file(self):
        self.micrographs("MotionCorr/job002/A/m1.mrc", "MotionCorr/job005/A/m1.mrc")
        result = self.run_job(code=1)
        for part in ("MotionCorr/job002/A/m1.mrc", "MotionCorr/job005/A/m1.mrc", "External/job003/A/m1_autopick.star"):
            self.assertIn(part, result.err)
        self.assertEqual(self.autopicks(), [])

    def test_places_follow_relions_rule(self):
        names = {"Raw/set.2/m.1.mrc": "Raw/set.2/m.1_autopick.star", "MotionCorr/job1042/x/m2.mrc": "x/m2_autopick.star",
                 "data/job003b/deep/m3.mrc": "deep/m3_autopick.star", "jobs/m4.mrc": "jobs/m4_autopick.star",
                 "job077/m5.mrc": "m5_autopick.star", "a/job001/job002/m6.mrc": "job002/m6_autopick.star"}
        self.micrographs(*names)
        self.run_job()
        self.assertEqual(self.autopicks(), sorted(names.values()))

    def test_deeper_than_relion_goes(self):
        self.micrographs("/".join("abcdefghijklmnopqrstu") + "/m1.mrc")
        self.assertIn("20 folders", self.run_job(code=1).err)


class Missing(RelionCase):
    def test_one_is_missing_and_the_others_go_on(self):
        self.micrographs("a/m1.mrc", "a/m2.mrc", "a/m3.mrc")
        (self.folder / "a" / "m2.mrc").rename(self.folder / "away.mrc")
        result = self.run_job()
        self.assertIn("a/m2.mrc", result.err)
        self.assertIn("1 micrograph failed", result.err)
        self.assertEqual(self.autopicks(), ["a/m1_autopick.star", "a/m3_autopick.star"])
        rows = star_table(self.job / "autopick.star", "coordinate_files")
        self.assertEqual([row["rlnMicrographName"] for row in rows], ["a/m1.mrc", "a/m3.mrc"])
        (self.folder / "away.mrc").rename(self.folder / "a" / "m2.mrc")
        result = self.run_job()  # Continue
        self.assertIn("(2 done before)", result.out)
        self.assertEqual(result.err, "")
        self.assertEqual(len(self.autopicks()), 3)

    def test_all_are_missing(self):
        self.micrographs("a/m1.mrc", "a/m2.mrc")
        for name in ("m1.mrc", "m2.mrc"):
            (self.folder / "a" / name).unlink()
        self.assertIn("a/m1.mrc", self.run_job(code=1).err)
        self.assertFalse((self.job / "RELION_OUTPUT_NODES.star").exists())

    def test_all_are_broken(self):
        self.micrographs("a/m1.mrc")
        (self.folder / "a" / "m1.mrc").unlink()  # a link to the world's own
        (self.folder / "a" / "m1.mrc").write_bytes(b"no image")
        self.assertIn("every micrograph failed", self.run_job(code=1).err)

    def test_lists_that_are_none(self):
        self.micrographs()
        self.assertIn("micrographs.star", self.run_job(code=1).err)
        (self.folder / "Import/job001/micrographs.star").unlink()
        self.assertIn("Import/job001/micrographs.star", self.run_job(code=1).err)
        self.micrographs("m1.mrc")
        result = self.program("--o", "External/job003/", "--in_mics", "m1.mrc", "--model", self.world.model, "--j", 1)
        self.assertIn("no STAR file", result.err)
        self.assertEqual(self.exits(), [EXITS[1]])

    def test_nothing_to_pick_is_a_result_with_a_warning(self):
        self.micrographs("m1.mrc")
        self.write("m1.mrc.flat", "")
        (self.folder / "m1.mrc").unlink()
        self.mrc("m1.mrc", 256, 192)  # noise
        result = self.run_job("--threshold", 1)
        self.assertEqual(picks_of(self.job / "m1_autopick.star"), [])
        self.assertIn("no picks on any micrograph", result.err)
        self.assertIn("diameter", result.err)


if __name__ == "__main__":
    unittest.main()
