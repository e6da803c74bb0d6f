"""A set that grows while it is picked; stopping in between, and what Continue does."""
import os
import shutil
import time

import libpicker
from pwem.protocols import ProtImportMicrographs
from pyworkflow.protocol import MODE_RESUME, getProtocolFromDb

from .simulated import PIXEL, SimulatedTest, points_of, write_micrographs

PATIENCE = 300.0  # seconds until a test gives up


class TestStreaming(SimulatedTest):
    def wait(self, what, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), end, "gave up waiting for " + what)
            time.sleep(0.5)

    def add(self, *paths):
        """Files appear whole, and as old as the import waits for."""
        for path in paths:
            target = os.path.join(self.stream, os.path.basename(path))
            shutil.copyfile(path, target + ".part")
            os.utime(target + ".part", (1e9, 1e9))
            os.replace(target + ".part", target)

    def refreshed(self, protocol):
        """The protocol as its own process wrote it last."""
        fresh = getProtocolFromDb(self.proj.path, protocol.getDbPath(), protocol.getObjId())
        fresh.getProject().closeMapper()
        return fresh

    def stop(self, protocol):
        self.proj._updateProtocol(protocol)
        if protocol.isActive():
            self.proj.stopProtocol(protocol)

    def size(self, protocol, name):
        output = getattr(self.refreshed(protocol), name, None)
        return 0 if output is None else output.getSize()

    def picked(self, protocol):
        """Number of micrographs in the output so far."""
        output = getattr(self.refreshed(protocol), "outputCoordinates", None)
        return 0 if output is None or not output.getSize() else len(output.getUniqueValues("_micId"))

    def test_it_grows_stops_and_goes_on(self):
        self.stream = os.path.join(self.data, "stream")
        os.makedirs(self.stream)
        truth = write_micrographs(os.path.join(self.data, "source"), 7)
        files = sorted(truth)
        self.add(*files[:2])
        source = self.newProtocol(ProtImportMicrographs, filesPath=self.stream, filesPattern="*.mrc", samplingRate=PIXEL,
                                  voltage=300, sphericalAberration=2.7, amplitudeContrast=0.1, dataStreaming=True, timeout="300",
                                  fileTimeout="1")
        self.proj.launchProtocol(source, wait=False)
        self.addCleanup(self.stop, source)
        self.wait("the first micrographs", lambda: self.size(source, "outputMicrographs") == 2)

        self.proj._updateProtocol(source)
        picker = self.picker(source, self.model, streamingBatchSize=2, streamingSleepOnWait=1)
        self.assertEqual(picker.validate(), [])
        self.proj.launchProtocol(picker, wait=False)
        self.addCleanup(self.stop, picker)
        self.wait("the first picks", lambda: self.picked(picker) == 2)
        self.assertTrue(self.refreshed(source).isActive())  # picks are there before the last micrograph
        self.assertTrue(self.refreshed(picker).outputCoordinates.isStreamOpen())

        self.add(*files[2:5])  # the fifth waits for a full batch
        self.wait("the second batch", lambda: self.picked(picker) == 4)

        self.stop(picker)
        self.assertFalse(self.refreshed(picker).isActive())
        folder = picker._getExtraPath("picks")
        before = {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in os.listdir(folder) if name.endswith(".star")}
        self.assertEqual(len(before), 4)

        self.add(*files[5:])
        self.proj._updateProtocol(picker)
        picker.runMode.set(MODE_RESUME)
        self.assertEqual(picker.validate(), [])
        self.proj.launchProtocol(picker, wait=False)
        self.wait("the last batch of a closed set", lambda: self.size(source, "outputMicrographs") == 7)
        open(self.refreshed(source)._getStopStreamingFilename(), "w").close()
        self.wait("the end", lambda: self.refreshed(picker).isFinished())

        done = self.refreshed(picker)
        for name, changed in before.items():
            self.assertEqual(os.stat(os.path.join(folder, name)).st_mtime_ns, changed, "%s was picked again" % name)
        self.assertFalse(done.outputCoordinates.isStreamOpen())
        found = points_of(done.outputCoordinates)
        model = libpicker.Model.load(self.model)
        for path in files:  # every micrograph, every pick once
            name = os.path.basename(path)
            self.assertFrame(truth[path], found[name])
            self.assertEqual(len(found[name]), len(model.pick(path)), name)

        self.changedSettings(done)

    def changedSettings(self, done):
        """Continue with another threshold is refused by name; Restart is not."""
        done.threshold.set(0.3)
        done.runMode.set(MODE_RESUME)
        self.assertIn("(threshold)", " ".join(done.validate()))
        done.runMode.set(1 - MODE_RESUME)
        self.assertEqual(done.validate(), [])
