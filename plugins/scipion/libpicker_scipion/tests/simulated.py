"""What the tests share: simulated micrographs that are not square, their truth, and a project with both in it."""
import os
import tempfile

import libpicker
import numpy as np
from pwem.objects import Coordinate, Micrograph, SetOfCoordinates
from pwem.protocols import ProtImportCoordinates, ProtImportMicrographs
from pyworkflow.tests import BaseTest, setupTestProject

from ..protocols import LibpickerProtPick, LibpickerProtTrain

WIDTH, HEIGHT, PIXEL, DIAMETER = 448, 320, 4.0, 120.0
RADIUS = 0.3 * DIAMETER / PIXEL  # pixels; below half a box (22 pixels) and the distances of the particles
SIMULATOR = {"size": (WIDTH, HEIGHT), "pixel_size": PIXEL, "diameter": DIAMETER, "particles": 28, "snr": 1.5, "seed": 7}


def write_micrographs(folder, count, first=0, name="mic_%02d.mrc"):
    """{path: truth of (n, 2)} of simulated micrographs."""
    os.makedirs(folder, exist_ok=True)
    simulator = libpicker.Simulator(**SIMULATOR)
    found = {}
    for i in range(first, first + count):
        scene = simulator.make(i)
        path = os.path.join(folder, name % i)
        scene.micrograph.write(path)
        found[path] = np.column_stack([scene.truth.x, scene.truth.y])
    return found


def model_file(folder):
    """A model that was trained with libpicker itself on simulated micrographs that no test picks."""
    path = os.path.join(folder, "model.safetensors")
    if not os.path.exists(path):
        simulator, data = libpicker.Simulator(**SIMULATOR), libpicker.Dataset()
        for i in (40, 41):
            scene = simulator.make(i)
            data.add(scene.micrograph, scene.truth)
        model = libpicker.Model.create("deeppicker", seed=1)
        model.train(data, diameter=DIAMETER, epochs=12, batch=32, seed=1)
        model.save(path)
    return path


def recall(truth, points, radius=RADIUS):
    """Share of the true particles with a point within the radius."""
    truth, points = np.asarray(truth, float), np.asarray(points, float).reshape(-1, 2)
    if not len(points):
        return 0.0
    return float((np.hypot(*(truth[:, None] - points[None]).transpose(2, 0, 1)).min(axis=1) <= radius).mean())


def wrong_frames(points, width, height, half):
    """The points as faults of frames would give them: flips, transposes and a lost half box."""
    p = np.asarray(points, float).reshape(-1, 2)
    x, y = p[:, 0], p[:, 1]
    return {"swap": np.column_stack([y, x]), "flip x": np.column_stack([width - 1 - x, y]),
            "flip y": np.column_stack([x, height - 1 - y]), "turn": np.column_stack([width - 1 - x, height - 1 - y]),
            "corner": p - half, "corner twice": p + half}


class SimulatedTest(BaseTest):
    """A project with imported micrographs and true coordinates, and a model that was trained on them."""

    NEEDS_MODEL = True

    @classmethod
    def setUpClass(cls):
        setupTestProject(cls)
        cls.data = tempfile.mkdtemp(dir=os.environ.get("SCIPION_USER_DATA"))
        cls.model = model_file(os.environ.get("SCIPION_USER_DATA", cls.data)) if cls.NEEDS_MODEL else None

    def assertFrame(self, truth, points, half=22):
        """The points fit the truth as they stand, and in no wrong frame."""
        self.assertGreater(recall(truth, points), 0.7)
        for name, wrong in wrong_frames(points, WIDTH, HEIGHT, half).items():
            self.assertLess(recall(truth, wrong), 0.5, name)

    @classmethod
    def importMicrographs(cls, folder, pattern="*.mrc", pixel=PIXEL, **more):
        protocol = cls.newProtocol(ProtImportMicrographs, filesPath=folder, filesPattern=pattern, samplingRate=pixel, voltage=300,
                                   sphericalAberration=2.7, amplitudeContrast=0.1, **more)
        cls.launchProtocol(protocol)
        return protocol

    @classmethod
    def importTruth(cls, micrographs, truths, box=44):
        """micrographs: the import protocol; truths: {name of a file: points}. Through Scipion's own import of coordinates."""
        path = os.path.join(cls.data, "truth_%d.sqlite" % micrographs.getObjId())
        coordinates = SetOfCoordinates(filename=path)
        for mic in micrographs.outputMicrographs:
            for x, y in truths.get(os.path.basename(mic.getFileName()), ()):
                coordinate = Coordinate()
                coordinate.setMicrograph(mic)
                coordinate.setPosition(int(round(x)), int(round(y)))
                coordinates.append(coordinate)
        coordinates.setBoxSize(box)
        coordinates.write()
        coordinates.close()
        protocol = cls.newProtocol(ProtImportCoordinates, importFrom=ProtImportCoordinates.IMPORT_FROM_SCIPION, filesPath=path,
                                   boxSize=box)
        protocol.inputMicrographs.set(micrographs)
        protocol.inputMicrographs.setExtended("outputMicrographs")
        cls.launchProtocol(protocol)
        return protocol

    @classmethod
    def train(cls, coordinates, **more):
        values = {"diameter": DIAMETER, "epochs": 12, "batch": 32, "seed": 1, **more}
        protocol = cls.newProtocol(LibpickerProtTrain, **values)
        protocol.inputCoordinates.set(coordinates)
        protocol.inputCoordinates.setExtended("outputCoordinates")
        cls.launchProtocol(protocol)
        return protocol

    @classmethod
    def picker(cls, micrographs, model=None, **more):
        """A picking protocol that is not launched yet. model: a protocol with outputModel, or the path of a file."""
        values = {"streamingBatchSize": 2, "binThreads": 2, **more}
        if isinstance(model, str):
            values.update(modelFrom=1, modelFile=model)
        protocol = cls.newProtocol(LibpickerProtPick, **values)
        protocol.inputMicrographs.set(micrographs)
        protocol.inputMicrographs.setExtended("outputMicrographs")
        if model is not None and not isinstance(model, str):
            protocol.inputModel.set(model)
            protocol.inputModel.setExtended("outputModel")
        return protocol

    @classmethod
    def pick(cls, micrographs, model, **more):
        protocol = cls.picker(micrographs, model, **more)
        cls.launchProtocol(protocol)
        return protocol


def points_of(coordinates):
    """{base name of the micrograph's file: (n, 2)}; the micrograph found through the set, as other protocols do."""
    found = {}
    for coordinate in coordinates.iterCoordinates():
        name = os.path.basename(coordinate.getMicrograph().getFileName())
        found.setdefault(name, []).append(coordinate.getPosition())
    return {name: np.asarray(points, float) for name, points in found.items()}


def micrograph_named(protocol, name):
    for mic in protocol.outputMicrographs:
        if os.path.basename(mic.getFileName()) == name:
            return mic.clone()
    raise AssertionError("no micrograph %s among %s" % (name, protocol.outputMicrographs))


__all__ = ["Micrograph", "SimulatedTest", "micrograph_named", "points_of", "recall", "write_micrographs", "wrong_frames"]
