// The built-in structure: an asymmetric molecule of Gaussian blobs, so that everything runs without a download.
#include "simulation/density.hpp"

#include <cmath>

namespace picker {
namespace {

// Position and sigma in units of half the longest axis (nearly: the exact scale is measured), and peak density.
struct Blob {
    double x, y, z, sigma, peak;
};

// Two large bodies, and six lobes of different sizes in different directions off every plane and axis.
constexpr Blob blobs[] = {
    {-0.26, 0.10, 0.00, 0.29, 1.0},  {0.30, 0.16, 0.05, 0.20, 1.0},   {0.08, -0.36, 0.18, 0.19, 1.0},
    {0.12, 0.22, 0.46, 0.17, 1.0},   {-0.20, 0.30, -0.46, 0.15, 0.9}, {0.66, -0.10, -0.14, 0.14, 1.1},
    {-0.56, -0.38, 0.28, 0.14, 1.1}, {0.02, 0.58, -0.12, 0.15, 0.9},
};

} // namespace

Volume phantom_volume(double diameter) {
    const int half = 32;      // voxels; the smallest blob's sigma is then 2.2 voxels
    const double unit = 20.0; // voxels per half axis: the box ends where the blobs have faded out
    Volume volume;
    volume.nx = volume.ny = volume.nz = 2 * half + 1;
    for (int z = -half; z <= half; ++z) {
        for (int y = -half; y <= half; ++y) {
            for (int x = -half; x <= half; ++x) {
                double value = 0.0;
                for (const Blob& b : blobs) {
                    const double r = std::hypot(x - unit * b.x, y - unit * b.y, z - unit * b.z) / (unit * b.sigma);
                    value += b.peak * std::exp(-0.5 * r * r);
                }
                volume.voxels.push_back(static_cast<float>(value < 1e-3 ? 0.0 : value));
            }
        }
    }
    // The voxel size makes the measured axis of the finished density exactly the one asked for.
    volume.voxel_size = 1.0;
    volume.voxel_size = diameter / make_density(volume, "the built-in phantom").diameter;
    return volume;
}

} // namespace picker
