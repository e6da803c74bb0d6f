// Pick tables written out in the tests of evaluation.
#pragma once

#include "core/picks.hpp"

#include <array>
#include <limits>
#include <vector>

namespace evaluation_testing {

constexpr double no_score = std::numeric_limits<double>::quiet_NaN();

// Rows of x, y, score.
inline picker::Picks table(const std::vector<std::array<double, 3>>& rows) {
    picker::Picks picks;
    for (const auto& [x, y, score] : rows) {
        picks.add(x, y, score);
    }
    return picks;
}

} // namespace evaluation_testing
