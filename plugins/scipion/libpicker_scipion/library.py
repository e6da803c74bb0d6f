"""The Python package libpicker as the protocols use it: imported late, one model per worker, devices by GPU number."""
import contextlib
import importlib
import logging
import os
import threading

logger = logging.getLogger(__name__)
INSTALL = "scipion3 pip install torch && scipion3 pip install FOLDER    (FOLDER: the root of the sources of libpicker)"


def libpicker():
    """The package. Imported late: Scipion shows the protocols also where it is missing, and validation says what to do."""
    return importlib.import_module("libpicker")


def missing():
    """What keeps libpicker from running here, as a list of messages."""
    try:
        library = libpicker()
    except ImportError as error:
        return ["The Python package libpicker cannot be imported by Scipion's Python (%s). Install it there:\n  %s"
                % (error, INSTALL)]
    if not library.has_feature("torch"):
        return ["libpicker finds no LibTorch that it was built for in Scipion's Python. Install torch and then libpicker "
                "again:\n  %s" % INSTALL]
    return []


def check_model(path, what="model"):
    """(model, errors): the model of a file for use, or why it cannot be used."""
    if not path:
        return None, ["No %s was given: choose one of this project or a file MODEL.safetensors." % what]
    if not os.path.isfile(path) and path not in [m.name for m in libpicker().shipped_models()]:
        return None, ["The %s %s does not exist. Train one, import one, or correct the path." % (what, path)]
    try:
        model = libpicker().Model.load(path)
    except libpicker().Error as error:
        return None, ["The %s cannot be read: %s" % (what, error)]
    if not model.info.trained:
        return None, ["The %s %s has not been trained: its weights are the initial ones." % (what, path)]
    return model, []


def check_head(model, head):
    """Errors of the name of a head."""
    names = [h.name for h in model.heads]
    if not head or head in names or (names and head == "general"):
        return []
    if not names:
        return ["This model (%s) has no heads, so there is no head '%s': leave the box empty." % (model.info.architecture, head)]
    return ["The model has no head '%s'. It has: general, %s." % (head, ", ".join(names))]


def device(gpus):
    """Name of the device for a list of GPU numbers; the CPU for an empty one."""
    if not gpus:
        return "cpu"
    others = [name for name in libpicker().devices() if name != "cpu"]
    number = int(gpus[0])
    if number >= len(others):
        raise ValueError("GPU %d was asked for, but this version of libpicker runs on: %s. Set 'Use GPU' to No."
                         % (number, ", ".join(libpicker().devices())))
    return others[number]


class Models:
    """Copies of one model for steps that run side by side: a libpicker.Model works for one thread at a time.

    A model goes back when its batch is done and serves the next one, so that a file is read once for each worker."""

    def __init__(self, path):
        self.path = path
        self.loads = 0
        self._free = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def borrow(self):
        with self._lock:
            model = self._free.pop() if self._free else None
        if model is None:
            model = libpicker().Model.load(self.path)
            with self._lock:
                self.loads += 1
            logger.info("libpicker: model read from %s", self.path)
        try:
            yield model
        finally:
            with self._lock:
                self._free.append(model)
