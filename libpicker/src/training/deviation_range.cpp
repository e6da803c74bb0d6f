// The range of window deviations of known particles (deviation_range.hpp).
#include "training/deviation_range.hpp"

#include "picking/window_measures.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

constexpr double tail = 0.01;   // of the particles, on each side
constexpr double margin = 0.25; // of a tail's distance from the median

double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::vector<double> measure(const Dataset& dataset, std::size_t index, const ModelSpec& spec) {
    const DatasetItem& item = dataset.items[index];
    std::vector<double> values;
    if (item.positives.empty()) {
        return values;
    }
    const Micrograph micrograph = dataset.load(index);
    const Image& image = micrograph.image;
    const int edge =
        std::max(1, static_cast<int>(std::lround(window_length(spec, item.diameter, 1.0) / micrograph.pixel_size)));
    const WindowDeviations deviations(image, edge);
    const double median = deviations.median();
    const auto is_inside = [edge](double centre, int size) {
        return centre - edge / 2.0 >= -0.5 && centre + edge / 2.0 <= size - 0.5;
    };
    for (std::size_t i = 0; median > 0.0 && i < item.positives.size(); ++i) {
        const double x = item.positives.x[i], y = item.positives.y[i];
        if (is_inside(x, image.width) && is_inside(y, image.height)) {
            values.push_back(deviations.at(x, y) / median);
        }
    }
    return values;
}

} // namespace

DeviationRange robust_range(std::vector<double> values) {
    if (values.empty()) {
        return {};
    }
    std::sort(values.begin(), values.end());
    const double low = quantile(values, tail), middle = quantile(values, 0.5), high = quantile(values, 1.0 - tail);
    return {std::max(0.0, low - margin * (middle - low)), high + margin * (high - middle)};
}

DeviationRange deviation_range(const Dataset& dataset, const ModelSpec& spec, WorkerPool& pool,
                               const Control& control) {
    std::vector<std::vector<double>> of_item(dataset.items.size());
    const Meter meter(control, "sample", static_cast<std::int64_t>(dataset.items.size()));
    pool.run(
        dataset.items.size(), [&](std::size_t i) { of_item[i] = measure(dataset, i, spec); }, [&] { meter.at(0); });
    std::vector<double> all;
    for (const std::vector<double>& values : of_item) {
        all.insert(all.end(), values.begin(), values.end());
    }
    return robust_range(std::move(all));
}

} // namespace picker
