// The rules that turn candidates into picks (select.hpp).
#include "picking/select.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace picker {
namespace {

// Kept picks in square cells as wide as the distance, so that only nine cells need a look.
class NearGrid {
public:
    explicit NearGrid(double distance) : distance_(distance) {}
    bool has_near(double x, double y) const {
        const std::int64_t cx = cell(x);
        const std::int64_t cy = cell(y);
        for (std::int64_t j = cy - 1; j <= cy + 1; ++j) {
            for (std::int64_t i = cx - 1; i <= cx + 1; ++i) {
                const auto found = cells_.find(key(i, j));
                if (found == cells_.end()) {
                    continue;
                }
                for (const auto& [px, py] : found->second) {
                    if ((px - x) * (px - x) + (py - y) * (py - y) < distance_ * distance_) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
    void add(double x, double y) { cells_[key(cell(x), cell(y))].emplace_back(x, y); }

private:
    std::int64_t cell(double v) const { return static_cast<std::int64_t>(std::floor(v / distance_)); }
    static std::int64_t key(std::int64_t i, std::int64_t j) { return i * 0x100000000LL + j; }
    double distance_;
    std::unordered_map<std::int64_t, std::vector<std::pair<double, double>>> cells_;
};

double rank(double score) {
    return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score;
}

} // namespace

ExclusionMask::ExclusionMask(Image image_) : image(std::move(image_)) {
    if (!image.empty()) {
        // A mask without a positive pixel excludes nothing.
        level = std::max(0.0F, *std::max_element(image.pixels.begin(), image.pixels.end()) / 2.0F);
    }
}

bool ExclusionMask::excludes(double x, double y, int width, int height) const {
    if (image.empty()) {
        return false;
    }
    // Pixel i covers [i - 0.5, i + 0.5); the mask spans the same area in its own pixels.
    const auto index = [](double at, int size, int mask_size) {
        return std::clamp(static_cast<int>(std::floor((at + 0.5) * mask_size / size)), 0, mask_size - 1);
    };
    return image.at(index(x, width, image.width), index(y, height, image.height)) > level;
}

Picks select_picks(const Picks& candidates, int width, int height, const SelectRules& rules, RemovedCounts* removed) {
    RemovedCounts counts;
    Picks sorted = candidates;
    sorted.sort_by_score();
    NearGrid grid(std::max(rules.min_distance, 1e-3)); // distances below a thousandth of a pixel mean none
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double x = sorted.x[i];
        const double y = sorted.y[i];
        // Pixel centres run from 0 to size - 1; the border lies half a pixel outside them.
        const double to_border = std::min(std::min(x, y) + 0.5, std::min(width - 0.5 - x, height - 0.5 - y));
        if (!(to_border >= std::max(0.0, rules.edge))) {
            ++counts.edge;
        } else if (rules.mask != nullptr && rules.mask->excludes(x, y, width, height)) {
            ++counts.mask;
        } else if (sorted.score[i] < rules.threshold) { // a pick without a score passes
            ++counts.threshold;
        } else if (rules.min_distance > 0.0 && grid.has_near(x, y)) {
            ++counts.distance;
        } else if (rules.top > 0 && kept.size() >= static_cast<std::size_t>(rules.top)) {
            ++counts.top;
        } else {
            kept.push_back(i);
            grid.add(x, y);
        }
    }
    if (removed != nullptr) {
        *removed = counts;
    }
    return sorted.subset(kept);
}

std::vector<std::size_t> keep_top(std::vector<Picks>& all, std::size_t top) {
    std::vector<std::size_t> removed(all.size(), 0);
    std::vector<std::tuple<double, std::size_t, std::size_t>>
        order; // (-score, micrograph, row): ascending is best first
    for (std::size_t m = 0; m < all.size(); ++m) {
        for (std::size_t i = 0; i < all[m].size(); ++i) {
            order.emplace_back(-rank(all[m].score[i]), m, i);
        }
    }
    if (order.size() <= top) {
        return removed;
    }
    std::sort(order.begin(), order.end());
    order.resize(top);
    std::vector<std::vector<std::size_t>> rows(all.size());
    for (const auto& [score, m, i] : order) {
        rows[m].push_back(i);
    }
    for (std::size_t m = 0; m < all.size(); ++m) {
        std::sort(rows[m].begin(), rows[m].end());
        removed[m] = all[m].size() - rows[m].size();
        all[m] = all[m].subset(rows[m]);
    }
    return removed;
}

} // namespace picker
