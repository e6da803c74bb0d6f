// Scales between images of one field (map_picks.hpp).
#include "core/map_picks.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace picker {
namespace {

struct Length {
    std::string_view name;
    bool across, down; // along x, y, or both where it has no direction
};
constexpr std::array lengths = {Length{"box_width", true, false}, Length{"box_height", false, true},
                                Length{"est_width", true, false}, Length{"est_height", false, true},
                                Length{"size", true, true}};

// Binning leaves out less than one pixel of the coarser image at the far edge of each side.
bool sides_agree(const ImageSize& a, const ImageSize& b) {
    const double wide = static_cast<double>(a.width) / b.width, high = static_cast<double>(a.height) / b.height;
    const double coarse_width = std::min(a.width, b.width), coarse_height = std::min(a.height, b.height);
    return std::abs(wide / high - 1.0) <= 1.0 / coarse_width + 1.0 / coarse_height;
}

} // namespace

Scale scale_between(const ImageSize& from, const ImageSize& to) {
    for (const ImageSize* image : {&from, &to}) {
        if (image->width < 1 || image->height < 1) {
            fail(Status::invalid_argument, "the size of ", image->name, " is not known; give the image");
        }
    }
    if (!sides_agree(from, to)) {
        fail(Status::mismatch, from.name, " (", from.width, " x ", from.height, ") and ", to.name, " (", to.width,
             " x ", to.height,
             ") are not two images of one field: their sides say different scales; give the image that was ",
             "picked and the same field in another size");
    }
    const Scale scale = {static_cast<double>(to.width) / from.width, static_cast<double>(to.height) / from.height};
    if (from.pixel_size > 0.0 && to.pixel_size > 0.0) {
        const double by_size = std::sqrt(scale.x * scale.y), by_pixel = from.pixel_size / to.pixel_size;
        if (std::abs(by_pixel / by_size - 1.0) > 0.02) {
            fail(Status::mismatch, "by their sizes ", from.name, " and ", to.name, " differ by a factor of ", by_size,
                 ", by their pixel sizes (", from.pixel_size, " and ", to.pixel_size, " angstrom) by ", by_pixel,
                 "; correct the pixel sizes, or pair other images");
        }
    }
    return scale;
}

Picks scale_picks(const Picks& picks, Scale scale) {
    Picks out = picks;
    out.remove_columns([](std::string_view name) { return name.starts_with("location/"); });
    const auto multiply = [](std::vector<double>& values, double factor) {
        for (double& value : values) {
            value *= factor;
        }
    };
    multiply(out.x, scale.x);
    multiply(out.y, scale.y);
    for (const Length& length : lengths) {
        if (picks.column(length.name) != nullptr) {
            const double factor =
                length.across && length.down ? std::sqrt(scale.x * scale.y) : (length.across ? scale.x : scale.y);
            multiply(out.ensure_column(length.name, 0.0), factor);
        }
    }
    return out;
}

} // namespace picker
