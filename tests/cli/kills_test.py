"""A few of the kills of benchmarks/reliability/kills.py: `picker pick` and `picker train`, killed outright at random moments
and run again, leave the bytes that an uninterrupted run leaves."""
import importlib.util
import random
import unittest

from support import PICKER, ROOT, Case, world

spec = importlib.util.spec_from_file_location("kills", ROOT / "benchmarks" / "reliability" / "kills.py")
kills = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kills)


class Kills(Case):
    def setUp(self):
        self.world = world()
        super().setUp()
        (self.folder / "model.safetensors").write_bytes(self.world.model.read_bytes())
        self.images, self.truth = list(map(str, self.world.micrographs)), list(map(str, self.world.truth))

    def test_pick(self):
        count = kills.pick(PICKER, self.folder, 6, random.Random(1), self.images)
        self.assertEqual(count.bad, [])
        self.assertGreaterEqual(count.kills, 6, count.line("pick"))

    def test_train(self):
        count = kills.train(PICKER, self.folder, 2, random.Random(2), self.images, self.truth)
        self.assertEqual(count.bad, [])
        self.assertGreaterEqual(count.kills, 2, count.line("train"))


if __name__ == "__main__":
    unittest.main()
