// Where the particles of a micrograph lie: uniform, whole particles inside the micrograph, at a minimum distance.
#pragma once

#include "core/random.hpp"

#include <functional>
#include <vector>

namespace picker {

struct Placement {
    double x = 0.0, y = 0.0; // pixels
    int structure = 0;
};

// What restricts places beside the border.
struct PlacementRules {
    double min_distance = 1.0; // between centres, in units of the mean of the two diameters
    double touching = 0.0; // share of the particles that are put at `touching_from` to 1 of that distance from another
    std::function<bool(double x, double y, double radius)> is_free; // of other things; may be empty
};

// Touching particles are at least this far apart, in units of the mean of the two diameters.
inline constexpr double touching_from = 0.7;

// `diameters` in pixels, one per structure; each particle is of a structure drawn at random. Fewer than `count` where
// that many do not fit: a particle is given up after 1000 draws, and all the rest after three such in a row.
std::vector<Placement> place_particles(Random& random, int width, int height, int count,
                                       const std::vector<double>& diameters, const PlacementRules& rules);

// The distance of each from its nearest neighbour, in units of the mean of their diameters; `alone` where there is
// none.
std::vector<double> neighbour_distances(const std::vector<Placement>& placed, const std::vector<double>& diameters,
                                        double alone);

} // namespace picker
