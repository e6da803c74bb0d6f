// Random sequential placement with a grid of cells for the distance check (placement.hpp).
#include "simulation/placement.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace picker {
namespace {

// Accepted centres by cell; cells are as wide as the largest distance asked for, so neighbours are in the 3 x 3 round.
class Neighbours {
public:
    Neighbours(int width, int height, double distance)
        : cell_(std::max(distance, 8.0)), columns_(static_cast<int>(width / cell_) + 1),
          rows_(static_cast<int>(height / cell_) + 1),
          cells_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {}

    void add(const Placement& p) { cells_[cell(column(p.x), row(p.y))].push_back(p); }

    template <typename TooClose> bool any(double x, double y, const TooClose& too_close) const {
        for (int r = std::max(0, row(y) - 1); r <= std::min(rows_ - 1, row(y) + 1); ++r) {
            for (int c = std::max(0, column(x) - 1); c <= std::min(columns_ - 1, column(x) + 1); ++c) {
                const auto& here = cells_[cell(c, r)];
                if (std::any_of(here.begin(), here.end(), too_close)) {
                    return true;
                }
            }
        }
        return false;
    }

private:
    int column(double x) const { return static_cast<int>(x / cell_); }
    int row(double y) const { return static_cast<int>(y / cell_); }
    std::size_t cell(int c, int r) const {
        return static_cast<std::size_t>(r) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(c);
    }

    double cell_;
    int columns_, rows_;
    std::vector<std::vector<Placement>> cells_;
};

} // namespace

std::vector<Placement> place_particles(Random& random, int width, int height, int count,
                                       const std::vector<double>& diameters, double min_distance) {
    const double largest = *std::max_element(diameters.begin(), diameters.end());
    Neighbours neighbours(width, height, min_distance * largest);
    std::vector<Placement> placed;
    int given_up = 0;
    for (int i = 0; i < count && given_up < 3; ++i) {
        Placement p;
        p.structure = static_cast<int>(random.below(diameters.size()));
        const double diameter = diameters[static_cast<std::size_t>(p.structure)];
        const double rim = 0.5 * diameter;
        bool found = false;
        for (int draw = 0; draw < 1000 && !found; ++draw) {
            p.x = random.uniform(rim, width - 1 - rim);
            p.y = random.uniform(rim, height - 1 - rim);
            found = !neighbours.any(p.x, p.y, [&](const Placement& other) {
                const double apart =
                    0.5 * min_distance * (diameter + diameters[static_cast<std::size_t>(other.structure)]);
                return std::hypot(p.x - other.x, p.y - other.y) < apart;
            });
        }
        if (found) {
            neighbours.add(p);
            placed.push_back(p);
            given_up = 0;
        } else {
            ++given_up;
        }
    }
    return placed;
}

} // namespace picker
