"""Training, picking, evaluating, and files: where the particles are, and the same as the terminal."""
import json
import subprocess
import unittest

import libpicker
import numpy as np

from support import Case, need_torch, scene, terminal, trained


def near(a, b, within):
    """How many of a = (x, y) lie within pixels of one of b."""
    distance = np.hypot(a[0][:, None] - b[0][None, :], a[1][:, None] - b[1][None, :])
    return int((distance.min(axis=1) <= within).sum())


class Picking(Case):
    def setUp(self):
        self.model = trained()
        super().setUp()
        self.scene = scene(2)

    def test_picks_are_where_the_particles_are(self):
        picks, truth = self.model.pick(self.scene.micrograph), self.scene.truth
        right = near((picks.x, picks.y), (truth.x, truth.y), 15)
        self.assertGreaterEqual(right, 0.8 * len(picks))
        self.assertGreaterEqual(near((truth.x, truth.y), (picks.x, picks.y), 15), 0.8 * len(truth))
        self.assertLess(near((picks.y, picks.x), (truth.x, truth.y), 15), right)
        self.assertTrue((np.diff(picks.score) <= 0).all())
        result = libpicker.evaluate(picks, truth, size=self.scene.micrograph, diameter=30).result()
        self.assertEqual((result.truth, result.radius), (len(truth), 15))
        self.assertGreaterEqual(result.matched, 0.8 * len(truth))

    def test_the_general_model_needs_no_training(self):
        self.assertIn("general", [m.name for m in libpicker.shipped_models()])
        general = libpicker.Model.load("general")
        self.assertTrue(general.info.trained and general.info.calibrated and general.info.automatic_threshold)
        picks, truth = general.pick(self.scene.micrograph, diameter=120), self.scene.truth
        self.assertGreaterEqual(near((picks.x, picks.y), (truth.x, truth.y), 15), 0.8 * len(picks))
        self.assertGreaterEqual(near((truth.x, truth.y), (picks.x, picks.y), 15), 0.8 * len(truth))
        automatic = general.pick(self.scene.micrograph, diameter=120, threshold="auto")
        np.testing.assert_array_equal(automatic.score, picks.score)
        for share in (0.02, 0.2):
            sure = general.pick(self.scene.micrograph, diameter=120, fdr=share)
            self.assertLessEqual(1 - sure.score.mean() if len(sure) else 0, share)
        with self.assertRaises(libpicker.Unsupported):
            self.model.pick(self.scene.micrograph, fdr=0.1)  # its scores are no probabilities
        with self.assertRaises(ValueError):
            general.pick(self.scene.micrograph, diameter=120, threshold="best")

    def test_an_array_is_a_micrograph(self):
        picks = self.model.pick(self.scene.micrograph)
        again = self.model.pick(np.array(self.scene.micrograph), pixel_size=4)
        np.testing.assert_array_equal(picks.x, again.x)
        np.testing.assert_array_equal(picks.score, again.score)

    def test_a_score_map_lies_on_the_micrograph(self):
        scores = self.model.score(self.scene.micrograph)
        self.assertEqual(scores.array.shape, scores.shape)
        self.assertTrue(np.shares_memory(scores.array, np.asarray(scores)))
        self.assertEqual(scores.micrograph_size, (448, 384))
        rows, columns = scores.shape
        self.assertGreater(columns, rows)
        self.assertLess(scores.origin[0] + (columns - 1) * scores.step[0], 448)
        # At the particles it is bright, at their transposes it is not.
        def at(x, y):
            i = ((x - scores.origin[0]) / scores.step[0]).round().astype(int)
            j = ((y - scores.origin[1]) / scores.step[1]).round().astype(int)
            inside = (i >= 0) & (i < columns) & (j >= 0) & (j < rows)
            return scores.array[j[inside], i[inside]].mean()
        truth = self.scene.truth
        self.assertGreater(at(truth.x, truth.y), at(truth.y, truth.x) + 0.3)
        path = self.folder / "map.mrc"
        scores.write(path)
        again = libpicker.ScoreMap.read(path)
        np.testing.assert_array_equal(again.array, scores.array)
        self.assertEqual((again.origin, again.step), (scores.origin, scores.step))
        picks, later = self.model.pick(self.scene.micrograph), self.model.pick_from_scores(again)
        np.testing.assert_array_equal(picks.x, later.x)

    def test_files(self):
        self.model.save(self.folder / "model.safetensors")
        again = libpicker.Model.load(str(self.folder / "model.safetensors"))
        self.assertEqual(again.info.hash, self.model.info.hash)
        self.assertEqual(again.info.diameter, 120)
        self.assertEqual(again.metadata["architecture"] if "architecture" in again.metadata else "deeppicker", "deeppicker")
        np.testing.assert_array_equal(again.pick(self.scene.micrograph).x, self.model.pick(self.scene.micrograph).x)
        for index in (2, 3):
            scene(index).micrograph.write(self.folder / f"m{index}.mrc")
        (self.folder / "m4.mrc").write_text("no image")
        checked = libpicker.preflight(self.folder / "*.mrc", output=self.folder / "out", diameter=120)
        self.assertEqual((checked.micrographs, checked.usable, checked.errors, checked.blocking), (3, 2, 1, 0))
        self.assertEqual([(p.kind, p.level, p.index, p.skippable) for p in checked.problems], [("truncated", "error", 2, True)])
        self.assertIn("m4.mrc", checked.lines[0])
        report = libpicker.pick_files(again, self.folder / "*.mrc", self.folder / "out", formats=["csv"], threshold=0.4)
        self.assertEqual((report.micrographs, report.done, report.failed, report.threshold), (3, 2, 1, 0.4))
        self.assertEqual([item.status for item in report.items], ["done", "done", "failed"])
        self.assertEqual(report.items[2].error, checked.problems[0].message)
        picks = libpicker.Picks.read(self.folder / "out" / "m2.star")
        self.assertEqual(report.items[0].picks, len(picks))
        self.assertTrue((self.folder / "out" / "picks.csv").exists())
        made = libpicker.report(self.folder / "out", title="<run>", picture_side=100, pdf=True)
        self.assertEqual(made.output, str(self.folder / "out" / "report.html"))
        self.assertEqual((made.micrographs, made.failed, made.pictures, made.picks), (3, 1, 2, report.picks))
        page = (self.folder / "out" / "report.html").read_text()
        self.assertEqual((len(page.encode()), "<title>&lt;run&gt;</title>" in page), (made.bytes, True))
        self.assertTrue((self.folder / "out" / "report.pdf").read_bytes().startswith(b"%PDF"))
        with self.assertRaisesRegex(libpicker.NotFound, "run.json"):
            libpicker.report(self.folder)
        with self.assertRaises(libpicker.Cancelled):
            libpicker.report(self.folder / "out", progress=lambda progress: True)
        with self.assertRaisesRegex(TypeError, "picture_side"):
            libpicker.report(self.folder / "out", side=5)
        repeated = libpicker.pick_files(again, [self.folder / "m2.mrc", self.folder / "m3.mrc"], self.folder / "out",
                                        formats=["csv"], threshold=0.4)
        self.assertEqual(repeated.skipped, 2)

    def test_the_terminal_picks_the_same(self):
        program = terminal()
        self.model.save(self.folder / "model.safetensors")
        self.scene.micrograph.write(self.folder / "m.mrc")
        subprocess.run([program, "pick", "--model", "model.safetensors", "--micrographs", "m.mrc", "--output", "out",
                        "--threshold", "0.3", "--min-distance", "100"], cwd=self.folder, check=True, capture_output=True)
        theirs = libpicker.Picks.read(self.folder / "out" / "m.star")
        ours = self.model.pick(libpicker.Micrograph.read(self.folder / "m.mrc"), threshold=0.3, min_distance=100)
        self.assertGreater(len(ours), 10)
        np.testing.assert_allclose(ours.x, theirs.x, atol=1e-6)
        np.testing.assert_allclose(ours.y, theirs.y, atol=1e-6)
        np.testing.assert_allclose(ours.score, theirs.score, atol=1e-6)


class Training(Case):
    def test_the_same_weights_as_the_terminal(self):
        need_torch()
        program = terminal()
        made = scene()
        made.micrograph.write(self.folder / "m.mrc")
        made.truth.write(self.folder / "m.star")
        done = subprocess.run([program, "train", "--architecture", "deeppicker", "--micrographs", "m.mrc", "--picks", "m.star",
                               "--diameter", "120", "--epochs", "2", "--seed", "3", "--output", "theirs.safetensors", "--json"],
                              cwd=self.folder, check=True, capture_output=True, text=True)
        self.assertTrue(json.loads(done.stdout))
        model, data = libpicker.Model.create("deeppicker", seed=3), libpicker.Dataset()
        data.add(self.folder / "m.mrc", self.folder / "m.star")
        report = model.train(data, diameter=120, epochs=2, seed=3)
        self.assertEqual(report.epochs, 2)
        self.assertEqual(model.info.hash, libpicker.Model.load(self.folder / "theirs.safetensors").info.hash)

    def test_data_sets(self):
        made = scene()
        made.micrograph.write(self.folder / "m.mrc")
        made.truth.write(self.folder / "m.star")
        (self.folder / "t.csv").write_text("name,micrographs,picks,diameter,split\nribosome,m.mrc,m.star,120,train\n")
        data = libpicker.Dataset()
        self.assertEqual(data.add_table(self.folder / "t.csv", "train"), 1)
        self.assertEqual(data.add_table(self.folder / "t.csv", "test"), 0)
        data.add(made.micrograph, made.truth, molecule="other", diameter=130, negatives=libpicker.Picks.from_arrays([9], [7]))
        self.assertEqual((len(data), data.positives), (2, 2 * len(made.truth)))
        self.assertEqual((data[0].molecule, data[0].diameter), ("ribosome", 120))
        self.assertEqual((data[-1].molecule, data[-1].negatives), ("other", 1))
        self.assertEqual(data.picks(1, negatives=True).x.tolist(), [9])
        with self.assertRaises(IndexError):
            data[2]
        report = data.recentre(limit=20)
        self.assertEqual(report.picks, data.positives)

    def test_heads_and_settings(self):
        model = libpicker.Model.create("hydrapicker", seed=2)
        model.add_head("ribosome")
        self.assertEqual([head.name for head in model.heads], ["ribosome"])
        self.assertEqual(model.export_head("ribosome").heads, [])
        model.threshold = 0.25
        self.assertEqual(model.info.threshold, 0.25)
        self.assertFalse(model.info.trained)
        self.assertEqual(libpicker.Model.create("deepem", 3).info.hash, libpicker.Model.create("deepem", seed=3).info.hash)


class Evaluating(Case):
    def test_by_hand(self):
        truth = libpicker.Picks.from_arrays([10, 60], [30, 5])
        picks = libpicker.Picks.from_arrays([11, 5, 50], [30, 60, 20], [0.9, 0.8, 0.1])  # one right, one swapped, one wrong
        evaluation = libpicker.evaluate(picks, truth, size=(70, 65), radius=3)
        result = evaluation.result()
        self.assertEqual((result.picks, result.truth, result.matched), (3, 2, 1))
        self.assertAlmostEqual(result.precision, 1 / 3)
        self.assertAlmostEqual(result.recall, 1 / 2)
        self.assertAlmostEqual(result.offset_mean, 1)
        self.assertEqual(evaluation.curve("threshold").tolist(), [0.9, 0.8, 0.1])
        self.assertEqual(evaluation.curve("recall").tolist(), [0.5, 0.5, 0.5])
        both = libpicker.evaluate([picks, truth], [truth, truth], size=(70, 65), radius=3, group=["a", "b"])
        self.assertEqual(both.groups, ["", "a", "b"])
        self.assertEqual((both.result().matched, both.result("b").recall), (3, 1))
        with self.assertRaises(libpicker.InvalidArgument):
            libpicker.evaluate([picks, picks], [truth], size=(70, 65), radius=3)


if __name__ == "__main__":
    unittest.main()
