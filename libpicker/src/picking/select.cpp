// The rules that turn candidates into picks (select.hpp).
#include "picking/select.hpp"

#include "picking/near_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace picker {
namespace {

double rank(double score) {
    return std::isnan(score) ? -std::numeric_limits<double>::infinity() : score;
}

// The rows that no other row of overlap_score or more is too near to.
std::vector<std::size_t> without_overlaps(const Picks& picks, const std::vector<std::size_t>& rows,
                                          const SelectRules& rules) {
    const auto counts = [&](std::size_t i) { return !(picks.score[i] < rules.overlap_score); };
    NearGrid grid(rules.overlap_distance);
    for (const std::size_t i : rows) {
        if (counts(i)) {
            grid.add(picks.x[i], picks.y[i]);
        }
    }
    std::vector<std::size_t> out;
    for (const std::size_t i : rows) {
        const int itself = counts(i) ? 1 : 0;
        if (grid.count_near(picks.x[i], picks.y[i]) == itself) {
            out.push_back(i);
        }
    }
    return out;
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

Verdict place_verdict(double x, double y, int width, int height, const SelectRules& rules) {
    // Pixel centres run from 0 to size - 1; the border lies half a pixel outside them.
    const double to_border = std::min(std::min(x, y) + 0.5, std::min(width - 0.5 - x, height - 0.5 - y));
    if (!(to_border >= std::max(0.0, rules.edge))) {
        return Verdict::edge;
    }
    return rules.mask != nullptr && rules.mask->excludes(x, y, width, height) ? Verdict::mask : Verdict::good;
}

Picks select_picks(const Picks& candidates, int width, int height, const SelectRules& rules, RemovedCounts* removed) {
    RemovedCounts counts;
    Picks sorted = candidates;
    sorted.sort_by_score();
    const auto remove_if_bad = [&counts](Verdict verdict) {
        switch (verdict) {
        case Verdict::good:
            return false;
        case Verdict::edge:
            ++counts.edge;
            break;
        case Verdict::mask:
            ++counts.mask;
            break;
        case Verdict::carbon:
            ++counts.carbon;
            break;
        case Verdict::deviation:
            ++counts.deviation;
            break;
        case Verdict::extreme_pixels:
            ++counts.extreme_pixels;
            break;
        }
        return true;
    };
    NearGrid grid(std::max(rules.min_distance, 1e-3)); // distances below a thousandth of a pixel mean none
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double x = sorted.x[i];
        const double y = sorted.y[i];
        if (remove_if_bad(place_verdict(x, y, width, height, rules))) {
            continue;
        }
        if (sorted.score[i] < rules.threshold) { // a pick without a score passes
            ++counts.threshold;
        } else if (rules.verdicts != nullptr && remove_if_bad((*rules.verdicts)[i])) {
            continue;
        } else if (rules.min_distance > 0.0 && grid.count_near(x, y) > 0) {
            ++counts.distance;
        } else {
            kept.push_back(i);
            grid.add(x, y);
        }
    }
    if (rules.overlap_distance > 0.0) {
        const std::size_t before = kept.size();
        kept = without_overlaps(sorted, kept, rules);
        counts.overlaps = before - kept.size();
    }
    if (const auto top = static_cast<std::size_t>(std::max(0, rules.top)); top > 0 && kept.size() > top) {
        counts.top = kept.size() - top;
        kept.resize(top);
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
