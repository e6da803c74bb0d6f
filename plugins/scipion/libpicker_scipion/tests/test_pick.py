"""Import, train, pick: coordinates against the simulated truth, scores, batches, and what is not redone."""
import os
import re

import libpicker
import numpy as np

from ..constants import ARCHITECTURES, SCORE
from ..coordinates import box_size, nearest
from .simulated import DIAMETER, HEIGHT, PIXEL, WIDTH, SimulatedTest, points_of, write_micrographs


class TestPick(SimulatedTest):
    NEEDS_MODEL = False  # it trains its own

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = {os.path.basename(path): points for path, points in
                     write_micrographs(os.path.join(cls.data, "mics"), 5).items()}
        cls.micrographs = cls.importMicrographs(os.path.join(cls.data, "mics"))
        names = sorted(cls.truth)
        cls.seen = {name: cls.truth[name] for name in names[:3]}
        cls.coordinates = cls.importTruth(cls.micrographs, cls.seen)
        cls.trained = cls.train(cls.coordinates, validationMicrographs=1)
        cls.picked = cls.pick(cls.micrographs, cls.trained)

    def test_architectures_of_the_form(self):
        self.assertEqual(ARCHITECTURES, [a.name for a in libpicker.architectures()])

    def test_the_model(self):
        model = self.trained.outputModel
        self.assertEqual((model.getArchitecture(), model.getDiameter()), ("deeppicker", DIAMETER))
        self.assertAlmostEqual(model.getThreshold(), libpicker.Model.load(model.getPath()).threshold)
        self.assertEqual(model.getHeads(), [])
        self.assertIn("deeppicker", self.trained.summary()[0])

    def test_particles_are_found_where_they_are(self):
        found = points_of(self.picked.outputCoordinates)
        self.assertEqual(sorted(found), sorted(self.truth))
        for name in sorted(self.truth)[3:]:  # not trained on
            self.assertFrame(self.truth[name], found[name])

    def test_the_library_itself_says_the_same(self):
        """The picks of libpicker.Model.pick, rounded to the nearest pixel, with their scores."""
        model = libpicker.Model.load(self.trained.outputModel.getPath())
        mics = {mic.getObjId(): mic.getFileName() for mic in self.micrographs.outputMicrographs}
        expected, found = [], []
        for key, path in mics.items():
            picks = model.pick(path, pixel_size=PIXEL)
            self.assertTrue(len(picks))
            expected += [(key, int(np.floor(x + 0.5)), int(np.floor(y + 0.5)), round(s, 4)) for x, y, s in picks]
        for c in self.picked.outputCoordinates.iterItems():
            found.append((c.getMicId(), c.getX(), c.getY(), round(getattr(c, SCORE).get(), 4)))
        self.assertEqual(sorted(found), sorted(expected))

    def test_the_installed_model_needs_no_training(self):
        picked = self.pick(self.micrographs, "general", diameter=DIAMETER)
        found = points_of(picked.outputCoordinates)
        for name in sorted(self.truth):
            self.assertFrame(self.truth[name], found[name])
        self.assertTrue(picked.methods())
        without = self.picker(self.micrographs, "general")
        self.assertIn("diameter", " ".join(without.validate()))

    def test_box_and_attributes(self):
        output = self.picked.outputCoordinates
        self.assertEqual(output.getBoxSize(), 46)  # 1.5 * 120 / 4 = 45, even
        first = output.getFirstItem()
        for name in ("_rlnAutopickFigureOfMerit", "_rlnClassNumber", "_rlnAnglePsi"):
            self.assertTrue(first.hasAttribute(name), name)
        self.assertTrue(output.isStreamClosed())
        self.assertIn("particles picked", " ".join(self.picked.summary()))
        self.assertTrue(self.picked.citations())
        self.assertIn("deeppicker", " ".join(self.picked.methods()))

    def test_rounding(self):
        self.assertEqual([nearest(v, 100) for v in (-0.4, 0.49, 0.5, 1.5, 2.5, 98.6, 99.4, 99.7)], [0, 0, 1, 2, 3, 99, 99, 99])
        self.assertEqual([box_size(120, 4), box_size(100, 1.77), box_size(8, 3)], [46, 86, 4])

    def test_one_model_for_all_batches(self):
        """Five micrographs in batches of two on one worker: the log says one reading of the model."""
        with open(self.picked.getStdoutLog()) as file:
            log = file.read()
        self.assertEqual(log.count("model read"), 1, log)
        self.assertEqual(len(re.findall(r"Running step \d+ - pickMicrographListStep", log)), 3, log)

    def test_workers_side_by_side(self):
        """Two workers, a model each: the same coordinates."""
        run = self.pick(self.micrographs, self.trained, numberOfThreads=3, streamingBatchSize=1, binThreads=1)

        def items(protocol):
            return sorted((c.getMicId(), c.getX(), c.getY(), getattr(c, SCORE).get())
                          for c in protocol.outputCoordinates.iterItems())

        self.assertEqual(items(run), items(self.picked))
        with open(run.getStdoutLog()) as file:
            self.assertLessEqual(file.read().count("model read"), 2)

    def test_rules(self):
        """Threshold, best N and border do what they say."""
        strict = self.pick(self.micrographs, self.trained, top=3, edge=100.0, boxSize=64, threshold=0.6)
        found = points_of(strict.outputCoordinates)
        self.assertEqual(strict.outputCoordinates.getBoxSize(), 64)
        for points in found.values():
            self.assertLessEqual(len(points), 3)
            self.assertGreaterEqual(points.min(), 100 / PIXEL - 1)
            self.assertTrue((points[:, 0] <= WIDTH - 100 / PIXEL).all() and (points[:, 1] <= HEIGHT - 100 / PIXEL).all())
        self.assertTrue(all(getattr(c, SCORE).get() >= 0.6 for c in strict.outputCoordinates.iterItems()))

    def test_no_picks_are_a_result(self):
        none = self.pick(self.micrographs, self.trained, threshold=1.0, edge=600.0)
        self.assertEqual(none.outputCoordinates.getSize(), 0)
        self.assertTrue(none.isFinished())
