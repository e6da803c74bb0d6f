"""What is drawn of an output set: its scores, and the number of picks of each micrograph."""
import numpy as np

from .constants import SCORE


def scores_of(coordinates):
    """Figures of merit of a SetOfCoordinates, an array; empty where the set has none."""
    if not coordinates.getSize() or not coordinates.getFirstItem().hasAttribute(SCORE):
        return np.empty(0)
    return np.array([getattr(c, SCORE).get() for c in coordinates.iterItems()], dtype=float)


def counts_of(coordinates, micrographs):
    """[(name, picks)] of all micrographs in their order, also of those without picks."""
    counts = {}
    for coordinate in coordinates.iterItems():
        counts[coordinate.getMicId()] = counts.get(coordinate.getMicId(), 0) + 1
    return [(mic.getMicName(), counts.get(mic.getObjId(), 0)) for mic in micrographs]


def draw_scores(axes, scores, threshold=None):
    """Histogram; returns the counts of its bins."""
    low = min(float(scores.min()), 0.0 if threshold is None else threshold) if len(scores) else 0.0
    counts, _, _ = axes.hist(scores, bins=40, range=(low, 1.0), color="0.45")
    if threshold is not None:
        axes.axvline(threshold, color="tab:red", linewidth=1)
    return counts


def draw_counts(axes, counts):
    """One mark for each micrograph, and the median."""
    values = np.array([count for _, count in counts])
    axes.plot(np.arange(1, len(values) + 1), values, "o", markersize=3, color="0.35")
    if len(values):
        axes.axhline(np.median(values), color="tab:red", linewidth=1)
    axes.set_ylim(bottom=0)
