// Which places are near to one another, for rules on distances between picks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace picker {

// Picks in square cells as wide as the distance, so that only nine cells need a look.
class NearGrid {
public:
    explicit NearGrid(double distance) : distance_(distance) {}
    // How many are nearer than the distance.
    int count_near(double x, double y) const {
        int count = 0;
        const std::int64_t cx = cell(x);
        const std::int64_t cy = cell(y);
        for (std::int64_t j = cy - 1; j <= cy + 1; ++j) {
            for (std::int64_t i = cx - 1; i <= cx + 1; ++i) {
                const auto found = cells_.find(key(i, j));
                if (found == cells_.end()) {
                    continue;
                }
                for (const auto& [px, py] : found->second) {
                    count += (px - x) * (px - x) + (py - y) * (py - y) < distance_ * distance_ ? 1 : 0;
                }
            }
        }
        return count;
    }
    void add(double x, double y) { cells_[key(cell(x), cell(y))].emplace_back(x, y); }

private:
    // What is absurdly far out shares a cell; the distance still decides.
    std::int64_t cell(double v) const {
        return static_cast<std::int64_t>(std::clamp(std::floor(v / distance_), -1e9, 1e9));
    }
    static std::int64_t key(std::int64_t i, std::int64_t j) { return i * 0x100000000LL + j; }
    double distance_;
    std::unordered_map<std::int64_t, std::vector<std::pair<double, double>>> cells_;
};

} // namespace picker
