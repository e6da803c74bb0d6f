// From a volume to a structure that can be projected: solvent level, scale, centre, longest axis (density.hpp).
#include "simulation/density.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace picker {
namespace {

using Point = std::array<double, 3>;

std::size_t voxel_index(const Volume& volume, int x, int y, int z) {
    return (static_cast<std::size_t>(z) * static_cast<std::size_t>(volume.ny) + static_cast<std::size_t>(y)) *
               static_cast<std::size_t>(volume.nx) +
           static_cast<std::size_t>(x);
}

bool inside(const Volume& volume, int x, int y, int z) {
    return x >= 0 && y >= 0 && z >= 0 && x < volume.nx && y < volume.ny && z < volume.nz;
}

double value_at(const Volume& volume, int x, int y, int z) {
    return inside(volume, x, y, z) ? static_cast<double>(volume.voxels[voxel_index(volume, x, y, z)]) : 0.0;
}

// Visits every voxel with its coordinates.
template <typename Visit> void for_each_voxel(const Volume& volume, const Visit& visit) {
    std::size_t i = 0;
    for (int z = 0; z < volume.nz; ++z) {
        for (int y = 0; y < volume.ny; ++y) {
            for (int x = 0; x < volume.nx; ++x, ++i) {
                visit(x, y, z, i);
            }
        }
    }
}

// Labels the connected parts (26 neighbours) at or above the level from 1 on; returns the voxel count of each.
std::vector<std::size_t> label_parts(const Volume& volume, double level, std::vector<std::int32_t>& labels) {
    labels.assign(volume.voxels.size(), 0);
    std::vector<std::size_t> counts;
    std::vector<std::array<int, 3>> stack;
    for_each_voxel(volume, [&](int x, int y, int z, std::size_t i) {
        if (labels[i] != 0 || static_cast<double>(volume.voxels[i]) < level) {
            return;
        }
        counts.push_back(0);
        const auto label = static_cast<std::int32_t>(counts.size());
        labels[i] = label;
        stack.push_back({x, y, z});
        while (!stack.empty()) {
            const auto at = stack.back();
            stack.pop_back();
            ++counts.back();
            for (int n = 0; n < 27; ++n) {
                const int nx = at[0] + n % 3 - 1;
                const int ny = at[1] + n / 3 % 3 - 1;
                const int nz = at[2] + n / 9 - 1;
                if (!inside(volume, nx, ny, nz)) {
                    continue;
                }
                const std::size_t j = voxel_index(volume, nx, ny, nz);
                if (labels[j] == 0 && static_cast<double>(volume.voxels[j]) >= level) {
                    labels[j] = label;
                    stack.push_back({nx, ny, nz});
                }
            }
        }
    });
    return counts;
}

double distance(const Point& a, const Point& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

double interpolate(const Volume& volume, const Point& at) {
    const int x = static_cast<int>(std::floor(at[0]));
    const int y = static_cast<int>(std::floor(at[1]));
    const int z = static_cast<int>(std::floor(at[2]));
    const double fx = at[0] - x;
    const double fy = at[1] - y;
    const double fz = at[2] - z;
    double sum = 0.0;
    for (int n = 0; n < 8; ++n) {
        const int dx = n & 1;
        const int dy = n >> 1 & 1;
        const int dz = n >> 2;
        const double weight = (dx != 0 ? fx : 1 - fx) * (dy != 0 ? fy : 1 - fy) * (dz != 0 ? fz : 1 - fz);
        sum += weight * value_at(volume, x + dx, y + dy, z + dz);
    }
    return sum;
}

// How far beyond the voxel at `from` the surface lies, along the unit vector `along`; in voxels, at most 2.
double overhang(const Volume& volume, double level, const Point& from, const Point& along) {
    double length = 0.0;
    while (length < 2.0) {
        const double next = length + 0.02;
        const Point at = {from[0] + next * along[0], from[1] + next * along[1], from[2] + next * along[2]};
        if (interpolate(volume, at) < level) {
            break;
        }
        length = next;
    }
    return length;
}

// Median of the voxels on the six faces.
double solvent_level(const Volume& volume) {
    std::vector<float> faces;
    for_each_voxel(volume, [&](int x, int y, int z, std::size_t i) {
        if (x == 0 || y == 0 || z == 0 || x == volume.nx - 1 || y == volume.ny - 1 || z == volume.nz - 1) {
            faces.push_back(volume.voxels[i]);
        }
    });
    const auto middle = faces.begin() + static_cast<std::ptrdiff_t>(faces.size() / 2);
    std::nth_element(faces.begin(), middle, faces.end());
    return static_cast<double>(*middle);
}

} // namespace

double longest_axis(const Volume& volume, double level) {
    std::vector<std::int32_t> labels;
    const std::vector<std::size_t> counts = label_parts(volume, level, labels);
    if (counts.empty()) {
        return 0.0;
    }
    const std::size_t dust = *std::max_element(counts.begin(), counts.end()) / 100;

    // Only voxels with a neighbour outside the surface can be an end of the axis.
    std::vector<Point> surface;
    Point middle = {};
    for_each_voxel(volume, [&](int x, int y, int z, std::size_t i) {
        if (labels[i] == 0 || counts[static_cast<std::size_t>(labels[i] - 1)] <= dust) {
            return;
        }
        const auto empty = [&](int dx, int dy, int dz) {
            return !inside(volume, x + dx, y + dy, z + dz) || labels[voxel_index(volume, x + dx, y + dy, z + dz)] == 0;
        };
        if (empty(-1, 0, 0) || empty(1, 0, 0) || empty(0, -1, 0) || empty(0, 1, 0) || empty(0, 0, -1) ||
            empty(0, 0, 1)) {
            surface.push_back({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
            middle = {middle[0] + x, middle[1] + y, middle[2] + z};
        }
    });
    for (double& m : middle) {
        m /= static_cast<double>(surface.size());
    }

    // Furthest from the middle first: two points are no further apart than their distances from the middle together,
    // so the search stops early and is still exact.
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < surface.size(); ++i) {
        order.emplace_back(-distance(surface[i], middle), i);
    }
    std::sort(order.begin(), order.end());
    double best = 0.0;
    std::pair<std::size_t, std::size_t> ends = {order[0].second, order[0].second};
    for (std::size_t i = 0; i < order.size() && -2.0 * order[i].first > best; ++i) {
        for (std::size_t j = i + 1; j < order.size() && -(order[i].first + order[j].first) > best; ++j) {
            const double length = distance(surface[order[i].second], surface[order[j].second]);
            if (length > best) {
                best = length;
                ends = {order[i].second, order[j].second};
            }
        }
    }
    if (best == 0.0) {
        return 1.0;
    }
    const Point& a = surface[ends.first];
    const Point& b = surface[ends.second];
    const Point along = {(b[0] - a[0]) / best, (b[1] - a[1]) / best, (b[2] - a[2]) / best};
    return best + overhang(volume, level, b, along) + overhang(volume, level, a, {-along[0], -along[1], -along[2]});
}

Density make_density(const Volume& volume, const std::string& name) {
    if (volume.nx < 3 || volume.ny < 3 || volume.nz < 3) {
        fail(Status::bad_file, name, " is ", volume.nx, " x ", volume.ny, " x ", volume.nz,
             " voxels: a structure to simulate from must be a volume of at least 3 voxels along each axis");
    }
    if (!std::isfinite(volume.voxel_size) || volume.voxel_size <= 0.0) {
        fail(Status::bad_file, "the voxel size of ", name,
             " is missing from its header; write it there, in angstrom, with the program that made the map");
    }
    for (const float v : volume.voxels) {
        if (!std::isfinite(v)) {
            fail(Status::bad_file, name,
                 " holds voxels that are not numbers; write the map again without NaN or infinity");
        }
    }

    Volume scaled = volume;
    const double solvent = solvent_level(volume);
    double sum = 0.0;
    double squares = 0.0;
    for (float& v : scaled.voxels) {
        const double d = static_cast<double>(v) - solvent;
        v = static_cast<float>(d);
        if (d > 0.0) {
            sum += d;
            squares += d * d;
        }
    }
    if (!(sum > 0.0) || !(squares / sum > 0.0)) {
        fail(Status::bad_file, name,
             " holds no density above its solvent; a structure must be positive (not inverted)");
    }
    const double typical = squares / sum;
    Density density;
    density.voxel_size = volume.voxel_size;
    double mass = 0.0;
    for_each_voxel(scaled, [&](int x, int y, int z, std::size_t i) {
        const double d = static_cast<double>(scaled.voxels[i]) / typical;
        scaled.voxels[i] = static_cast<float>(d);
        if (d > 0.0) {
            mass += d;
            density.centre = {density.centre[0] + d * x, density.centre[1] + d * y, density.centre[2] + d * z};
        }
    });
    for (double& c : density.centre) {
        c /= mass;
    }
    density.diameter = longest_axis(scaled, surface_level) * volume.voxel_size;

    // The cube reaches as far as the density does (half a hundredth of the typical one is nothing).
    double reach = 0.0;
    for_each_voxel(scaled, [&](int x, int y, int z, std::size_t i) {
        if (std::abs(scaled.voxels[i]) > 5e-3F) {
            reach = std::max(reach, std::hypot(x - density.centre[0], y - density.centre[1], z - density.centre[2]));
        }
    });
    reach += std::sqrt(3.0); // the support of the trilinear kernel round the last voxel
    density.radius = reach * volume.voxel_size;
    const int half = static_cast<int>(std::ceil(reach)) + 2;
    density.size = 2 * half + 1;
    density.voxels.assign(density.index(0, 0, density.size), 0.0F);
    std::array<int, 3> shift = {};
    for (std::size_t axis = 0; axis < 3; ++axis) {
        shift[axis] = half - static_cast<int>(std::lround(density.centre[axis]));
        density.centre[axis] += shift[axis];
    }
    for_each_voxel(scaled, [&](int x, int y, int z, std::size_t i) {
        const int cx = x + shift[0];
        const int cy = y + shift[1];
        const int cz = z + shift[2];
        if (std::min({cx, cy, cz}) >= 0 && std::max({cx, cy, cz}) < density.size) {
            density.voxels[density.index(cx, cy, cz)] = scaled.voxels[i];
        }
    });
    return density;
}

} // namespace picker
