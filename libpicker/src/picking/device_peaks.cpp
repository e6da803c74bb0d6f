// Peaks from the maxima that a device has found (peaks.hpp): what find_peaks does with a map, without the map.
#include "picking/peaks.hpp"
#include "picking/plan.hpp"

#include <algorithm>
#include <cstdint>

namespace picker {
namespace {

// Row by row, as a map is gone through.
bool before(const MapMaximum& a, const MapMaximum& b) {
    return a.y != b.y ? a.y < b.y : a.x < b.x;
}

// The maxima of a map in order, to be looked up by place.
class Maxima {
public:
    explicit Maxima(std::vector<MapMaximum> list) : list_(std::move(list)), seen_(list_.size(), 0) {
        std::sort(list_.begin(), list_.end(), before);
    }
    std::size_t size() const { return list_.size(); }
    const MapMaximum& operator[](std::size_t i) const { return list_[i]; }
    bool is_seen(std::size_t i) const { return seen_[i] != 0; }
    // The maxima of one plateau, from its first on: all that touch each other and have the same value. A pixel of the
    // plateau that is no maximum itself is not in the list; whoever touches it says so (MapMaximum::shoulder).
    std::vector<std::size_t> plateau(std::size_t first) {
        std::vector<std::size_t> members{first};
        seen_[first] = 1;
        for (std::size_t n = 0; n < members.size(); ++n) {
            const MapMaximum centre = list_[members[n]];
            for (std::int32_t y = centre.y - 1; y <= centre.y + 1; ++y) {
                for (std::size_t i = at_or_behind(centre.x - 1, y);
                     i < list_.size() && list_[i].y == y && list_[i].x <= centre.x + 1; ++i) {
                    if (seen_[i] == 0 && list_[i].value == centre.value) {
                        seen_[i] = 1;
                        members.push_back(i);
                    }
                }
            }
        }
        return members;
    }

private:
    std::size_t at_or_behind(std::int32_t x, std::int32_t y) const {
        MapMaximum place;
        place.x = x;
        place.y = y;
        return static_cast<std::size_t>(std::lower_bound(list_.begin(), list_.end(), place, before) - list_.begin());
    }

    std::vector<MapMaximum> list_;
    std::vector<std::uint8_t> seen_;
};

} // namespace

Picks find_peaks(const ScoreMap& map, std::vector<MapMaximum> list, const PeakOptions& options) {
    Maxima maxima(std::move(list));
    Picks out;
    for (std::size_t i = 0; i < maxima.size(); ++i) {
        if (maxima.is_seen(i)) {
            continue;
        }
        const std::vector<std::size_t> plateau = maxima.plateau(i);
        bool is_peak = true;
        double sum_x = 0.0, sum_y = 0.0;
        for (const std::size_t member : plateau) {
            is_peak = is_peak && maxima[member].shoulder == 0;
            sum_x += maxima[member].x;
            sum_y += maxima[member].y;
        }
        if (!is_peak) {
            continue;
        }
        const MapMaximum& first = maxima[i];
        double at_x = sum_x / static_cast<double>(plateau.size()), at_y = sum_y / static_cast<double>(plateau.size());
        if (options.refine && plateau.size() == 1) {
            at_x += vertex(first.left, first.value, first.right);
            at_y += vertex(first.above, first.value, first.below);
        }
        out.add(map.origin_x + at_x * map.step_x, map.origin_y + at_y * map.step_y, static_cast<double>(first.value));
    }
    out.sort_by_score();
    return out;
}

double lone_peak_window(const Scorer& scorer, const PickSettings& settings, const ScoreMap& map) {
    const ModelSpec& spec = scorer.model().spec;
    if (!scorer.finds_maxima() || settings.clean != Cleaning::off || spec.peak_rule != PeakRule::window_maximum) {
        return 0.0;
    }
    return plan_picks(spec, settings, map.diameter, map.pixel_size, nullptr).peak_window;
}

} // namespace picker
