"""Wizards of the picking protocol's form: diameter and box size from the model, threshold by eye."""
from pyworkflow.gui.dialog import showError
from pyworkflow.wizard import Wizard

from .. import coordinates, library
from ..preview import Preview
from ..protocols import LibpickerProtPick
from ..protocols.pick_params import check_rules, pick_options


def model_of(protocol):
    """(model, errors) of a form that is being filled in."""
    errors = library.missing()
    return (None, errors) if errors else library.check_model(protocol._modelPath())


class LibpickerDiameterWizard(Wizard):
    """Writes the diameter that the model was trained for."""

    _targets = [(LibpickerProtPick, ["diameter"])]

    def suggest(self, protocol):
        model, errors = model_of(protocol)
        if model is not None and not model.info.diameter > 0:
            return None, ["The model was trained on particles of several sizes and suggests none."]
        return (None, errors) if model is None else (model.info.diameter, [])

    def show(self, form, *params):
        value, errors = self.suggest(form.protocol)
        if errors:
            showError("Particle diameter", "\n".join(errors), form.root)
        else:
            form.setVar("diameter", value)


class LibpickerBoxSizeWizard(Wizard):
    """Writes the box size that 0 stands for: 1.5 diameters in pixels of the input, even."""

    _targets = [(LibpickerProtPick, ["boxSize"])]

    def suggest(self, protocol):
        micrographs = protocol.getInputMicrographs()
        if micrographs is None:
            return None, ["Choose the input micrographs first: the box depends on their sampling rate."]
        if protocol.diameter.get() > 0:
            diameter = protocol.diameter.get()
        else:
            diameter, errors = LibpickerDiameterWizard().suggest(protocol)
            if errors:
                return None, errors
        return coordinates.box_size(diameter, micrographs.getSamplingRate()), []

    def show(self, form, *params):
        value, errors = self.suggest(form.protocol)
        if errors:
            showError("Box size", "\n".join(errors), form.root)
        else:
            form.setVar("boxSize", value)


class LibpickerThresholdWizard(Wizard):
    """Shows micrographs with the picks that a threshold leaves."""

    _targets = [(LibpickerProtPick, ["threshold"])]

    def prepare(self, protocol):
        """(Preview, diameter in pixels, first threshold, errors)."""
        micrographs = protocol.getInputMicrographs()
        if micrographs is None or not micrographs.getSize():
            return None, 0, 0, ["Choose the input micrographs first."]
        model, errors = model_of(protocol)
        errors = errors or check_rules(protocol) or library.check_head(model, (protocol.head.get() or "").strip())
        if errors:
            return None, 0, 0, errors
        preview = Preview(model, pick_options(protocol), protocol.getBinThreads())
        return preview, protocol._diameter(model) / micrographs.getSamplingRate(), protocol.usedThreshold(), []

    def show(self, form, *params):
        from .threshold_dialog import ThresholdDialog  # needs a screen

        preview, diameter, threshold, errors = self.prepare(form.protocol)
        if errors:
            showError("Threshold", "\n".join(errors), form.root)
            return
        dialog = ThresholdDialog(form.root, form.protocol.getInputMicrographs(), preview, diameter, threshold)
        if dialog.resultYes():
            form.setVar("threshold", round(dialog.threshold, 3))
