// Quantiles, linear between order statistics.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace picker {

// `sorted` ascending and not empty; `share` 0 to 1.
inline double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

} // namespace picker
