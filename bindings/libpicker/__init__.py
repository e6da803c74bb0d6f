"""Particle picking for cryo-EM micrographs: libpicker's Python package.

Coordinates are particle centres in pixels of the full-size micrograph, counted from 0: x is the column, y the row as
stored. Lengths that people type, such as a diameter, are in angstrom unless an argument says pixels; a diameter is the
particle's longest axis. Arrays of micrographs are (height, width).

    import libpicker
    model = libpicker.Model.load("model.safetensors")
    picks = model.pick("micrograph.mrc", threshold=0.5)
    picks.write("micrograph.star")

Importing this package loads neither torch nor LibTorch; the first call that scores or trains loads the LibTorch of the
installed torch.
"""
from ._core import (Architecture, Dataset, DatasetEntry, DiameterProposal, Evaluation, EvaluationResult, Format, FrameCheck, HeadInfo,
                    Micrograph, MicrographInfo, Model, ModelInfo, Picks, Preflight, Problem, Progress, RecentreReport, ReportSummary,
                    ReviewReport, Round, RoundsReport, RunItem, RunReport, ScoreMap, SelectedMicrographs, ShippedModel, Simulated,
                    Simulator, TrainReport, architectures, check_frame, devices, draw, evaluate, formats, has_feature, mass_valley,
                    merge, pick_files, preflight, propose_diameter, report, select_micrographs, shipped_models, simulate,
                    version)
from ._display import Explorer, Picture, explore, show
from ._errors import (BackendError, BadFile, Cancelled, Error, InternalError, InvalidArgument, IoError, Mismatch, NotFound,
                      OutOfMemory, Unsupported)

__version__ = version
__all__ = ["Architecture", "BackendError", "BadFile", "Cancelled", "Dataset", "DatasetEntry", "DiameterProposal", "Error", "Evaluation",
           "EvaluationResult", "Explorer", "Format", "FrameCheck", "HeadInfo", "InternalError", "InvalidArgument", "IoError",
           "Micrograph", "MicrographInfo", "Mismatch", "Model", "ModelInfo", "NotFound", "OutOfMemory", "Picks", "Picture",
           "Preflight", "Problem", "Progress", "RecentreReport", "ReportSummary", "ReviewReport", "Round", "RoundsReport", "RunItem",
           "RunReport", "ScoreMap", "SelectedMicrographs", "ShippedModel", "Simulated", "Simulator", "TrainReport", "Unsupported",
           "architectures", "check_frame", "devices", "draw", "evaluate", "explore", "formats", "has_feature", "mass_valley", "merge",
           "pick_files", "preflight", "propose_diameter", "report",
           "select_micrographs", "shipped_models", "show", "simulate", "version"]


def _own_names():
    """Classes and functions say the name that users know them by: in repr, help and pickles."""
    for name in __all__:
        thing = globals()[name]
        if getattr(thing, "__module__", "").startswith("libpicker._"):
            try:
                thing.__module__ = "libpicker"
            except (AttributeError, TypeError):
                pass  # a compiled function keeps its module
    Error.__module__ = "libpicker"


_own_names()
