"""Validation says what is wrong with a model, a value or an input, before anything runs."""
import os
import shutil

import libpicker

from ..constants import ARCHITECTURES
from ..protocols import LibpickerProtImportModel, LibpickerProtTrain
from .simulated import DIAMETER, SimulatedTest, write_micrographs


class TestRefusals(SimulatedTest):
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
