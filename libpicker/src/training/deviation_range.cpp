// The range of window deviations of known particles (deviation_range.hpp).
#include "training/deviation_range.hpp"

#include "core/quantile.hpp"
#include "picking/window_measures.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

constexpr double tail = 0.01;   // of the particles, on each side
constexpr double margin = 0.25; // of a tail's distance from the median

} // namespace

DeviationRange robust_range(std::vector<double> values) {
    if (values.empty()) {
        return {};
    }
    std::sort(values.begin(), values.end());
    const double low = quantile(values, tail), middle = quantile(values, 0.5), high = quantile(values, 1.0 - tail);
    return {std::max(0.0, low - margin * (middle - low)), high + margin * (high - middle)};
}

std::vector<double> window_deviations(const Image& micrograph, const Picks& positives, double window) {
    std::vector<double> values;
    if (positives.empty()) {
        return values;
    }
    const int edge = std::max(1, static_cast<int>(std::lround(window)));
    const WindowDeviations deviations(micrograph, edge);
    const double median = deviations.median();
    const auto is_inside = [edge](double centre, int size) {
        return centre - edge / 2.0 >= -0.5 && centre + edge / 2.0 <= size - 0.5;
    };
    for (std::size_t i = 0; median > 0.0 && i < positives.size(); ++i) {
        const double x = positives.x[i], y = positives.y[i];
        if (is_inside(x, micrograph.width) && is_inside(y, micrograph.height)) {
            values.push_back(deviations.at(x, y) / median);
        }
    }
    return values;
}

} // namespace picker
