"""Draws the pictures of the README under an X server (Xvfb): the form of the picking protocol, and its threshold wizard.

    xvfb-run -s '-screen 0 1280x1024x24' python3 -m libpicker_scipion.tests.picture FOLDER
"""
import os
import sys

from PIL import ImageGrab
from pyworkflow.gui.project.viewprotocols import FormWindow  # pyworkflow.gui.form cannot be the first of the two

from ..protocols import LibpickerProtImportModel
from ..wizards import LibpickerThresholdWizard
from ..wizards.threshold_dialog import ThresholdDialog
from .simulated import SimulatedTest, write_micrographs


class Pictures(SimulatedTest):
    def draw(self, folder):
        mics = os.path.join(self.data, "mics")
        write_micrographs(mics, 3)
        micrographs = self.importMicrographs(mics)
        imported = self.newProtocol(LibpickerProtImportModel, modelFile=self.model)
        self.launchProtocol(imported)
        protocol = self.picker(micrographs, imported, streamingBatchSize=16, threshold=0.9)
        form = FormWindow("Protocol Run: libpicker_scipion - pick particles", protocol, lambda *_: None)
        form.root.deiconify()
        form.root.geometry("+20+20")
        self.grab(form.root, os.path.join(folder, "scipion-form.png"))

        preview, diameter, threshold, errors = LibpickerThresholdWizard().prepare(protocol)
        assert not errors, errors
        path = os.path.join(folder, "scipion-threshold.png")
        form.root.withdraw()

        class Shown(ThresholdDialog):
            def wait_window(self, *_):  # a dialog waits for the user; this one for its picture
                Pictures.grab(self, path)
                self.destroy()

        Shown(form.root, micrographs.outputMicrographs, preview, diameter, threshold)
        print("%d picks" % len(preview.picks(threshold)))

    @staticmethod
    def grab(window, path):
        for _ in range(20):
            window.update()
            window.after(50)
        x, y = window.winfo_rootx(), window.winfo_rooty()
        image = ImageGrab.grab((x, y, x + window.winfo_width(), y + window.winfo_height()), xdisplay=os.environ["DISPLAY"])
        image.convert("P", palette=1, colors=64).save(path, optimize=True)


if __name__ == "__main__":
    Pictures.setUpClass()
    Pictures().draw(os.path.abspath(sys.argv[1]))
