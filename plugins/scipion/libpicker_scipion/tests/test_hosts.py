"""What surrounds the protocols: discovery, citations, viewer, wizards, and RELION's files written by scipion-em-relion."""
import importlib.util
import json
import os
import re
import unittest

import libpicker
import libpicker_scipion
import numpy as np
import pwem
from pyworkflow.utils import parseBibTex

from .. import bibtex, scores
from ..constants import CITATIONS, SCORE
from ..viewers import LibpickerPickViewer
from ..wizards import LibpickerBoxSizeWizard, LibpickerDiameterWizard, LibpickerThresholdWizard
from .simulated import DIAMETER, PIXEL, SimulatedTest, write_micrographs

PROTOCOLS = {"LibpickerProtPick", "LibpickerProtTrain", "LibpickerProtImportModel"}
HERE = os.path.dirname(libpicker_scipion.__file__)


class TestPlugin(unittest.TestCase):
    def test_discovered(self):
        self.assertLessEqual(PROTOCOLS, set(pwem.Domain.getProtocols()))
        self.assertIn("LibpickerModel", pwem.Domain.getObjects())
        self.assertIn("LibpickerPickViewer", pwem.Domain.getViewers())
        self.assertLessEqual({"LibpickerDiameterWizard", "LibpickerBoxSizeWizard", "LibpickerThresholdWizard"},
                             set(pwem.Domain.getWizards()))
        self.assertTrue(pwem.Domain.getProtocols()["LibpickerProtPick"].worksInStreaming())

    def test_protocols_conf(self):
        """The tree is JSON, and names the protocols that there are."""
        with open(os.path.join(HERE, "protocols.conf")) as file:
            text = file.read()
        self.assertTrue(text.startswith("[PROTOCOLS]\nProtocols SPA = ["))
        json.loads(text.partition("=")[2])
        self.assertEqual(set(re.findall(r'"protocol", "value": "(\w+)"', text)), PROTOCOLS)

    def test_citations(self):
        entries = parseBibTex(bibtex.__doc__)
        self.assertEqual(set(entries), set(libpicker_scipion._references))
        self.assertEqual(set(CITATIONS.values()), set(entries))
        self.assertIn("DeepPicker", entries["Wang2016"]["title"])

    def test_files(self):
        self.assertTrue(os.path.exists(os.path.join(HERE, libpicker_scipion._logo)))
        with open(os.path.join(os.environ["LIBPICKER_ROOT"], "VERSION")) as file:
            self.assertEqual(libpicker_scipion.__version__, file.read().strip())


class Form:
    """What a wizard uses of a form."""

    root = None

    def __init__(self, protocol):
        self.protocol, self.values = protocol, {}

    def setVar(self, name, value):
        self.values[name] = value


class TestAround(SimulatedTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = os.path.join(cls.data, "mics")
        cls.truth = {os.path.basename(p): points for p, points in write_micrographs(folder, 2).items()}
        libpicker.Micrograph(np.random.default_rng(1).normal(size=(320, 448)).astype(np.float32), PIXEL).write(
            os.path.join(folder, "noise.mrc"))  # without picks
        cls.micrographs = cls.importMicrographs(folder)
        cls.picked = cls.pick(cls.micrographs, cls.model, threshold=0.9)

    def counts(self):
        model = libpicker.Model.load(self.model)
        return [len(model.pick(mic.getFileName(), threshold=0.9)) for mic in self.micrographs.outputMicrographs]

    def test_viewer(self):
        viewer = LibpickerPickViewer(project=self.proj)
        viewer.setProtocol(self.picked)
        self.assertEqual(viewer.validate(), [])
        axes = viewer._scores()[0].getFigure().axes[0]
        self.assertEqual(sum(bar.get_height() for bar in axes.patches), self.picked.outputCoordinates.getSize())
        self.assertEqual(list(axes.lines[0].get_xdata()), [0.9, 0.9])
        axes = viewer._counts()[0].getFigure().axes[0]
        self.assertEqual(list(axes.lines[0].get_ydata()), self.counts())
        self.assertEqual(set(viewer._getVisualizeDict()), {"showScores", "showCounts", "showCoordinates"})

    def test_scores(self):
        found = scores.scores_of(self.picked.outputCoordinates)
        self.assertEqual(len(found), sum(self.counts()))
        self.assertTrue(((found >= 0.9) & (found <= 1)).all())

    def test_wizards(self):
        form = Form(self.picker(self.micrographs, self.model))
        LibpickerDiameterWizard().show(form)
        LibpickerBoxSizeWizard().show(form)
        self.assertEqual(form.values, {"diameter": DIAMETER, "boxSize": 46})
        form.protocol.diameter.set(200.0)
        self.assertEqual(LibpickerBoxSizeWizard().suggest(form.protocol), (76, []))
        self.assertIn("Choose", LibpickerBoxSizeWizard().suggest(self.newProtocol(type(form.protocol)))[1][0])

    def test_threshold_wizard(self):
        protocol = self.picker(self.micrographs, self.model, top=20)
        preview, diameter, threshold, errors = LibpickerThresholdWizard().prepare(protocol)
        model = libpicker.Model.load(self.model)
        self.assertEqual((diameter, errors), (DIAMETER / PIXEL, []))
        self.assertAlmostEqual(threshold, model.threshold)
        mic = self.micrographs.outputMicrographs.getFirstItem()
        preview.load(mic)
        for value in (0.2, 0.95):
            picks = model.pick(mic.getFileName(), threshold=value, top=20)
            np.testing.assert_allclose(preview.picks(value), np.column_stack([picks.x, picks.y]))
        picture, step = preview.picture(side=120)
        pixels = np.asarray(libpicker.Micrograph.read(mic.getFileName()))
        self.assertEqual((step, picture.shape), (4, (80, 112)))
        blocks = [pixels[4 * r:4 * r + 4, 4 * c:4 * c + 4].mean() for r, c in ((3, 70), (60, 5))]
        self.assertEqual(picture[3, 70] < picture[60, 5], blocks[0] < blocks[1])
        protocol.threshold.set(7)
        self.assertIn("The threshold is 7", LibpickerThresholdWizard().prepare(protocol)[3][0])

    @unittest.skipUnless(importlib.util.find_spec("relion"), "scipion-em-relion is not installed")
    def test_relion_star_files(self):
        """scipion-em-relion's own writer keeps coordinates, scores, class and angle."""
        from relion.convert.convert_coordinates import writeSetOfCoordinates

        folder = os.path.join(self.data, "relion")
        os.makedirs(folder)
        writeSetOfCoordinates(folder, self.picked.outputCoordinates, lambda mic: mic.getMicName().replace(".mrc", ".star"))
        for mic in self.micrographs.outputMicrographs:
            path = os.path.join(folder, mic.getMicName().replace(".mrc", ".star"))
            expected = sorted((c.getX(), c.getY(), round(getattr(c, SCORE).get(), 6))
                              for c in self.picked.outputCoordinates.iterCoordinates(mic.clone()))
            if not expected:
                self.assertFalse(os.path.exists(path))
                continue
            with open(path) as file:
                text = file.read()
            for label in ("_rlnCoordinateX", "_rlnCoordinateY", "_rlnAutopickFigureOfMerit", "_rlnClassNumber", "_rlnAnglePsi"):
                self.assertIn(label, text)
            picks = libpicker.Picks.read(path)
            self.assertEqual(sorted((int(x), int(y), round(s, 6)) for x, y, s in picks), expected)
            self.assertEqual((set(picks["class"]), set(picks["psi"])), ({0}, {0}))
