"""The wizards that Scipion discovers."""
from .wizard_pick import LibpickerBoxSizeWizard, LibpickerDiameterWizard, LibpickerThresholdWizard

__all__ = ["LibpickerBoxSizeWizard", "LibpickerDiameterWizard", "LibpickerThresholdWizard"]
