"""Between libpicker's picks and Scipion's coordinates.

Both count the particle's centre from 0, x along the columns and y along the rows as stored, in pixels of the micrograph.
Scipion's are whole numbers, so picks are rounded to the nearest pixel (not cut, which would shift them by half of one) and
kept inside the image, since RELION's Extract stops at a coordinate outside.

The exception is TIFF. libpicker reads it from the last row on, as RELION does; pwem, its viewer and Xmipp read it from the first
one. y is turned here, in both directions, so that within Scipion picks lie on their particles."""
import math
import os

import numpy as np
import pyworkflow.object as pwobj
from pwem.constants import NO_INDEX
from pwem.objects import Coordinate

from .constants import CLASS, PSI, SCORE
from .library import libpicker


def nearest(value, size):
    """The pixel of a position, 0 to size - 1."""
    return min(max(math.floor(value + 0.5), 0), size - 1)


def box_size(diameter, pixel_size):
    """Edge of a particle's box in pixels: 1.5 diameters, even; the rule of `picker pick`."""
    return 2 * math.ceil(0.75 * diameter / pixel_size)


def is_tiff(path):
    return os.path.splitext(path)[1].lower() in (".tif", ".tiff")


def frame_of(image):
    """What converting a pick needs to know of a libpicker.Micrograph or MicrographInfo."""
    info = getattr(image, "info", image)
    return {"width": info.width, "height": info.height, "turned": info.format.lower() == "tiff"}


def turn(y, frame):
    """The row in the other program's frame; the same back and forth."""
    return frame["height"] - 1 - y if frame["turned"] else y


def image_path(micrograph):
    """The file of a micrograph; images inside of stacks are refused."""
    index, path = micrograph.getLocation()
    if index not in (NO_INDEX, None):
        raise ValueError("micrograph %s is image %d of the stack %s; libpicker reads one image from a file. "
                         "Write the stack as single files first." % (micrograph.getObjId(), index, path))
    return path


def new_coordinate():
    """A coordinate with the attributes of a score, which all items of a set must have."""
    coordinate = Coordinate()
    setattr(coordinate, SCORE, pwobj.Float())
    setattr(coordinate, CLASS, pwobj.Integer())
    setattr(coordinate, PSI, pwobj.Float())
    return coordinate


def append(picks, micrograph, frame, output):
    """Appends the picks of a micrograph to a SetOfCoordinates."""
    coordinate = new_coordinate()
    classes = picks["class"] if "class" in picks else np.zeros(len(picks))
    angles = picks["psi"] if "psi" in picks else np.zeros(len(picks))
    for x, y, score, number, psi in zip(picks.x, picks.y, picks.score, classes, angles):
        coordinate.setObjId(None)
        coordinate.setMicrograph(micrograph)
        coordinate.setPosition(nearest(x, frame["width"]), nearest(turn(y, frame), frame["height"]))
        getattr(coordinate, SCORE).set(float(score))
        getattr(coordinate, CLASS).set(int(number))
        getattr(coordinate, PSI).set(float(psi))
        output.append(coordinate)


def picks_by_micrograph(coordinates):
    """{id of a micrograph: list of (x, y)} of a SetOfCoordinates."""
    found = {}
    for coordinate in coordinates.iterItems():
        found.setdefault(coordinate.getMicId(), []).append(coordinate.getPosition())
    return found


def pair(coordinates, micrographs=None):
    """[(micrograph, picks)] of the micrographs that have coordinates.

    micrographs: another SetOfMicrographs of the same images (filtered, binned), matched by name; the coordinates are scaled by
    the ratio of the sampling rates. ValueError where names do not match."""
    own = coordinates.getMicrographs()
    points = picks_by_micrograph(coordinates)
    if micrographs is None or micrographs.getFileName() == own.getFileName():
        used, scale = {mic.getObjId(): mic.clone() for mic in own if mic.getObjId() in points}, 1.0
        chosen = [(used[key], points[key]) for key in points if key in used]
    else:
        names = {}
        for mic in micrographs:
            if names.setdefault(mic.getMicName(), mic.clone()).getObjId() != mic.getObjId():
                raise ValueError("two of the input micrographs are called %s: their coordinates cannot be told apart"
                                 % mic.getMicName())
        scale = own.getSamplingRate() / micrographs.getSamplingRate()
        wanted = {mic.getObjId(): mic.getMicName() for mic in own}
        chosen = [(names[wanted[key]], points[key]) for key in points if wanted.get(key) in names]
        if not chosen:
            raise ValueError("none of the input micrographs has the name of one with coordinates (such as %s)"
                             % next(iter(wanted.values()), "none"))
    return [(mic, picks_of(mic, np.asarray(found, dtype=float) * scale)) for mic, found in chosen]


def picks_of(micrograph, points):
    """libpicker.Picks of Scipion's coordinates (n, 2). ValueError where they do not lie on the image."""
    path = image_path(micrograph)
    frame = frame_of(libpicker().Micrograph.inspect(path))
    x, y = points.T
    outside = int(((x < 0) | (y < 0) | (x > frame["width"]) | (y > frame["height"])).sum())
    if outside:
        raise ValueError("%d of %d coordinates of %s lie outside of its %d x %d pixels: they were made for other micrographs, "
                         "or the sampling rates are wrong" % (outside, len(points), path, frame["width"], frame["height"]))
    return libpicker().Picks.from_arrays(x, turn(y, frame))
