// Faults that only pixels show (pixel_faults.hpp). Scales are medians of absolute values, which neither the faults
// themselves nor ice and carbon decide.
#include "signal/pixel_faults.hpp"

#include "core/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace picker {
namespace {

constexpr std::size_t sample_size = 65536; // pixels that a median is taken of
constexpr double hot_limit = 12.0;         // robust deviations
constexpr double stripe_limit = 8.0;       // robust deviations
constexpr double stripe_share = 0.1;       // of the pixels' deviation
constexpr double clip_share = 0.001;       // of the pixels
constexpr int stripe_reach = 7;            // lines to either side
constexpr int least_lines = 32;            // fewer give no scale

double robust_deviation(std::vector<float>& values) {
    for (float& value : values) {
        value = std::abs(value);
    }
    return deviation_per_mad * static_cast<double>(median(values));
}

// How many pixels have the least value, and how many the next, in the order of `less`.
template <typename Less> double piled_up(const Image& image, const Less& less) {
    float first = 0.0F, second = 0.0F;
    std::size_t of_first = 0, of_second = 0, count = 0;
    for (const float value : image.pixels) {
        if (!std::isfinite(value)) {
            continue;
        }
        ++count;
        if (of_first > 0 && value == first) {
            ++of_first;
        } else if (of_first == 0 || less(value, first)) {
            second = first;
            of_second = of_first;
            first = value;
            of_first = 1;
        } else if (of_second > 0 && value == second) {
            ++of_second;
        } else if (of_second == 0 || less(value, second)) {
            second = value;
            of_second = 1;
        }
    }
    const double share = count > 0 ? static_cast<double>(of_first) / static_cast<double>(count) : 0.0;
    return share > clip_share && of_first > 2 * of_second && of_first < count ? share : 0.0;
}

// Every n-th pixel, n odd, so that the sample runs through all columns of an even width.
std::size_t sampling_step(std::size_t pixels) {
    return std::max<std::size_t>(1, pixels / sample_size) | 1U;
}

struct Scale {
    float median = 0.0F;
    double deviation = 0.0;
};

Scale scale_of(const Image& image, double fallback) {
    std::vector<float> sample;
    for (std::size_t i = 0; i < image.size(); i += sampling_step(image.size())) {
        if (std::isfinite(image.pixels[i])) {
            sample.push_back(image.pixels[i]);
        }
    }
    Scale scale;
    scale.median = median(sample);
    for (float& value : sample) {
        value -= scale.median;
    }
    scale.deviation = robust_deviation(sample);
    scale.deviation = scale.deviation > 0.0 ? scale.deviation : fallback; // more than half have one value
    return scale;
}

// Not a number where a pixel nearby is none.
float above_neighbours(const Image& image, int x, int y) {
    float sum = 0.0F;
    for (int dy = -1; dy <= 1; ++dy) {
        const float* row = image.pixels.data() + image.index(x - 1, y + dy);
        sum += row[0] + row[1] + row[2];
    }
    const float own = image.at(x, y);
    return own - (sum - own) / 8.0F;
}

std::size_t hot_pixels(const Image& image, const Scale& scale) {
    if (image.width < 3 || image.height < 3) {
        return 0;
    }
    std::vector<float> sample;
    const std::size_t inner_width = static_cast<std::size_t>(image.width) - 2;
    const std::size_t inner = inner_width * (static_cast<std::size_t>(image.height) - 2);
    for (std::size_t i = 0; i < inner; i += sampling_step(inner)) {
        const float value =
            above_neighbours(image, 1 + static_cast<int>(i % inner_width), 1 + static_cast<int>(i / inner_width));
        if (std::isfinite(value)) {
            sample.push_back(value);
        }
    }
    const double local = robust_deviation(sample);
    const double least = static_cast<double>(scale.median) + hot_limit * scale.deviation;
    std::size_t hot = 0;
    for (int y = 1; y + 1 < image.height; ++y) {
        for (int x = 1; x + 1 < image.width; ++x) {
            const auto value = static_cast<double>(image.at(x, y));
            // Few pixels are that bright, so only few need their neighbours.
            if (value > least && std::isfinite(value) &&
                static_cast<double>(above_neighbours(image, x, y)) > hot_limit * local) {
                ++hot;
            }
        }
    }
    return hot;
}

struct LineMeans {
    std::vector<float> columns, rows;
};

// Of pixels within 5 deviations, so that a hot pixel or a piece of ice is no stripe.
LineMeans line_means(const Image& image, const Scale& scale) {
    const float low = scale.median - static_cast<float>(5.0 * scale.deviation);
    const float high = scale.median + static_cast<float>(5.0 * scale.deviation);
    std::vector<double> columns(static_cast<std::size_t>(image.width));
    LineMeans out;
    for (int y = 0; y < image.height; ++y) {
        const auto row = image.row(y);
        double sum = 0.0;
        for (std::size_t x = 0; x < row.size(); ++x) {
            const float finite = std::isfinite(row[x]) ? row[x] : scale.median;
            const auto value = static_cast<double>(std::clamp(finite, low, high));
            sum += value;
            columns[x] += value;
        }
        out.rows.push_back(static_cast<float>(sum / image.width));
    }
    for (const double sum : columns) {
        out.columns.push_back(static_cast<float>(sum / image.height));
    }
    return out;
}

struct Stripes {
    int count = 0, first = -1;
};

Stripes stripes(const std::vector<float>& means, double deviation) {
    const int lines = static_cast<int>(means.size());
    Stripes out;
    if (lines < least_lines) {
        return out;
    }
    std::vector<float> residuals;
    for (int i = 0; i < lines; ++i) {
        std::vector<float> around(means.begin() + std::max(0, i - stripe_reach),
                                  means.begin() + std::min(lines, i + stripe_reach + 1));
        residuals.push_back(means[static_cast<std::size_t>(i)] - median(around));
    }
    std::vector<float> copy = residuals;
    const double least = std::max(stripe_limit * robust_deviation(copy), stripe_share * deviation);
    for (int i = stripe_reach; i < lines - stripe_reach; ++i) {
        if (static_cast<double>(std::abs(residuals[static_cast<std::size_t>(i)])) > least) {
            out.first = out.count == 0 ? i : out.first;
            ++out.count;
        }
    }
    return out;
}

} // namespace

PixelFaults pixel_faults(const Image& image) {
    PixelFaults out;
    out.statistics = statistics(image);
    if (out.statistics.nonfinite == image.size() || !(out.statistics.deviation > 0.0)) {
        return out; // nothing to measure on
    }
    out.clipped_low = piled_up(image, std::less<>());
    out.clipped_high = piled_up(image, std::greater<>());
    const Scale scale = scale_of(image, out.statistics.deviation);
    out.hot = hot_pixels(image, scale);
    const LineMeans means = line_means(image, scale);
    const Stripes columns = stripes(means.columns, scale.deviation), rows = stripes(means.rows, scale.deviation);
    out.stripe_columns = columns.count;
    out.first_column = columns.first;
    out.stripe_rows = rows.count;
    out.first_row = rows.first;
    return out;
}

} // namespace picker
