"""Analyze results of the picking protocol: scores, picks per micrograph, and Scipion's own viewer of coordinates."""
import pyworkflow.protocol.params as params
from pwem.viewers import EmPlotter
from pyworkflow.viewer import DESKTOP_TKINTER, ProtocolViewer

from .. import scores
from ..protocols import LibpickerProtPick


class LibpickerPickViewer(ProtocolViewer):
    """Shows what came out of *libpicker_scipion - pick particles*; also while it still runs."""

    _label = "libpicker picks"
    _targets = [LibpickerProtPick]
    _environments = [DESKTOP_TKINTER]

    def _defineParams(self, form):
        form.addSection(label="Picks")
        form.addParam("showScores", params.LabelParam, label="Distribution of the scores",
                      help="Histogram of the figures of merit; the red line is the threshold. A valley right of the line says "
                           "that a higher threshold separates particles better.")
        form.addParam("showCounts", params.LabelParam, label="Picks per micrograph",
                      help="In the order of the set; the red line is the median.")
        form.addParam("showCoordinates", params.LabelParam, label="Picks on the micrographs",
                      help="Scipion's viewer of coordinates.")

    def _getVisualizeDict(self):
        return {"showScores": self._scores, "showCounts": self._counts, "showCoordinates": self._coordinates}

    def _output(self):
        return getattr(self.protocol, "outputCoordinates", None)

    def _validate(self):
        return [] if self._output() is not None else ["There are no coordinates yet."]

    def _scores(self, paramName=None):
        output = self._output()
        plotter = EmPlotter(windowTitle="Scores")
        axes = plotter.createSubPlot("%d picks" % output.getSize(), "figure of merit", "picks")
        scores.draw_scores(axes, scores.scores_of(output), self.protocol.usedThreshold())
        return [plotter]

    def _counts(self, paramName=None):
        output = self._output()
        counts = scores.counts_of(output, output.getMicrographs())
        plotter = EmPlotter(windowTitle="Picks per micrograph")
        scores.draw_counts(plotter.createSubPlot("%d micrographs" % len(counts), "micrograph", "picks"), counts)
        return [plotter]

    def _coordinates(self, paramName=None):
        from pwem.viewers.viewer_coordinates import CoordinateView  # needs a screen

        return [CoordinateView(self.getTkRoot(), self._output(), self.protocol)]
