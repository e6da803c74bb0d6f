"""What the threshold wizard shows: one micrograph is scored once, then picked with any threshold at no cost."""
import numpy as np

from . import coordinates
from .library import libpicker


class Preview:
    """Picks of one micrograph with the settings of a form, for every threshold."""

    def __init__(self, model, options, threads=0):
        self._model = model
        self._options = {name: value for name, value in options.items() if name != "threshold"}
        self._threads = threads
        self.image = self._scores = None

    def load(self, micrograph):
        self.image = libpicker().Micrograph.read(coordinates.image_path(micrograph))
        self._scores = self._model.score(self.image, threads=self._threads, **self._options)

    def picks(self, threshold):
        """(x, y) of each pick, in the frame of picture()."""
        picks = self._model.pick_from_scores(self._scores, threshold=threshold, **self._options)
        return np.column_stack([picks.x, picks.y])

    def picture(self, side=512):
        """(array, pixels of the micrograph for one of its own): the micrograph for the eye, its longer side `side` at most."""
        pixels = np.asarray(self.image)
        step = max(1, int(np.ceil(max(pixels.shape) / side)))
        height, width = (n // step * step for n in pixels.shape)
        small = pixels[:height, :width].reshape(height // step, step, width // step, step).mean(axis=(1, 3))
        low, high = np.percentile(small, (1, 99))
        return np.clip((small - low) / (high - low if high > low else 1.0), 0, 1), step
