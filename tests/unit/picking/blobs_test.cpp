// Blobs against closed forms: Gaussians at known places, their mass and size after the band-pass, duplicates, edges,
// errors. The comparison with trackpy itself is oracle_trackpy.py.
#include "core/error.hpp"
#include "core/random.hpp"
#include "picking/blob_levels.hpp"
#include "picking/blobs.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

using namespace picker;

namespace {

void add_gaussian(Image& image, double at_x, double at_y, double amplitude, double sigma_x, double sigma_y) {
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const double u = (x - at_x) / sigma_x;
            const double v = (y - at_y) / sigma_y;
            image.at(x, y) += static_cast<float>(amplitude * std::exp(-0.5 * (u * u + v * v)));
        }
    }
}

std::vector<Blob> locate(const Image& image, int diameter, double mass_min = 0.0) {
    BlobOptions options;
    options.diameter = diameter;
    options.mass_min = mass_min;
    return locate_blobs(image, options);
}

std::string message_of(const Image& image, int diameter) {
    try {
        locate(image, diameter);
    } catch (const Error& error) {
        DOCTEST_CHECK(error.status() == Status::invalid_argument);
        return error.what();
    }
    return "";
}

// A Gaussian after the band-pass, at (dx, dy) from its middle: a wider Gaussian minus its mean over a square.
double band_passed(double dx, double dy, double amplitude, double sigma, int diameter) {
    const auto mean = [&](double d) {
        const double root = sigma * std::numbers::sqrt2;
        return sigma * std::sqrt(std::numbers::pi / 2.0) *
               (std::erf((d + 0.5 * diameter) / root) - std::erf((d - 0.5 * diameter) / root)) / diameter;
    };
    const double wide = sigma * sigma + 1.0;
    const double value =
        amplitude * (sigma * sigma / wide * std::exp(-0.5 * (dx * dx + dy * dy) / wide) - mean(dx) * mean(dy));
    return value >= 1.0 / 255.0 ? value : 0.0;
}

} // namespace

DOCTEST_TEST_CASE("Gaussians are found at their places, row by row") {
    Image image(170, 90);
    const std::vector<std::pair<double, double>> places = {{140.27, 14.8}, {30.0, 15.3}, {81.5, 40.12}, {120.9, 70.65}};
    for (std::size_t i = 0; i < places.size(); ++i) {
        add_gaussian(image, places[i].first, places[i].second, 0.5 + 0.1 * static_cast<double>(i), 2.0, 2.0);
    }
    const std::vector<Blob> found = locate(image, 13);
    DOCTEST_REQUIRE(found.size() == places.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
        DOCTEST_CAPTURE(i);
        // The brightest pixels of the first two lie in one row, so the order is that of x.
        const std::size_t place = i < 2 ? 1 - i : i;
        DOCTEST_CHECK(std::abs(found[i].x - places[place].first) < 0.03);
        DOCTEST_CHECK(std::abs(found[i].y - places[place].second) < 0.03);
        DOCTEST_CHECK(found[i].eccentricity < 0.1);
    }
}

DOCTEST_TEST_CASE("mass, size and signal are those of the filtered image in a disc") {
    for (const int diameter : {9, 13, 21}) {
        for (const double amplitude : {0.3, 1.0, 40.0}) {
            DOCTEST_CAPTURE(diameter);
            DOCTEST_CAPTURE(amplitude);
            const double sigma = diameter / 5.0;
            Image image(101, 64);
            add_gaussian(image, 71.0, 29.0, amplitude, sigma, sigma);
            double mass = 0.0;
            double moment = 0.0;
            const int radius = diameter / 2;
            const double level = band_passed(0, 0, amplitude, sigma, diameter) / 255.0;
            for (int dy = -radius; dy <= radius; ++dy) {
                for (int dx = -radius; dx <= radius; ++dx) {
                    if (dx * dx + dy * dy <= radius * radius) {
                        const double value = band_passed(dx, dy, amplitude, sigma, diameter);
                        mass += std::floor(value / level) * level;
                        moment += (dx * dx + dy * dy) * std::floor(value / level) * level;
                    }
                }
            }
            const std::vector<Blob> found = locate(image, diameter);
            DOCTEST_REQUIRE(found.size() == 1);
            DOCTEST_CHECK(found[0].x == 71.0);
            DOCTEST_CHECK(found[0].y == 29.0);
            DOCTEST_CHECK(found[0].mass == doctest::Approx(mass).epsilon(0.005));
            DOCTEST_CHECK(found[0].size == doctest::Approx(std::sqrt(moment / mass)).epsilon(0.005));
            DOCTEST_CHECK(found[0].signal == doctest::Approx(255.0 * level).epsilon(0.002));
            // Round: all that is left is the middle pixel, which counts as lying along x.
            DOCTEST_CHECK(found[0].eccentricity ==
                          doctest::Approx(255.0 * level / (mass - 255.0 * level)).epsilon(0.01));
            // The least mass is itself too little.
            DOCTEST_CHECK(locate(image, diameter, found[0].mass).empty());
            DOCTEST_CHECK(locate(image, diameter, std::nextafter(found[0].mass, 0.0)).size() == 1);
        }
    }
}

DOCTEST_TEST_CASE("an elongated blob is eccentric, whichever way it lies") {
    std::vector<double> eccentricities;
    for (const bool turned : {false, true}) {
        Image image(90, 61);
        add_gaussian(image, 50.2, 25.0, 1.0, turned ? 1.5 : 3.0, turned ? 3.0 : 1.5);
        const std::vector<Blob> found = locate(image, 15);
        DOCTEST_REQUIRE(found.size() == 1);
        const double middle = found[0].signal / (found[0].mass - found[0].signal); // counts as lying along x
        eccentricities.push_back(found[0].eccentricity + (turned ? middle : -middle));
    }
    DOCTEST_CHECK(eccentricities[0] > 0.25);
    DOCTEST_CHECK(eccentricities[0] < 1.0);
    DOCTEST_CHECK(eccentricities[0] == doctest::Approx(eccentricities[1]).epsilon(0.03));
}

DOCTEST_TEST_CASE("of two blobs closer than the diameter plus one the lighter one goes, also down a chain") {
    const auto two = [](double apart) {
        Image image(120, 70);
        add_gaussian(image, 50.0, 40.0, 1.0, 1.5, 1.5);
        add_gaussian(image, 50.0 + apart, 40.0, 0.8, 1.5, 1.5);
        return locate(image, 9);
    };
    DOCTEST_CHECK(two(11.0).size() == 2); // touching
    const std::vector<Blob> near = two(8.0);
    DOCTEST_REQUIRE(near.size() == 1);
    DOCTEST_CHECK(std::abs(near[0].x - 50.0) < 0.1);
    // The middle one beats the right one and loses to the left one: both go.
    Image chain(120, 70);
    add_gaussian(chain, 40.0, 30.0, 1.0, 1.5, 1.5);
    add_gaussian(chain, 48.0, 30.0, 0.9, 1.5, 1.5);
    add_gaussian(chain, 56.0, 30.0, 0.8, 1.5, 1.5);
    const std::vector<Blob> left = locate(chain, 9);
    DOCTEST_REQUIRE(left.size() == 1);
    DOCTEST_CHECK(std::abs(left[0].x - 40.0) < 0.1);
}

DOCTEST_TEST_CASE("a blob that is cut off by the edge is none; one that just fits is one") {
    for (const int x : {3, 4, 85, 86}) {
        DOCTEST_CAPTURE(x);
        Image image(90, 50);
        add_gaussian(image, x, 30.0, 1.0, 1.5, 1.5);
        DOCTEST_CHECK(locate(image, 9).size() == (x == 4 || x == 85 ? 1 : 0));
    }
    Image whole(9, 9);
    add_gaussian(whole, 4.0, 4.0, 1.0, 1.5, 1.5);
    DOCTEST_CHECK(locate(whole, 9).size() == 1);
}

DOCTEST_TEST_CASE("a flat top is one blob at its middle") {
    Image image(100, 60);
    for (int y = 20; y < 25; ++y) {
        for (int x = 61; x < 66; ++x) {
            image.at(x, y) = 1.0F;
        }
    }
    const std::vector<Blob> found = locate(image, 11);
    DOCTEST_REQUIRE(found.size() == 1);
    DOCTEST_CHECK(found[0].x == doctest::Approx(63.0));
    DOCTEST_CHECK(found[0].y == doctest::Approx(22.0));
}

DOCTEST_TEST_CASE("images without blobs give none") {
    for (const float value : {0.0F, 0.7F, -3.0F, 1e30F}) {
        DOCTEST_CHECK(locate(Image(60, 41, value), 7).empty());
    }
    Image faint(60, 41);
    add_gaussian(faint, 30.0, 20.0, 0.004, 2.0, 2.0);
    DOCTEST_CHECK(locate(faint, 9).empty());
}

DOCTEST_TEST_CASE("a diameter that does not fit, and pixels that are no numbers, are refused with a way out") {
    const Image image(60, 41, 0.5F);
    for (const int diameter : {-3, 0, 1, 8, 43}) {
        DOCTEST_CAPTURE(diameter);
        const std::string message = message_of(image, diameter);
        DOCTEST_CHECK(message.find("diameter " + std::to_string(diameter)) != std::string::npos);
        DOCTEST_CHECK(message.find("60 x 41") != std::string::npos);
        DOCTEST_CHECK(message.find("from 3 to 41") != std::string::npos);
    }
    DOCTEST_CHECK(message_of(Image(60, 40), 41).find("from 3 to 39") != std::string::npos);
    DOCTEST_CHECK(message_of(Image(60, 2), 3).find("too small for any") != std::string::npos);
    DOCTEST_CHECK(message_of(Image(), 3).find("0 x 0") != std::string::npos);
    DOCTEST_CHECK(message_of(image, 41).empty());
    Image broken = image;
    broken.at(17, 5) = std::numeric_limits<float>::quiet_NaN();
    DOCTEST_CHECK(message_of(broken, 9).find("x = 17, y = 5") != std::string::npos);
}

DOCTEST_TEST_CASE("dilation is the maximum of each pixel's window") {
    Random random(11);
    Levels levels{23, 14, std::vector<std::uint8_t>(23 * 14), 1.0};
    for (std::uint8_t& value : levels.values) {
        value = static_cast<std::uint8_t>(random.below(256));
    }
    for (const int window : {1, 2, 3, 5, 8, 9, 14, 30}) {
        DOCTEST_CAPTURE(window);
        const Dilation dilation(levels, window);
        const int before = (window - 1) / 2;
        bool same = true;
        for (int y = 0; y < levels.height; ++y) {
            for (int x = 0; x < levels.width; ++x) {
                int highest = 0;
                for (int j = std::max(0, y - before); j < std::min(levels.height, y - before + window); ++j) {
                    for (int i = std::max(0, x - before); i < std::min(levels.width, x - before + window); ++i) {
                        highest = std::max<int>(highest, levels.row(j)[i]);
                    }
                }
                same = same && highest == dilation.at(x, y);
            }
        }
        DOCTEST_CHECK(same);
    }
}

DOCTEST_TEST_CASE("the bright level lies between two neighbours in order, and pixels of 0 do not count") {
    DOCTEST_CHECK(bright_level({4, 1, {0, 0, 0, 0}, 1.0}) == 255.0);
    DOCTEST_CHECK(bright_level({3, 1, {0, 9, 0}, 1.0}) == 9.0);
    DOCTEST_CHECK(bright_level({2, 3, {40, 0, 10, 30, 0, 20}, 1.0}) == doctest::Approx(29.2)); // rank 1.92 of 0 .. 3
    DOCTEST_CHECK(bright_level({6, 1, {0, 0, 200, 100, 0, 0}, 1.0}) == doctest::Approx(164.0));
}
