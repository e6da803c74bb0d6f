// Projection in real space: the density is sampled along rays by trilinear interpolation and summed; views keep such
// samples for reuse (project.hpp).
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

// Half the edge of a view, in samples.
int view_half(const Density& density) {
    return static_cast<int>(std::ceil(density.radius / (0.5 * density.voxel_size))) + 2;
}

// Catmull-Rom interpolation; zero outside the image.
double cubic(const Image& image, double x, double y) {
    // Without std::floor, which is a call on plain x86-64; what is truncated here is positive.
    const int column = x < 1.0 ? 0 : static_cast<int>(x);
    const int row = y < 1.0 ? 0 : static_cast<int>(y);
    if (column < 1 || row < 1 || column + 2 >= image.width || row + 2 >= image.height) {
        return 0.0;
    }
    const auto weights = [](float t) {
        return std::array<float, 4>{((2.0F - t) * t - 1.0F) * t * 0.5F, ((3.0F * t - 5.0F) * t * t + 2.0F) * 0.5F,
                                    ((4.0F - 3.0F * t) * t + 1.0F) * t * 0.5F, (t - 1.0F) * t * t * 0.5F};
    };
    const auto wx = weights(static_cast<float>(x - column));
    const auto wy = weights(static_cast<float>(y - row));
    const float* p = &image.pixels[image.index(column - 1, row - 1)];
    std::array<float, 4> columns = {};
    for (std::size_t j = 0; j < 4; ++j) {
        for (std::size_t i = 0; i < 4; ++i) {
            columns[i] += wy[j] * p[i];
        }
        p += image.width;
    }
    return static_cast<double>(wx[0] * columns[0] + wx[1] * columns[1] + wx[2] * columns[2] + wx[3] * columns[3]);
}

// Calls value(column - x, row - y) for every pixel within `reach` pixels and adds what it returns.
template <typename Value> void add_each(Image& target, double reach, double x, double y, const Value& value) {
    const int first_column = std::max(0, static_cast<int>(std::ceil(x - reach)));
    const int last_column = std::min(target.width - 1, static_cast<int>(std::floor(x + reach)));
    const int first_row = std::max(0, static_cast<int>(std::ceil(y - reach)));
    const int last_row = std::min(target.height - 1, static_cast<int>(std::floor(y + reach)));
    for (int row = first_row; row <= last_row; ++row) {
        for (int column = first_column; column <= last_column; ++column) {
            if ((column - x) * (column - x) + (row - y) * (row - y) > reach * reach) {
                continue;
            }
            target.at(column, row) += static_cast<float>(value(column - x, row - y));
        }
    }
}

// The mean over count * count points of the pixel at (dx, dy), in pixels from the centre.
template <typename Value> double pixel_mean(int count, double dx, double dy, const Value& value) {
    double sum = 0.0;
    for (int ray = 0; ray < count * count; ++ray) {
        const double shift_x = (ray % count + 0.5) / count - 0.5;
        const double shift_y = (ray / count + 0.5) / count - 0.5;
        sum += value(dx + shift_x, dy + shift_y);
    }
    return sum / (static_cast<double>(count) * count);
}

// A pixel much larger than a voxel is the mean of several rays.
int rays_per_pixel(double pixel_size, double voxel) {
    return std::max(1, static_cast<int>(std::ceil(pixel_size / voxel - 0.25)));
}

constexpr double degree = std::numbers::pi / 180.0;

} // namespace

Matrix3 euler_matrix(const Orientation& orientation) {
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

Orientation preferred_orientation(Random& random, const Preference& preference) {
    if (random.uniform() >= preference.fraction) {
        return random_orientation(random);
    }
    // The cosine of the angle to the axis by inversion (Wood 1994); its azimuth about the axis is uniform.
    const double kappa = preference.concentration;
    const double u = random.uniform();
    const double cosine = 1.0 + std::log(u + (1.0 - u) * std::exp(-2.0 * kappa)) / kappa;
    const double sine = std::sqrt(std::max(0.0, 1.0 - cosine * cosine));
    const double azimuth = random.uniform(0.0, 2.0 * std::numbers::pi);
    // The rows of the axis' own matrix are a frame whose third member is the axis.
    const Matrix3 frame = euler_matrix({preference.rot, preference.tilt, 0.0});
    std::array<double, 3> direction = {};
    for (std::size_t i = 0; i < 3; ++i) {
        direction[i] =
            sine * (std::cos(azimuth) * frame[0][i] + std::sin(azimuth) * frame[1][i]) + cosine * frame[2][i];
    }
    Orientation orientation;
    orientation.rot = std::atan2(direction[1], direction[0]) / degree;
    orientation.tilt = std::acos(std::clamp(direction[2], -1.0, 1.0)) / degree;
    orientation.psi = random.uniform(-180.0, 180.0);
    return orientation;
}

double view_angle(const Orientation& a, const Orientation& b) {
    const auto from = euler_matrix(a)[2];
    const auto to = euler_matrix(b)[2];
    return std::acos(std::clamp(from[0] * to[0] + from[1] * to[1] + from[2] * to[2], -1.0, 1.0)) / degree;
}

View make_view(const Density& density, double rot, double tilt) {
    View view;
    view.orientation = {rot, tilt, 0.0};
    view.spacing = 0.5 * density.voxel_size;
    const Rays rays(density, euler_matrix(view.orientation));
    const int half = view_half(density);
    view.samples = Image(2 * half + 1, 2 * half + 1);
    for (int row = -half; row <= half; ++row) {
        for (int column = -half; column <= half; ++column) {
            view.samples.at(column + half, row + half) =
                static_cast<float>(rays.integral(column * view.spacing, row * view.spacing));
        }
    }
    return view;
}

std::size_t view_bytes(const Density& density) {
    const auto edge = static_cast<std::size_t>(2 * view_half(density) + 1);
    return edge * edge * sizeof(float);
}

void add_view(Image& target, double pixel_size, const View& view, double psi, double x, double y) {
    const double middle = view.samples.width / 2;
    const double scale = pixel_size / view.spacing; // samples per pixel
    const double cosine = std::cos(psi * degree) * scale;
    const double sine = std::sin(psi * degree) * scale;
    // psi turns the frame, so that places go back by it.
    const auto value = [&](double dx, double dy) {
        return cubic(view.samples, middle + cosine * dx - sine * dy, middle + sine * dx + cosine * dy);
    };
    const int count = rays_per_pixel(pixel_size, 2.0 * view.spacing);
    add_each(target, middle / scale + 0.75, x, y,
             [&](double dx, double dy) { return pixel_mean(count, dx, dy, value); });
}

void add_projection(Image& target, double pixel_size, const Density& density, const Orientation& orientation, double x,
                    double y) {
    if (pixel_size < 0.4 * density.voxel_size) {
        // Pixels much smaller than a voxel lie between the samples of a view.
        const View view = make_view(density, orientation.rot, orientation.tilt);
        add_view(target, pixel_size, view, orientation.psi, x, y);
        return;
    }
    const Rays rays(density, euler_matrix(orientation));
    const int count = rays_per_pixel(pixel_size, density.voxel_size);
    add_each(target, density.radius / pixel_size + 0.75, x, y, [&](double dx, double dy) {
        return pixel_mean(count, dx, dy,
                          [&](double u, double v) { return rays.integral(u * pixel_size, v * pixel_size); });
    });
}

} // namespace picker
