// Long edges in micrographs (carbon.hpp).
#include "picking/carbon.hpp"

#include "core/quantile.hpp"
#include "picking/window_measures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

namespace picker {
namespace {

constexpr double cells_per_diameter = 8.0;
constexpr double smoothing = 0.75;   // diameters
constexpr double begin_at = 4.5;     // times the median gradient
constexpr double go_on = 0.4;        // of that
constexpr double least_length = 6.0; // diameters
constexpr double clip_at = 10.0;     // robust deviations

// Something black as a bar of the grid must not set the scale of all gradients.
void clip_robustly(Image& image) {
    const float middle = median(image.pixels);
    std::vector<float> away(image.pixels);
    for (float& value : away) {
        value = std::abs(value - middle);
    }
    const auto reach = static_cast<float>(clip_at * deviation_per_mad * static_cast<double>(median(std::move(away))));
    if (reach > 0.0F) {
        for (float& value : image.pixels) {
            value = std::clamp(value, middle - reach, middle + reach);
        }
    }
}

// A line of `count` values, `stride` apart, times a kernel that is normalised to what lies inside.
void smooth_line(const float* in, float* out, int count, std::ptrdiff_t stride, const std::vector<double>& kernel) {
    const int radius = static_cast<int>(kernel.size()) - 1;
    for (int i = 0; i < count; ++i) {
        double sum = 0.0, weights = 0.0;
        for (int k = std::max(0, i - radius); k <= std::min(count - 1, i + radius); ++k) {
            const double weight = kernel[static_cast<std::size_t>(std::abs(k - i))];
            sum += weight * static_cast<double>(in[k * stride]);
            weights += weight;
        }
        out[i * stride] = static_cast<float>(sum / weights);
    }
}

struct Gradient {
    Image size;
    std::vector<std::uint8_t> direction; // 0: along x, 1: x and y, 2: along y, 3: y against x
};

Gradient gradient_of(const Image& image) {
    Gradient out{Image(image.width, image.height), std::vector<std::uint8_t>(image.size(), 0)};
    const auto slope = [](float before, float after, int apart) {
        return apart > 0 ? (static_cast<double>(after) - static_cast<double>(before)) / apart : 0.0;
    };
    for (int y = 0; y < image.height; ++y) {
        const int above = std::max(0, y - 1), below = std::min(image.height - 1, y + 1);
        for (int x = 0; x < image.width; ++x) {
            const int left = std::max(0, x - 1), right = std::min(image.width - 1, x + 1);
            const double dx = slope(image.at(left, y), image.at(right, y), right - left);
            const double dy = slope(image.at(x, above), image.at(x, below), below - above);
            out.size.at(x, y) = static_cast<float>(std::hypot(dx, dy));
            const int eighth = static_cast<int>(std::lround(std::atan2(dy, dx) / (std::numbers::pi / 4)));
            out.direction[image.index(x, y)] = static_cast<std::uint8_t>((eighth + 8) % 4);
        }
    }
    return out;
}

// Places whose gradient is larger than those of the two neighbours across the edge; of two equal ones the first.
bool is_ridge(const Gradient& gradient, int x, int y) {
    constexpr std::array<std::pair<int, int>, 4> steps{{{1, 0}, {1, 1}, {0, 1}, {-1, 1}}};
    const auto [dx, dy] = steps[gradient.direction[gradient.size.index(x, y)]];
    const auto value = [&](int i, int j) {
        const bool inside = i >= 0 && j >= 0 && i < gradient.size.width && j < gradient.size.height;
        return inside ? gradient.size.at(i, j) : 0.0F;
    };
    const float here = gradient.size.at(x, y);
    return here >= value(x + dx, y + dy) && here > value(x - dx, y - dy);
}

} // namespace

const char* name_of(CarbonRule rule) {
    return rule == CarbonRule::edge ? "edge" : "off";
}

Image smooth(const Image& image, double sigma) {
    std::vector<double> kernel;
    const int radius = std::max(0, static_cast<int>(std::ceil(3.0 * sigma)));
    for (int i = 0; i <= radius; ++i) {
        kernel.push_back(sigma > 0.0 ? std::exp(-i * i / (2.0 * sigma * sigma)) : 1.0);
    }
    Image rows(image.width, image.height), out(image.width, image.height);
    for (int y = 0; y < image.height; ++y) {
        smooth_line(image.row(y).data(), rows.row(y).data(), image.width, 1, kernel);
    }
    for (int x = 0; x < image.width; ++x) {
        smooth_line(rows.pixels.data() + x, out.pixels.data() + x, image.height, image.width, kernel);
    }
    return out;
}

std::vector<std::uint8_t> canny(const Image& image, double high, double low, double length) {
    std::vector<std::uint8_t> edges(image.size(), 0);
    if (image.empty()) {
        return edges;
    }
    const Gradient gradient = gradient_of(image);
    const double begin = high * static_cast<double>(median(gradient.size.pixels));
    std::vector<std::uint8_t> weak(image.size(), 0);
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const double size = static_cast<double>(gradient.size.at(x, y));
            weak[image.index(x, y)] = size > 0.0 && size >= low * begin && is_ridge(gradient, x, y) ? 1 : 0;
        }
    }
    std::vector<std::pair<int, int>> chain; // pixels that touch each other
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            if (weak[image.index(x, y)] == 0) {
                continue;
            }
            chain.assign(1, {x, y});
            weak[image.index(x, y)] = 0;
            bool begins = false;
            int left = x, right = x, top = y, bottom = y;
            for (std::size_t n = 0; n < chain.size(); ++n) {
                const auto [px, py] = chain[n];
                begins = begins || static_cast<double>(gradient.size.at(px, py)) >= begin;
                left = std::min(left, px);
                right = std::max(right, px);
                top = std::min(top, py);
                bottom = std::max(bottom, py);
                for (int qy = std::max(0, py - 1); qy <= std::min(image.height - 1, py + 1); ++qy) {
                    for (int qx = std::max(0, px - 1); qx <= std::min(image.width - 1, px + 1); ++qx) {
                        if (weak[image.index(qx, qy)] != 0) {
                            weak[image.index(qx, qy)] = 0;
                            chain.emplace_back(qx, qy);
                        }
                    }
                }
            }
            if (begins && std::hypot(right - left + 1, bottom - top + 1) >= length) {
                for (const auto& [px, py] : chain) {
                    edges[image.index(px, py)] = 1;
                }
            }
        }
    }
    return edges;
}

CarbonEdges::CarbonEdges(const Image& micrograph, double diameter)
    : cell_(std::max(1, static_cast<int>(std::lround(diameter / cells_per_diameter)))) {
    Image cells = bin_mean(micrograph, cell_);
    clip_robustly(cells);
    width_ = cells.width;
    height_ = cells.height;
    const double diameter_cells = diameter / cell_;
    edges_ = canny(smooth(cells, smoothing * diameter_cells), begin_at, go_on, least_length * diameter_cells);
}

bool CarbonEdges::any() const {
    return std::find(edges_.begin(), edges_.end(), 1) != edges_.end();
}

bool CarbonEdges::near(double x, double y, double distance) const {
    const double cx = (x + 0.5) / cell_ - 0.5, cy = (y + 0.5) / cell_ - 0.5, reach = distance / cell_;
    const int left = std::max(0, static_cast<int>(std::ceil(cx - reach)));
    const int right = std::min(width_ - 1, static_cast<int>(std::floor(cx + reach)));
    const int top = std::max(0, static_cast<int>(std::ceil(cy - reach)));
    const int bottom = std::min(height_ - 1, static_cast<int>(std::floor(cy + reach)));
    for (int j = top; j <= bottom; ++j) {
        for (int i = left; i <= right; ++i) {
            if (edges_[static_cast<std::size_t>(j) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(i)] !=
                    0 &&
                (i - cx) * (i - cx) + (j - cy) * (j - cy) < reach * reach) {
                return true;
            }
        }
    }
    return false;
}

} // namespace picker
