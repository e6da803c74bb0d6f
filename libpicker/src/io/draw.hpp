// A picture of a micrograph, lightly smoothed, with circles on its picks (and, thinner, on reference picks), as PNG.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"

#include <filesystem>

namespace picker {

struct DrawOptions {
    double diameter = 0.0; // pixels of the full-size micrograph
    int long_side = 1024;  // of the picture, pixels
};

// Picks in green, reference picks (may be null) in orange. 8-bit RGB.
void draw_picks(const std::filesystem::path& path, const Micrograph& micrograph, const Picks& picks,
                const Picks* reference, const DrawOptions& options);

} // namespace picker
