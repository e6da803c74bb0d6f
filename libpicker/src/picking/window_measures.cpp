// Deviations and extreme pixels of raw windows (window_measures.hpp).
#include "picking/window_measures.hpp"

#include "signal/filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace picker {
namespace {

constexpr double extreme_deviations = 3.0; // [P] 4.5
constexpr double reject_deviations = 3.0;  // [P] 2.1
constexpr int wiener_size = 9;             // lua, in pixels of the binned micrograph
constexpr std::size_t lanes = 8;           // independent sums: the order is fixed, the compiler may use vectors

constexpr int block = 16; // pixels along x; wider ones take less memory and more time

WindowSums sums_of(const float* pixels, std::size_t count, double offset) {
    std::array<double, lanes> sum{}, squares{};
    const std::size_t whole = count / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const double value = static_cast<double>(pixels[i + lane]) - offset;
            sum[lane] += value;
            squares[lane] += value * value;
        }
    }
    for (std::size_t i = whole; i < count; ++i) {
        const double value = static_cast<double>(pixels[i]) - offset;
        sum[0] += value;
        squares[0] += value * value;
    }
    WindowSums out;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        out.sum += sum[lane];
        out.squares += squares[lane];
    }
    return out;
}

// Where windows begin that tile `size` pixels and overlap by about a half.
std::vector<int> tiling(int edge, int size) {
    const int count = std::max(1, 2 * size / edge - 1);
    std::vector<int> starts;
    for (int i = 0; i < count; ++i) {
        starts.push_back(count == 1 ? (size - edge) / 2
                                    : static_cast<int>(static_cast<std::int64_t>(size - edge) * i / (count - 1)));
    }
    return starts;
}

} // namespace

const char* name_of(ExtremeRule rule) {
    return rule == ExtremeRule::paper ? "paper" : rule == ExtremeRule::lua ? "lua" : "off";
}

int window_start(double centre, int edge, int size) {
    const double start = std::floor(centre - (edge - 1) / 2.0 + 0.5);
    return static_cast<int>(std::clamp(start, 0.0, static_cast<double>(std::max(0, size - edge))));
}

WindowDeviations::WindowDeviations(const Image& image, int edge)
    : image_(image), width_(std::clamp(edge, 1, std::max(1, image.width))),
      height_(std::clamp(edge, 1, std::max(1, image.height))), offset_(statistics(image).mean) {
    const int blocks = image.width / block;
    const auto stride = static_cast<std::size_t>(blocks) + 1;
    table_.resize(stride * (static_cast<std::size_t>(image.height) + 1));
    for (int y = 0; y < image.height; ++y) {
        WindowSums row;
        const WindowSums* above = table_.data() + static_cast<std::size_t>(y) * stride;
        WindowSums* here = table_.data() + (static_cast<std::size_t>(y) + 1) * stride;
        for (int i = 0; i < blocks; ++i) {
            const WindowSums part =
                sums_of(image.row(y).data() + static_cast<std::ptrdiff_t>(i) * block, block, offset_);
            row.sum += part.sum;
            row.squares += part.squares;
            here[i + 1] = {above[i + 1].sum + row.sum, above[i + 1].squares + row.squares};
        }
    }
}

const WindowSums& WindowDeviations::before(int block_index, int y) const {
    const auto stride = static_cast<std::size_t>(image_.width / block) + 1;
    return table_[static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(block_index)];
}

double WindowDeviations::of_window(int left, int top) const {
    const int right = left + width_, bottom = top + height_;
    const int first = (left + block - 1) / block, last = right / block; // whole blocks inside: [first, last)
    WindowSums all;
    int left_end = right, right_start = right; // what sticks out of them: [left, left_end), [right_start, right)
    if (first < last) {
        const WindowSums &a = before(first, top), &b = before(last, top), &c = before(first, bottom),
                         &d = before(last, bottom);
        all.sum = (d.sum - c.sum) - (b.sum - a.sum);
        all.squares = (d.squares - c.squares) - (b.squares - a.squares);
        left_end = first * block;
        right_start = last * block;
    }
    for (int y = top; y < bottom; ++y) {
        const float* row = image_.row(y).data();
        for (const auto& [from, to] : {std::pair{left, left_end}, {right_start, right}}) {
            const WindowSums part = sums_of(row + from, static_cast<std::size_t>(to - from), offset_);
            all.sum += part.sum;
            all.squares += part.squares;
        }
    }
    const double count = static_cast<double>(width_) * height_;
    return count < 2.0 ? 0.0 : std::sqrt(std::max(0.0, (all.squares - all.sum * all.sum / count) / (count - 1.0)));
}

double WindowDeviations::at(double x, double y) const {
    return of_window(window_start(x, width_, image_.width), window_start(y, height_, image_.height));
}

double WindowDeviations::median() const {
    std::vector<double> all;
    for (const int top : tiling(height_, image_.height)) {
        for (const int left : tiling(width_, image_.width)) {
            all.push_back(of_window(left, top));
        }
    }
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::nth_element(all.begin(), middle, all.end());
    return *middle;
}

Image bin_mean(const Image& image, int binning) {
    if (binning <= 1) {
        return image;
    }
    Image out(std::max(1, image.width / binning), std::max(1, image.height / binning));
    const int high = std::min(binning, image.height), wide = std::min(binning, image.width);
    for (int y = 0; y < out.height; ++y) {
        for (int x = 0; x < out.width; ++x) {
            double sum = 0.0;
            for (int j = 0; j < high; ++j) {
                const float* row = image.row(y * binning + j).data() + static_cast<std::ptrdiff_t>(x) * binning;
                for (int i = 0; i < wide; ++i) {
                    sum += static_cast<double>(row[i]);
                }
            }
            out.at(x, y) = static_cast<float>(sum / (static_cast<double>(high) * wide));
        }
    }
    return out;
}

Image wiener(const Image& image, int size) {
    // Running sums over columns of the box's rows, then along the row.
    const int radius = size / 2;
    const Statistics known = statistics(image);
    Image means(image.width, image.height), variances(image.width, image.height);
    std::vector<double> sums(static_cast<std::size_t>(image.width)), squares(sums.size());
    const auto add_row = [&](int y, double sign) {
        for (int x = 0; x < image.width; ++x) {
            const double value = static_cast<double>(image.at(x, y)) - known.mean;
            sums[static_cast<std::size_t>(x)] += sign * value;
            squares[static_cast<std::size_t>(x)] += sign * value * value;
        }
    };
    for (int y = 0; y < std::min(radius, image.height); ++y) {
        add_row(y, 1.0);
    }
    double noise = 0.0;
    for (int y = 0; y < image.height; ++y) {
        if (y + radius < image.height) {
            add_row(y + radius, 1.0);
        }
        if (y - radius - 1 >= 0) {
            add_row(y - radius - 1, -1.0);
        }
        const int rows = std::min(image.height - 1, y + radius) - std::max(0, y - radius) + 1;
        for (int x = 0; x < image.width; ++x) {
            double sum = 0.0, square = 0.0;
            const int left = std::max(0, x - radius), right = std::min(image.width - 1, x + radius);
            for (int i = left; i <= right; ++i) {
                sum += sums[static_cast<std::size_t>(i)];
                square += squares[static_cast<std::size_t>(i)];
            }
            const double count = static_cast<double>(rows) * (right - left + 1);
            const double mean = sum / count;
            const double variance = std::max(0.0, square / count - mean * mean);
            means.at(x, y) = static_cast<float>(mean);
            variances.at(x, y) = static_cast<float>(variance);
            noise += variance;
        }
    }
    noise /= static_cast<double>(std::max<std::size_t>(1, image.size()));
    Image out(image.width, image.height);
    for (std::size_t i = 0; i < image.size(); ++i) {
        const double mean = static_cast<double>(means.pixels[i]);
        const double variance = static_cast<double>(variances.pixels[i]);
        const double share = variance > noise ? (variance - noise) / variance : 0.0;
        const double value = static_cast<double>(image.pixels[i]) - known.mean;
        out.pixels[i] = static_cast<float>(known.mean + mean + share * (value - mean));
    }
    return out;
}

ExtremePixels::ExtremePixels(const Image& image, double window, int binning, ExtremeRule rule)
    : binning_(std::max(1, binning)),
      edge_(std::max(1, static_cast<int>(std::lround(window / static_cast<double>(binning_))))) {
    Image binned = bin_mean(image, binning_);
    if (rule == ExtremeRule::lua) {
        binned = wiener(binned, wiener_size);
    }
    width_ = binned.width;
    height_ = binned.height;
    const Statistics known = statistics(binned);
    const double low = known.mean - extreme_deviations * known.deviation;
    const double high = known.mean + extreme_deviations * known.deviation;
    const bool both = rule == ExtremeRule::paper;
    const auto stride = static_cast<std::size_t>(width_) + 1;
    sums_.assign(stride * (static_cast<std::size_t>(height_) + 1), 0);
    for (int y = 0; y < height_; ++y) {
        std::uint32_t row = 0;
        const std::size_t above = static_cast<std::size_t>(y) * stride;
        for (int x = 0; x < width_; ++x) {
            const double value = static_cast<double>(binned.at(x, y));
            row += value < low || (both && value > high) ? 1U : 0U;
            const auto column = static_cast<std::size_t>(x) + 1;
            sums_[above + stride + column] = sums_[above + column] + row;
        }
    }
}

int ExtremePixels::at(double x, double y) const {
    const auto in_bins = [this](double at) { return (at + 0.5) / binning_ - 0.5; };
    const int wide = std::min(edge_, width_), high = std::min(edge_, height_);
    const auto left = static_cast<std::size_t>(window_start(in_bins(x), wide, width_));
    const auto top = static_cast<std::size_t>(window_start(in_bins(y), high, height_));
    const std::size_t right = left + static_cast<std::size_t>(wide), bottom = top + static_cast<std::size_t>(high);
    const auto stride = static_cast<std::size_t>(width_) + 1;
    return static_cast<int>(sums_[bottom * stride + right] - sums_[top * stride + right] -
                            sums_[bottom * stride + left] + sums_[top * stride + left]);
}

double extreme_limit(const std::vector<int>& counts) {
    double sum = 0.0, squares = 0.0;
    for (const int count : counts) {
        sum += count;
    }
    const double mean = sum / static_cast<double>(std::max<std::size_t>(1, counts.size()));
    for (const int count : counts) {
        squares += (count - mean) * (count - mean);
    }
    const double deviation = counts.size() < 2 ? 0.0 : std::sqrt(squares / static_cast<double>(counts.size() - 1));
    return mean + reject_deviations * deviation;
}

} // namespace picker
