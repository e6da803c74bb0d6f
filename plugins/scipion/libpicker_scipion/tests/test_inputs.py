"""Inputs that go wrong in other programs: equal names, damaged files, TIFF, models and values that do not fit."""
import os
import shutil

import libpicker
import numpy as np
import tifffile
from pwem.emlib.image.image_readers import ImageReadersRegistry
from pwem.protocols import ProtUnionSet

from ..constants import ARCHITECTURES
from ..protocols import LibpickerProtImportModel, LibpickerProtTrain
from .simulated import DIAMETER, PIXEL, SIMULATOR, SimulatedTest, points_of, recall, write_micrographs


class TestInputs(SimulatedTest):
    def test_one_name_in_two_folders(self):
        """Imported together, and two imports joined: each gets its own picks."""
        base = os.path.join(self.data, "twice")
        truth = {}
        for i, folder in enumerate(("A", "B")):
            made = write_micrographs(os.path.join(base, folder), 1, first=3 + i, name="m_%02d.mrc")
            path, points = made.popitem()
            os.rename(path, os.path.join(base, folder, "m.mrc"))
            truth[folder] = points
        together = self.importMicrographs(base, "*/m.mrc")
        self.assertEqual(together.outputMicrographs.getSize(), 2)
        self.both(truth, together)

        joined = self.newProtocol(ProtUnionSet)
        for folder in ("A", "B"):
            one = self.importMicrographs(os.path.join(base, folder), "m.mrc")
            joined.inputSets.append(one.outputMicrographs)
        self.launchProtocol(joined)
        names = [mic.getMicName() for mic in joined.outputSet]
        self.assertEqual(len(names), 2)
        self.assertEqual(len(set(names)), 1)  # what makes it hard
        self.both(truth, joined, "outputSet")

    def both(self, truth, source, output="outputMicrographs"):
        protocol = self.picker(source, self.model)
        protocol.inputMicrographs.setExtended(output)
        self.launchProtocol(protocol)
        found = {}
        for c in protocol.outputCoordinates.iterCoordinates():
            real = os.path.realpath(c.getMicrograph().getFileName())
            found.setdefault(os.path.basename(os.path.dirname(real)), []).append(c.getPosition())
        self.assertEqual(sorted(found), ["A", "B"])
        for folder, other in (("A", "B"), ("B", "A")):
            self.assertFrame(truth[folder], found[folder])
            self.assertLess(recall(truth[other], found[folder]), 0.5)

    def test_a_damaged_micrograph_fails_alone(self):
        folder = os.path.join(self.data, "damaged")
        files = sorted(write_micrographs(folder, 3))
        micrographs = self.importMicrographs(folder, copyFiles=True)
        second = [mic.getFileName() for mic in micrographs.outputMicrographs][1]
        with open(second, "r+b") as file:
            file.truncate(5000)
        protocol = self.pick(micrographs, self.model)
        self.assertEqual(sorted(points_of(protocol.outputCoordinates)), [os.path.basename(f) for f in (files[0], files[2])])
        summary = " ".join(protocol.summary())
        self.assertIn("1 micrographs could not be picked", summary)
        self.assertIn(os.path.basename(second), summary)

    def test_tiff(self):
        """Coordinates stand in the frame of pwem, whose reader (like Xmipp's) does not turn a TIFF."""
        folder = os.path.join(self.data, "tiff")
        path, truth = write_micrographs(folder, 1).popitem()
        tiff = path[:-4] + ".tif"
        libpicker.Micrograph.read(path).write(tiff)
        shown = np.squeeze(ImageReadersRegistry.open(tiff).getImage())
        np.testing.assert_array_equal(shown, tifffile.imread(tiff))
        np.testing.assert_array_equal(shown[::-1], libpicker.Micrograph.read(path).array)
        os.remove(path)
        micrographs = self.importMicrographs(folder, "*.tif")
        protocol = self.picker(micrographs, self.model)
        self.assertIn("TIFF", " ".join(protocol.warnings()))
        self.launchProtocol(protocol)
        found = points_of(protocol.outputCoordinates)[os.path.basename(tiff)]
        turned = np.column_stack([truth[:, 0], shown.shape[0] - 1 - truth[:, 1]])
        self.assertFrame(turned, found)

        # Training on such coordinates turns them back: a model of them picks as well.
        trained = self.train(protocol, epochs=12)
        model = libpicker.Model.load(trained.outputModel.getPath())
        picks = model.pick(tiff, pixel_size=PIXEL)
        self.assertFrame(truth, np.column_stack([picks.x, picks.y]))

    def test_other_micrographs_of_the_same_names(self):
        """Training on binned images of the same names scales the coordinates; on unscaled ones it is refused."""
        folder, binned = os.path.join(self.data, "full"), os.path.join(self.data, "binned")
        os.makedirs(binned)
        truths = {os.path.basename(p): points for p, points in write_micrographs(folder, 2).items()}
        for name in truths:
            image = np.asarray(libpicker.Micrograph.read(os.path.join(folder, name)))
            small = image.reshape(image.shape[0] // 2, 2, -1, 2).mean(axis=(1, 3)).astype(np.float32)
            libpicker.Micrograph(small, 2 * PIXEL).write(os.path.join(binned, name))
        full = self.importMicrographs(folder)
        coordinates = self.importTruth(full, truths)
        small = self.importMicrographs(binned, pixel=2 * PIXEL)
        trained = self.newProtocol(LibpickerProtTrain, diameter=DIAMETER, epochs=8, batch=32)
        trained.inputCoordinates.set(coordinates)
        trained.inputCoordinates.setExtended("outputCoordinates")
        trained.inputMicrographs.set(small)
        trained.inputMicrographs.setExtended("outputMicrographs")
        self.launchProtocol(trained)
        scene = libpicker.simulate(6, **SIMULATOR)
        picks = libpicker.Model.load(trained.outputModel.getPath()).pick(scene.micrograph)
        self.assertFrame(np.column_stack([scene.truth.x, scene.truth.y]), np.column_stack([picks.x, picks.y]))

        wrong = self.importMicrographs(binned, pixel=PIXEL)  # half as large, but said to be of the same sampling rate
        trained.inputMicrographs.set(wrong)
        trained.inputMicrographs.setExtended("outputMicrographs")
        self.assertIn("lie outside of its 224 x 160 pixels", " ".join(trained.validate()))


class TestRefusals(SimulatedTest):
    """Validation says what is wrong, before anything runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = {os.path.basename(p): points for p, points in write_micrographs(os.path.join(cls.data, "mics"), 1).items()}
        cls.micrographs = cls.importMicrographs(os.path.join(cls.data, "mics"))
        cls.coordinates = cls.importTruth(cls.micrographs, cls.truth)

    def says(self, message, model, **values):
        errors = self.picker(self.micrographs, model, **values).validate()
        self.assertEqual(len(errors), 1, errors)
        self.assertIn(message, errors[0])

    def test_nothing_is_wrong(self):
        self.assertEqual(self.picker(self.micrographs, self.model).validate(), [])

    def test_models(self):
        self.says("No model was given", None)
        self.says("nowhere.safetensors does not exist", os.path.join(self.data, "nowhere.safetensors"))
        broken = os.path.join(self.data, "broken.safetensors")
        shutil.copyfile(self.model, broken)
        with open(broken, "r+b") as file:
            file.truncate(100)
        self.says("cannot be read", broken)
        initial = os.path.join(self.data, "initial.safetensors")
        libpicker.Model.create("deeppicker").save(initial)
        self.says("has not been trained", initial)

    def test_values(self):
        self.says("The threshold is 1.5", self.model, threshold=1.5)
        self.says("The threshold is -0.2", self.model, threshold=-0.2)
        self.says("The particle diameter is -20.0 A", self.model, diameter=-20)
        self.says("The particle diameter is 0.0 A", self.model, diameter=0)
        self.says("The least distance is -3.0 A", self.model, minDistance=-3)
        self.says("The border is -1.0", self.model, edge=-1)

    def test_heads(self):
        self.says("has no heads, so there is no head 'ribosome'", self.model, head="ribosome")

    def test_gpu(self):
        self.says("runs on: cpu", self.model, useGpu=True)

    def test_training(self):
        def says(message, **values):
            protocol = self.newProtocol(LibpickerProtTrain, **{"diameter": DIAMETER, **values})
            protocol.inputCoordinates.set(self.coordinates)
            protocol.inputCoordinates.setExtended("outputCoordinates")
            errors = protocol.validate()
            self.assertEqual(len(errors), 1, errors)
            self.assertIn(message, errors[0])

        says("The particle diameter is missing", diameter=0)
        says("The number of epochs is -2", epochs=-2)
        says("Only hydrapicker has heads; deeppicker has none", head="new")
        says("A new network has nothing worth keeping", head="new", architecture=ARCHITECTURES.index("hydrapicker"))
        says("has a head 'general' already", head="general", freeze=False,
             architecture=ARCHITECTURES.index("hydrapicker"))
        says("1 micrographs have coordinates; 1 of them cannot be kept", validationMicrographs=1)
        says("No model to start from was given", modelFrom=0, diameter=100)

    def test_import(self):
        protocol = self.newProtocol(LibpickerProtImportModel, modelFile=os.path.join(self.data, "nowhere.safetensors"))
        self.assertIn("does not exist", protocol.validate()[0])
        protocol = self.newProtocol(LibpickerProtImportModel, modelFile=self.model)
        self.launchProtocol(protocol)
        self.assertTrue(os.path.exists(protocol.outputModel.getPath()))
        self.assertEqual(self.picker(self.micrographs, protocol).validate(), [])
        with open(self.model, "rb") as one, open(protocol.outputModel.getPath(), "rb") as two:
            self.assertEqual(one.read(), two.read())
