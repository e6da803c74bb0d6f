// Local maxima of a score map (peaks.hpp).
#include "picking/peaks.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace picker {
namespace {

// Running maximum over 2 * radius + 1 values (van Herk 1992, Gil and Werman 1993): three comparisons a value for any
// radius. Blocks of that length get running maxima from both ends; a window spans at most two blocks.
class LineMaximum {
public:
    LineMaximum(int length, int radius) : length_(length), radius_(radius), window_(2 * radius + 1) {
        const int padded = (length + 2 * radius + window_ - 1) / window_ * window_;
        values_.assign(static_cast<std::size_t>(padded), -std::numeric_limits<float>::infinity());
        ahead_.resize(values_.size());
        behind_.resize(values_.size());
    }
    float& operator[](int i) { return values_[static_cast<std::size_t>(i + radius_)]; }
    void run() {
        const std::size_t block = static_cast<std::size_t>(window_);
        for (std::size_t start = 0; start < values_.size(); start += block) {
            float best = values_[start];
            for (std::size_t i = start; i < start + block; ++i) {
                best = std::max(best, values_[i]);
                ahead_[i] = best;
            }
            best = values_[start + block - 1];
            for (std::size_t i = start + block; i-- > start;) {
                best = std::max(best, values_[i]);
                behind_[i] = best;
            }
        }
    }
    float maximum(int i) const { // over [i - radius, i + radius], valid after run()
        return std::max(behind_[static_cast<std::size_t>(i)], ahead_[static_cast<std::size_t>(i + 2 * radius_)]);
    }
    int length() const { return length_; }

private:
    int length_, radius_, window_;
    std::vector<float> values_, ahead_, behind_;
};

Image maximum_filter(const Image& image, int radius_x, int radius_y) {
    Image out(image.width, image.height);
    LineMaximum row(image.width, radius_x);
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            row[x] = image.at(x, y);
        }
        row.run();
        for (int x = 0; x < image.width; ++x) {
            out.at(x, y) = row.maximum(x);
        }
    }
    LineMaximum column(image.height, radius_y);
    for (int x = 0; x < image.width; ++x) {
        for (int y = 0; y < image.height; ++y) {
            column[y] = out.at(x, y);
        }
        column.run();
        for (int y = 0; y < image.height; ++y) {
            out.at(x, y) = column.maximum(y);
        }
    }
    return out;
}

int radius_of(double window, double step) {
    return std::max(1, static_cast<int>(std::min(window / (2.0 * step), 1e6)));
}

} // namespace

double vertex(double left, double centre, double right) {
    const double curvature = left - 2.0 * centre + right;
    return curvature < 0.0 ? std::clamp(0.5 * (left - right) / curvature, -0.5, 0.5) : 0.0;
}

PeakRadius peak_radius(const ScoreMap& map, int width, int height, double window) {
    return {std::min(radius_of(window, map.step_x), width), std::min(radius_of(window, map.step_y), height)};
}

Picks find_peaks(const ScoreMap& map, const PeakOptions& options) {
    const Image& scores = map.scores;
    Picks out;
    if (scores.empty()) {
        return out;
    }
    const PeakRadius radius = peak_radius(map, scores.width, scores.height, options.window);
    const Image maxima = maximum_filter(scores, radius.x, radius.y);
    std::vector<std::uint8_t> seen(scores.size(), 0);
    std::vector<std::pair<int, int>> plateau;
    for (int y = 0; y < scores.height; ++y) {
        for (int x = 0; x < scores.width; ++x) {
            const float value = scores.at(x, y);
            if (value != maxima.at(x, y) || seen[scores.index(x, y)] != 0 ||
                static_cast<double>(value) < options.keep) {
                continue;
            }
            // The connected pixels of this value. Where one of them has something higher in its window, the whole is
            // a shoulder and no peak.
            bool is_peak = true;
            double sum_x = 0.0;
            double sum_y = 0.0;
            plateau.assign(1, {x, y});
            seen[scores.index(x, y)] = 1;
            for (std::size_t n = 0; n < plateau.size(); ++n) {
                const auto [px, py] = plateau[n];
                is_peak = is_peak && maxima.at(px, py) == value;
                sum_x += px;
                sum_y += py;
                for (int qy = std::max(0, py - 1); qy <= std::min(scores.height - 1, py + 1); ++qy) {
                    for (int qx = std::max(0, px - 1); qx <= std::min(scores.width - 1, px + 1); ++qx) {
                        if (seen[scores.index(qx, qy)] == 0 && scores.at(qx, qy) == value) {
                            seen[scores.index(qx, qy)] = 1;
                            plateau.emplace_back(qx, qy);
                        }
                    }
                }
            }
            if (!is_peak) {
                continue;
            }
            double at_x = sum_x / static_cast<double>(plateau.size());
            double at_y = sum_y / static_cast<double>(plateau.size());
            if (options.refine && plateau.size() == 1) {
                if (x > 0 && x + 1 < scores.width) {
                    at_x += vertex(scores.at(x - 1, y), value, scores.at(x + 1, y));
                }
                if (y > 0 && y + 1 < scores.height) {
                    at_y += vertex(scores.at(x, y - 1), value, scores.at(x, y + 1));
                }
            }
            out.add(map.origin_x + at_x * map.step_x, map.origin_y + at_y * map.step_y, static_cast<double>(value));
        }
    }
    out.sort_by_score();
    return out;
}

} // namespace picker
