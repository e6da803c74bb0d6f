// Small pictures of micrographs for the eye: scaled down, lightly smoothed, stretched to 8 bits; rings on picks.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <vector>

namespace picker {

// 8-bit samples, row after row; channels 1 (gray) or 3 (RGB).
struct Picture {
    int width = 0, height = 0, channels = 1;
    std::vector<unsigned char> samples;
};
using Colour = std::array<double, 3>; // red, green, blue, 0 to 255

// A gray picture whose longer side is at most `long_side` pixels; nothing is enlarged. Smoothed by about a tenth of the
// particle's diameter (pixels of the image; 0: not at all). Source pixel x lies at (x + 0.5) * width / image.width -
// 0.5.
Picture picture_of(const Image& image, int long_side, double diameter);
Picture coloured(const Picture& gray); // as RGB

// A ring of the given radius and line width, in picture pixels of an RGB picture; its edge fades over one pixel.
void draw_ring(Picture& picture, double x, double y, double radius, double line, const Colour& colour);
// Rings on picks of the image that the picture is made of; `diameter` in pixels of the image, 0: a small ring.
void ring_picks(Picture& picture, const Image& image, const Picks& picks, double diameter, double line,
                const Colour& colour);

// A baseline JPEG, through libjpeg; quality 1 to 100.
std::string encode_jpeg(const Picture& picture, int quality);

} // namespace picker
