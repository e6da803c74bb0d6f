// Blobs as picks (blob_picks.hpp).
#include "picking/blob_picks.hpp"

#include "core/error.hpp"
#include "picking/blobs.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

// 1 where all is 0.
double enhancement(const Image& map) {
    double sum = 0.0, squares = 0.0, count = 0.0;
    for (const float value : map.pixels) {
        if (value > 0.0F) {
            sum += value;
            squares += static_cast<double>(value) * value;
            count += 1.0;
        }
    }
    if (count == 0.0) {
        return 1.0;
    }
    const double mean = sum / count;
    return mean + 3.0 * std::sqrt(std::max(0.0, squares / count - mean * mean));
}

// Pixel centres at (i + 0.5) / 2 - 0.5 of the map; edge pixels are repeated beyond it.
Image twice(const Image& map, float divisor) {
    Image out(2 * map.width, 2 * map.height);
    for (int y = 0; y < out.height; ++y) {
        const int y0 = std::max(0, (y - 1) / 2), y1 = std::min(map.height - 1, (y + 1) / 2);
        const float fy = y % 2 == 0 ? 0.75F : 0.25F; // of the lower row
        for (int x = 0; x < out.width; ++x) {
            const int x0 = std::max(0, (x - 1) / 2), x1 = std::min(map.width - 1, (x + 1) / 2);
            const float fx = x % 2 == 0 ? 0.75F : 0.25F;
            const float above = map.at(x0, y0) * (1.0F - fx) + map.at(x1, y0) * fx;
            const float below = map.at(x0, y1) * (1.0F - fx) + map.at(x1, y1) * fx;
            out.at(x, y) = (above * (1.0F - fy) + below * fy) / divisor;
        }
    }
    return out;
}

// Mass of a disc of 1s.
double full_mass(const BlobOptions& options) {
    const int size = 4 * options.diameter + 1;
    const double middle = size / 2, radius = options.diameter / 2.0;
    Image image(size, size);
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            const double inside = std::clamp(radius - std::hypot(x - middle, y - middle) + 0.5, 0.0, 1.0);
            image.at(x, y) = static_cast<float>(inside);
        }
    }
    double mass = 0.0;
    for (const Blob& blob : locate_blobs(image, options)) {
        mass = std::max(mass, blob.mass);
    }
    return mass;
}

} // namespace

Picks find_blob_picks(const ScoreMap& map, const BlobRules& rules) {
    const double step = std::sqrt(map.step_x * map.step_y);
    const double diameter = 2.0 * std::floor(rules.aperture / step) + 1.0;
    const int shorter = 2 * std::min(map.scores.width, map.scores.height);
    if (!(diameter >= 3.0) || diameter > shorter) {
        fail(Status::invalid_argument, "the aperture is ", rules.aperture, " pixels of the micrograph; give ", step,
             " (one pixel of the map) or more, and less than ", step * shorter / 2.0, " (the map's shorter edge)");
    }
    const auto divisor = static_cast<float>(rules.enhance ? enhancement(map.scores) : 1.0);
    BlobOptions options;
    options.diameter = static_cast<int>(diameter);
    const std::vector<Blob> blobs = locate_blobs(twice(map.scores, divisor), options);
    const double full = full_mass(options);
    Picks picks;
    for (const Blob& blob : blobs) {
        picks.add(map.origin_x + ((blob.x + 0.5) / 2.0 - 0.5) * map.step_x,
                  map.origin_y + ((blob.y + 0.5) / 2.0 - 0.5) * map.step_y, std::min(1.0, blob.mass / full));
    }
    // One column after the other: each may move the ones before.
    const auto fill = [&](const char* name, auto value) {
        std::transform(blobs.begin(), blobs.end(), picks.ensure_column(name, 0.0).begin(), value);
    };
    fill("mass", [](const Blob& blob) { return blob.mass; });
    fill("size", [&](const Blob& blob) { return blob.size / 2.0 * step; });
    fill("eccentricity", [](const Blob& blob) { return blob.eccentricity; });
    picks.sort_by_score();
    return picks;
}

} // namespace picker
