"""picker diameter, and picker pick --diameter auto: simulated particles of a known size, nothing at all, ranges that cannot be."""
import json
import unittest

from support import Case, world

AXIS = 180  # angstrom, of the phantom


class Diameter(Case):
    def simulate(self, name, particles, count=3):
        self.picker("simulate", "--output", name, "--count", count, "--size", "640,480", "--pixel-size", 4.5, "--diameter", AXIS,
                    "--particles", particles, "--snr", 0.5, "--seed", 11)

    def test_particles_of_a_known_size(self):
        world()  # or skip
        self.simulate("in", 40)
        first = self.picker("diameter", "--micrographs", "in/*.mrc", "--json", "--threads", 1)
        found = first.json
        self.assertTrue(found["sure"], found["text"])
        self.assertLess(abs(found["diameter"] / AXIS - 1), 0.3, found["text"])
        self.assertTrue(found["low"] <= found["diameter"] <= found["high"])
        self.assertEqual(len(found["micrographs"]), 3)
        best = max(found["curve"], key=lambda step: step["support"])
        self.assertLess(abs(best["promised"] / 120 - 1), 0.35)  # the particles that there are
        table = self.picker("diameter", "--micrographs", "in/*.mrc", "--threads", 2).out
        self.assertIn(found["text"], table)
        self.assertEqual(table.count("\n"), len(found["curve"]) + 2)
        # The run finds the same, says so, and goes on with it.
        run = ("pick", "--model", "general", "--diameter", "auto", "--output", "out", "--micrographs")
        done = self.picker(*run, "in/sim_0001.mrc", "in/sim_0002.mrc", "in/sim_0003.mrc", "--json")
        self.assertEqual(done.json["diameter"], found["diameter"])
        self.assertIn(f"diameter: {found['diameter']:.0f} A", done.err)
        record = json.loads((self.folder / "out/run.json").read_text())
        self.assertEqual(record["diameter_proposal"]["curve"], json.loads((self.folder / "out/diameter.json").read_text())["curve"])
        again = self.picker(*run, "in/sim_0001.mrc", "--json")
        self.assertEqual((again.json["skipped"], again.json["diameter"]), (1, found["diameter"]))
        self.assertIn("found before", again.err)
        few = self.picker("diameter", "--micrographs", "in/sim_0001.mrc", "in/sim_0002.mrc")
        self.assertIn("only 2 micrographs", few.err)

    def test_nothing_there(self):
        world()
        self.simulate("empty", 0)
        result = self.picker("diameter", "--micrographs", "empty/*.mrc", "--json", code=1)
        self.assertFalse(result.json["sure"], result.json["text"])
        self.assertNotEqual(result.json["doubt"], "none")
        refused = self.picker("pick", "--model", "general", "--diameter", "auto", "--micrographs", "empty/*.mrc", "--output", "out", code=1)
        self.assertMessage(refused, "no diameter can be proposed", "--diameter", "picker diameter")
        self.assertFalse((self.folder / "out").exists())

    def test_ranges_that_cannot_be(self):
        world()
        self.simulate("in", 10, 1)
        for smallest, largest, parts in ((300, 100, ("300 to 100",)), (100, 5000, ("5000", "sim_0001.mrc", "640 x 480")),
                                         (100, 120, ("too narrow",))):
            self.assertMessage(self.picker("diameter", "--micrographs", "in", "--smallest", smallest, "--largest", largest, code=1), *parts)
        self.assertMessage(self.picker("diameter", "--micrographs", "in", "--smallest", "-1", code=2), "--smallest")
        self.assertMessage(self.picker("diameter", code=2), "--micrographs")
        self.assertMessage(self.picker("diameter", "--micrographs", "in", "--model", world().model, code=1), "probabilities", "general")
        for source in ("--score-maps", "--candidates"):
            self.assertMessage(self.picker("pick", "--model", "general", "--diameter", "auto", source, "in", "--micrographs", "in",
                                           "--output", "out", code=2), source)


if __name__ == "__main__":
    unittest.main()
