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
_SLIDE = ("const f=this.closest('figure'),n=+this.value,s=f.dataset.scores.split(' ');"
          "f.querySelectorAll('circle').forEach(c=>c.style.display=+c.dataset.rank>n?'none':'');"
          "f.querySelector('output').textContent=n?n+' picks, score at least '+s[n-1]:'no picks'")


class Explorer:
    """A micrograph with its picks and a slider of the score: notebooks show it, save(path) writes it as a web page.

    The slider goes from pick to pick in the order of their scores, since scores crowd near 1. Picks without a score stay.
    """

    def __init__(self, picture, size, picks, diameter, threshold):
        self._picture, self._size, self._diameter = picture, size, diameter
        self._scored = sorted((p for p in picks if not math.isnan(p[2])), key=lambda p: -p[2])
        self._others = [p for p in picks if math.isnan(p[2])]
        self._shown = sum(1 for p in self._scored if threshold is None or p[2] >= threshold)

    def _circle(self, x, y, rank, tip):
        # A pixel's centre lies half a pixel from its corner, where the picture begins.
        return (f'<circle cx="{x + 0.5:.1f}" cy="{y + 0.5:.1f}" r="{self._diameter / 2:.1f}" data-rank="{rank}"'
                + (' style="display:none"' if rank > self._shown else "") + f"><title>{tip}</title></circle>")

    def _repr_html_(self):
        width, height = self._size
        circles = [self._circle(x, y, 0, "no score") for x, y, _ in self._others]
        circles += [self._circle(x, y, i + 1, f"{score:.6g}") for i, (x, y, score) in enumerate(self._scored)]
        scores = [f"{score:.6g}" for _, _, score in self._scored]
        told = f"{self._shown} picks, score at least {scores[self._shown - 1]}" if self._shown else "no picks"
        data = base64.b64encode(self._picture).decode()
        slider = (f'<label>the best <input type="range" style="width:50%;vertical-align:middle" min="0" max="{len(scores)}" '
                  f'value="{self._shown}" oninput="{html.escape(_SLIDE)}"></label> <output>{told}</output>') if scores else ""
        return (f'<figure style="margin:0;max-width:{min(width, 1024)}px" data-scores="{" ".join(scores)}">{slider}'
                f'<svg viewBox="0 0 {width} {height}" style="width:100%;display:block" fill="none" stroke="#2ecc40" '
                f'stroke-width="{max(width, height, 600) / 400:.2f}" pointer-events="all"><image href="data:image/png;base64,{data}" '
                f'width="{width}" height="{height}"/>{"".join(circles)}</svg></figure>')

    def save(self, path):
        """Writes a web page that needs nothing else."""
        pathlib.Path(path).write_text("<!DOCTYPE html><meta charset='utf-8'><title>picks</title>" + self._repr_html_(),
                                      encoding="utf-8")

    def __repr__(self):
        return f"<libpicker.Explorer: {len(self._scored) + len(self._others)} picks>"


def explore(micrograph, picks, diameter, *, threshold=None, long_side=0):
    """An Explorer of a micrograph (Micrograph, array or path): move the slider to see which picks a threshold keeps.

    Pick with a low threshold first (keep=0.05 in Model.pick), so that there is something to choose from. diameter: of the
    circles, pixels of the micrograph; threshold: where the slider starts [at the lowest score]; long_side: of the picture,
    pixels (0: 1024).
    """
    if not isinstance(micrograph, Micrograph):
        micrograph = Micrograph(micrograph) if hasattr(micrograph, "__array__") else Micrograph.read(micrograph)
    if not isinstance(picks, Picks):
        picks = Picks.read(picks)
    picture = show(micrograph, diameter=diameter, long_side=long_side)._repr_png_()
    return Explorer(picture, (micrograph.width, micrograph.height), picks, diameter, threshold)


Micrograph._repr_png_ = lambda self: show(self)._repr_png_()
