// What is in a micrograph beside plain particles: gradient, contrasts, neighbours, gold, contamination, carbon, clumps.
#include "core/error.hpp"
#include "simulation/objects.hpp"
#include "simulation/simulate.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

using picker::Image;
using picker::SimulationOptions;
using picker::Simulator;

namespace {

SimulationOptions wide() {
    SimulationOptions o;
    o.width = 900;
    o.height = 500;
    o.particles = 40;
    return o;
}

double mean_in(const Image& image, double x, double y, double inner, double outer) {
    double sum = 0.0;
    double count = 0.0;
    for (int row = 0; row < image.height; ++row) {
        for (int column = 0; column < image.width; ++column) {
            const double r = std::hypot(column - x, row - y);
            if (r >= inner && r < outer) {
                sum += static_cast<double>(image.at(column, row));
                count += 1.0;
            }
        }
    }
    return sum / count;
}

} // namespace

DOCTEST_TEST_CASE("the thickness gradient is a plane whose slope and direction are those reported") {
    SimulationOptions o = wide();
    o.particles = 0;
    o.dose = 50.0;
    o.snr = 1.0;
    o.thickness_gradient = 0.4;
    for (std::uint64_t index = 0; index < 3; ++index) {
        const auto made = Simulator(o).make(index);
        const Image& image = made.micrograph.image;
        // Least squares; columns and rows are orthogonal on the grid.
        double mean = 0.0;
        double by_x = 0.0;
        double by_y = 0.0;
        double xx = 0.0;
        double yy = 0.0;
        for (int y = 0; y < image.height; ++y) {
            for (int x = 0; x < image.width; ++x) {
                const double v = image.at(x, y);
                mean += v / static_cast<double>(image.size());
                by_x += v * (x - 449.5);
                by_y += v * (y - 249.5);
                xx += (x - 449.5) * (x - 449.5);
                yy += (y - 249.5) * (y - 249.5);
            }
        }
        const double angle = made.gradient_angle * std::numbers::pi / 180.0;
        const double slope =
            0.4 * mean / (900.0 * std::abs(std::cos(angle)) + 500.0 * std::abs(std::sin(angle))); // per pixel
        DOCTEST_CHECK(mean == doctest::Approx(800.0).epsilon(0.01));
        DOCTEST_CHECK(std::abs(by_x / xx - slope * std::cos(angle)) < 0.02 * slope);
        DOCTEST_CHECK(std::abs(by_y / yy - slope * std::sin(angle)) < 0.02 * slope);
    }
}

DOCTEST_TEST_CASE("contrasts have mean 1 and the deviation asked for, and the image shows them") {
    SimulationOptions o = wide();
    o.width = 2400;
    o.height = 1500;
    o.particles = 800;
    o.snr = 0.0;
    o.contrast_spread = 0.3;
    const auto made = Simulator(o).make(0);
    const auto& contrast = *made.truth.column("contrast");
    DOCTEST_REQUIRE(contrast.size() == 800);
    double mean = 0.0;
    double squares = 0.0;
    for (const double c : contrast) {
        DOCTEST_CHECK(c > 0.0);
        mean += c / 800.0;
        squares += c * c / 800.0;
    }
    DOCTEST_CHECK(mean == doctest::Approx(1.0).epsilon(0.04));
    DOCTEST_CHECK(std::sqrt(squares - mean * mean) == doctest::Approx(0.3).epsilon(0.1));
    // Without the spread the same particles lie at the same places; the ratio of the images is the contrast.
    o.contrast_spread = 0.0;
    const auto plain = Simulator(o).make(0);
    DOCTEST_REQUIRE(plain.truth.x == made.truth.x);
    DOCTEST_CHECK(*plain.truth.column("contrast") == std::vector<double>(800, 1.0));
    std::vector<double> ratios;
    for (std::size_t i = 0; i < 800; ++i) {
        const auto at = [&](const Image& image) {
            return static_cast<double>(image.at(static_cast<int>(std::lround(made.truth.x[i])),
                                                static_cast<int>(std::lround(made.truth.y[i]))));
        };
        if (at(plain.micrograph.image) < -1.0 && made.truth.column("neighbour")->at(i) > 1.3) {
            ratios.push_back(at(made.micrograph.image) / at(plain.micrograph.image) / contrast[i]);
        }
    }
    DOCTEST_REQUIRE(ratios.size() > 20);
    std::sort(ratios.begin(), ratios.end());
    const double middle = ratios[ratios.size() / 2]; // the common scale that keeps the variance at 1
    DOCTEST_CHECK(ratios[ratios.size() / 10] > 0.9 * middle);
    DOCTEST_CHECK(ratios[ratios.size() * 9 / 10] < 1.1 * middle);
}

DOCTEST_TEST_CASE("touching particles are nearer than a diameter, and the truth says how near") {
    SimulationOptions o = wide();
    o.particles = 60;
    o.snr = 0.0;
    o.touching = 0.5;
    const auto made = Simulator(o).make(1);
    const auto& neighbour = *made.truth.column("neighbour");
    DOCTEST_REQUIRE(made.truth.size() > 50);
    std::size_t touching = 0;
    for (std::size_t i = 0; i < made.truth.size(); ++i) {
        double nearest = 1e9;
        for (std::size_t j = 0; j < made.truth.size(); ++j) {
            if (j != i) {
                nearest = std::min(
                    nearest, std::hypot(made.truth.x[i] - made.truth.x[j], made.truth.y[i] - made.truth.y[j]) / 45.0);
            }
        }
        DOCTEST_CHECK(neighbour[i] == doctest::Approx(nearest).epsilon(1e-6));
        DOCTEST_CHECK(nearest >= 0.7 - 1e-9);
        DOCTEST_CHECK((made.truth.x[i] >= 22.5 - 1e-6 && made.truth.x[i] <= 876.5 + 1e-6 &&
                       made.truth.y[i] >= 22.5 - 1e-6 && made.truth.y[i] <= 476.5 + 1e-6));
        touching += nearest < 1.0 ? 1 : 0;
    }
    // Every second one is put beside another, which then touches too.
    DOCTEST_CHECK(touching > made.truth.size() / 2);
    DOCTEST_CHECK(touching < made.truth.size());
    o.touching = 0.0;
    const auto apart = Simulator(o).make(1);
    for (const double d : *apart.truth.column("neighbour")) {
        DOCTEST_CHECK(d >= 1.0);
    }
}

DOCTEST_TEST_CASE("gold and contamination are dark where they are reported, and no particle lies on them") {
    SimulationOptions o = wide();
    o.particles = 12;
    o.snr = 2.0;
    o.gold = 5;
    o.contamination = 3;
    const auto made = Simulator(o).make(6);
    const auto& kind = *made.others.column("kind");
    const auto& diameter = *made.others.column("diameter");
    DOCTEST_REQUIRE(made.others.size() == 8);
    DOCTEST_CHECK(std::count(kind.begin(), kind.end(), 1.0) == 5);
    DOCTEST_CHECK(std::count(kind.begin(), kind.end(), 2.0) == 3);
    for (std::size_t i = 0; i < 8; ++i) {
        const double radius = 0.5 * diameter[i] / 4.0;
        DOCTEST_CHECK((kind[i] == 1.0 ? diameter[i] == 100.0 : diameter[i] >= 250.0 && diameter[i] <= 1000.0));
        const double x = made.others.x[i];
        const double y = made.others.y[i];
        if (x < 5 || y < 5 || x > 894 || y > 494) {
            continue; // hardly in the picture
        }
        const double inside = mean_in(made.micrograph.image, x, y, 0.0, std::max(2.0, 0.4 * radius));
        const double around = mean_in(made.micrograph.image, x, y, radius + 4.0, radius + 14.0);
        DOCTEST_CHECK_MESSAGE(inside < around - 3.0, "kind ", kind[i], ": ", inside, " in ", around);
        for (std::size_t p = 0; p < made.truth.size(); ++p) {
            DOCTEST_CHECK(std::hypot(made.truth.x[p] - x, made.truth.y[p] - y) >= radius + 22.5);
        }
    }
}

DOCTEST_TEST_CASE("carbon covers its share, darker and grainier; particles stay in the hole") {
    SimulationOptions o = wide();
    o.snr = 0.5;
    o.carbon = 0.3;
    const auto made = Simulator(o).make(3);
    picker::Random random(1);
    const picker::Objects objects = picker::place_objects(random, {0.3, 0, 0, 0}, 900, 500, 4.0, {45.0});
    double share = 0.0;
    for (int y = 0; y < 500; ++y) {
        for (int x = 0; x < 900; ++x) {
            share += std::hypot(x - objects.hole.x, y - objects.hole.y) > objects.hole.radius ? 1.0 / 450000.0 : 0.0;
        }
    }
    DOCTEST_CHECK(share == doctest::Approx(0.3).epsilon(0.02));
    DOCTEST_CHECK(objects.is_free(objects.hole.x, objects.hole.y, 22.0));
    DOCTEST_CHECK(!objects.is_free(objects.hole.x + objects.hole.radius - 20.0, objects.hole.y, 22.0));

    // The image falls into two levels: a block of pixels is either carbon or hole.
    std::vector<double> blocks;
    for (int y = 0; y + 50 <= 500; y += 50) {
        for (int x = 0; x + 50 <= 900; x += 50) {
            double sum = 0.0;
            for (int i = 0; i < 2500; ++i) {
                sum += static_cast<double>(made.micrograph.image.at(x + i % 50, y + i / 50)) / 2500.0;
            }
            blocks.push_back(sum);
        }
    }
    std::sort(blocks.begin(), blocks.end());
    DOCTEST_CHECK(blocks[blocks.size() * 15 / 100] < blocks[blocks.size() * 6 / 10] - 1.5);
    // Every particle has a bright neighbourhood; its block is none of the darkest.
    double lowest = 1e9;
    for (std::size_t i = 0; i < made.truth.size(); ++i) {
        lowest = std::min(lowest, mean_in(made.micrograph.image, made.truth.x[i], made.truth.y[i], 0.0, 22.0));
    }
    DOCTEST_CHECK(lowest > blocks[blocks.size() / 10]);
}

DOCTEST_TEST_CASE("aggregates are reported as clumps, their members are no truth, and particles keep off") {
    SimulationOptions o = wide();
    o.snr = 0.0;
    o.particles = 10;
    o.aggregates = 2;
    const auto made = Simulator(o).make(2);
    SimulationOptions none = o;
    none.particles = 0;
    none.snr = 1.0;
    const auto alone = Simulator(none).make(2);
    DOCTEST_REQUIRE(made.others.size() == 2);
    DOCTEST_CHECK(alone.others.x == made.others.x);
    DOCTEST_CHECK(alone.truth.empty());
    for (std::size_t i = 0; i < 2; ++i) {
        DOCTEST_CHECK(made.others.column("kind")->at(i) == 3.0);
        const double radius = 0.5 * made.others.column("diameter")->at(i) / 4.0;
        DOCTEST_CHECK(radius > 22.5 * 1.4);
        const double inside = mean_in(made.micrograph.image, made.others.x[i], made.others.y[i], 0.0, 0.6 * radius);
        DOCTEST_CHECK(inside < -0.8); // of the standard deviation inside particles
        for (std::size_t p = 0; p < made.truth.size(); ++p) {
            DOCTEST_CHECK(std::hypot(made.truth.x[p] - made.others.x[i], made.truth.y[p] - made.others.y[i]) >=
                          radius + 22.5);
        }
    }
}

DOCTEST_TEST_CASE("additions leave the particles of a seed where they are, as long as there is room") {
    SimulationOptions o = wide();
    o.particles = 5;
    const auto plain = Simulator(o).make(0);
    o.dose = 20.0;
    o.contrast_spread = 0.2;
    o.thickness_gradient = 0.1;
    o.astigmatism = 500.0;
    o.detector_mtf = 0.5;
    o.background_noise = 0.1;
    const auto rich = Simulator(o).make(0);
    DOCTEST_CHECK(plain.truth.x == rich.truth.x);
    DOCTEST_CHECK(*plain.truth.column("tilt") == *rich.truth.column("tilt"));
    DOCTEST_CHECK(rich.defocus.u - rich.defocus.v == doctest::Approx(500.0));
    DOCTEST_CHECK(rich.defocus.mean() == doctest::Approx(plain.defocus.mean()));
    DOCTEST_CHECK(rich.truth.column("defocus")->at(0) == doctest::Approx(15000.0));
}

DOCTEST_TEST_CASE("new options that cannot work are refused by name") {
    const auto refused = [](auto change, const char* word) {
        SimulationOptions o;
        change(o);
        try {
            Simulator simulator(o);
            DOCTEST_FAIL_CHECK("accepted: ", word);
        } catch (const picker::Error& error) {
            DOCTEST_CHECK_MESSAGE(std::string(error.what()).find(word) != std::string::npos, error.what());
            DOCTEST_CHECK(error.status() == picker::Status::invalid_argument);
        }
    };
    refused([](auto& o) { o.dose = -1.0; }, "dose");
    refused([](auto& o) { o.detector_mtf = 0.0; }, "detector_mtf");
    refused([](auto& o) { o.carbon = 1.0; }, "carbon");
    refused([](auto& o) { o.gold = -3; }, "gold");
    refused([](auto& o) { o.touching = 1.5; }, "touching");
    refused([](auto& o) { o.contrast_spread = std::nan(""); }, "contrast_spread");
    refused([](auto& o) { o.preferred_concentration = 0.0; }, "preferred_concentration");
    refused([](auto& o) { o.readout_noise = 0.9; }, "shares");
    refused(
        [](auto& o) {
            o.ice_noise = 1.0;
            o.dose = 20.0;
        },
        "counting");
    refused([](auto& o) { o.astigmatism_angle = 1e9; }, "astigmatism_angle");
}
