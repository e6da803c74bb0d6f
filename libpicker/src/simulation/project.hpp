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

// Views near one direction of the structure, as at an interface of the ice: a share of the particles has its viewing
// direction drawn from a von Mises-Fisher distribution round the direction (rot, tilt); the others are uniform.
struct Preference {
    double fraction = 0.0;        // of the particles, 0 to 1
    double rot = 0.0, tilt = 0.0; // degrees
    double concentration = 10.0;  // kappa: the mean cosine of the angle is coth kappa - 1 / kappa
};
Orientation preferred_orientation(Random& random, const Preference& preference);
// Degrees between the viewing directions (structure's frame) of two orientations.
double view_angle(const Orientation& a, const Orientation& b);

// A projection kept for use at any place, in-plane angle and pixel size: the density's integrals at every `spacing`
// angstrom, half a voxel, which holds all there is. Its psi is 0.
struct View {
    Orientation orientation;
    Image samples; // the centre of mass on the middle pixel
    double spacing = 0.0;
};
View make_view(const Density& density, double rot, double tilt);
// The size in bytes that one view of a structure has.
std::size_t view_bytes(const Density& density);
// As add_projection at the view's rot and tilt and this psi.
void add_view(Image& target, double pixel_size, const View& view, double psi, double x, double y);

// Adds the projection to `target`, the centre of mass at column x and row y (pixels, pixel centres are whole numbers).
// A pixel holds the mean over its area of the density integrated along the beam (typical density times angstrom).
void add_projection(Image& target, double pixel_size, const Density& density, const Orientation& orientation, double x,
                    double y);

} // namespace picker
