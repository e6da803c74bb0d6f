// Picks of one image of a micrograph, in the pixels of another: binned or denoised to full size, or back.
#pragma once

#include "core/picks.hpp"

#include <string>

namespace picker {

struct ImageSize {
    int width = 0, height = 0; // pixels
    double pixel_size = 0.0;   // angstrom; 0 where unknown
    std::string name;          // for messages
};

// How the smaller of two images was made. Cropping the Fourier transform (also our own resampling) leaves the centre of
// pixel (0, 0) in its place. A mean over blocks of b x b pixels has its pixel (0, 0) in the middle of the first block,
// (b - 1) / 2 pixels of the larger image away, and drops what does not fill a block.
enum class Binning { fourier, blocks };

// A position x is at scale.x * x + shift.x of the other image, along each side.
struct Mapping {
    struct Side {
        double x = 1.0, y = 1.0;
    };
    Side scale;           // pixels of the other image per pixel
    Side shift{0.0, 0.0}; // pixels of the other image
};

// From `from` to `to`, which must be images of one field. Error(mismatch) where their sides say different scales by
// more than binning cuts off at an edge (a transposed image, a crop), or the pixel sizes another scale; with
// Binning::blocks also where no whole number of pixels makes one of the other.
Mapping mapping_between(const ImageSize& from, const ImageSize& to, Binning binning = Binning::fourier);

// Columns that are lengths in pixels (box_width, est_width, size, ...) follow; what a .cs file said of the old image
// (location/...) goes.
Picks map_picks(const Picks& picks, const Mapping& mapping);

} // namespace picker
