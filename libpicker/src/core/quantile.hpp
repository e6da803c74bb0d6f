// Quantiles, linear between order statistics; medians, and the deviation that follows from one.
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

// The middle value, the upper of two; 0 without any.
template <typename Number> Number median(std::vector<Number> values) {
    if (values.empty()) {
        return Number{};
    }
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// Standard deviation of a normal distribution over its median absolute deviation.
inline constexpr double deviation_per_mad = 1.4826;

} // namespace picker
