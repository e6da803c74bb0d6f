// Projection in real space: the density is sampled along rays by trilinear interpolation and summed (project.hpp).
#include "simulation/project.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace picker {
namespace {

// The sum of the density at count positions start + i * step, all of them inside the cube's rim.
float sum_along(const Density& density, const std::array<float, 3>& start, const std::array<float, 3>& step,
                int count) {
    const std::size_t row = static_cast<std::size_t>(density.size);
    const std::size_t section = row * row;
    const float* voxels = density.voxels.data();
    float sum = 0.0F;
    for (int i = 0; i < count; ++i) {
        const float t = static_cast<float>(i);
        const float px = start[0] + t * step[0];
        const float py = start[1] + t * step[1];
        const float pz = start[2] + t * step[2];
        const int x = static_cast<int>(px); // positions are positive
        const int y = static_cast<int>(py);
        const int z = static_cast<int>(pz);
        const float fx = px - static_cast<float>(x);
        const float fy = py - static_cast<float>(y);
        const float fz = pz - static_cast<float>(z);
        const float* v = voxels + static_cast<std::size_t>(z) * section + static_cast<std::size_t>(y) * row +
                         static_cast<std::size_t>(x);
        const float* w = v + section;
        const float near0 = v[0] + fx * (v[1] - v[0]);
        const float near1 = v[row] + fx * (v[row + 1] - v[row]);
        const float far0 = w[0] + fx * (w[1] - w[0]);
        const float far1 = w[row] + fx * (w[row + 1] - w[row]);
        const float near = near0 + fy * (near1 - near0);
        const float far = far0 + fy * (far1 - far0);
        sum += near + fz * (far - near);
    }
    return sum;
}

// The rays through one structure in one orientation.
class Rays {
public:
    Rays(const Density& density, const Matrix3& matrix) : density_(density), matrix_(matrix) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
            step_[axis] = static_cast<float>(matrix[2][axis]); // along the beam, one voxel long
        }
    }

    // Along the beam through the point u, v (angstrom, columns and rows from the centre of mass).
    double integral(double u, double v) const {
        const double voxel = density_.voxel_size;
        const double depth2 = density_.radius * density_.radius - u * u - v * v;
        if (depth2 < 0.0) {
            return 0.0;
        }
        const int depth = static_cast<int>(std::sqrt(depth2) / voxel); // voxels on either side
        std::array<float, 3> start = {};
        for (std::size_t axis = 0; axis < 3; ++axis) {
            // The inverse of a rotation is its transpose.
            const double at = (matrix_[0][axis] * u + matrix_[1][axis] * v) / voxel - matrix_[2][axis] * depth;
            start[axis] = static_cast<float>(density_.centre[axis] + at);
        }
        return voxel * static_cast<double>(sum_along(density_, start, step_, 2 * depth + 1));
    }

private:
    const Density& density_;
    Matrix3 matrix_;
    std::array<float, 3> step_ = {};
};

// The projection at every `spacing` angstrom, the centre of mass on the middle pixel.
Image coarse_projection(const Rays& rays, double radius, double spacing) {
    const int half = static_cast<int>(std::ceil(radius / spacing)) + 2;
    Image image(2 * half + 1, 2 * half + 1);
    for (int row = -half; row <= half; ++row) {
        for (int column = -half; column <= half; ++column) {
            image.at(column + half, row + half) = static_cast<float>(rays.integral(column * spacing, row * spacing));
        }
    }
    return image;
}

// Catmull-Rom interpolation; zero outside the image.
double cubic(const Image& image, double x, double y) {
    const int column = static_cast<int>(std::floor(x));
    const int row = static_cast<int>(std::floor(y));
    if (column < 1 || row < 1 || column + 2 >= image.width || row + 2 >= image.height) {
        return 0.0;
    }
    const auto weights = [](double t) {
        return std::array<double, 4>{((2.0 - t) * t - 1.0) * t * 0.5, ((3.0 * t - 5.0) * t * t + 2.0) * 0.5,
                                     ((4.0 - 3.0 * t) * t + 1.0) * t * 0.5, (t - 1.0) * t * t * 0.5};
    };
    const auto wx = weights(x - column);
    const auto wy = weights(y - row);
    double sum = 0.0;
    for (int j = 0; j < 4; ++j) {
        const float* p = &image.pixels[image.index(column - 1, row - 1 + j)];
        sum +=
            wy[static_cast<std::size_t>(j)] * (wx[0] * static_cast<double>(p[0]) + wx[1] * static_cast<double>(p[1]) +
                                               wx[2] * static_cast<double>(p[2]) + wx[3] * static_cast<double>(p[3]));
    }
    return sum;
}

} // namespace

Matrix3 euler_matrix(const Orientation& orientation) {
    const double degree = std::numbers::pi / 180.0;
    const double ca = std::cos(orientation.rot * degree);
    const double sa = std::sin(orientation.rot * degree);
    const double cb = std::cos(orientation.tilt * degree);
    const double sb = std::sin(orientation.tilt * degree);
    const double cg = std::cos(orientation.psi * degree);
    const double sg = std::sin(orientation.psi * degree);
    return {{{cg * cb * ca - sg * sa, cg * cb * sa + sg * ca, -cg * sb},
             {-sg * cb * ca - cg * sa, -sg * cb * sa + cg * ca, sg * sb},
             {sb * ca, sb * sa, cb}}};
}

Orientation random_orientation(Random& random) {
    Orientation orientation;
    orientation.rot = random.uniform(-180.0, 180.0);
    orientation.tilt = std::acos(1.0 - 2.0 * random.uniform()) * 180.0 / std::numbers::pi;
    orientation.psi = random.uniform(-180.0, 180.0);
    return orientation;
}

void add_projection(Image& target, double pixel_size, const Density& density, const Orientation& orientation, double x,
                    double y) {
    const Rays rays(density, euler_matrix(orientation));
    const double voxel = density.voxel_size;
    const double reach = density.radius / pixel_size + 0.5;
    const int first_column = std::max(0, static_cast<int>(std::ceil(x - reach)));
    const int last_column = std::min(target.width - 1, static_cast<int>(std::floor(x + reach)));
    const int first_row = std::max(0, static_cast<int>(std::ceil(y - reach)));
    const int last_row = std::min(target.height - 1, static_cast<int>(std::floor(y + reach)));
    const auto for_each_pixel = [&](const auto& value) {
        for (int row = first_row; row <= last_row; ++row) {
            for (int column = first_column; column <= last_column; ++column) {
                target.at(column, row) += static_cast<float>(value(column - x, row - y));
            }
        }
    };

    if (pixel_size < 0.4 * voxel) {
        // Pixels much smaller than a voxel: rays at every half voxel hold all there is, pixels lie between them.
        const double spacing = 0.5 * voxel;
        const Image coarse = coarse_projection(rays, density.radius, spacing);
        for_each_pixel([&](double dx, double dy) {
            return cubic(coarse, coarse.width / 2 + dx * pixel_size / spacing,
                         coarse.height / 2 + dy * pixel_size / spacing);
        });
        return;
    }
    // A pixel much larger than a voxel is the mean of several rays.
    const int count = std::max(1, static_cast<int>(std::ceil(pixel_size / voxel - 0.25)));
    for_each_pixel([&](double dx, double dy) {
        double sum = 0.0;
        for (int ray = 0; ray < count * count; ++ray) {
            const double shift_x = (ray % count + 0.5) / count - 0.5;
            const double shift_y = (ray / count + 0.5) / count - 0.5;
            sum += rays.integral((dx + shift_x) * pixel_size, (dy + shift_y) * pixel_size);
        }
        return sum / (static_cast<double>(count) * count);
    });
}

} // namespace picker
