"""Brings a model that was trained elsewhere into the project."""
import enum
import os
import shutil

import pyworkflow.protocol.params as params
from pwem.protocols import EMProtocol

from .. import library
from ..constants import CITATIONS
from ..objects import LibpickerModel


class ModelOutput(enum.Enum):
    outputModel = LibpickerModel


def citations_of(architecture):
    """Keys of bibtex.py for an architecture; all of them where it is not known."""
    found = [key for name, key in CITATIONS.items() if (architecture or "").startswith(name)]
    return found or list(CITATIONS.values())


class LibpickerProtImportModel(EMProtocol):
    """Imports a model of libpicker (MODEL.safetensors, from `picker train`, from RELION or from another project).

    The file is copied into the project. Reading it never executes anything.
    """

    _label = "import model"
    _possibleOutputs = ModelOutput

    def _defineParams(self, form):
        form.addSection(label="Input")
        form.addParam("modelFile", params.FileParam, label="Model file", important=True,
                      help="MODEL.safetensors, as `picker train` or the protocol *libpicker_scipion - train* write it.")

    def _insertAllSteps(self):
        self._insertFunctionStep(self.importStep, self.modelFile.get(), needsGPU=False)

    def importStep(self, path):
        target = self._getExtraPath(os.path.basename(path))
        shutil.copyfile(path, target + ".part")
        os.replace(target + ".part", target)
        output = LibpickerModel(path=target)
        output.describe(library.libpicker().Model.load(target))
        self._defineOutputs(**{ModelOutput.outputModel.name: output})

    def _validate(self):
        return library.missing() or library.check_model(self.modelFile.get(), "model file")[1]

    def _summary(self):
        output = getattr(self, ModelOutput.outputModel.name, None)
        if output is None:
            return ["The model is not imported yet."]
        return [str(output), "From %s." % self.modelFile.get()]

    def _methods(self):
        output = getattr(self, ModelOutput.outputModel.name, None)
        return [] if output is None else ["A trained model of the architecture %s was imported." % output.getArchitecture()]

    def _citations(self):
        output = getattr(self, ModelOutput.outputModel.name, None)
        return citations_of(output.getArchitecture() if output is not None else None)
