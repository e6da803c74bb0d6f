// Bright round blobs in an image by the algorithm of Crocker and Grier (1996), as the Python package trackpy runs it.
#pragma once

#include "core/image.hpp"

#include <vector>

namespace picker {

struct BlobOptions {
    int diameter = 0;      // pixels of the image; odd, 3 or more, and no more than the image's shorter edge
    double mass_min = 0.0; // blobs with this mass or less are dropped; in the image's own units
};

struct Blob {
    double x = 0.0, y = 0.0;   // centre of mass, 0-based pixels, x = column
    double mass = 0.0;         // sum of the filtered image over a disc of the diameter, the image's own units
    double size = 0.0;         // radius of gyration of that disc about its middle pixel, pixels
    double eccentricity = 0.0; // 0: round; but the middle pixel counts as lying along x, as trackpy has it
    double signal = 0.0;       // highest pixel of the filtered image in the disc, the image's own units
};

// What trackpy 0.7 gives for `locate(image, diameter, minmass=mass_min)` and an image of 32-bit floats, its other
// settings at their defaults:
//  1. A Gaussian of sigma 1 pixel (zeros around the image) minus a running mean over diameter x diameter pixels (edge
//     pixels repeated around it). What stays below 1/255 becomes 0, which suits images on a scale of about 0 to 1.
//  2. The rest as whole numbers, with the maximum at 255, rounded down. All further steps see these.
//  3. Starting points: pixels with nothing brighter in a square around them whose edge is sqrt(2) (diameter + 1),
//     brighter than 64 % of the pixels that are not 0, and half a diameter away from the image's edges. A plateau
//     gives several.
//  4. Each moves by whole pixels towards the centre of mass of the disc around it until that is within 0.6 pixel along
//     both axes, or for ten rounds.
//  5. Of any two that are closer than diameter + 1 the one with less mass is dropped (of equals, the one with the
//     smaller x + y), also where its neighbour falls to a third.
// They come in the order of their starting points, row by row.
//
// Differences: the mass of the unfiltered image and the estimated error of a position are not given; pixels that are
// not finite are refused. Sums of floats may differ in their last bit, so that a pixel in step 2 may, very rarely, lie
// one unit of 255 higher or lower.
//
// Error(invalid_argument) for a diameter that does not fit, and for pixels that are not finite.
std::vector<Blob> locate_blobs(const Image& image, const BlobOptions& options);

} // namespace picker
