// Dust (dust.hpp).
#include "signal/dust.hpp"

#include "core/areas.hpp"
#include "core/quantile.hpp"
#include "signal/filter.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace picker {
namespace {

constexpr double fine = 2.0, coarse = 8.0; // pixels, of the two low-passes
constexpr int rim = 3;                     // pixels
constexpr double normal_median = 0.6745;   // median deviation of a normal distribution of deviation 1
constexpr double least_rest = 0.1;         // share of the pixels

// Deviations from 0 of what stands out.
Image standing_out(const Image& image) {
    Image difference = image, broad = image;
    gaussian_lowpass(difference, fine);
    gaussian_lowpass(broad, coarse);
    std::transform(difference.pixels.begin(), difference.pixels.end(), broad.pixels.begin(), difference.pixels.begin(),
                   [](float a, float b) { return std::abs(a - b); });
    const double unit = median(difference.pixels) / normal_median;
    const auto factor = static_cast<float>(unit > 0.0 ? 1.0 / unit : 0.0); // an even image has no dust
    for (float& value : difference.pixels) {
        value *= factor;
    }
    return difference;
}

} // namespace

std::vector<std::uint8_t> find_dust(const Image& image, double deviations, double least_area) {
    std::vector<std::uint8_t> dust(image.size(), 0);
    const Areas areas = connected_areas(standing_out(image), static_cast<float>(deviations));
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const std::int32_t label = areas.labels[image.index(x, y)];
            if (label == 0 || static_cast<double>(areas.sizes[static_cast<std::size_t>(label - 1)]) <= least_area) {
                continue;
            }
            for (int qy = std::max(0, y - rim); qy <= std::min(image.height - 1, y + rim); ++qy) {
                for (int qx = std::max(0, x - rim); qx <= std::min(image.width - 1, x + rim); ++qx) {
                    const bool near = (qx - x) * (qx - x) + (qy - y) * (qy - y) <= rim * rim;
                    dust[image.index(qx, qy)] |= near ? 1 : 0;
                }
            }
        }
    }
    return dust;
}

void standardise_without(Image& image, const std::vector<std::uint8_t>& taken_out) {
    const auto left = static_cast<double>(std::count(taken_out.begin(), taken_out.end(), std::uint8_t{0}));
    const bool all = left < least_rest * static_cast<double>(image.size());
    const auto counts = [&](std::size_t i) { return all || taken_out[i] == 0; };
    const double count = all ? static_cast<double>(image.size()) : left;
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < image.size(); ++i) {
        sum += counts(i) ? image.pixels[i] : 0.0F;
    }
    const double mean = sum / count;
    for (std::size_t i = 0; i < image.size(); ++i) {
        const double off = image.pixels[i] - mean;
        squares += counts(i) ? off * off : 0.0;
    }
    const double deviation = std::sqrt(squares / count);
    for (std::size_t i = 0; i < image.size(); ++i) {
        const double value = counts(i) && deviation > 0.0 ? (image.pixels[i] - mean) / deviation : 0.0;
        image.pixels[i] = static_cast<float>(value);
    }
}

} // namespace picker
