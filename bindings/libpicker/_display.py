"""Pictures for notebooks: a micrograph, alone or with its picks, where an object is the last line of a cell."""
import base64
import html
import math
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


# What the slider does, without anything that a notebook would have to load: it lies in the page that it changes.
_SLIDE = ("const box=this.closest('figure'),t=+this.value;let n=0;"
          "box.querySelectorAll('circle').forEach(c=>{const on=!(+c.dataset.score<t);c.style.display=on?'':'none';n+=on});"
          "box.querySelector('output').textContent=t.toFixed(3)+': '+n+' of '+box.querySelectorAll('circle').length+' picks'")


class Explorer:
    """A micrograph with its picks and a slider of the score: notebooks show it, save(path) writes it as a web page."""

    def __init__(self, picture, size, picks, diameter, threshold):
        self._picture, self._size, self._diameter = picture, size, diameter
        self._picks = [(x, y, None if math.isnan(score) else score) for x, y, score in picks]
        scores = [score for _, _, score in self._picks if score is not None]
        self._low, self._high = (min(scores), max(scores)) if scores else (0.0, 1.0)
        self._threshold = self._low if threshold is None else min(max(threshold, self._low), self._high)

    def _repr_html_(self):
        width, height = self._size
        circles, shown = [], 0
        for x, y, score in self._picks:
            hidden = score is not None and score < self._threshold
            shown += not hidden
            tip = "no score" if score is None else f"{score:.4g}"
            circles.append(f'<circle cx="{x + 0.5:.1f}" cy="{y + 0.5:.1f}" r="{self._diameter / 2:.1f}"'
                           + ("" if score is None else f' data-score="{score!r}"') + (' style="display:none"' if hidden else "")
                           + f"><title>{tip}</title></circle>")
        data = base64.b64encode(self._picture).decode()
        step = (self._high - self._low) / 1000 or 0.001
        return (f'<figure style="margin:0;max-width:{min(width, 1024)}px"><label>score at least '
                f'<input type="range" style="width:50%;vertical-align:middle" min="{self._low!r}" max="{self._high + step!r}" '
                f'step="{step!r}" value="{self._threshold!r}" oninput="{html.escape(_SLIDE)}"></label> '
                f"<output>{self._threshold:.3f}: {shown} of {len(self._picks)} picks</output>"
                f'<svg viewBox="0 0 {width} {height}" style="width:100%;display:block" fill="none" stroke="#2ecc40" '
                f'stroke-width="{max(width, height) / 500:.2f}" pointer-events="all"><image href="data:image/png;base64,{data}" '
                f'width="{width}" height="{height}"/>{"".join(circles)}</svg></figure>')

    def save(self, path):
        """Writes a web page that needs nothing else."""
        pathlib.Path(path).write_text("<!DOCTYPE html><meta charset='utf-8'><title>picks</title>" + self._repr_html_(),
                                      encoding="utf-8")

    def __repr__(self):
        return f"<libpicker.Explorer: {len(self._picks)} picks>"


def explore(micrograph, picks, diameter, *, threshold=None, long_side=0):
    """An Explorer of a micrograph (Micrograph, array or path): move the slider to see which picks a threshold keeps.

    Pick with a low threshold first (keep=0.05 in Model.pick), so that there is something to choose from. diameter: of the
    circles, pixels of the micrograph; threshold: where the slider starts [the lowest score]; long_side: of the picture,
    pixels (0: 1024).
    """
    if not isinstance(micrograph, Micrograph):
        micrograph = Micrograph(micrograph) if hasattr(micrograph, "__array__") else Micrograph.read(micrograph)
    if not isinstance(picks, Picks):
        picks = Picks.read(picks)
    picture = show(micrograph, diameter=diameter, long_side=long_side)._repr_png_()
    return Explorer(picture, (micrograph.width, micrograph.height), picks, diameter, threshold)


Micrograph._repr_png_ = lambda self: show(self)._repr_png_()
