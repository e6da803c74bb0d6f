// Resampling against a naive sum over samples, functions known at every position, and the position of a blob.
#include "core/error.hpp"
#include "signal/resample.hpp"
#include "unit/check.hpp"
#include "unit/signal/naive.hpp"

#include <array>

using picker::Image;

DOCTEST_TEST_CASE("resampling equals the naive version for odd and even sizes, up, down and mixed") {
    constexpr std::array<std::array<int, 4>, 18> cases{{
        {16, 12, 8, 6},
        {16, 12, 7, 5},
        {15, 13, 8, 6},
        {15, 13, 7, 5},
        {16, 12, 15, 11},
        {15, 11, 14, 10},
        {8, 6, 16, 12},
        {8, 6, 9, 7},
        {7, 5, 8, 6},
        {7, 5, 15, 13},
        {20, 9, 12, 18},
        {9, 20, 18, 12},
        {20, 9, 20, 4},
        {20, 9, 6, 9},
        {12, 10, 12, 25},
        {12, 10, 25, 10},
        {5, 37, 1, 2},
        {53, 70, 24, 33},
    }};
    for (const auto& [width, height, width_out, height_out] : cases) {
        DOCTEST_CAPTURE(width);
        DOCTEST_CAPTURE(height);
        DOCTEST_CAPTURE(width_out);
        DOCTEST_CAPTURE(height_out);
        const Image image = naive::noise(width, height, 5, 2.0);
        const Image result = picker::fourier_resample(image, width_out, height_out);
        DOCTEST_CHECK(naive::largest_difference(result, naive::resample(image, width_out, height_out)) < 5e-6);
    }
}

DOCTEST_TEST_CASE("a function within the band is exact on both grids, with different scales in x and y") {
    // Frequencies are below half of the smaller size along each axis.
    const auto function = [](double x, double y) { // x, y: fractions of the image
        return 3.0 + std::cos(naive::tau * (7.0 * x + 0.1)) + 0.5 * std::sin(naive::tau * (11.0 * x - 9.0 * y)) +
               2.0 * std::sin(naive::tau * (4.0 * y + 0.3));
    };
    const auto on_grid = [&function](int width, int height) {
        return naive::sampled(width, height, [&](int x, int y) {
            return function(static_cast<double>(x) / width, static_cast<double>(y) / height);
        });
    };
    constexpr std::array<std::array<int, 2>, 6> sizes{{{24, 20}, {25, 21}, {96, 35}, {53, 101}, {371, 64}, {200, 383}}};
    for (const auto& [width, height] : sizes) {
        for (const auto& [width_out, height_out] : sizes) {
            const Image result = picker::fourier_resample(on_grid(width, height), width_out, height_out);
            DOCTEST_CHECK(naive::largest_difference(result, on_grid(width_out, height_out)) < 1e-5);
        }
    }
}

DOCTEST_TEST_CASE("a cosine at the Nyquist frequency of the output comes out as sampled") {
    const Image across = naive::sampled(16, 10, [](int x, int) { return std::cos(naive::tau * 4 * x / 16); });
    const Image down = naive::sampled(10, 16, [](int, int y) { return std::cos(naive::tau * 4 * y / 16); });
    const auto alternate = [](int i) { return i % 2 == 0 ? 1.0 : -1.0; };
    DOCTEST_CHECK(naive::largest_difference(picker::fourier_resample(across, 8, 10),
                                            naive::sampled(8, 10, [&](int x, int) { return alternate(x); })) < 1e-6);
    DOCTEST_CHECK(naive::largest_difference(picker::fourier_resample(down, 10, 8),
                                            naive::sampled(10, 8, [&](int, int y) { return alternate(y); })) < 1e-6);
    // And back up: the samples that were there come back, with the cosine between them.
    const Image small = naive::sampled(8, 6, [&](int x, int y) { return alternate(x) + alternate(y); });
    const Image large = naive::sampled(
        16, 12, [](int x, int y) { return std::cos(naive::tau * x / 4.0) + std::cos(naive::tau * y / 4.0); });
    DOCTEST_CHECK(naive::largest_difference(picker::fourier_resample(small, 16, 12), large) < 1e-6);
}

DOCTEST_TEST_CASE("a blob off the centre of a wide image lands at (x * scale_x, y * scale_y)") {
    const int width = 375, height = 219;
    const double at_x = 291.3, at_y = 48.6;
    constexpr std::array<std::array<int, 2>, 5> outputs{{{135, 90}, {120, 70}, {375, 64}, {81, 219}, {500, 250}}};
    const Image image = naive::sampled(width, height, [=](int x, int y) {
        return 100.0 - std::exp(-(std::pow(x - at_x, 2) + std::pow(y - at_y, 2)) / (2.0 * 7.0 * 7.0));
    });
    for (const auto& [width_out, height_out] : outputs) {
        const Image result = picker::fourier_resample(image, width_out, height_out);
        double weight = 0.0, x_sum = 0.0, y_sum = 0.0;
        for (int y = 0; y < height_out; ++y) {
            for (int x = 0; x < width_out; ++x) {
                const double value = 100.0 - static_cast<double>(result.at(x, y));
                const double kept = value > 0.01 ? value : 0.0; // the blob without rounding far away
                weight += kept;
                x_sum += kept * x;
                y_sum += kept * y;
            }
        }
        DOCTEST_CAPTURE(width_out);
        DOCTEST_CHECK(std::abs(x_sum / weight - at_x * width_out / width) < 0.02);
        DOCTEST_CHECK(std::abs(y_sum / weight - at_y * height_out / height) < 0.02);
    }
}

DOCTEST_TEST_CASE("the mean is kept, on a background far larger than the contrast too") {
    const Image image = naive::noise(150, 121, 9, 20000.0);
    const auto mean = [](const Image& of) { return naive::moments(of, 0, 0, of.width, of.height).mean; };
    for (const int width : {40, 64, 75, 300}) {
        const Image result = picker::fourier_resample(image, width, 48);
        DOCTEST_CHECK(std::abs(mean(result) - mean(image)) < 1e-3); // the pixels' own rounding is 2e-3
        DOCTEST_CHECK(naive::largest_difference(result, naive::resample(image, width, 48)) < 4e-3);
    }
    const Image constant = picker::fourier_resample(Image(31, 20, 7.25F), 10, 12);
    DOCTEST_CHECK(naive::largest_difference(constant, Image(10, 12, 7.25F)) == 0.0);
}

DOCTEST_TEST_CASE("up and down again gives the image back, and the same size gives the same pixels") {
    const Image image = naive::noise(34, 27, 2);
    DOCTEST_CHECK(naive::largest_difference(picker::fourier_resample(picker::fourier_resample(image, 70, 45), 34, 27),
                                            image) < 5e-6);
    DOCTEST_CHECK(naive::largest_difference(picker::fourier_resample(image, 34, 27), image) == 0.0);
}

DOCTEST_TEST_CASE("resampling to or from nothing is refused") {
    DOCTEST_CHECK_THROWS_WITH_AS(picker::fourier_resample(Image(8, 6), 0, 4), doctest::Contains("8 x 6"),
                                 picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::fourier_resample(Image(), 4, 4), picker::Error);
}

DOCTEST_TEST_CASE("working sizes are the fast ones nearest to the scale asked for") {
    const auto fast = [](int n) {
        for (const int factor : {2, 3, 5, 7}) {
            while (n % factor == 0) {
                n /= factor;
            }
        }
        return n == 1;
    };
    for (int wanted = 1; wanted < 3000; wanted += 7) {
        const picker::ResampledSize size = picker::resampled_size(4096, 8192, wanted / 4096.0);
        DOCTEST_REQUIRE(fast(size.width));
        DOCTEST_REQUIRE(fast(size.height));
        const double ratio =
            std::max(size.width / static_cast<double>(wanted), wanted / static_cast<double>(size.width));
        for (int other = 1; other < 4096; ++other) { // no other fast size is nearer
            if (fast(other)) {
                DOCTEST_REQUIRE(std::max(other / static_cast<double>(wanted), wanted / static_cast<double>(other)) >=
                                ratio - 1e-12);
            }
        }
    }
    const auto is = [](picker::ResampledSize size, int width, int height) {
        return size.width == width && size.height == height;
    };
    DOCTEST_CHECK(is(picker::resampled_size(3710, 3838, 1.0), 3710, 3838));
    DOCTEST_CHECK(is(picker::resampled_size(3710, 3838, 1.0001), 3710, 3838));
    DOCTEST_CHECK(is(picker::resampled_size(3710, 3838, 0.25), 945, 960));
    DOCTEST_CHECK(is(picker::resampled_size(100, 40, 1e-4), 1, 1));
    DOCTEST_CHECK_THROWS_AS(picker::resampled_size(100, 40, 0.0), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::resampled_size(100, 40, NAN), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::resampled_size(0, 40, 0.5), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::resampled_size(100, 40, 1e8), picker::Error);
}
