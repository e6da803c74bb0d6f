// A structure ready for projection: its density on a grid centred by mass, its longest axis, and a common scale.
#pragma once

#include "io/atoms.hpp"
#include "io/micrograph_file.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace picker {

struct Density {
    int size = 0;                      // voxels along each edge of the cube; a rim of zeros all round
    double voxel_size = 0.0;           // angstrom
    std::array<double, 3> centre = {}; // of mass, in voxels, x y z
    double radius = 0.0;               // angstrom: nothing lies further from the centre
    double diameter = 0.0;             // angstrom, longest axis
    std::vector<float> voxels;         // x fastest; the typical density inside the structure is 1

    std::size_t index(int x, int y, int z) const {
        const auto n = static_cast<std::size_t>(size);
        return (static_cast<std::size_t>(z) * n + static_cast<std::size_t>(y)) * n + static_cast<std::size_t>(x);
    }
};

// Takes the solvent level (median of the outer faces) off, divides by the typical density (the mean weighted by the
// density itself, which neither the size of the box nor a few extreme voxels move) and centres by the mass of what is
// positive. Error(bad_file) naming `name` where nothing is left or a voxel is no number.
Density make_density(const Volume& volume, const std::string& name);

// Longest axis in voxels: the largest distance between two points on the surface where the density is `level`.
// Parts of less than a hundredth of the largest connected part are dust and do not count. 0 where nothing reaches it.
double longest_axis(const Volume& volume, double level);

// The fraction of the typical density that counts as the surface of a structure.
inline constexpr double surface_level = 0.2;

// Gaussians of one voxel's sigma at the atoms (as interpolation sees them), weighted by electrons; up to a factor the
// electron density at that resolution. `name` is for messages. The file's x, y, z are the volume's.
Volume atoms_volume(const std::vector<Atom>& atoms, double voxel_size, const std::string& name);
// A voxel size in angstrom that suits images of `pixel_size`.
double atom_voxel_size(const std::vector<Atom>& atoms, double pixel_size);

// The built-in structure: eight Gaussian blobs, no two of its views or mirror images alike.
Volume phantom_volume(double diameter);

} // namespace picker
