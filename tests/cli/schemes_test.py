"""picker train's schemes and picker review: iteration without labels, rounds with and without a person, 2D classes,
re-centring; what they write, report and refuse."""
import json
import math
import random
import unittest

from support import Case, coordinates_star, picks_of, world

QUICK = ["--epochs", 4, "--batch", 32]


class SchemeCase(Case):
    def setUp(self):
        self.world = world()
        super().setUp()

    def train(self, *words, code=0):
        return self.picker("train", *words, "--output", "m.safetensors", "--json", *QUICK, code=code)

    def labelled(self, *words, code=0):
        return self.train("--micrographs", *self.world.micrographs, "--picks", *self.world.truth, "--diameter", 120, *words,
                          code=code)

    def refused(self, *words, parts, code=2):
        self.assertMessage(self.picker("train", *words, "--output", "m.safetensors", code=code), *parts)
        self.assertFalse((self.folder / "m.safetensors").exists())


class Iterate(SchemeCase):
    def test_unseen_micrographs_without_labels(self):
        self.picker("simulate", "--output", "unseen", "--count", 3, "--size", "448,384", "--pixel-size", 5, "--diameter", 150,
                    "--particles", 30, "--snr", 0.8, "--seed", 9)
        words = ["--from", self.world.model, "--micrographs", "unseen", "--diameter", 150]
        result = self.train(*words, "--iterate", 2, "--iterate-top", 40).json
        self.assertEqual(len(result["rounds"]), 2)
        for one in result["rounds"]:
            self.assertEqual((one["micrographs"], one["positives"]), (3, 40))
            self.assertGreaterEqual(one["picks"], 40)
            self.assertGreaterEqual(one["lowest_score"], one["threshold"])
            self.assertIsNone(one["accuracy"])
        self.assertEqual(result["positives"] + result["outside"], 40)
        model = self.picker("models", "m.safetensors", "--json").json["models"][0]
        self.assertEqual(model["diameter"], 150)
        self.assertIn("2 on its own best picks of 3 micrographs without labels", json.dumps(model))
        half = self.train(*words, "--iterate", 1, "--iterate-fraction", 0.5).json["rounds"][0]
        self.assertEqual(half["positives"], math.ceil(half["picks"] / 2))
        high = self.train(*words, "--iterate", 1, "--iterate-threshold", half["lowest_score"]).json["rounds"][0]
        self.assertEqual(high["threshold"], half["lowest_score"])
        text = self.picker("train", *words, "--iterate", 1, "--output", "m.safetensors", *QUICK).out
        self.assertRegex(text, r"iteration 1: \d+ picks at 0\.\d+ and above in 3 micrographs; trained on the best \d+, down to")

    def test_too_few_picks(self):
        words = ["--from", self.world.model, "--micrographs", self.world.micrographs[2], "--diameter", 120]
        self.refused(*words, "--iterate", 1, "--iterate-top", 4, parts=["only 4 picks to train on", "lower threshold"], code=1)

    def test_what_does_not_go_together(self):
        words = ["--micrographs", self.world.micrographs[2], "--diameter", 120]
        self.refused(*words, "--iterate", 1, parts=["--iterate needs --from"])
        self.refused("--from", self.world.model, "--micrographs", "x.mrc", "--iterate", 1, parts=["--iterate needs --diameter"])
        self.refused(*words, "--from", self.world.model, "--iterate", 1, "--picks", self.world.truth[2],
                     parts=["--iterate or --picks"])
        self.refused(*words, "--iterate-top", 50, parts=["--iterate-top needs --iterate"])
        self.refused(*words, "--labels", "complete", parts=["--labels needs --rounds"])
        self.refused(*words, "--rounds", 1, "--labels", "some", parts=["complete or incomplete, not 'some'"])
        self.refused(*words, "--until", 0.9, parts=["--until needs --rounds"])
        self.refused(*words, "--recentred", "here", parts=["--recentred needs --recentre"])
        self.refused(*words, "--class2d", "data.star", parts=["--class2d needs --classes"])


class Rounds(SchemeCase):
    def test_hard_negatives(self):
        result = self.labelled("--from", self.world.model, "--rounds", 2, "--until", 0).json
        self.assertEqual([one["micrographs"] for one in result["rounds"]], [0, 1, 1])
        self.assertEqual(sum(one["positives"] for one in result["rounds"]),
                         sum(len(picks_of(path)) for path in self.world.truth))
        self.assertFalse(result["reached"])
        for one in result["rounds"][1:]:
            self.assertAlmostEqual(one["accuracy"], one["confirmed"] / one["picks"])
        text = self.picker("train", "--from", self.world.model, "--micrographs", *self.world.micrographs, "--picks",
                           *self.world.truth, "--rounds", 1, "--until", 0.5, "--labels", "complete", *QUICK, "--output",
                           "m.safetensors").out
        self.assertRegex(text, r"first training: \d+ particles\n")
        self.assertRegex(text, r"round 1: \d+ picks at 0\.500 and above in 1 micrograph, \d+ on labels \(accuracy [01]\.\d+\)")


class Recentre(SchemeCase):
    def test_offsets_shrink_and_are_reported(self):
        numbers = random.Random(4)
        for path in self.world.truth:
            rows = [(p[0] + numbers.uniform(-3, 3) + 1.5, p[1] + numbers.uniform(-3, 3) - 1) for p in picks_of(path)]
            self.write("off/" + path.name, coordinates_star(rows))
        result = self.train("--micrographs", *self.world.micrographs, "--picks", "off", "--diameter", 120, "--recentre",
                            "--recentre-limit", 24, "--recentred", "new").json["recentre"]
        self.assertEqual(result["picks"], sum(len(picks_of(path)) for path in self.world.truth))
        self.assertLess(result["median"], result["percentile_95"])
        self.assertAlmostEqual(result["mean_x"], -6, delta=2.5)  # 1.5 pixels of 4 angstrom
        self.assertAlmostEqual(result["mean_y"], 4, delta=2.5)

        def rms(folder):
            squares = [(p[0] - t[0]) ** 2 + (p[1] - t[1]) ** 2 for path in self.world.truth
                       for p, t in zip(picks_of(folder / path.name), picks_of(path))]
            return math.sqrt(sum(squares) / len(squares))
        self.assertLess(rms(self.folder / "new"), 0.6 * rms(self.folder / "off"))


class Class2d(SchemeCase):
    def test_chosen_classes_are_the_particles(self):
        rows, good = [], 0
        for path in self.world.truth:
            for i, (x, y, *_) in enumerate(picks_of(path)):
                rows.append(f"Micrographs/{path.stem}.mrc {x + 2:.6f} {y - 1:.6f} {1 + i % 3} 8.0 -4.0")  # 2 and -1 pixels
                good += i % 3 != 1
        self.write("run_it025_data.star", "data_\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n_rlnCoordinateY #3\n"
                   "_rlnClassNumber #4\n_rlnOriginXAngst #5\n_rlnOriginYAngst #6\n" + "\n".join(rows) + "\n")
        words = ["--micrographs", *self.world.micrographs, "--diameter", 120, "--class2d", "run_it025_data.star"]
        plain = self.train(*words, "--classes", "1,3").json
        self.assertEqual(plain["positives"] + plain["outside"], good)
        given = self.train(*words, "--classes", "1,3", "--class2d-negatives").json
        self.assertGreater(given["negatives"], 0)
        (self.folder / "m.safetensors").unlink()
        self.refused(*words, "--classes", "1,7", parts=["class 7", "run_it025_data.star", "1, 2, 3"], code=1)
        self.refused(*words, "--classes", "one", parts=["--classes", "'one'"])


class Review(SchemeCase):
    def setUp(self):
        super().setUp()
        self.picker("simulate", "--output", "new", "--count", 2, "--prefix", "new", "--size", "448,384", "--pixel-size", 4,
                    "--diameter", 120, "--particles", 30, "--snr", 0.8, "--seed", 77)

    def review(self, *words, code=0):
        return self.picker("review", "--model", self.world.model, "--output", "round1", "--json", *words, code=code)

    def test_a_round(self):
        proposed = self.review("--micrographs", "new").json
        self.assertEqual((proposed["micrographs"], proposed["threshold"], proposed["diameter"]), (2, 0.5, 120))
        rows = {}
        for side, count in (("positives", proposed["positives"]), ("negatives", proposed["negatives"])):
            files = sorted((self.folder / "round1" / side).glob("new_*.star"))
            rows[side] = [(path, line) for path in files for line in path.read_text().splitlines()
                          if line.strip()[:1].isdigit()]
            self.assertEqual(len(rows[side]), count)
            self.assertTrue((self.folder / "round1" / side / "autopick.star").exists())
        # Two false positives, one by number and one by deleting its row.
        path = rows["positives"][0][0]
        first, second = [line for at, line in rows["positives"] if at == path][:2]
        text = path.read_text()
        self.assertTrue(first.rstrip().endswith("1.000000"))
        path.write_text(text.replace(first, first.rstrip()[:-8] + "0").replace(second + "\n", ""))
        words = ["--from", self.world.model, "--micrographs", *self.world.micrographs, "--picks", *self.world.truth]
        result = self.train(*words, "--review", "round1").json
        verdict = result["review"][0]
        self.assertEqual((verdict["confirmed"], verdict["rejected"]), (proposed["positives"] - 2, 2))
        self.assertAlmostEqual(verdict["accuracy"], 1 - 2 / proposed["positives"])
        self.assertEqual(verdict["reached"], verdict["accuracy"] >= 0.95)
        truth = sum(len(picks_of(path)) for path in self.world.truth)
        self.assertEqual(result["positives"] + result["outside"], truth + proposed["positives"] - 2)
        text = self.picker("train", "--from", self.world.model, "--review", "round1", "--until", 0.99, *QUICK, "--output",
                           "m2.safetensors").out
        self.assertIn("proposed particles confirmed", text)
        self.assertIn("the goal of 0.990 is not reached", text)
        # The next round takes other micrographs, and knows it without being told.
        self.picker("review", "--model", "m2.safetensors", "--micrographs", "new", "--output", "round2", code=1)
        self.assertFalse((self.folder / "round2").exists())
        # Rounds are of one model.
        self.assertMessage(self.picker("train", "--from", "m2.safetensors", "--review", "round1", "--output", "m3.safetensors",
                                       code=1), "round1", "another model")

    def test_refused(self):
        seen = self.picker("review", "--model", self.world.model, "--output", "round1", "--micrographs",
                           self.world.micrographs[0], code=1)
        self.assertMessage(seen, "sim_0001.mrc", "training of the model")
        self.review("--micrographs", "new")
        self.assertMessage(self.picker("review", "--model", self.world.model, "--output", "round1", "--micrographs", "new",
                                       code=1), "round1 holds a round already")
        self.assertMessage(self.picker("review", "--model", self.world.model, "--output", "round2", "--micrographs", "new",
                                       "--earlier", "round1", code=1), "new_0001.mrc", "the round round1")
        path = self.folder / "round1" / "positives" / "new_0001.star"
        whole = path.read_text()
        path.write_text(whole.replace(" 1.000000 \n", " 5 \n", 1))
        self.refused("--from", self.world.model, "--review", "round1", parts=["new_0001.star:", "the verdict is 5"], code=1)
        path.write_text(whole.rstrip() + "\n 3.0 4.0 0.9 0 0 1\n\n")
        self.refused("--from", self.world.model, "--review", "round1", parts=["new_0001.star:", "nothing was proposed at 3, 4"],
                     code=1)
        path.unlink()
        self.refused("--from", self.world.model, "--review", "round1", parts=["new_0001.star", "missing"], code=1)
        self.refused("--from", self.world.model, "--review", "round7", parts=["round7", "round.json"], code=1)


if __name__ == "__main__":
    unittest.main()
