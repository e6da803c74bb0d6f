"""The model as an object of a Scipion project: the path of a checkpoint and what it says of itself."""
import os

import pyworkflow.object as pwobj
from pwem.objects import EMObject


class LibpickerModel(EMObject):
    """A trained picker. What a network is and how micrographs are prepared for it is in the file."""

    def __init__(self, path=None, **kwargs):
        EMObject.__init__(self, **kwargs)
        self._path = pwobj.String(path)
        self._architecture = pwobj.String()
        self._diameter = pwobj.Float()    # angstrom; 0: of several molecules
        self._pixelSize = pwobj.Float()   # angstrom, of the training micrographs
        self._threshold = pwobj.Float()
        self._heads = pwobj.CsvList()     # names of the specialised heads

    def getPath(self):
        return self._path.get()

    def getArchitecture(self):
        return self._architecture.get()

    def getDiameter(self):
        return self._diameter.get()

    def getThreshold(self):
        return self._threshold.get()

    def getHeads(self):
        return list(self._heads)

    def describe(self, model):
        """Takes what is shown of a libpicker.Model."""
        info = model.info
        self._architecture.set(info.architecture)
        self._diameter.set(info.diameter)
        self._pixelSize.set(info.pixel_size)
        self._threshold.set(info.threshold)
        self._heads.set(",".join(head.name for head in model.heads))

    def getFiles(self):
        return {self.getPath()}

    def __str__(self):
        text = "%s (%s, %g A, threshold %.3g" % (self.getClassName(), self.getArchitecture() or os.path.basename(
            self.getPath() or ""), self._diameter.get(0), self._threshold.get(0))
        return text + (", heads: %s)" % ", ".join(self.getHeads()) if self.getHeads() else ")")
