"""Rules that look at more than one pick or file, in the External job as in the terminal: mask, top, keep."""
import unittest

from relion_support import RelionCase, link_or_copy
from support import mrc_size, picks_of

NAMES = ["Raw/m1.mrc", "Raw/m2.mrc"]


class Rules(RelionCase):
    def setUp(self):
        super().setUp()
        self.micrographs(*NAMES)
        for name, source in zip(NAMES, self.world.micrographs):  # two that differ
            (self.folder / name).unlink()
            link_or_copy(source, self.folder / name)

    def both(self, *parameters, terminal):
        """Picks of the job, which are those of the terminal."""
        self.run_job(*parameters)
        self.picker("pick", "--model", self.world.model, "--micrographs", "Import/job001/micrographs.star", "--output", "out",
                    *terminal)
        picks = [picks_of(self.job / place) for place in self.autopicks()]
        self.assertEqual(picks, [picks_of(self.folder / "out" / f"m{i}.star") for i in (1, 2)])
        return picks

    def test_mask(self):
        width, height = mrc_size(self.world.micrographs[0])
        pixels = [1.0 if i % width < width // 3 else 0.0 for i in range(width * height)]  # the left third
        self.mrc("masks/m1_mask.mrc", width, height, pixels=pixels)
        masked, free = self.both("--mask", "masks", terminal=("--mask", "masks"))
        self.assertGreater(min(x for x, _, _ in masked), width // 3 - 1)
        self.assertLess(min(x for x, _, _ in free), width // 3 - 10)
        self.assertGreater(len(masked), 10)

    def test_top_of_all_micrographs(self):
        picks = self.both("--top", 11, terminal=("--top", 11))
        self.assertEqual(sum(map(len, picks)), 11)
        self.run_job("--overwrite")
        merits = sorted((merit for place in self.autopicks() for *_, merit in picks_of(self.job / place)), reverse=True)
        self.assertEqual(sorted((merit for each in picks for *_, merit in each), reverse=True), merits[:11])

    def test_top_needs_micrographs_of_different_names(self):
        self.micrographs("A/m1.mrc", "B/m1.mrc")
        result = self.run_job("--top", 11, code=1)
        for part in ("'top'", "B/m1.mrc", "'top_per_micrograph'"):
            self.assertIn(part, result.err)

    def test_keep_writes_candidates_below_the_threshold(self):
        picks = self.both("--threshold", 0.9, "--keep", 0.0001, terminal=("--threshold", 0.9, "--keep", 0.0001))
        merits = [merit for each in picks for *_, merit in each]
        self.assertTrue(any(merit < 0.9 for merit in merits))
        self.assertGreaterEqual(min(merits), 0.0001)
        self.assertIn("figure of merit 0.0001 or more", self.run_job("--threshold", 0.9, "--keep", 0.0001).out)


if __name__ == "__main__":
    unittest.main()
