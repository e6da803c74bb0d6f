// A network's input cut out of a stored patch, mirrored and turned (sampler.hpp).
#include "training/sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace picker {
namespace {

// Where the output's axes point in the stored patch: u_source = c * u - s * v, v_source = s * u + c * v.
void turn_quarters(const float* patch, int extent, int size, bool mirror, int quarters, float* out) {
    constexpr std::array<int, 4> cosines{1, 0, -1, 0};
    constexpr std::array<int, 4> sines{0, 1, 0, -1};
    const int c = cosines[static_cast<std::size_t>(quarters)];
    const int s = sines[static_cast<std::size_t>(quarters)];
    const int last = size - 1;
    const int margin = (extent - size) / 2;
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            // Twice the offsets from the centre, so that they are whole for even sizes too.
            const int u = 2 * x - last;
            const int v = 2 * y - last;
            int from_x = (c * u - s * v + last) / 2;
            const int from_y = (s * u + c * v + last) / 2;
            from_x = mirror ? last - from_x : from_x;
            *out++ = patch[(from_y + margin) * extent + from_x + margin];
        }
    }
}

void turn(const float* patch, int extent, int size, bool mirror, double angle, float* out) {
    const float c = static_cast<float>(std::cos(angle));
    const float s = static_cast<float>(std::sin(angle));
    const float centre = 0.5F * static_cast<float>(size - 1);
    const float middle = 0.5F * static_cast<float>(extent - 1);
    const float highest = static_cast<float>(extent - 1);
    const float direction = mirror ? -1.0F : 1.0F;
    for (int y = 0; y < size; ++y) {
        const float v = static_cast<float>(y) - centre;
        for (int x = 0; x < size; ++x) {
            const float u = static_cast<float>(x) - centre;
            const float from_x = std::clamp(middle + direction * (c * u - s * v), 0.0F, highest);
            const float from_y = std::clamp(middle + s * u + c * v, 0.0F, highest);
            const int left = std::min(static_cast<int>(from_x), extent - 2);
            const int top = std::min(static_cast<int>(from_y), extent - 2);
            const float fx = from_x - static_cast<float>(left);
            const float fy = from_y - static_cast<float>(top);
            const float* corner = patch + top * extent + left;
            const float above = corner[0] + fx * (corner[1] - corner[0]);
            const float below = corner[extent] + fx * (corner[extent + 1] - corner[extent]);
            *out++ = above + fy * (below - above);
        }
    }
}

} // namespace

void cut_patch(const float* patch, int extent, int input_size, bool mirror, double angle, float* out) {
    const double quarters = angle / (std::numbers::pi / 2);
    const double whole = std::round(quarters);
    if (std::abs(quarters - whole) < 1e-9) {
        const int turns = static_cast<int>(std::fmod(whole, 4.0) + 4.0) % 4;
        turn_quarters(patch, extent, input_size, mirror, turns, out);
    } else {
        turn(patch, extent, input_size, mirror, angle, out);
    }
}

} // namespace picker
