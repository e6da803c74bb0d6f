// Which places are near to one another, for rules on distances between picks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace picker {

// Places in square cells as wide as the distance, so that only nine cells need a look.
class NearGrid {
public:
    struct Place {
        double x = 0.0, y = 0.0;
        std::size_t index = 0; // in the order of add()
    };
    explicit NearGrid(double distance) : distance_(distance) {}
    // Visits at least every place that is nearer than the distance, and none that is three distances away.
    template <typename Visit> void each_around(double x, double y, Visit visit) const {
        const std::int64_t cx = cell(x);
        const std::int64_t cy = cell(y);
        for (std::int64_t j = cy - 1; j <= cy + 1; ++j) {
            for (std::int64_t i = cx - 1; i <= cx + 1; ++i) {
                const auto found = cells_.find(key(i, j));
                if (found != cells_.end()) {
                    std::for_each(found->second.begin(), found->second.end(), visit);
                }
            }
        }
    }
    // How many are nearer than the distance.
    int count_near(double x, double y) const {
        int count = 0;
        each_around(x, y, [&](const Place& place) {
            const double dx = place.x - x, dy = place.y - y;
            count += dx * dx + dy * dy < distance_ * distance_ ? 1 : 0;
        });
        return count;
    }
    void add(double x, double y) { cells_[key(cell(x), cell(y))].push_back({x, y, size_++}); }

private:
    // What is absurdly far out shares a cell; the distance still decides.
    std::int64_t cell(double v) const {
        return static_cast<std::int64_t>(std::clamp(std::floor(v / distance_), -1e9, 1e9));
    }
    static std::int64_t key(std::int64_t i, std::int64_t j) { return i * 0x100000000LL + j; }
    double distance_;
    std::size_t size_ = 0;
    std::unordered_map<std::int64_t, std::vector<Place>> cells_;
};

} // namespace picker
