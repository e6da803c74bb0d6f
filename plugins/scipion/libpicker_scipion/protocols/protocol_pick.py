"""Picks particles in a set of micrographs that may still grow."""
import json
import os

import pyworkflow.utils as pwutils
from pwem.objects import SetOfMicrographs
from pwem.protocols import ProtParticlePickingAuto
from pyworkflow.protocol.constants import MODE_RESUME, STEPS_PARALLEL

from .. import coordinates, library
from ..constants import FROM_FILE
from .pick_params import check_rules, define_gpu, define_model, define_rules, mask_of, masks_path, pick_options
from .protocol_import_model import citations_of

FAILED = "mic_%06d.txt"  # by the micrograph's id
TIFF_WARNING = ("The micrographs are TIFF files. Coordinates count the rows from the first one in the file, as Scipion and Xmipp "
                "do; RELION counts from the last one and would extract mirrored places. MRC files have no such doubt.")


class LibpickerProtPick(ProtParticlePickingAuto):
    """Picks particles with a trained network (DeepPicker, DeepEM, PARSED, HydraPicker).

    Works on sets that are still growing. A batch of micrographs is one step; the model is read once and stays in memory.
    The coordinates carry the figure of merit, which scipion-em-relion writes into RELION's files.
    """

    _label = "pick particles"
    stepsExecutionMode = STEPS_PARALLEL

    # ------------------------------------------------------------- form
    def _defineParams(self, form):
        define_gpu(form)
        ProtParticlePickingAuto._defineParams(self, form)
        define_model(form)
        define_rules(form)
        self._defineStreamingParams(form)
        form.getParam("streamingBatchSize").setDefault("16")
        form.addParallelSection(threads=2, mpi=0, binThreads=4,
                                binThreadsHelp="Threads of libpicker in each step. The picks do not depend on them.")

    # ------------------------------------------------------------- steps
    def _insertInitialSteps(self):
        errors = self._checkContinue()  # also where nobody called validate
        if errors:
            raise ValueError(errors[0])
        self._models = library.Models(self._modelPath())
        self._pickArgs = [json.dumps(self._settings(), sort_keys=True)]  # other settings make another step
        pwutils.makePath(self._getExtraPath("DONE"), self.getCoordsDir(), self._getExtraPath("FAILED"))
        self._forgetFailures()
        with open(self._getExtraPath("settings.json"), "w") as file:
            file.write(self._pickArgs[0])
        return []

    def _forgetFailures(self):
        """Continue tries micrographs again that failed before: they may have been mended. Scipion runs a step again where its
        arguments are others, so that each micrograph's number of failures goes into those of its batch."""
        path = self._getExtraPath("FAILED", "attempts.json")
        self._attempts = {}
        if os.path.exists(path):
            with open(path) as file:
                self._attempts = {int(micId): count for micId, count in json.load(file).items()}
        failed = self._failedIds()
        if not failed:
            return
        for micId in failed:
            self._attempts[micId] = self._attempts.get(micId, 0) + 1
        with open(path + ".part", "w") as file:
            json.dump(self._attempts, file)
        os.replace(path + ".part", path)
        done = [micId for micId in self._readDoneList() if micId not in failed]
        with open(self._getAllDone() + ".part", "w") as file:
            file.writelines("%d\n" % micId for micId in done)
        os.replace(self._getAllDone() + ".part", self._getAllDone())
        for micId in failed:
            pwutils.cleanPath(self._getExtraPath("DONE", "mic_%06d.TXT" % micId), self._getExtraPath("FAILED", FAILED % micId))

    def _again(self, micIds):
        """What tells a step from that of an earlier call; nothing where no micrograph has failed."""
        attempts = sum(self._attempts.get(micId, 0) for micId in micIds)
        return [attempts] if attempts else []

    def _insertFinalSteps(self, micSteps):
        self._insertFunctionStep(self.createOutputStep, *self._again(self._attempts), prerequisites=micSteps, wait=True, needsGPU=False)

    def _getPickArgs(self):
        return self._pickArgs

    # Micrographs are told apart by their ids: names may repeat after a union of sets.
    def _loadMics(self, micSet):
        return self._loadSet(micSet, SetOfMicrographs, lambda mic: mic.getObjId())

    def _insertNewMicsSteps(self, inputMics):
        return self._insertNewMics(inputMics, lambda mic: mic.getObjId(), self._insertPickMicrographStep,
                                   self._insertPickMicrographListStep, *self._getPickArgs())

    def _insertPickMicrographStep(self, mic, prerequisites, *args):
        return self._insertPickMicrographListStep([mic], prerequisites, *args)

    def _insertPickMicrographListStep(self, micList, prerequisites, *args):
        micIds = [mic.getObjId() for mic in micList]
        return self._insertFunctionStep(self.pickMicrographListStep, micIds, *args, *self._again(micIds),
                                        prerequisites=prerequisites, needsGPU=self.usesGpu())

    def pickMicrographListStep(self, micIds, *args):
        """Picks what is not done of a batch. Each micrograph is marked when its picks are on disk, so that a run that was
        stopped loses only what was in hand."""
        todo = [self.micDict[micId] for micId in micIds if not self._isMicDone(self.micDict[micId])]
        if todo:
            self._pickMicrographList(todo, *args)

    def _pickMicrographList(self, micList, settings, *args):
        settings = json.loads(settings)
        device = library.device(self._stepsExecutor.getGpuList() if self.usesGpu() else [])
        with self._models.borrow() as model:
            for mic in micList:
                mask = mask_of(settings.get("masks"), mic)
                self._pickOne(model, mic, device, {**settings["options"], **({"mask": mask} if mask else {})})
                open(self._getMicDone(mic), "w").close()

    def _pickOne(self, model, mic, device, options):
        """One that cannot be picked is reported and left out: a damaged file does not end a run of thousands."""
        lib = library.libpicker()
        try:
            image = lib.Micrograph.read(coordinates.image_path(mic))
            picks = model.pick(image, threads=self.getBinThreads(), device=device, **options)
            # The frame goes with the picks: the image itself may be gone when they are read.
            with open(self._picksFile(mic, ".json"), "w") as file:
                json.dump(coordinates.frame_of(image), file)
            picks.write(self._picksFile(mic))
            self.info("%s: %d picks" % (mic.getFileName(), len(picks)))
        except (lib.BadFile, lib.IoError, lib.Mismatch, lib.NotFound, lib.Unsupported, ValueError) as error:
            self.error("%s cannot be picked: %s" % (mic.getFileName(), error))
            with open(self._failedFile(mic), "w") as file:
                file.write("%s: %s\n" % (mic.getFileName(), error))

    def readCoordsFromMics(self, outputDir, micDoneList, outputCoords):
        outputCoords.setBoxSize(self._boxSize())
        known = self._alreadyWritten(outputCoords)
        for mic in micDoneList:
            if os.path.exists(self._picksFile(mic)) and mic.getObjId() not in known:
                with open(self._picksFile(mic, ".json")) as file:
                    frame = json.load(file)
                coordinates.append(library.libpicker().Picks.read(self._picksFile(mic)), mic, frame, outputCoords)

    def _alreadyWritten(self, outputCoords):
        """Ids of the micrographs in the output of an earlier run that was stopped between writing it and noting so."""
        if not hasattr(self, "_before"):
            self._before = set(map(int, outputCoords.getUniqueValues("_micId"))) if outputCoords.getSize() else set()
        return self._before

    def createOutputStep(self, *args):
        failed = self._failures()
        if failed and len(failed) == len(self.micDict):
            raise ValueError("No micrograph could be picked. The first one: %s" % failed[0])

    # ------------------------------------------------------------- places
    def getCoordsDir(self):
        return self._getExtraPath("picks")

    def _picksFile(self, mic, extension=".star"):
        return os.path.join(self.getCoordsDir(), "mic_%06d%s" % (mic.getObjId(), extension))

    def _failedFile(self, mic):
        return self._getExtraPath("FAILED", FAILED % mic.getObjId())

    def _failedIds(self):
        folder = self._getExtraPath("FAILED")
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return [int(name[len("mic_"):-len(".txt")]) for name in names if name.endswith(".txt")]

    def _failures(self):
        lines = []
        for micId in self._failedIds():
            with open(self._getExtraPath("FAILED", FAILED % micId)) as file:
                lines.append(file.read().strip())
        return lines

    # ------------------------------------------------------------- values
    def _modelPath(self):
        if self.modelFrom.get() == FROM_FILE:
            return self.modelFile.get()
        model = self.inputModel.get()
        return None if model is None else model.getPath()

    def _settings(self):
        """All that the picks depend on."""
        settings = {"model": library.libpicker().Model.load(self._modelPath()).info.hash, "options": pick_options(self)}
        if masks_path(self):
            settings["masks"] = masks_path(self)
        return settings

    def usedThreshold(self):
        """The least score of a pick: the form's, else the head's or the model's; None where the model is gone."""
        if self.threshold.get() >= 0:
            return self.threshold.get()
        model, _ = library.check_model(self._modelPath())
        if model is None:
            return None
        own = [h.threshold for h in model.heads if h.name == (self.head.get() or "").strip()]
        return own[0] if own else model.threshold

    def _diameter(self, model=None):
        """Angstrom: the form's, else the head's or the model's."""
        if self.diameter.get() > 0:
            return self.diameter.get()
        model = model or library.libpicker().Model.load(self._modelPath())
        own = [h.diameter for h in model.heads if h.name == (self.head.get() or "").strip() and h.diameter > 0]
        return own[0] if own else model.info.diameter

    def _boxSize(self):
        if self.boxSize.get() > 0:
            return self.boxSize.get()
        if not hasattr(self, "_automaticBox"):
            self._automaticBox = coordinates.box_size(self._diameter(), self.getInputMicrographs().getSamplingRate())
        return self._automaticBox

    # ------------------------------------------------------------- info
    def _validate(self):
        errors = library.missing() or check_rules(self)
        micrographs = self.getInputMicrographs()
        if micrographs is not None and not (micrographs.getSamplingRate() or 0) > 0:
            errors.append("The sampling rate of the micrographs is %s; import them with the pixel size in angstrom."
                          % micrographs.getSamplingRate())
        if micrographs is not None and micrographs.getSize() == 0 and micrographs.isStreamClosed():
            errors.append("The set of micrographs is empty.")
        if self.usesGpu() and not errors:
            try:
                library.device(self.getGpuList())
            except ValueError as error:
                errors.append(str(error))
        if errors:
            return errors
        model, errors = library.check_model(self._modelPath())
        if model is None:
            return errors
        errors += library.check_head(model, (self.head.get() or "").strip())
        if not errors and not self._diameter(model) > 0:
            errors.append("This model was trained on particles of several sizes: give the particle diameter.")
        return errors or self._checkContinue()

    def _checkContinue(self):
        """What is picked stays, so that other settings cannot join it."""
        path = self._getExtraPath("settings.json")
        if self.getRunMode() != MODE_RESUME or not os.path.exists(path):
            return []
        with open(path) as file:
            before = json.load(file)
        now = self._settings()
        changed = [name for name in sorted(set(before["options"]) | set(now["options"]))
                   if before["options"].get(name) != now["options"].get(name)]
        changed = [name for name in ("model", "masks") if before.get(name) != now.get(name)] + changed
        if not changed:
            return []
        return ["The micrographs that are done were picked with other settings (%s). *Restart* picks them again; to *Continue*, "
                "take the old settings." % ", ".join(changed)]

    def _warnings(self):
        micrographs = self.getInputMicrographs()
        first = micrographs.getFirstItem() if micrographs is not None and micrographs.getSize() else None
        if first is None or not coordinates.is_tiff(first.getFileName()):
            return []
        return [TIFF_WARNING]

    def _summary(self):
        summary = ProtParticlePickingAuto._summary(self)
        failed = self._failures()
        if failed:
            summary.append("*%d micrographs could not be picked*, the first one: %s" % (len(failed), failed[0]))
        return summary

    def _methods(self):
        methods = ProtParticlePickingAuto._methods(self)
        model = self.inputModel.get() if self.modelFrom.get() != FROM_FILE else None
        name = "a network of the architecture %s" % model.getArchitecture() if model is not None else "a trained network"
        methods.append("Particles were picked by %s with libpicker %s." % (
            name, "at a threshold of %g" % self.threshold.get() if self.threshold.get() >= 0 else "at the model's threshold"))
        return methods

    def _citations(self):
        model = self.inputModel.get() if self.modelFrom.get() != FROM_FILE else None
        return citations_of(model.getArchitecture() if model is not None else None)
