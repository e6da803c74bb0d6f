"""Trains a picker on coordinates of the project."""
import json
import os
import time

import pyworkflow.protocol.params as params
from pwem.protocols import ProtParticlePicking
from pyworkflow.protocol.constants import LEVEL_ADVANCED

from .. import coordinates, library
from ..constants import ARCHITECTURES, FROM_FILE, FROM_PROTOCOL, FROM_SCRATCH, LOSSES, OVERLAPS
from ..objects import LibpickerModel
from .pick_params import define_gpu
from .protocol_import_model import ModelOutput, citations_of

EVERY = 10.0  # seconds between lines of the log


class LibpickerProtTrain(ProtParticlePicking):
    """Trains a network to pick the particles of a set of coordinates, from scratch or from a trained model.

    Micrographs without coordinates are left out. The output is a model for *libpicker_scipion - pick particles*.
    """

    _label = "train"
    _possibleOutputs = ModelOutput

    # ------------------------------------------------------------- form
    def _defineParams(self, form):
        define_gpu(form)
        form.addSection(label="Input")
        form.addParam("inputCoordinates", params.PointerParam, pointerClass="SetOfCoordinates", important=True,
                      label="Input coordinates", help="Particles that you trust, complete on their micrographs.")
        form.addParam("inputMicrographs", params.PointerParam, pointerClass="SetOfMicrographs", allowsNull=True,
                      label="Other micrographs",
                      help="Empty: the micrographs of the coordinates. Otherwise micrographs of the same names (filtered, "
                           "binned), to which the coordinates are scaled.")
        form.addParam("diameter", params.FloatParam, default=0, label="Particle diameter (A)", important=True,
                      help="Longest axis of the particle in angstrom. 0: that of the model to start from.")
        form.addParam("modelFrom", params.EnumParam, choices=["protocol", "file", "scratch"], default=FROM_SCRATCH,
                      display=params.EnumParam.DISPLAY_HLIST, label="Start from",
                      help="*scratch*: a new network; else a trained model that goes on with these particles.")
        form.addParam("inputModel", params.PointerParam, pointerClass="LibpickerModel", allowsNull=True,
                      condition="modelFrom==%d" % FROM_PROTOCOL, label="Input model")
        form.addParam("modelFile", params.FileParam, condition="modelFrom==%d" % FROM_FILE, allowsNull=True,
                      label="Model file")
        form.addParam("architecture", params.EnumParam, choices=ARCHITECTURES, default=0,
                      condition="modelFrom==%d" % FROM_SCRATCH, label="Architecture",
                      help="deeppicker is the default. docs/models.md says where each comes from.")
        group = form.addGroup("Heads", expertLevel=LEVEL_ADVANCED)
        group.addParam("head", params.StringParam, default="", expertLevel=LEVEL_ADVANCED, label="New head",
                       help="hydrapicker: the particles train a new head of this name.")
        group.addParam("freeze", params.BooleanParam, default=True, expertLevel=LEVEL_ADVANCED, label="Keep the rest",
                       help="With a new head: body and other heads stay as they are (few-shot); a handful of labelled "
                            "micrographs is enough. *No* trains the body too.")

        form.addSection(label="Training")
        form.addParam("epochs", params.IntParam, default=0, label="Epochs", help="At most. 0: the architecture's.")
        form.addParam("validationMicrographs", params.IntParam, default=0, label="Micrographs to choose the threshold",
                      help="The last N are not trained on; the threshold that picks them best becomes the model's. 0: none.")
        form.addParam("maxParticles", params.IntParam, default=0, label="Particles at most", help="0: all.")
        form.addParam("loss", params.EnumParam, choices=LOSSES, default=0, label="Loss",
                      help="*nnpu* where the coordinates are known to be incomplete: what is not picked is then unknown, "
                           "not background.")
        form.addParam("seed", params.IntParam, default=1, label="Seed", help="The same seed gives the same model.")
        expert = {"expertLevel": LEVEL_ADVANCED}
        form.addParam("batch", params.IntParam, default=0, label="Batch",
                      help="Samples in a step. 0: the architecture's.", **expert)
        form.addParam("learningRate", params.FloatParam, default=0, label="Learning rate",
                      help="0: the architecture's.", **expert)
        form.addParam("negatives", params.FloatParam, default=0, label="Negatives per positive",
                      help="0: the architecture's.", **expert)
        form.addParam("patience", params.IntParam, default=-1, label="Patience",
                      help="Epochs without improvement. 0: never stops early. -1: the architecture's.", **expert)
        form.addParam("augment", params.BooleanParam, default=True, label="Flips and rotations", **expert)
        form.addParam("overlaps", params.EnumParam, choices=OVERLAPS, default=0, label="Overlapping particles",
                      help="*drop* trains on neither of two.", **expert)
        form.addParallelSection(threads=4, mpi=0)

    # ------------------------------------------------------------- steps
    def _insertAllSteps(self):
        self._insertFunctionStep(self.trainStep, json.dumps(self._options(), sort_keys=True), needsGPU=self.usesGpu())
        self._insertFunctionStep(self.createOutputStep, needsGPU=False)

    def trainStep(self, settings):
        """Goes on after the last epoch where a run with the same settings was stopped."""
        lib = library.libpicker()
        options = json.loads(settings)
        options["resume"] = "continue" if self._sameAsBefore(settings) else "overwrite"
        options["state_file"] = self._getExtraPath("training.state")
        pairs = self._pairs()
        held = self.validationMicrographs.get()
        training, validation = self._dataset(pairs[:len(pairs) - held]), self._dataset(pairs[len(pairs) - held:])
        if self.modelFrom.get() == FROM_SCRATCH:
            model = lib.Model.create(ARCHITECTURES[self.architecture.get()], seed=self.seed.get())
        else:
            model = lib.Model.load(self._startPath())
        device = library.device(self._stepsExecutor.getGpuList() if self.usesGpu() else [])
        report = model.train(training, validation if held else None, progress=self._progress(), device=device,
                             threads=self.numberOfThreads.get(), **options)
        model.save(self._modelFile())
        with open(self._getExtraPath("report.json"), "w") as file:
            json.dump(report.as_dict(), file, indent=1, default=str)
        if os.path.exists(options["state_file"]):
            os.remove(options["state_file"])

    def createOutputStep(self):
        output = LibpickerModel(path=self._modelFile())
        output.describe(library.libpicker().Model.load(self._modelFile()))
        self._defineOutputs(**{ModelOutput.outputModel.name: output})
        self._defineSourceRelation(self.inputCoordinates, output)

    def _dataset(self, pairs):
        data = library.libpicker().Dataset()
        for mic, picks in pairs:
            data.add(coordinates.image_path(mic), picks, pixel_size=self._samplingRate())
        return data

    def _sameAsBefore(self, settings):
        path = self._getExtraPath("settings.json")
        same = False
        if os.path.exists(path):
            with open(path) as file:
                same = file.read() == settings
        with open(path, "w") as file:
            file.write(settings)
        return same and os.path.exists(self._getExtraPath("training.state"))

    def _progress(self):
        """Lines in the log: every epoch, or every few seconds where epochs are short."""
        last = [0.0]

        def progress(state):
            now = time.monotonic()
            if state.stage == "train" and (now - last[0] > EVERY or state.done == state.total):
                last[0] = now
                self.info("epoch %d of %d, validation loss %.4g" % (state.done, state.total, state.value))
            return False

        return progress

    # ------------------------------------------------------------- values
    def _modelFile(self):
        return self._getExtraPath("model.safetensors")

    def _startPath(self):
        if self.modelFrom.get() == FROM_FILE:
            return self.modelFile.get()
        model = self.inputModel.get()
        return None if model is None else model.getPath()

    def getInputMicrographs(self):
        other = self.inputMicrographs.get()
        if other is not None:
            return other
        own = self.inputCoordinates.get()
        return None if own is None else own.getMicrographs()

    def _samplingRate(self):
        return self.getInputMicrographs().getSamplingRate()

    def _pairs(self):
        return coordinates.pair(self.inputCoordinates.get(), self.inputMicrographs.get())

    def _options(self):
        """Keyword arguments of Model.train; only those that differ from the library's own defaults, but for diameter and seed."""
        def given(name):
            value = self.getAttributeValue(name)
            return value if value is not None and value > 0 else None

        diameter = given("diameter") or library.libpicker().Model.load(self._startPath()).info.diameter
        options = {
            "diameter": diameter, "seed": self.seed.get(), "epochs": given("epochs"), "batch": given("batch"),
            "learning_rate": given("learningRate"), "negatives_per_positive": given("negatives"),
            "max_positives": given("maxParticles"),
            "patience": self.patience.get() if self.patience.get() >= 0 else None,
            "loss": LOSSES[self.loss.get()] if self.loss.get() else None,
            "overlaps": OVERLAPS[self.overlaps.get()] if self.overlaps.get() else None,
        }
        if not self.augment.get():
            options.update(flips=False, rotations=False)
        head = (self.head.get() or "").strip()
        if head:
            options.update(heads="one", head=head, freeze=True if self.freeze.get() else None)
        return {name: value for name, value in options.items() if value is not None}

    # ------------------------------------------------------------- info
    def _validate(self):
        errors = library.missing()
        if errors:
            return errors
        model = None
        if self.modelFrom.get() != FROM_SCRATCH:
            model, errors = library.check_model(self._startPath(), "model to start from")
        if self.diameter.get() is None or self.diameter.get() < 0 or (
                self.diameter.get() == 0 and not (model is not None and model.info.diameter > 0)):
            errors.append("The particle diameter is missing: give the longest axis in angstrom.")
        for name, what in (("epochs", "number of epochs"), ("batch", "batch"), ("learningRate", "learning rate"),
                           ("negatives", "number of negatives per positive"), ("maxParticles", "number of particles"),
                           ("validationMicrographs", "number of micrographs to choose the threshold")):
            if self.getAttributeValue(name) is None or self.getAttributeValue(name) < 0:
                errors.append("The %s is %s; give 0 or more." % (what, self.getAttributeValue(name)))
        errors += self._checkHead(model)
        if self.usesGpu():
            try:
                library.device(self.getGpuList())
            except ValueError as error:
                errors.append(str(error))
        return errors or self._checkInput()

    def _checkHead(self, model):
        head = (self.head.get() or "").strip()
        if not head:
            return []
        name = ARCHITECTURES[self.architecture.get()] if self.modelFrom.get() == FROM_SCRATCH else (
            model.info.architecture if model is not None else "hydrapicker")
        if not name.startswith("hydrapicker"):
            return ["Only hydrapicker has heads; %s has none: leave 'New head' empty." % name]
        if self.modelFrom.get() == FROM_SCRATCH and self.freeze.get():
            return ["A new network has nothing worth keeping: start from a trained model, or set 'Keep the rest' to No."]
        taken = [h.name for h in model.heads] + ["general"] if model is not None else ["general"]
        return ["The model has a head '%s' already: choose another name." % head] if head in taken else []

    def _checkInput(self):
        if self.inputCoordinates.get() is None:
            return []  # Scipion itself says so
        if not self.inputCoordinates.get().getSize():
            return ["The set of coordinates is empty."]
        if not (self._samplingRate() or 0) > 0:
            return ["The sampling rate of the micrographs is %s; import them with the pixel size in angstrom."
                    % self._samplingRate()]
        try:
            pairs = self._pairs()
            held = self.validationMicrographs.get()
            if held >= len(pairs):
                return ["%d micrographs have coordinates; %d of them cannot be kept to choose the threshold."
                        % (len(pairs), held)]
            return []
        except (ValueError, library.libpicker().Error) as error:
            return ["The input cannot be used: %s." % error]

    def _summary(self):
        output = getattr(self, ModelOutput.outputModel.name, None)
        if output is None:
            return ["The model is not trained yet."]
        lines = [str(output)]
        path = self._getExtraPath("report.json")
        if os.path.exists(path):
            with open(path) as file:
                report = json.load(file)
            lines.append("%d particles, %d epochs, best after %d with a validation accuracy of %.3f." % (
                report["positives"], report["epochs"], report["best_epoch"], report["best_validation_accuracy"]))
            if report["outside"]:
                lines.append("%d particles were too near to the border and left out." % report["outside"])
        return lines

    def _methods(self):
        output = getattr(self, ModelOutput.outputModel.name, None)
        return [] if output is None else ["A network of the architecture %s was trained with libpicker on %d coordinates." % (
            output.getArchitecture(), self.inputCoordinates.get().getSize())]

    def _citations(self):
        if self.modelFrom.get() == FROM_SCRATCH:
            return citations_of(ARCHITECTURES[self.architecture.get()])
        model = self.inputModel.get() if self.modelFrom.get() == FROM_PROTOCOL else None
        return citations_of(model.getArchitecture() if model is not None else None)
