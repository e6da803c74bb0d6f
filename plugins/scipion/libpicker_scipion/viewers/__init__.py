"""The viewers that Scipion discovers."""
from .viewer_pick import LibpickerPickViewer

__all__ = ["LibpickerPickViewer"]
