// Orientations in RELION's convention, and the projection of a structure along the beam.
#pragma once

#include "core/image.hpp"
#include "core/random.hpp"
#include "simulation/density.hpp"

#include <array>

namespace picker {

struct Orientation {
    double rot = 0.0, tilt = 0.0, psi = 0.0; // degrees
};

using Matrix3 = std::array<std::array<double, 3>, 3>;

// RELION's matrix: intrinsic rotations about z by rot, y by tilt, z by psi. It takes a point of the structure to
// the micrograph's frame: column, row, beam.
Matrix3 euler_matrix(const Orientation& orientation);

// Uniform over all rotations: rot and psi in [-180, 180), the cosine of tilt uniform.
Orientation random_orientation(Random& random);

// Adds the projection to `target`, the centre of mass at column x and row y (pixels, pixel centres are whole numbers).
// A pixel holds the mean over its area of the density integrated along the beam (typical density times angstrom).
void add_projection(Image& target, double pixel_size, const Density& density, const Orientation& orientation, double x,
                    double y);

} // namespace picker
