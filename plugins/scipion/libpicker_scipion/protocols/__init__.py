"""The protocols that Scipion discovers."""
from .protocol_import_model import LibpickerProtImportModel
from .protocol_pick import LibpickerProtPick
from .protocol_train import LibpickerProtTrain

__all__ = ["LibpickerProtImportModel", "LibpickerProtPick", "LibpickerProtTrain"]
