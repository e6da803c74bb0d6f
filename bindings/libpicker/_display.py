"""Pictures for notebooks: a micrograph, alone or with its picks, where an object is the last line of a cell."""
import pathlib
import tempfile

from ._core import Micrograph, Picks, draw


class Picture:
    """A PNG in memory: notebooks show it, save(path) writes it."""

    def __init__(self, png):
        self._png = png

    def _repr_png_(self):
        return self._png

    def save(self, path):
        """Writes the PNG to a file."""
        pathlib.Path(path).write_bytes(self._png)

    def __repr__(self):
        return f"<libpicker.Picture: PNG of {len(self._png)} bytes>"


def show(micrograph, picks=None, diameter=1.0, *, reference=None, long_side=0):
    """A Picture of a micrograph (Micrograph, array or path) in grey, picks circled in green, `reference` in orange.

    diameter: of the circles, pixels of the micrograph; long_side: of the picture, pixels (0: 1024).
    """
    with tempfile.TemporaryDirectory(prefix="picker-picture-") as folder:
        path = pathlib.Path(folder, "picture.png")
        draw(path, micrograph, Picks() if picks is None else picks, diameter, reference=reference, long_side=long_side)
        return Picture(path.read_bytes())


Micrograph._repr_png_ = lambda self: show(self)._repr_png_()
