// Votes for shifts and matches by chance (frame_votes.hpp).
#include "evaluation/frame_votes.hpp"

#include "evaluation/matching.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace picker {
namespace {

struct Point {
    double x, y;
};

// The mean of the votes near a place, moved there until it stays.
Shift settle(const std::vector<Point>& votes, Point at, double radius) {
    std::size_t count = 0;
    for (int step = 0;; ++step) {
        double x = 0.0, y = 0.0;
        count = 0;
        for (const Point& vote : votes) {
            if (std::hypot(vote.x - at.x, vote.y - at.y) <= radius) {
                x += vote.x;
                y += vote.y;
                ++count;
            }
        }
        const Point mean = {x / static_cast<double>(count), y / static_cast<double>(count)};
        if (count == 0 || step == 8 || std::hypot(mean.x - at.x, mean.y - at.y) < 1e-6 * radius) {
            break;
        }
        at = mean;
    }
    return {at.x, at.y, count};
}

// Adds one micrograph. The density is taken from a square around each place, without the disc itself: a match is no
// sign of a dense place.
void add_near(Nearness& sum, const Picks& from, const Picks& to, const PositionGrid& grid, const Laid& frame,
              double reach, double radius) {
    const double disc = std::numbers::pi * radius * radius;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const double x = from.x[i], y = from.y[i];
        std::size_t around = 0, inside = 0;
        grid.visit(x, y, reach, [&](std::size_t t) {
            const double dx = std::abs(to.x[t] - x), dy = std::abs(to.y[t] - y);
            const bool near = std::hypot(dx, dy) <= radius;
            inside += near ? 1 : 0;
            around += !near && dx <= reach && dy <= reach ? 1 : 0;
        });
        sum.near += inside > 0 ? 1 : 0;
        const double wide = std::min(x + reach, frame.width) - std::max(x - reach, 0.0);
        const double high = std::min(y + reach, frame.height) - std::max(y - reach, 0.0);
        if (wide > 0.0 && high > 0.0) {
            const double area = std::max(wide * high - disc, disc);
            sum.chance += 1.0 - std::exp(-static_cast<double>(around) / area * disc);
        }
    }
    sum.count += from.size();
}

} // namespace

PositionGrid::PositionGrid(const Picks& positions, double side) : side_(side) {
    if (positions.empty()) {
        return;
    }
    const auto [left, right] = std::minmax_element(positions.x.begin(), positions.x.end());
    const auto [top, bottom] = std::minmax_element(positions.y.begin(), positions.y.end());
    left_ = *left;
    top_ = *top;
    const double wide = *right - left_, high = *bottom - top_;
    side_ = std::max({side_, wide / 2000.0, high / 2000.0}); // far strays must not make millions of cells
    columns_ = static_cast<std::size_t>(wide / side_) + 1;
    rows_ = static_cast<std::size_t>(high / side_) + 1;
    next_.assign(columns_ * rows_ + 1, 0);
    for (std::size_t i = 0; i < positions.size(); ++i) {
        ++next_[row(positions.y[i]) * columns_ + column(positions.x[i]) + 1];
    }
    for (std::size_t c = 1; c < next_.size(); ++c) {
        next_[c] += next_[c - 1];
    }
    members_.resize(positions.size());
    std::vector<std::size_t> at(next_.begin(), next_.end() - 1);
    for (std::size_t i = 0; i < positions.size(); ++i) {
        members_[at[row(positions.y[i]) * columns_ + column(positions.x[i])]++] = i;
    }
}

std::vector<Shift> best_shifts(const std::vector<Laid>& laid, double reach, double radius) {
    const double side = radius / 2.0;
    const auto half = static_cast<std::ptrdiff_t>(std::ceil(reach / side)) + 1;
    const std::ptrdiff_t edge = 2 * half + 1;
    std::vector<std::size_t> cells(static_cast<std::size_t>(edge * edge), 0);
    std::vector<Point> votes;
    const auto cell_of = [&](double shift) { return static_cast<std::ptrdiff_t>(std::lround(shift / side)) + half; };
    for (const Laid& one : laid) {
        for (std::size_t i = 0; i < one.positions->size(); ++i) {
            const double x = one.positions->x[i], y = one.positions->y[i];
            one.grid->visit(x, y, reach, [&](std::size_t t) {
                const Point vote = {one.reference->x[t] - x, one.reference->y[t] - y};
                if (std::abs(vote.x) <= reach && std::abs(vote.y) <= reach) {
                    votes.push_back(vote);
                    ++cells[static_cast<std::size_t>(cell_of(vote.y) * edge + cell_of(vote.x))];
                }
            });
        }
    }
    // The sum over three by three cells: a peak that lies between cells counts as much as one within.
    struct Peak {
        std::size_t votes;
        std::ptrdiff_t distance; // from no shift, of equal peaks the nearest is best
        Point at;
    };
    std::vector<Peak> peaks;
    for (std::ptrdiff_t row = 1; row + 1 < edge; ++row) {
        for (std::ptrdiff_t column = 1; column + 1 < edge; ++column) {
            std::size_t sum = 0;
            for (std::ptrdiff_t r = row - 1; r <= row + 1; ++r) {
                for (std::ptrdiff_t c = column - 1; c <= column + 1; ++c) {
                    sum += cells[static_cast<std::size_t>(r * edge + c)];
                }
            }
            if (sum > 0) {
                const std::ptrdiff_t x = column - half, y = row - half;
                peaks.push_back({sum, x * x + y * y, {static_cast<double>(x) * side, static_cast<double>(y) * side}});
            }
        }
    }
    std::ranges::stable_sort(peaks, [](const Peak& a, const Peak& b) {
        return a.votes != b.votes ? a.votes > b.votes : a.distance < b.distance;
    });
    std::vector<Shift> best;
    for (const Peak& peak : peaks) {
        const bool apart = std::ranges::all_of(best, [&](const Shift& shift) {
            return std::hypot(shift.dx - peak.at.x, shift.dy - peak.at.y) > 2.0 * radius;
        });
        if (apart) {
            best.push_back(settle(votes, peak.at, radius));
            if (best.size() == 2) {
                break;
            }
        }
    }
    return best;
}

Overlap overlap_of(const std::vector<Laid>& laid, double reach, double radius) {
    MatchOptions options;
    options.radius = radius;
    Overlap result;
    for (const Laid& one : laid) {
        const Match pairs = match(*one.positions, *one.reference, options);
        result.matched +=
            static_cast<std::size_t>(std::ranges::count_if(pairs.truth_of_pick, [](int t) { return t >= 0; }));
        add_near(result.positions, *one.positions, *one.reference, *one.grid, one, reach, radius);
        const PositionGrid grid(*one.positions, reach);
        add_near(result.reference, *one.reference, *one.positions, grid, one, reach, radius);
    }
    for (Nearness* side : {&result.positions, &result.reference}) {
        side->chance /= static_cast<double>(std::max<std::size_t>(side->count, 1));
    }
    return result;
}

} // namespace picker
