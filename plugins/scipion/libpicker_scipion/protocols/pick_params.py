"""The form of the picking protocol, and its values as keyword arguments of libpicker.Model.pick."""
import os

import pyworkflow.protocol.params as params
from pyworkflow.protocol.constants import LEVEL_ADVANCED

from ..constants import FROM_FILE, FROM_PROTOCOL, OVERLAPS, RULES


def define_gpu(form):
    form.addHidden(params.USE_GPU, params.BooleanParam, default=False, label="Use GPU",
                   help="Run the network on a GPU, where this version of libpicker knows one. The processor is the default.")
    form.addHidden(params.GPU_LIST, params.StringParam, default="0", label="GPU ID", help="Number of the GPU.")


def define_model(form):
    form.addParam("modelFrom", params.EnumParam, choices=["protocol", "file"], default=FROM_PROTOCOL,
                  display=params.EnumParam.DISPLAY_HLIST, label="Model from",
                  help="A model that was trained or imported in this project, or a file of any place; with *file*, *general* is the model "
                       "that is installed with libpicker and needs no training.")
    form.addParam("inputModel", params.PointerParam, pointerClass="LibpickerModel", allowsNull=True,
                  condition="modelFrom==%d" % FROM_PROTOCOL, important=True, label="Input model",
                  help="Output of *libpicker_scipion - train* or *libpicker_scipion - import model*.")
    form.addParam("modelFile", params.FileParam, condition="modelFrom==%d" % FROM_FILE, default="general", allowsNull=True,
                  label="Model file", help="MODEL.safetensors of `picker train`, or *general*: give the particle diameter then.")


def define_rules(form):
    """What is picked. -1 stands for what the model says."""
    form.addParam("diameter", params.FloatParam, default=-1, label="Particle diameter (A)",
                  help="Longest axis of the particle in angstrom. -1: as trained. The micrograph is brought to the scale at "
                       "which the network knows the particle.")
    form.addParam("threshold", params.FloatParam, default=-1, label="Threshold",
                  help="Least figure of merit of a pick, 0 to 1. -1: the model's, chosen in training. The wizard shows a "
                       "micrograph with what a threshold leaves.")
    form.addParam("minDistance", params.FloatParam, default=-1, label="Least distance (A)",
                  help="Between two picks; the better one stays. -1: the model's.")
    form.addParam("boxSize", params.IntParam, default=0, label="Box size (px)",
                  help="Of the output set. 0: 1.5 diameters, even. It does not change what is picked.")
    form.addParam("head", params.StringParam, default="", label="Head",
                  help="Of a model with heads (hydrapicker) the name of the one that picks. Empty: the general one.")

    group = form.addGroup("What is left out", expertLevel=LEVEL_ADVANCED)
    group.addParam("edge", params.FloatParam, default=0, expertLevel=LEVEL_ADVANCED, label="Border (A)",
                   help="No pick nearer to the border of the micrograph.")
    group.addParam("top", params.IntParam, default=0, expertLevel=LEVEL_ADVANCED, label="Best N of a micrograph",
                   help="0: all above the threshold.")
    group.addParam("masks", params.PathParam, default="", allowsNull=True, expertLevel=LEVEL_ADVANCED, label="Masks",
                   help="No picks where a mask is above half of its maximum (carbon, ice). A folder with images named as the micrographs, "
                        "or with _mask behind (a micrograph without one is picked everywhere), or one image for all.")
    group.addParam("overlaps", params.EnumParam, choices=OVERLAPS, default=0, expertLevel=LEVEL_ADVANCED,
                   label="Overlapping particles", help="*drop* leaves both of two out.")
    group.addParam("overlapDistance", params.FloatParam, default=-1, expertLevel=LEVEL_ADVANCED,
                   condition="overlaps==1", label="Overlap below (A)", help="-1: one diameter.")
    group.addParam("clean", params.EnumParam, choices=RULES, default=0, expertLevel=LEVEL_ADVANCED,
                   label="Large areas", help="Take large areas of high scores out (DeepPicker): as its paper or its code says.")
    group.addParam("extremePixels", params.EnumParam, choices=RULES, default=0, expertLevel=LEVEL_ADVANCED,
                   label="Extreme pixels", help="Drop windows with many extreme pixels (DeepPicker).")
    group.addParam("carbon", params.BooleanParam, default=False, expertLevel=LEVEL_ADVANCED, label="Carbon edges",
                   help="No picks near long edges of a carbon film.")

    group = form.addGroup("Network", expertLevel=LEVEL_ADVANCED)
    group.addParam("step", params.IntParam, default=0, expertLevel=LEVEL_ADVANCED, label="Step (working px)",
                   help="Between the places that are scored. 0: the model's.")
    group.addParam("aperture", params.FloatParam, default=-1, expertLevel=LEVEL_ADVANCED, label="Aperture (A)",
                   help="Of the blobs in the map of a segmenter (parsed). -1: the model's.")


def pick_options(protocol):
    """Keyword arguments of Model.pick; only those that differ from the library's own defaults, but for the pixel size."""
    def given(name, least=0.0):
        value = protocol.getAttributeValue(name)
        return value if value is not None and value >= least else None

    options = {
        "pixel_size": protocol.getInputMicrographs().getSamplingRate(),
        "diameter": given("diameter"), "threshold": given("threshold"), "min_distance": given("minDistance"),
        "edge": given("edge", 1e-9), "top": given("top", 1), "step": given("step", 1), "aperture": given("aperture"),
        "head": (protocol.head.get() or "").strip() or None,
        "carbon": True if protocol.carbon.get() else None,
    }
    if protocol.clean.get():
        options["clean"] = RULES[protocol.clean.get()]
    if protocol.extremePixels.get():
        options["extreme_pixels"] = RULES[protocol.extremePixels.get()]
    if protocol.overlaps.get():
        options["overlaps"] = OVERLAPS[protocol.overlaps.get()]
        options["overlap_distance"] = given("overlapDistance")
    return {name: value for name, value in options.items() if value is not None}


MASK_NAMES = [behind + extension for behind in ("", "_mask") for extension in (".mrc", ".png", ".tif", ".tiff")]


def masks_path(protocol):
    return (protocol.masks.get() or "").strip()


def mask_of(path, micrograph):
    """The mask of a micrograph in a folder, the image that serves all where the path is one, or None. Looked for at each
    micrograph: masks may come in with them."""
    if not path or os.path.isfile(path):
        return path or None
    stems = [os.path.splitext(os.path.basename(name))[0] for name in (micrograph.getFileName(), micrograph.getMicName() or "") if name]
    found = [os.path.join(path, stem + name) for stem in stems for name in MASK_NAMES]
    own = os.path.realpath(micrograph.getFileName())  # the masks may lie beside the micrographs
    return next((name for name in found if os.path.isfile(name) and os.path.realpath(name) != own), None)


def check_rules(protocol):
    """Errors of the values of define_rules that need no model."""
    errors = []
    threshold = protocol.threshold.get()
    if threshold is None or (threshold != -1 and not 0 <= threshold <= 1):
        errors.append("The threshold is %s; it is a figure of merit from 0 to 1, or -1 for the model's." % threshold)
    for name, what in (("diameter", "particle diameter"), ("aperture", "aperture"), ("overlapDistance", "overlap distance")):
        value = protocol.getAttributeValue(name)
        if value is None or (value != -1 and value <= 0):
            errors.append("The %s is %s A; give a length above 0, or -1 for the model's." % (what, value))
    if protocol.minDistance.get() is None or (protocol.minDistance.get() != -1 and protocol.minDistance.get() < 0):
        errors.append("The least distance is %s A; give 0 or more, or -1 for the model's." % protocol.minDistance.get())
    for name, what in (("edge", "border"), ("top", "number of best picks"), ("boxSize", "box size"), ("step", "step")):
        value = protocol.getAttributeValue(name)
        if value is None or value < 0:
            errors.append("The %s is %s; give 0 or more." % (what, value))
    if masks_path(protocol) and not os.path.exists(masks_path(protocol)):
        errors.append("There are no masks at %s: give a folder or an image, or leave the box empty." % masks_path(protocol))
    return errors
