// Inside the evaluation layer: the shifts that lay one set of positions on another, found by votes of all near pairs,
// and how many matches random positions would have.
#pragma once

#include "core/picks.hpp"

#include <cstddef>
#include <vector>

namespace picker {

// Positions in square cells.
class PositionGrid {
public:
    PositionGrid(const Picks& positions, double side); // keeps a reference

    // Calls visit(index) for every position whose cell touches the square of half edge `reach` around (x, y).
    template <typename Visit> void visit(double x, double y, double reach, const Visit& visit_one) const {
        if (next_.empty()) {
            return;
        }
        const std::size_t right = column(x + reach), bottom = row(y + reach);
        for (std::size_t r = row(y - reach); r <= bottom; ++r) {
            for (std::size_t i = next_[r * columns_ + column(x - reach)]; i < next_[r * columns_ + right + 1]; ++i) {
                visit_one(members_[i]);
            }
        }
    }

private:
    std::size_t column(double x) const { return cell(x - left_, columns_); }
    std::size_t row(double y) const { return cell(y - top_, rows_); }
    std::size_t cell(double offset, std::size_t count) const {
        const double at = offset / side_;
        return at > 0.0
                   ? static_cast<std::size_t>(at < static_cast<double>(count - 1) ? at : static_cast<double>(count - 1))
                   : 0;
    }

    double left_ = 0.0, top_ = 0.0, side_ = 1.0;
    std::size_t columns_ = 1, rows_ = 1;
    std::vector<std::size_t> next_, members_; // cell c holds members_[next_[c]] .. members_[next_[c + 1] - 1]
};

// One micrograph: positions laid into the frame of a reference.
struct Laid {
    const Picks* positions = nullptr;
    const Picks* reference = nullptr;
    const PositionGrid* grid = nullptr; // of the reference
    double width = 0.0, height = 0.0;   // pixels
};

// A shift, and how many pairs lie within the radius with it: no set can have more members near the other.
struct Shift {
    double dx = 0.0, dy = 0.0; // pixels
    std::size_t pairs = 0;
};
// The two shifts within `reach` that most pairs agree on to `radius`, best first, more than two radii apart. Fewer
// where there are no pairs.
std::vector<Shift> best_shifts(const std::vector<Laid>& laid, double reach, double radius);

// How far two sets lie on each other: the members of one with a member of the other within `radius`, and what chance
// would give by the other's density around them. Crowds are seen from both sides: where one set covers everything,
// every member of the other is near by chance.
struct Nearness {
    std::size_t count = 0, near = 0;
    double chance = 0.0; // of a random place to be near, mean
};
struct Overlap {
    Nearness positions, reference;
    std::size_t matched = 0; // one to one
};
Overlap overlap_of(const std::vector<Laid>& laid, double reach, double radius);

} // namespace picker
