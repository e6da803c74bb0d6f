// Random sequential placement with a grid of cells for the distance check (placement.hpp).
#include "simulation/placement.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

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
                                       const std::vector<double>& diameters, const PlacementRules& rules) {
    const double largest = *std::max_element(diameters.begin(), diameters.end());
    Neighbours neighbours(width, height, rules.min_distance * largest);
    std::vector<Placement> placed;
    int given_up = 0;
    for (int i = 0; i < count && given_up < 3; ++i) {
        Placement p;
        p.structure = static_cast<int>(random.below(diameters.size()));
        const double diameter = diameters[static_cast<std::size_t>(p.structure)];
        const double rim = 0.5 * diameter;
        const bool touches = rules.touching > 0.0 && !placed.empty() && random.uniform() < rules.touching;
        const double closest = touches ? std::min(touching_from, rules.min_distance) : rules.min_distance;
        bool found = false;
        for (int draw = 0; draw < 1000 && !found; ++draw) {
            if (touches) {
                const Placement& partner = placed[random.below(placed.size())];
                const double mean = 0.5 * (diameter + diameters[static_cast<std::size_t>(partner.structure)]);
                const double apart = mean * random.uniform(closest, 1.0);
                const double angle = random.uniform(0.0, 2.0 * std::numbers::pi);
                p.x = partner.x + apart * std::cos(angle);
                p.y = partner.y + apart * std::sin(angle);
                if (p.x < rim || p.y < rim || p.x > width - 1 - rim || p.y > height - 1 - rim) {
                    continue;
                }
            } else {
                p.x = random.uniform(rim, width - 1 - rim);
                p.y = random.uniform(rim, height - 1 - rim);
            }
            found = !neighbours.any(p.x, p.y, [&](const Placement& other) {
                const double apart = 0.5 * closest * (diameter + diameters[static_cast<std::size_t>(other.structure)]);
                return std::hypot(p.x - other.x, p.y - other.y) < apart;
            }) && (!rules.is_free || rules.is_free(p.x, p.y, rim));
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

std::vector<double> neighbour_distances(const std::vector<Placement>& placed, const std::vector<double>& diameters,
                                        double alone) {
    std::vector<double> nearest(placed.size(), alone);
    for (std::size_t i = 0; i < placed.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double mean = 0.5 * (diameters[static_cast<std::size_t>(placed[i].structure)] +
                                       diameters[static_cast<std::size_t>(placed[j].structure)]);
            const double apart = std::hypot(placed[i].x - placed[j].x, placed[i].y - placed[j].y) / mean;
            nearest[i] = std::min(nearest[i], apart);
            nearest[j] = std::min(nearest[j], apart);
        }
    }
    return nearest;
}

} // namespace picker
