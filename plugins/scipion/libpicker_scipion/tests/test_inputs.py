"""Inputs that go wrong in other programs: equal names, damaged files, TIFF, micrographs of another binning."""
import os

import libpicker
import numpy as np
import tifffile
from pwem.emlib.image.image_readers import ImageReadersRegistry
from pwem.protocols import ProtUnionSet
from pyworkflow.protocol import MODE_RESUME

from ..protocols import LibpickerProtTrain
from .simulated import DIAMETER, HEIGHT, PIXEL, SIMULATOR, WIDTH, SimulatedTest, points_of, recall, write_micrographs


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
        with open(second, "rb") as file:
            whole = file.read()
        with open(second, "r+b") as file:
            file.truncate(5000)
        protocol = self.pick(micrographs, self.model)
        self.assertEqual(sorted(points_of(protocol.outputCoordinates)), [os.path.basename(f) for f in (files[0], files[2])])
        summary = " ".join(protocol.summary())
        self.assertIn("1 micrographs could not be picked", summary)
        self.assertIn(os.path.basename(second), summary)
        self.continueWith(protocol, second, whole, files)

    def continueWith(self, protocol, mended, content, files):
        """Continue tries it again, still damaged and then replaced; what is done stays as it is."""
        folder = protocol.getCoordsDir()
        before = {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in os.listdir(folder)}
        first = points_of(protocol.outputCoordinates)
        for whole in (False, True):
            if whole:
                with open(mended, "wb") as file:
                    file.write(content)
            protocol.runMode.set(MODE_RESUME)
            self.launchProtocol(protocol)
            self.assertEqual(protocol._failures() == [], whole)
        found = points_of(protocol.outputCoordinates)
        self.assertEqual(sorted(found), [os.path.basename(f) for f in files])
        for name, points in first.items():
            np.testing.assert_array_equal(found[name], points)
        for name, changed in before.items():
            self.assertEqual(os.stat(os.path.join(folder, name)).st_mtime_ns, changed, "%s was picked again" % name)
        again = libpicker.Model.load(self.model).pick(mended)
        self.assertEqual(len(found[os.path.basename(mended)]), len(again))
        self.assertFalse(protocol.outputCoordinates.isStreamOpen())

    def test_masks(self):
        """One for a micrograph by its name, of half the size; the other has none and is picked everywhere."""
        folder, masks = os.path.join(self.data, "masked"), os.path.join(self.data, "masks")
        os.makedirs(masks)
        truth = write_micrographs(folder, 2)
        first, second = sorted(truth)
        mask = np.zeros((HEIGHT // 2, WIDTH // 2), np.float32)
        mask[:, :80] = 1
        name = os.path.splitext(os.path.basename(first))[0]
        libpicker.Micrograph(mask, 2 * PIXEL).write(os.path.join(masks, name + "_mask.mrc"))
        micrographs = self.importMicrographs(folder)
        wrong = self.picker(micrographs, self.model, masks=os.path.join(self.data, "nowhere"))
        self.assertIn("nowhere", " ".join(wrong.validate()))
        protocol = self.pick(micrographs, self.model, masks=masks)
        found = {os.path.basename(path): points_of(protocol.outputCoordinates)[os.path.basename(path)] for path in truth}
        free = libpicker.Model.load(self.model).pick(first)
        self.assertGreater(int((free.x < 155).sum()), 3)
        self.assertEqual(int((found[os.path.basename(first)][:, 0] < 155).sum()), 0)
        self.assertEqual(int((found[os.path.basename(first)][:, 0] > 165).sum()), int((free.x.round() > 165).sum()))
        self.assertFrame(truth[second], found[os.path.basename(second)])

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
