// Impossible diameters (diameter_check.hpp).
#include "signal/diameter_check.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace picker {
namespace {

constexpr double least = 4.0; // pixels: nothing of a particle is left below

// At most three digits after the point: 0.72, 5.36, 180.
std::string short_number(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, value < 100.0 ? "%.3g" : "%.0f", value);
    for (char& c : buffer) {
        c = c == ',' ? '.' : c; // whatever the locale
    }
    return buffer;
}

} // namespace

void check_diameter(const std::string& name, int width, int height, double pixel_size, double diameter) {
    const bool too_small = diameter < least;
    if (!too_small && diameter <= std::min(width, height)) {
        return;
    }
    const std::string size = text(name, ", ", width, " x ", height, " pixels");
    const std::string from = pixel_size > 0.0
                                 ? text(": ", short_number(diameter * pixel_size), " A of diameter at a pixel size of ",
                                        short_number(pixel_size), " A are ", short_number(diameter), " pixels")
                                 : text(": ", short_number(diameter), " pixels of diameter");
    fail(Status::invalid_argument, size, from,
         too_small ? text(", and a particle needs at least ", least)
                   : std::string(", more than the image has along an edge"),
         "; check the diameter, which is the particle's longest axis in angstrom, and the pixel size, which "
         "--pixel-size or "
         "pixel_size gives where a header is wrong");
}

} // namespace picker
