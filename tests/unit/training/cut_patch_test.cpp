// Cutting, mirroring and turning stored patches, against index formulas.
#include "core/random.hpp"
#include "training/sampler.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <numbers>

using namespace picker;

namespace {

std::vector<float> noise(int extent) {
    std::vector<float> patch(static_cast<std::size_t>(extent) * static_cast<std::size_t>(extent));
    Random random(4);
    for (float& value : patch) {
        value = static_cast<float>(random.normal());
    }
    return patch;
}

std::vector<float> cut(const std::vector<float>& patch, int extent, int size, bool mirror, double angle) {
    std::vector<float> out(static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
    cut_patch(patch.data(), extent, size, mirror, angle, out.data());
    return out;
}

constexpr double quarter = std::numbers::pi / 2;

} // namespace

DOCTEST_TEST_CASE("quarter turns are numpy.rot90, exactly, after a mirror of x; for even and odd sizes") {
    for (const int size : {6, 7}) {
        const int extent = size + 4;
        const std::vector<float> patch = noise(extent);
        const auto source = [&](int row, int column) {
            return patch[static_cast<std::size_t>((row + 2) * extent + column + 2)];
        };
        for (const bool mirror : {false, true}) {
            std::vector<float> expected; // m, then rot90(m) ...: rot90(m)[i][j] = m[j][n - 1 - i]
            for (int i = 0; i < size; ++i) {
                for (int j = 0; j < size; ++j) {
                    expected.push_back(source(i, mirror ? size - 1 - j : j));
                }
            }
            for (int turns = 0; turns < 5; ++turns) {
                DOCTEST_CHECK(cut(patch, extent, size, mirror, turns * quarter) == expected);
                DOCTEST_CHECK(cut(patch, extent, size, mirror, (turns - 8) * quarter) == expected);
                std::vector<float> turned;
                for (int i = 0; i < size; ++i) {
                    for (int j = 0; j < size; ++j) {
                        turned.push_back(expected[static_cast<std::size_t>(j * size + size - 1 - i)]);
                    }
                }
                expected = turned;
            }
        }
    }
}

DOCTEST_TEST_CASE("any angle: a plane stays a plane, turned about the centre") {
    const int size = 8;
    std::vector<float> patch(14 * 14);
    for (int y = 0; y < 14; ++y) {
        for (int x = 0; x < 14; ++x) {
            patch[static_cast<std::size_t>(y * 14 + x)] = static_cast<float>(2.0 * (x - 6.5) - 3.0 * (y - 6.5) + 5.0);
        }
    }
    for (const bool mirror : {false, true}) {
        for (const double angle : {0.3, 1.7, 4.0, -2.2}) {
            const auto out = cut(patch, 14, size, mirror, angle);
            for (int y = 0; y < size; ++y) {
                for (int x = 0; x < size; ++x) {
                    const double u = x - 3.5;
                    const double v = y - 3.5;
                    const double from_x = (std::cos(angle) * u - std::sin(angle) * v) * (mirror ? -1 : 1);
                    const double from_y = std::sin(angle) * u + std::cos(angle) * v;
                    DOCTEST_CHECK(out[static_cast<std::size_t>(y * size + x)] ==
                                  doctest::Approx(2.0 * from_x - 3.0 * from_y + 5.0).epsilon(1e-4));
                }
            }
        }
    }
}

DOCTEST_TEST_CASE("the margin is large enough for every angle: no pixel is invented") {
    const int size = 16;
    int extent = static_cast<int>(std::ceil(size * std::numbers::sqrt2)) + 2;
    extent += (extent - size) % 2;
    const auto edge = static_cast<std::size_t>(extent);
    std::vector<float> patch(edge * edge, 1.0F);
    for (std::size_t i = 0; i < edge; ++i) { // the outermost ring must never be asked for
        patch[i] = patch[(edge - 1) * edge + i] = patch[i * edge] = patch[i * edge + edge - 1] = 100.0F;
    }
    for (int step = 0; step < 64; ++step) {
        for (const float value : cut(patch, extent, size, step % 2 == 0, step * 0.1)) {
            DOCTEST_CHECK(value == doctest::Approx(1.0));
        }
    }
}
