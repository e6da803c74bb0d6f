"""Training beyond the first model: a new head with the rest frozen, and a training that is stopped and goes on."""
import json
import os
import time

import libpicker
from pyworkflow.protocol import MODE_RESUME

from ..protocols import LibpickerProtImportModel, LibpickerProtTrain
from .simulated import DIAMETER, PIXEL, SIMULATOR, SimulatedTest, write_micrographs

EPOCHS = 80  # long enough to be stopped in between


class TestTraining(SimulatedTest):
    NEEDS_MODEL = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = os.path.join(cls.data, "mics")
        cls.truth = {os.path.basename(p): points for p, points in write_micrographs(folder, 2).items()}
        cls.micrographs = cls.importMicrographs(folder)
        cls.coordinates = cls.importTruth(cls.micrographs, cls.truth)

    def trainer(self, **values):
        protocol = self.newProtocol(LibpickerProtTrain, **{"diameter": DIAMETER, "seed": 3, **values})
        protocol.inputCoordinates.set(self.coordinates)
        protocol.inputCoordinates.setExtended("outputCoordinates")
        return protocol

    def test_a_new_head(self):
        """The new head picks in its own way; the general one as before, to the bit."""
        scene = libpicker.simulate(12, **SIMULATOR)
        data = libpicker.Dataset()
        data.add(scene.micrograph, scene.truth)
        model = libpicker.Model.create("hydrapicker", seed=1)
        model.train(data, diameter=DIAMETER, epochs=1, crop=112, seed=1, max_positives=20)
        path = os.path.join(self.data, "hydra.safetensors")
        model.save(path)
        imported = self.newProtocol(LibpickerProtImportModel, modelFile=path)
        self.launchProtocol(imported)
        self.assertIn("Masoumzadeh", " ".join(map(str, imported.citations())))

        protocol = self.trainer(modelFrom=0, head="ribosome", epochs=1)
        protocol.inputModel.set(imported)
        protocol.inputModel.setExtended("outputModel")
        self.launchProtocol(protocol)
        self.assertEqual(protocol.outputModel.getHeads(), ["ribosome"])
        self.assertIn("heads: ribosome", str(protocol.outputModel))
        after = libpicker.Model.load(protocol.outputModel.getPath())

        def picks(which, **options):
            return [tuple(pick) for pick in which.pick(scene.micrograph, threshold=0.01, **options)]

        self.assertTrue(picks(model))
        self.assertEqual(picks(after), picks(model))
        self.assertNotEqual(picks(after, head="ribosome"), picks(model))

        other = self.picker(self.micrographs, protocol, head="spliceosome")
        self.assertIn("no head 'spliceosome'. It has: general, ribosome.", " ".join(other.validate()))
        run = self.pick(self.micrographs, protocol, head="ribosome", threshold=0.01)
        expected = sum(len(after.pick(mic.getFileName(), head="ribosome", threshold=0.01, pixel_size=PIXEL))
                       for mic in self.micrographs.outputMicrographs)
        self.assertEqual(run.outputCoordinates.getSize(), expected)

        again = self.trainer(modelFrom=0, head="ribosome", epochs=1)
        again.inputModel.set(protocol)
        again.inputModel.setExtended("outputModel")
        self.assertIn("has a head 'ribosome' already", " ".join(again.validate()))

    def test_stopped_and_continued(self):
        """The model is the one of a training that was never stopped."""
        protocol = self.trainer(epochs=EPOCHS, patience=0, batch=16)
        self.proj.launchProtocol(protocol, wait=False)
        state, end = protocol._getExtraPath("training.state"), time.monotonic() + 300
        while not os.path.exists(state):
            self.assertLess(time.monotonic(), end, "no state after 300 s")
            time.sleep(0.1)
        self.proj._updateProtocol(protocol)
        self.proj.stopProtocol(protocol)
        self.assertTrue(os.path.exists(state))
        self.assertFalse(os.path.exists(protocol._getExtraPath("model.safetensors")))

        protocol.runMode.set(MODE_RESUME)
        self.launchProtocol(protocol, wait=True)
        with open(protocol._getExtraPath("report.json")) as file:
            report = json.load(file)
        self.assertGreaterEqual(report["resumed_after"], 1)
        self.assertEqual(report["epochs"], EPOCHS)
        self.assertFalse(os.path.exists(state))

        whole, data = libpicker.Model.create("deeppicker", seed=3), libpicker.Dataset()
        for mic in self.micrographs.outputMicrographs:
            points = [(round(x), round(y)) for x, y in self.truth[os.path.basename(mic.getFileName())]]
            data.add(mic.getFileName(), libpicker.Picks.from_arrays(*zip(*points)), pixel_size=PIXEL)
        whole.train(data, diameter=DIAMETER, seed=3, epochs=EPOCHS, patience=0, batch=16)
        self.assertEqual(libpicker.Model.load(protocol.outputModel.getPath()).info.hash, whole.info.hash)
