// Where the particles of a micrograph lie: uniform, whole particles inside the micrograph, at a minimum distance.
#pragma once

#include "core/random.hpp"

#include <vector>

namespace picker {

struct Placement {
    double x = 0.0, y = 0.0; // pixels
    int structure = 0;
};

// `diameters` in pixels, one per structure; each particle is of a structure drawn at random. Centres are at least
// `min_distance` times the mean of the two diameters apart. Fewer than `count` where that many do not fit: a particle
// is given up after 1000 draws, and all the rest after three such in a row.
std::vector<Placement> place_particles(Random& random, int width, int height, int count,
                                       const std::vector<double>& diameters, double min_distance);

} // namespace picker
