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

// Pixels of one image per pixel of another, along each side.
struct Scale {
    double x = 1.0, y = 1.0;
};

// From `from` to `to`, which must be images of one field. Error(mismatch) where their sides say different scales by
// more than binning cuts off at an edge (a transposed image, a crop), or the pixel sizes another scale.
Scale scale_between(const ImageSize& from, const ImageSize& to);

// The centre of pixel (0, 0) stays where it is, as in Fourier cropping and in our own resampling. Columns that are
// lengths in pixels (box_width, est_width, size, ...) follow; what a .cs file said of the old image (location/...)
// goes.
Picks scale_picks(const Picks& picks, Scale scale);

} // namespace picker
