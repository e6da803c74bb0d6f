"""The command line of an External job: labels as RELION passes them, wrong ones, values, folders that cannot be used."""
import unittest

from relion_support import EXITS, ROOT, RelionCase
from support import picks_of


class Labels(RelionCase):
    def setUp(self):
        super().setUp()
        self.micrographs("m1.mrc")

    def failed(self, *parameters, parts=(), model=None):
        result = self.run_job(*parameters, code=1, model=model)
        for part in parts:
            self.assertIn(part, result.err)
        self.assertTrue(result.err.startswith("ERROR: picker_relion: "), result.err)
        self.assertFalse((self.job / "picker_run").exists())

    def test_dashes_and_pipeline_control_do_not_matter(self):
        self.run_job("--min_distance", 200, "--top_per_micrograph", 9)
        expected = picks_of(self.job / "m1_autopick.star")
        result = self.run_job("----min-distance", 200, "--top-per-micrograph", 9, "--pipeline_control", "External/job003/")
        self.assertIn("(1 done before)", result.out)
        self.assertNotIn("pipeline", result.out + result.err)
        self.run_job("--overwrite", "---min-distance=200", "--top_per_micrograph=9", "--pipeline_control")
        self.assertEqual(picks_of(self.job / "m1_autopick.star"), expected)
        self.assertEqual(len(expected), 9)

    def test_unknown_labels_name_the_nearest(self):
        self.failed("--treshold", 0.5, parts=("'treshold'", "'threshold'?", "Params tab"))
        self.failed("--mindistance", 50, parts=("'mindistance'", "'min_distance'?"))
        self.failed("--zzzzzzzz", 1, parts=("'zzzzzzzz'", "--help"))

    def test_values(self):
        self.failed("--threshold", 1.5, parts=("'threshold'", "0 to 1", "'1.5'"))
        self.failed("--diameter", -3, parts=("'diameter'", "above 0"))
        self.failed("--diameter", "big", parts=("'diameter'", "a number", "'big'"))
        self.failed("--step", 1.5, parts=("'step'", "whole number"))
        self.failed("--clean", "maybe", parts=("'clean'", "off or paper or lua"))
        self.failed("--deviation", "2,1", parts=("'deviation'", "LOW < HIGH"))
        self.failed("--overlap_distance", "20", parts=("'overlaps'", "drop"))
        self.failed("--edge", parts=("'edge' needs a value",))
        self.failed("--overwrite", "yes", parts=("'overwrite' takes no value",))
        self.failed("--diameter", 120, "more", parts=("'more'", "quote"))

    def test_inputs_that_picking_does_not_use(self):
        for label, box in (("in_movies", "Input movies"), ("in_coords", "Input coordinates"), ("in_parts", "Input particles")):
            self.failed(f"--{label}", "x.star", parts=(f"--{label}", box))

    def test_what_is_missing(self):
        result = self.program("--o", "External/job003/", "--j", 1, "--model", self.world.model)
        self.assertEqual((result.code, self.exits()), (1, [EXITS[1]]))
        self.assertIn("--in_mics is missing", result.err)
        result = self.program("--o", "External/job003", "--in_mics", "Import/job001/micrographs.star", "--j", 1)
        self.assertIn("'model'", result.err)
        result = self.program("--in_mics", "Import/job001/micrographs.star", "--j", 1)
        self.assertEqual(result.code, 1)
        self.assertIn("--o is missing", result.err)
        self.failed(parts=("none.safetensors",), model="none.safetensors")

    def test_help_and_version(self):
        text = self.program("--help")
        self.assertEqual((text.code, text.err), (0, ""))
        readme = (ROOT / "plugins" / "relion" / "README.md").read_text()
        for line in text.out.splitlines():
            self.assertLessEqual(len(line), 110)
            if line.startswith("  --") and line.split()[0][2:] not in ("o", "in_mics", "in_coords", "in_parts", "j", "help", "version"):
                self.assertIn(f"`{line.split()[0][2:]}`", readme)  # every parameter is in the table
        version = (ROOT / "VERSION").read_text().strip()
        self.assertEqual(self.program("--version").out, f"picker_relion {version}\n")
        self.assertEqual(self.program().code, 1)
        self.assertEqual(self.exits(), [])


class Folders(RelionCase):
    def test_a_folder_that_cannot_be_made(self):
        self.micrographs("m1.mrc")
        self.write("file", "")
        words = self.words()
        words[1] = "file/job003/"
        result = self.program(*words)
        self.assertEqual(result.code, 1)
        self.assertIn("file/job003/", result.err)

    def test_a_folder_that_is_read_only(self):
        self.micrographs("m1.mrc")
        self.job.chmod(0o555)
        self.addCleanup(self.job.chmod, 0o755)
        result = self.program(*self.words(), **self.unprivileged())
        self.assertEqual(result.code, 1)
        self.assertIn("cannot write in the job's folder External/job003/", result.err)
        self.assertIn("Continue", result.err)
        self.assertEqual([path.name for path in self.job.iterdir()], ["job.star"])


if __name__ == "__main__":
    unittest.main()
