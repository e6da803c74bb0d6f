// Band-pass, whole numbers and running maxima for finding blobs (blob_levels.hpp).
#include "picking/blob_levels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace picker {
namespace {

constexpr int gaussian_reach = 4;           // pixels: four sigma
constexpr double black_below = 1.0 / 255.0; // the image's units
constexpr double brighter_than = 0.64;      // of the pixels that are not 0

// The two filters go down the columns first and along the rows second, and the running mean is stored as float between
// the two: rounding down to whole numbers makes differences of one bit visible, so the order is trackpy's.
std::vector<double> gaussian(const Image& image) {
    std::array<double, gaussian_reach + 1> weight{}; // by distance
    double sum = 0.0;
    for (int d = -gaussian_reach; d <= gaussian_reach; ++d) {
        weight[static_cast<std::size_t>(std::abs(d))] = std::exp(-0.5 * d * d);
        sum += weight[static_cast<std::size_t>(std::abs(d))];
    }
    for (double& w : weight) {
        w /= sum;
    }
    const std::size_t width = static_cast<std::size_t>(image.width);
    const std::vector<float> zeros(width, 0.0F);
    const auto row = [&](int y) { return y < 0 || y >= image.height ? zeros.data() : image.row(y).data(); };
    std::vector<double> out(image.size());
    std::vector<double> line(width + 2 * gaussian_reach, 0.0);
    for (int y = 0; y < image.height; ++y) {
        double* const down = line.data() + gaussian_reach;
        for (std::size_t x = 0; x < width; ++x) {
            down[x] = weight[0] * static_cast<double>(row(y)[x]);
        }
        for (int d = gaussian_reach; d > 0; --d) {
            const float* const above = row(y - d);
            const float* const below = row(y + d);
            for (std::size_t x = 0; x < width; ++x) {
                down[x] += weight[static_cast<std::size_t>(d)] *
                           (static_cast<double>(above[x]) + static_cast<double>(below[x]));
            }
        }
        double* const to = out.data() + image.index(0, y);
        for (std::size_t x = 0; x < width; ++x) {
            const double* const at = down + x;
            double value = weight[0] * at[0];
            for (int d = gaussian_reach; d > 0; --d) {
                value += weight[static_cast<std::size_t>(d)] * (at[-d] + at[d]);
            }
            to[x] = value;
        }
    }
    return out;
}

Image running_mean(const Image& image, int window) {
    const int radius = window / 2;
    const auto inside = [](int i, int length) { return std::clamp(i, 0, length - 1); };
    Image down(image.width, image.height);
    std::vector<double> sums(static_cast<std::size_t>(image.width), 0.0);
    for (int d = -radius; d <= radius; ++d) {
        const auto row = image.row(inside(d, image.height));
        for (std::size_t x = 0; x < sums.size(); ++x) {
            sums[x] += static_cast<double>(row[x]);
        }
    }
    for (int y = 0; y < image.height; ++y) {
        const auto to = down.row(y);
        const auto leaves = image.row(inside(y - radius, image.height));
        const auto enters = image.row(inside(y + radius + 1, image.height));
        for (std::size_t x = 0; x < sums.size(); ++x) {
            to[x] = static_cast<float>(sums[x] / window);
            sums[x] += static_cast<double>(enters[x]) - static_cast<double>(leaves[x]);
        }
    }
    Image out(image.width, image.height);
    std::vector<double> line(sums.size() + 2 * static_cast<std::size_t>(radius) + 1);
    for (int y = 0; y < image.height; ++y) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            line[i] = static_cast<double>(down.at(inside(static_cast<int>(i) - radius, image.width), y));
        }
        const auto to = out.row(y);
        double sum = std::accumulate(line.begin(), line.begin() + window, 0.0);
        for (std::size_t x = 0; x < to.size(); ++x) {
            to[x] = static_cast<float>(sum / window);
            sum += line[x + static_cast<std::size_t>(window)] - line[x];
        }
    }
    return out;
}

// Maxima over 1, 2, 4, ... values to the right are made of each other, and two of the last kind cover a window: a few
// passes that the compiler turns into vectors. Values that follow each other lie `unit` apart.
void forward(std::uint8_t* values, std::size_t length, std::size_t unit, std::size_t window) {
    const auto join = [&](std::size_t distance) {
        for (std::size_t i = 0; i + distance * unit < length; ++i) {
            values[i] = std::max(values[i], values[i + distance * unit]);
        }
    };
    std::size_t covered = 1;
    for (; 2 * covered <= window; covered *= 2) {
        join(covered);
    }
    join(window - covered);
}

} // namespace

Levels levels_of(const Image& image, int window) {
    std::vector<double> filtered = gaussian(image);
    const Image background = running_mean(image, window);
    double maximum = 0.0;
    for (std::size_t i = 0; i < filtered.size(); ++i) {
        const double value = filtered[i] - static_cast<double>(background.pixels[i]);
        filtered[i] = value >= black_below ? value : 0.0;
        maximum = std::max(maximum, filtered[i]);
    }
    Levels out{image.width, image.height, std::vector<std::uint8_t>(image.size(), 0), 1.0};
    if (maximum > 0.0) {
        out.scale = 255.0 / maximum;
        std::transform(filtered.begin(), filtered.end(), out.values.begin(),
                       [&](double value) { return static_cast<std::uint8_t>(out.scale * value); });
    }
    return out;
}

double bright_level(const Levels& levels) {
    std::array<std::size_t, 256> counts{};
    for (const std::uint8_t value : levels.values) {
        ++counts[value];
    }
    const std::size_t total = levels.values.size() - counts[0];
    const auto nth = [&](std::size_t rank) {
        std::size_t level = 1;
        for (std::size_t below = counts[1]; below <= rank && level < 255; below += counts[level]) {
            ++level;
        }
        return static_cast<double>(level);
    };
    if (total == 0) {
        return 255.0;
    }
    const double rank = static_cast<double>(total - 1) * brighter_than;
    const std::size_t lower = static_cast<std::size_t>(rank);
    const double part = rank - static_cast<double>(lower);
    const double low = nth(lower);
    const double high = nth(std::min(lower + 1, total - 1));
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1.0 - part);
}

Dilation::Dilation(const Levels& levels, int window) {
    const std::size_t before = static_cast<std::size_t>((window - 1) / 2);
    stride_ = static_cast<std::size_t>(levels.width) + before;
    values_.assign(stride_ * (static_cast<std::size_t>(levels.height) + before), 0);
    for (int y = 0; y < levels.height; ++y) {
        std::copy_n(levels.row(y), levels.width,
                    values_.data() + (static_cast<std::size_t>(y) + before) * stride_ + before);
    }
    for (std::size_t start = 0; start < values_.size(); start += stride_) {
        forward(values_.data() + start, stride_, 1, static_cast<std::size_t>(window));
    }
    forward(values_.data(), values_.size(), stride_, static_cast<std::size_t>(window));
}

} // namespace picker
