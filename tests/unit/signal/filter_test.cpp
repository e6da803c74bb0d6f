// Filters against closed forms, standardisation against its definition evaluated box by box.
#include "core/error.hpp"
#include "signal/filter.hpp"
#include "unit/check.hpp"
#include "unit/signal/naive.hpp"

#include <array>
#include <limits>

using picker::Image;

namespace {

// The amplitude of the wave that `filter` leaves of cos(2 pi (kx x / w + ky y / h)) on a background of 5.
template <typename Filter>
double gain(int width, int height, int kx, int ky, double background_after, const Filter& filter) {
    const auto wave = [=](int x, int y) {
        return std::cos(naive::tau * (static_cast<double>(kx) * x / width + static_cast<double>(ky) * y / height));
    };
    Image image = naive::sampled(width, height, [&](int x, int y) { return 5.0 + wave(x, y); });
    filter(image);
    const double amplitude = static_cast<double>(image.at(0, 0)) - background_after;
    const Image expected =
        naive::sampled(width, height, [&](int x, int y) { return background_after + amplitude * wave(x, y); });
    DOCTEST_CHECK(naive::largest_difference(image, expected) < 3e-6); // the same wave and nothing else
    return amplitude;
}

} // namespace

DOCTEST_TEST_CASE("a Gaussian scales a wave by exp(-2 pi^2 sigma^2 k^2) and keeps the mean") {
    const int width = 60, height = 42;
    for (const double sigma : {0.5, 1.3, 4.0}) {
        constexpr std::array<std::array<int, 2>, 5> waves{{{3, 0}, {0, 3}, {7, 5}, {30, 0}, {0, 21}}};
        for (const auto& [kx, ky] : waves) {
            const double square =
                std::pow(static_cast<double>(kx) / width, 2) + std::pow(static_cast<double>(ky) / height, 2);
            const double expected = std::exp(-2.0 * std::numbers::pi * std::numbers::pi * sigma * sigma * square);
            const double found =
                gain(width, height, kx, ky, 5.0, [=](Image& image) { picker::gaussian_lowpass(image, sigma); });
            DOCTEST_CHECK(std::abs(found - expected) < 3e-6);
        }
    }
}

DOCTEST_TEST_CASE("a Gaussian spreads a point into a Gaussian of its sigma") {
    const double sigma = 2.5;
    Image image(64, 48);
    image.at(40, 13) = 1.0F;
    picker::gaussian_lowpass(image, sigma);
    const Image expected = naive::sampled(64, 48, [=](int x, int y) {
        return std::exp(-(std::pow(x - 40, 2) + std::pow(y - 13, 2)) / (2.0 * sigma * sigma)) /
               (naive::tau * sigma * sigma);
    });
    DOCTEST_CHECK(naive::largest_difference(image, expected) < 1e-6);
    const Image before = image;
    picker::gaussian_lowpass(image, 0.0);
    DOCTEST_CHECK(naive::largest_difference(image, before) == 0.0);
    DOCTEST_CHECK_THROWS_WITH_AS(picker::gaussian_lowpass(image, -1.0), doctest::Contains("-1"), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::gaussian_lowpass(image, NAN), picker::Error);
}

DOCTEST_TEST_CASE("a band-pass keeps the periods between its bounds, halves those at them and removes the others") {
    const int width = 120, height = 80;
    const auto through = [=](int kx, int ky, double background_after, double low, double high) {
        return gain(width, height, kx, ky, background_after,
                    [=](Image& image) { picker::band_pass(image, low, high); });
    };
    DOCTEST_CHECK(through(12, 0, 0.0, 20.0, 5.0) == doctest::Approx(1.0).epsilon(1e-5)); // period 10
    DOCTEST_CHECK(through(0, 8, 0.0, 20.0, 5.0) == doctest::Approx(1.0).epsilon(1e-5));
    DOCTEST_CHECK(through(6, 0, 0.0, 20.0, 5.0) == doctest::Approx(0.5).epsilon(1e-5));  // period 20
    DOCTEST_CHECK(through(0, 16, 0.0, 20.0, 5.0) == doctest::Approx(0.5).epsilon(1e-5)); // period 5
    DOCTEST_CHECK(std::abs(through(3, 0, 0.0, 20.0, 5.0)) < 1e-6);                       // period 40
    DOCTEST_CHECK(std::abs(through(40, 0, 0.0, 20.0, 5.0)) < 1e-6);                      // period 3
    DOCTEST_CHECK(std::abs(through(24, 16, 0.0, 20.0, 5.0)) < 1e-6); // 5 along both axes is 3.5 along the diagonal
    DOCTEST_CHECK(through(1, 0, 5.0, 0.0, 5.0) == doctest::Approx(1.0).epsilon(1e-5)); // open: the mean stays
    DOCTEST_CHECK(through(60, 0, 0.0, 20.0, 0.0) == doctest::Approx(1.0).epsilon(1e-5));
    Image image(8, 8);
    DOCTEST_CHECK_THROWS_WITH_AS(picker::band_pass(image, 5.0, 20.0), doctest::Contains("longest"), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::band_pass(image, -5.0, 0.0), picker::Error);
}

DOCTEST_TEST_CASE("statistics are those of the finite pixels, and exact on a large background") {
    Image image = naive::noise(97, 131, 4, 1e5); // more than one block of pixels, and not a whole number of them
    const naive::Moments expected = naive::moments(image, 0, 0, 97, 131);
    const picker::Statistics found = picker::statistics(image);
    DOCTEST_CHECK(found.mean == doctest::Approx(expected.mean).epsilon(1e-13));
    DOCTEST_CHECK(found.deviation == doctest::Approx(expected.deviation).epsilon(1e-12));
    DOCTEST_CHECK(found.minimum == static_cast<double>(*std::min_element(image.pixels.begin(), image.pixels.end())));
    DOCTEST_CHECK(found.maximum == static_cast<double>(*std::max_element(image.pixels.begin(), image.pixels.end())));
    DOCTEST_CHECK(found.nonfinite == 0);

    Image some(3, 2);
    some.pixels = {std::numeric_limits<float>::infinity(), 1.0F, 4.0F, NAN, 7.0F,
                   -std::numeric_limits<float>::infinity()};
    const picker::Statistics kept = picker::statistics(some);
    DOCTEST_CHECK(kept.nonfinite == 3);
    DOCTEST_CHECK(kept.mean == doctest::Approx(4.0));
    DOCTEST_CHECK(kept.deviation == doctest::Approx(std::sqrt(6.0)));
    DOCTEST_CHECK(kept.minimum == 1.0);
    DOCTEST_CHECK(kept.maximum == 7.0);
    DOCTEST_CHECK(picker::statistics(Image(3, 3, NAN)).nonfinite == 9);
    DOCTEST_CHECK(picker::statistics(Image(100, 77, 0.1F)).deviation == 0.0);
}

DOCTEST_TEST_CASE("global standardisation gives mean 0 and deviation 1, and zeros for a constant") {
    Image image = naive::noise(80, 33, 6, 300.0);
    const Image before = image;
    picker::standardise_global(image);
    const naive::Moments after = naive::moments(image, 0, 0, 80, 33), original = naive::moments(before, 0, 0, 80, 33);
    DOCTEST_CHECK(std::abs(after.mean) < 1e-6);
    DOCTEST_CHECK(after.deviation == doctest::Approx(1.0).epsilon(1e-6));
    DOCTEST_CHECK(
        static_cast<double>(image.at(70, 20)) ==
        doctest::Approx((static_cast<double>(before.at(70, 20)) - original.mean) / original.deviation).epsilon(1e-6));
    Image constant(9, 5, 0.1F);
    picker::standardise_global(constant);
    DOCTEST_CHECK(naive::largest_difference(constant, Image(9, 5)) == 0.0);
}

DOCTEST_TEST_CASE("local standardisation equals the box by box version, borders and boxes beyond the image included") {
    for (const int size : {2, 3, 8, 9, 21, 30, 41, 63, 500}) {
        for (const double floor : {0.0, 0.1, 1.0}) {
            // Uneven on purpose: background and contrast change across the image.
            const Image noise = naive::noise(41, 30, 8);
            const Image image = naive::sampled(41, 30, [&](int x, int y) {
                return 50.0 + x + (0.05 + 0.2 * y) * static_cast<double>(noise.at(x, y));
            });
            Image result = image;
            picker::standardise_local(result, size, floor);
            DOCTEST_CAPTURE(size);
            DOCTEST_CHECK(naive::largest_difference(result, naive::standardise_local(image, size, floor)) < 5e-5);
        }
    }
    Image image(9, 9);
    DOCTEST_CHECK_THROWS_AS(picker::standardise_local(image, 1), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::standardise_local(image, 5, -0.1), picker::Error);
}

DOCTEST_TEST_CASE("local standardisation commutes with flips and with cropping") {
    const Image image = naive::noise(70, 50, 12, 10.0);
    Image whole = image;
    picker::standardise_local(whole, 12, 0.0);
    const auto flipped = [](const Image& of) {
        return naive::sampled(of.width, of.height, [&](int x, int y) { return of.at(of.width - 1 - x, y); });
    };
    Image mirrored = flipped(image);
    picker::standardise_local(mirrored, 12, 0.0);
    DOCTEST_CHECK(naive::largest_difference(flipped(mirrored), whole) < 1e-5);
    // Without a floor a pixel depends on its box alone.
    Image crop = naive::sampled(40, 30, [&](int x, int y) { return image.at(x + 21, y + 13); });
    picker::standardise_local(crop, 12, 0.0);
    double largest = 0.0;
    for (int y = 6; y < 24; ++y) {
        for (int x = 6; x < 34; ++x) {
            largest = std::max(largest, static_cast<double>(std::abs(crop.at(x, y) - whole.at(x + 21, y + 13))));
        }
    }
    DOCTEST_CHECK(largest < 1e-5);
}

DOCTEST_TEST_CASE("flat regions are not blown up") {
    // The left third is nearly flat: a hundredth of the contrast elsewhere.
    Image image = naive::noise(90, 40, 14, 100.0);
    for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 30; ++x) {
            image.at(x, y) = 100.0F + 0.01F * (image.at(x, y) - 100.0F);
        }
    }
    Image bounded = image, unbounded = image;
    picker::standardise_local(bounded, 9, 0.1);
    picker::standardise_local(unbounded, 9, 0.0);
    DOCTEST_CHECK(naive::moments(bounded, 0, 0, 25, 40).deviation < 0.15);
    DOCTEST_CHECK(naive::moments(unbounded, 0, 0, 25, 40).deviation > 0.8);
    DOCTEST_CHECK(naive::moments(bounded, 35, 0, 90, 40).deviation == doctest::Approx(1.0).epsilon(0.1));

    // Mostly constant: the constant part is zero, and all of it finite.
    Image mostly(60, 60, 0.1F);
    mostly.at(50, 50) = 2.0F;
    picker::standardise_local(mostly, 5);
    DOCTEST_CHECK(mostly.at(10, 10) == doctest::Approx(0.0).epsilon(1e-4));
    DOCTEST_CHECK(mostly.at(50, 50) == doctest::Approx(0.96 / std::sqrt(0.04 - 0.0016) * 1.0).epsilon(1e-3));
    DOCTEST_CHECK(picker::statistics(mostly).nonfinite == 0);
    Image constant(12, 7, 3.0F);
    picker::standardise_local(constant, 5);
    DOCTEST_CHECK(naive::largest_difference(constant, Image(12, 7)) == 0.0);
}

DOCTEST_TEST_CASE("outliers are set to the bound, and the rest is left alone") {
    Image image = naive::noise(50, 40, 16);
    image.at(7, 30) = 60.0F;
    image.at(30, 7) = -60.0F;
    const Image before = image;
    const naive::Moments original = naive::moments(before, 0, 0, 50, 40);
    picker::clip_outliers(image, 5.0);
    DOCTEST_CHECK(static_cast<double>(image.at(7, 30)) == doctest::Approx(original.mean + 5.0 * original.deviation));
    DOCTEST_CHECK(static_cast<double>(image.at(30, 7)) == doctest::Approx(original.mean - 5.0 * original.deviation));
    std::size_t changed = 0;
    for (std::size_t i = 0; i < image.size(); ++i) {
        changed += image.pixels[i] != before.pixels[i] ? 1U : 0U;
    }
    DOCTEST_CHECK(changed == 2);
    DOCTEST_CHECK_THROWS_AS(picker::clip_outliers(image, 0.0), picker::Error);
    picker::invert(image);
    DOCTEST_CHECK(image.at(3, 5) == -before.at(3, 5));
}
