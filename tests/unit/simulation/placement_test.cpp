// Placement: distances, borders, uniformity, and an end when no more particles fit.
#include "simulation/placement.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>

using picker::place_particles;
using picker::Placement;
using picker::Random;

DOCTEST_TEST_CASE("two sizes of particles keep the distance and stay whole inside a non-square micrograph") {
    Random random(5);
    const std::vector<double> diameters = {40.0, 18.0};
    const auto placed = place_particles(random, 900, 400, 120, diameters, {1.2, 0.0, {}});
    DOCTEST_CHECK(placed.size() == 120);
    int of_second = 0;
    for (std::size_t i = 0; i < placed.size(); ++i) {
        const double d = diameters[static_cast<std::size_t>(placed[i].structure)];
        of_second += placed[i].structure;
        DOCTEST_CHECK(placed[i].x >= d / 2);
        DOCTEST_CHECK(placed[i].x <= 899 - d / 2);
        DOCTEST_CHECK(placed[i].y >= d / 2);
        DOCTEST_CHECK(placed[i].y <= 399 - d / 2);
        for (std::size_t j = 0; j < i; ++j) {
            const double other = diameters[static_cast<std::size_t>(placed[j].structure)];
            DOCTEST_CHECK(std::hypot(placed[i].x - placed[j].x, placed[i].y - placed[j].y) >= 0.6 * (d + other));
        }
    }
    DOCTEST_CHECK(of_second > 30);
    DOCTEST_CHECK(of_second < 90);
}

DOCTEST_TEST_CASE("more particles than fit: nearly as many as random placement can hold, and an end") {
    Random random(6);
    const auto placed = place_particles(random, 1024, 1024, 1000000, {45.0}, {});
    // Random sequential placement of discs jams at a coverage of .547 of the area open to it.
    const double open = (1024.0 - 45.0) * (1024.0 - 45.0);
    const double coverage = static_cast<double>(placed.size()) * 3.14159265 * 22.5 * 22.5 / open;
    DOCTEST_CHECK(coverage > 0.47);
    DOCTEST_CHECK(coverage < 0.60);
}

DOCTEST_TEST_CASE("without a minimum distance all are placed, evenly over the micrograph") {
    Random random(7);
    const auto placed = place_particles(random, 1000, 500, 20000, {20.0}, {0.0, 0.0, {}});
    DOCTEST_REQUIRE(placed.size() == 20000);
    std::vector<int> counts(50, 0);
    for (const Placement& p : placed) {
        const int column = std::min(9, static_cast<int>((p.x - 10.0) / 979.0 * 10));
        const int row = std::min(4, static_cast<int>((p.y - 10.0) / 479.0 * 5));
        ++counts[static_cast<std::size_t>(row * 10 + column)];
    }
    double chi2 = 0.0;
    for (const int c : counts) {
        chi2 += (c - 400.0) * (c - 400.0) / 400.0;
    }
    DOCTEST_CHECK(chi2 < 85.4); // 49 degrees of freedom, p = .001
}
