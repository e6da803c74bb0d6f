// Faults that only pixels show: noise without any, and each fault put into it by hand.
#include "signal/pixel_faults.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

using picker::Image;
using picker::pixel_faults;

namespace {

// Deviation 10 about 100, with a slow wave as ice and particles make.
Image micrograph(int width = 320, int height = 200) {
    std::mt19937 source(7);
    Image image(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double sum = -6.0; // twelve uniform numbers are nearly normal, and the same on every machine
            for (int i = 0; i < 12; ++i) {
                sum += static_cast<double>(source()) / 4294967296.0;
            }
            image.at(x, y) = static_cast<float>(100.0 + 10.0 * sum + 5.0 * std::sin(0.05 * x + 0.02 * y));
        }
    }
    return image;
}

} // namespace

DOCTEST_TEST_CASE("a micrograph without faults") {
    for (const Image& image : {micrograph(), micrograph(201, 333), micrograph(40, 33)}) {
        const auto found = pixel_faults(image);
        DOCTEST_CHECK(found.clipped_low == 0.0);
        DOCTEST_CHECK(found.clipped_high == 0.0);
        DOCTEST_CHECK(found.hot == 0);
        DOCTEST_CHECK(found.stripe_columns == 0);
        DOCTEST_CHECK(found.stripe_rows == 0);
        DOCTEST_CHECK(std::abs(found.statistics.mean - 100.0) < 5.5);
    }
    // Electron counts: many pixels share the least value, as they should.
    Image counts = micrograph();
    for (float& value : counts.pixels) {
        value = std::max(0.0F, std::round((value - 80.0F) / 8.0F));
    }
    DOCTEST_CHECK(pixel_faults(counts).clipped_low == 0.0);
}

DOCTEST_TEST_CASE("clipping is a pile of pixels at one end, and its share is told") {
    Image image = micrograph();
    std::size_t low = 0, high = 0;
    for (float& value : image.pixels) {
        low += value <= 85.0F ? 1U : 0U;
        high += value >= 125.0F ? 1U : 0U;
        value = std::clamp(value, 85.0F, 125.0F);
    }
    const auto found = pixel_faults(image);
    DOCTEST_CHECK(low > 1000);
    DOCTEST_CHECK(found.clipped_low == static_cast<double>(low) / static_cast<double>(image.size()));
    DOCTEST_CHECK(found.clipped_high == static_cast<double>(high) / static_cast<double>(image.size()));
    DOCTEST_CHECK(found.statistics.minimum == 85.0);
}

DOCTEST_TEST_CASE("hot pixels are counted, and neither their neighbours nor bright ice are") {
    Image image = micrograph();
    for (const auto& [x, y] : {std::pair{20, 30}, {21, 90}, {150, 3}, {318, 198}}) {
        image.at(x, y) = 400.0F;
    }
    DOCTEST_CHECK(pixel_faults(image).hot == 4);
    Image ice = micrograph(); // bright, and smooth
    for (int y = 40; y < 100; ++y) {
        for (int x = 200; x < 280; ++x) {
            ice.at(x, y) +=
                200.0F * static_cast<float>(std::sin(3.14159 * (x - 200) / 80.0) * std::sin(3.14159 * (y - 40) / 60.0));
        }
    }
    DOCTEST_CHECK(pixel_faults(ice).hot == 0);
    DOCTEST_CHECK(pixel_faults(ice).stripe_columns == 0);
}

DOCTEST_TEST_CASE("stripes of a gain reference: columns, and rows") {
    Image image = micrograph();
    for (int y = 0; y < image.height; ++y) {
        image.at(100, y) *= 1.08F;
        image.at(101, y) *= 0.92F;
    }
    auto found = pixel_faults(image);
    DOCTEST_CHECK(found.stripe_columns == 2);
    DOCTEST_CHECK(found.first_column == 100);
    DOCTEST_CHECK(found.stripe_rows == 0);
    image = micrograph();
    for (int x = 0; x < image.width; ++x) {
        image.at(x, 57) += 6.0F;
        image.at(x, 0) += 50.0F; // at the border: not counted
    }
    found = pixel_faults(image);
    DOCTEST_CHECK(found.stripe_columns == 0);
    DOCTEST_CHECK(found.stripe_rows == 1);
    DOCTEST_CHECK(found.first_row == 57);
}

DOCTEST_TEST_CASE("pixels that are no numbers are counted and hurt nothing else") {
    Image image = micrograph();
    image.at(5, 7) = std::numeric_limits<float>::quiet_NaN();
    image.at(160, 100) = std::numeric_limits<float>::infinity();
    image.at(161, 101) = -std::numeric_limits<float>::infinity();
    const auto found = pixel_faults(image);
    DOCTEST_CHECK(found.statistics.nonfinite == 3);
    DOCTEST_CHECK(found.hot == 0);
    DOCTEST_CHECK(found.clipped_low == 0.0);
    DOCTEST_CHECK(found.stripe_columns == 0);
    DOCTEST_CHECK(found.stripe_rows == 0);
    Image none(40, 50, std::numeric_limits<float>::quiet_NaN());
    DOCTEST_CHECK(pixel_faults(none).statistics.nonfinite == 2000);
    DOCTEST_CHECK(pixel_faults(Image(40, 50, 3.0F)).statistics.deviation == 0.0);
    DOCTEST_CHECK(pixel_faults(Image(2, 1)).hot == 0);
}
