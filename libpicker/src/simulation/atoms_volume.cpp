// Atoms to density: one Gaussian for each, weighted by its electrons (density.hpp).
#include "core/error.hpp"
#include "simulation/density.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

// The Gaussian's values along one axis at the voxels round `at` (in voxels), first voxel and values.
struct Line {
    int first = 0;
    std::vector<double> values;
    Line(double at, double sigma, int reach) : first(static_cast<int>(std::lround(at)) - reach) {
        for (int i = 0; i <= 2 * reach; ++i) {
            const double d = (first + i - at) / sigma;
            values.push_back(std::exp(-0.5 * d * d));
        }
    }
};

} // namespace

double atom_voxel_size(const std::vector<Atom>& atoms, double pixel_size) {
    double extent = 0.0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const auto [low, high] = std::minmax_element(
            atoms.begin(), atoms.end(), [axis](const Atom& a, const Atom& b) { return a.at[axis] < b.at[axis]; });
        extent = std::max(extent, high->at[axis] - low->at[axis]);
    }
    // A little finer than the pixel, and never more than about 400 voxels along an edge.
    return std::max(std::clamp(0.8 * pixel_size, 1.0, 4.0), extent / 400.0);
}

Volume atoms_volume(const std::vector<Atom>& atoms, double voxel_size, const std::string& name) {
    // Interpolation between the voxels widens by a sixth of a voxel squared, which is taken off here.
    const double sigma = std::sqrt(1.0 - 1.0 / 6.0);
    constexpr int reach = 4;  // voxels
    constexpr int margin = 6; // voxels round the outermost atoms
    std::array<double, 3> low = atoms.front().at;
    std::array<double, 3> high = low;
    for (const Atom& atom : atoms) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
            low[axis] = std::min(low[axis], atom.at[axis]);
            high[axis] = std::max(high[axis], atom.at[axis]);
        }
    }
    std::array<int, 3> size = {};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const double voxels = (high[axis] - low[axis]) / voxel_size;
        if (!(voxels < 2000.0)) {
            fail(Status::bad_file, "the atoms of ", name, " lie ", high[axis] - low[axis],
                 " angstrom apart; check the coordinates of the file");
        }
        size[axis] = static_cast<int>(std::ceil(voxels)) + 1 + 2 * margin;
    }
    Volume volume;
    volume.nx = size[0];
    volume.ny = size[1];
    volume.nz = size[2];
    volume.voxel_size = voxel_size;
    const auto nx = static_cast<std::size_t>(size[0]);
    const auto ny = static_cast<std::size_t>(size[1]);
    volume.voxels.assign(nx * ny * static_cast<std::size_t>(size[2]), 0.0F);
    for (const Atom& atom : atoms) {
        const auto line = [&](std::size_t axis) {
            return Line((atom.at[axis] - low[axis]) / voxel_size + margin, sigma, reach);
        };
        const Line x = line(0);
        const Line y = line(1);
        const Line z = line(2);
        for (std::size_t k = 0; k < z.values.size(); ++k) {
            for (std::size_t j = 0; j < y.values.size(); ++j) {
                const double weight = atom.electrons * z.values[k] * y.values[j];
                float* row =
                    volume.voxels.data() +
                    ((static_cast<std::size_t>(z.first) + k) * ny + static_cast<std::size_t>(y.first) + j) * nx +
                    static_cast<std::size_t>(x.first);
                for (std::size_t i = 0; i < x.values.size(); ++i) {
                    row[i] += static_cast<float>(weight * x.values[i]);
                }
            }
        }
    }
    return volume;
}

} // namespace picker
