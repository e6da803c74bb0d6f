// Positions in another image of the field (map_picks.hpp).
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

// The larger image was cut into blocks of `edge` pixels a side, of which only whole ones count.
Mapping block_mapping(const ImageSize& from, const ImageSize& to) {
    const bool enlarges = to.width > from.width;
    const ImageSize &large = enlarges ? to : from, &small = enlarges ? from : to;
    const int edge = large.width / small.width;
    if (large.width / edge != small.width || large.height / edge != small.height) {
        fail(Status::mismatch, small.name, " (", small.width, " x ", small.height, ") is not ", large.name, " (",
             large.width, " x ", large.height,
             ") averaged over blocks of whole pixels; map it as an image that was binned otherwise (fourier)");
    }
    const double b = edge, half = (b - 1.0) / 2.0;
    Mapping mapping;
    mapping.scale = enlarges ? Mapping::Side{b, b} : Mapping::Side{1.0 / b, 1.0 / b};
    mapping.shift = enlarges ? Mapping::Side{half, half} : Mapping::Side{-half / b, -half / b};
    return mapping;
}

} // namespace

Mapping mapping_between(const ImageSize& from, const ImageSize& to, Binning binning) {
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
    Mapping mapping;
    if (binning == Binning::blocks) {
        mapping = block_mapping(from, to);
    } else {
        mapping.scale = {static_cast<double>(to.width) / from.width, static_cast<double>(to.height) / from.height};
    }
    if (from.pixel_size > 0.0 && to.pixel_size > 0.0) {
        const double by_size = std::sqrt(mapping.scale.x * mapping.scale.y), by_pixel = from.pixel_size / to.pixel_size;
        if (std::abs(by_pixel / by_size - 1.0) > 0.02) {
            fail(Status::mismatch, "by their sizes ", from.name, " and ", to.name, " differ by a factor of ", by_size,
                 ", by their pixel sizes (", from.pixel_size, " and ", to.pixel_size, " angstrom) by ", by_pixel,
                 "; correct the pixel sizes, or pair other images");
        }
    }
    return mapping;
}

Picks map_picks(const Picks& picks, const Mapping& mapping) {
    Picks out = picks;
    out.remove_columns([](std::string_view name) { return name.starts_with("location/"); });
    const auto apply = [](std::vector<double>& values, double factor, double shift) {
        for (double& value : values) {
            value = value * factor + shift;
        }
    };
    const Mapping::Side scale = mapping.scale;
    apply(out.x, scale.x, mapping.shift.x);
    apply(out.y, scale.y, mapping.shift.y);
    for (const Length& length : lengths) {
        if (picks.column(length.name) != nullptr) {
            const double factor =
                length.across && length.down ? std::sqrt(scale.x * scale.y) : (length.across ? scale.x : scale.y);
            apply(out.ensure_column(length.name, 0.0), factor, 0.0);
        }
    }
    return out;
}

} // namespace picker
