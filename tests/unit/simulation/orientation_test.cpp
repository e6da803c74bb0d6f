// Viewing directions: uniform, and preferred by the von Mises-Fisher distribution; views used again.
#include "core/error.hpp"
#include "simulation/project.hpp"
#include "simulation/simulate.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

using picker::Orientation;
using picker::Random;

namespace {

std::array<double, 3> direction(const Orientation& o) { // that the beam has in the structure
    const double degree = std::numbers::pi / 180.0;
    return {std::sin(o.tilt * degree) * std::cos(o.rot * degree), std::sin(o.tilt * degree) * std::sin(o.rot * degree),
            std::cos(o.tilt * degree)};
}

} // namespace

DOCTEST_TEST_CASE("uniform directions have no mean and a third of the square along every axis") {
    Random random(3);
    constexpr int count = 40000;
    std::array<double, 3> sum = {};
    std::array<double, 3> squares = {};
    for (int i = 0; i < count; ++i) {
        const auto d = direction(picker::random_orientation(random));
        for (std::size_t axis = 0; axis < 3; ++axis) {
            sum[axis] += d[axis] / count;
            squares[axis] += d[axis] * d[axis] / count;
        }
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
        DOCTEST_CHECK(std::abs(sum[axis]) < 0.012); // four standard errors
        DOCTEST_CHECK(squares[axis] == doctest::Approx(1.0 / 3.0).epsilon(0.02));
    }
}

DOCTEST_TEST_CASE("preferred directions have the mean and the spread of their distribution, round the axis asked for") {
    for (const double kappa : {0.5, 4.0, 60.0}) {
        Random random(4);
        const picker::Preference preference = {1.0, 130.0, 65.0, kappa};
        const auto axis = direction({130.0, 65.0, 0.0});
        constexpr int count = 40000;
        double along = 0.0;
        double squares = 0.0;
        std::array<double, 3> mean = {};
        double psi = 0.0;
        for (int i = 0; i < count; ++i) {
            const Orientation o = picker::preferred_orientation(random, preference);
            const auto d = direction(o);
            const double cosine = d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2];
            DOCTEST_REQUIRE(
                picker::view_angle(o, {130.0, 65.0, 12.0}) ==
                doctest::Approx(std::acos(std::clamp(cosine, -1.0, 1.0)) * 180.0 / std::numbers::pi).epsilon(1e-6));
            along += cosine / count;
            squares += cosine * cosine / count;
            psi += std::cos(o.psi * std::numbers::pi / 180.0) / count;
            for (std::size_t i3 = 0; i3 < 3; ++i3) {
                mean[i3] += d[i3] / count;
            }
        }
        const double coth = 1.0 / std::tanh(kappa);
        DOCTEST_CHECK(along == doctest::Approx(coth - 1.0 / kappa).epsilon(0.02));
        DOCTEST_CHECK(squares == doctest::Approx(1.0 - 2.0 / kappa * (coth - 1.0 / kappa)).epsilon(0.02));
        DOCTEST_CHECK(std::abs(psi) < 0.02);
        for (std::size_t i3 = 0; i3 < 3; ++i3) {
            DOCTEST_CHECK(std::abs(mean[i3] - along * axis[i3]) < 0.015); // nothing across the axis
        }
    }
}

DOCTEST_TEST_CASE("a fraction of the particles is preferred, the others are uniform") {
    Random random(5);
    double along = 0.0;
    constexpr int count = 40000;
    for (int i = 0; i < count; ++i) {
        along += direction(picker::preferred_orientation(random, {0.3, 0.0, 0.0, 1000.0}))[2] / count;
    }
    DOCTEST_CHECK(along == doctest::Approx(0.3).epsilon(0.03));
}

DOCTEST_TEST_CASE("a view at any in-plane angle, place and pixel size is the projection itself") {
    const picker::Density density = picker::make_density(picker::phantom_volume(180.0), "phantom");
    for (const double pixel : {1.3, 3.0, 6.5}) {
        const picker::View view = picker::make_view(density, 40.0, 75.0);
        for (const double psi : {0.0, 33.0, -128.0}) {
            picker::Image exact(static_cast<int>(260 / pixel), static_cast<int>(300 / pixel));
            picker::Image used = exact;
            picker::add_projection(exact, pixel, density, {40.0, 75.0, psi}, 120 / pixel + 0.3, 140 / pixel - 0.4);
            picker::add_view(used, pixel, view, psi, 120 / pixel + 0.3, 140 / pixel - 0.4);
            const float top = *std::max_element(exact.pixels.begin(), exact.pixels.end());
            float worst = 0.0F;
            for (std::size_t i = 0; i < exact.size(); ++i) {
                worst = std::max(worst, std::abs(exact.pixels[i] - used.pixels[i]));
            }
            DOCTEST_CHECK_MESSAGE(worst < 0.01F * top, "pixel ", pixel, " psi ", psi, ": ", worst / top);
        }
    }
}

DOCTEST_TEST_CASE("with views the truth's angles are those that were drawn, and no more directions than asked for") {
    picker::SimulationOptions o;
    o.width = 700;
    o.height = 500;
    o.particles = 30;
    o.snr = 0.0;
    o.views = 4;
    const auto made = picker::Simulator(o).make(2);
    DOCTEST_REQUIRE(made.truth.size() == 30);
    std::set<std::pair<double, double>> seen;
    std::set<double> turns;
    picker::Image drawn(o.width, o.height);
    const picker::Density density = picker::make_density(picker::phantom_volume(180.0), "phantom");
    for (std::size_t i = 0; i < made.truth.size(); ++i) {
        const Orientation angles = {made.truth.column("rot")->at(i), made.truth.column("tilt")->at(i),
                                    made.truth.column("psi")->at(i)};
        seen.insert({angles.rot, angles.tilt});
        turns.insert(angles.psi);
        picker::add_projection(drawn, 4.0, density, angles, made.truth.x[i], made.truth.y[i]);
    }
    DOCTEST_CHECK(seen.size() <= 4);
    DOCTEST_CHECK(seen.size() >= 3);
    DOCTEST_CHECK(turns.size() == 30);
    // Projected anew from the truth and seen in focus, where the CTF is its amplitude contrast alone: the same image.
    o.defocus = o.spherical_aberration = o.b_factor = 0.0;
    const picker::Image imaged = picker::Simulator(o).make(2).micrograph.image;
    double product = 0.0;
    double a2 = 0.0;
    double b2 = 0.0;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        product -= static_cast<double>(drawn.pixels[i]) * imaged.pixels[i];
        a2 += static_cast<double>(drawn.pixels[i]) * drawn.pixels[i];
        b2 += static_cast<double>(imaged.pixels[i]) * imaged.pixels[i];
    }
    DOCTEST_CHECK(product / std::sqrt(a2 * b2) > 0.9995);
    o.views = 100000;
    o.pixel_size = 0.3;
    o.width = o.height = 1000;
    DOCTEST_CHECK_THROWS_AS(picker::Simulator{o}, picker::Error);
}
