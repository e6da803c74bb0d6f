// Transforms against the definition of the Fourier transform, and against its theorems.
#include "core/error.hpp"
#include "signal/fft.hpp"
#include "signal/parallel_fft.hpp"
#include "unit/check.hpp"
#include "unit/signal/naive.hpp"

#include <array>

using picker::Image;
using picker::Spectrum;

DOCTEST_TEST_CASE("a spectrum is the discrete Fourier transform, for odd, even, prime and single sizes") {
    constexpr std::array<std::array<int, 2>, 8> sizes{
        {{1, 1}, {1, 7}, {6, 1}, {8, 6}, {7, 9}, {12, 5}, {13, 22}, {106, 19}}};
    for (const auto& [width, height] : sizes) {
        DOCTEST_CAPTURE(width);
        DOCTEST_CAPTURE(height);
        const Image image = naive::noise(width, height, 3);
        Spectrum spectrum = picker::fft(image);
        DOCTEST_CHECK(spectrum.half_width() == width / 2 + 1);
        DOCTEST_REQUIRE(spectrum.values.size() == static_cast<std::size_t>(spectrum.half_width() * height));
        double largest = 0.0;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < spectrum.half_width(); ++x) {
                largest = std::max(largest,
                                   std::abs(std::complex<double>(spectrum.at(x, y)) - naive::coefficient(image, x, y)));
            }
        }
        DOCTEST_CHECK(largest < 1e-6 * width * height + 1e-5);
    }
}

DOCTEST_TEST_CASE("a wave along x is one coefficient in x, a wave along y one in y") {
    const int width = 20, height = 14;
    Spectrum across =
        picker::fft(naive::sampled(width, height, [](int x, int) { return std::cos(naive::tau * 3 * x / 20); }));
    Spectrum down =
        picker::fft(naive::sampled(width, height, [](int, int y) { return std::sin(naive::tau * 5 * y / 14); }));
    DOCTEST_CHECK(across.at(3, 0).real() == doctest::Approx(width * height / 2.0));
    DOCTEST_CHECK(std::abs(across.at(0, 3)) < 1e-4F);
    DOCTEST_CHECK(down.at(0, 5).imag() == doctest::Approx(-width * height / 2.0));
    DOCTEST_CHECK(down.at(0, 9).imag() == doctest::Approx(width * height / 2.0)); // height - 5
    DOCTEST_CHECK(std::abs(down.at(5, 0)) < 1e-4F);
}

DOCTEST_TEST_CASE("the way back gives the image, and Parseval's sum is kept") {
    for (const int width : {30, 31}) {
        const Image image = naive::noise(width, 42, 11, 0.5);
        Spectrum spectrum = picker::fft(image);
        double pixels = 0.0, coefficients = 0.0;
        for (const float pixel : image.pixels) {
            pixels += static_cast<double>(pixel) * static_cast<double>(pixel);
        }
        for (int y = 0; y < spectrum.height; ++y) {
            for (int x = 0; x < spectrum.half_width(); ++x) {
                const bool alone = x == 0 || 2 * x == width; // the others stand for their conjugates too
                coefficients += (alone ? 1.0 : 2.0) * static_cast<double>(std::norm(spectrum.at(x, y)));
            }
        }
        DOCTEST_CHECK(coefficients / static_cast<double>(image.size()) == doctest::Approx(pixels).epsilon(1e-6));
        DOCTEST_CHECK(naive::largest_difference(picker::inverse_fft(spectrum), image) < 2e-6);
    }
}

DOCTEST_TEST_CASE("sizes that do not fit the values are refused") {
    Spectrum spectrum = picker::fft(Image(8, 6));
    spectrum.height = 7;
    DOCTEST_CHECK_THROWS_WITH_AS(picker::inverse_fft(spectrum), doctest::Contains("8 x 7"), picker::Error);
    Image image(8, 6);
    image.width = 9;
    DOCTEST_CHECK_THROWS_WITH_AS(picker::fft(image), doctest::Contains("9 x 6"), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::fft(Image()), picker::Error);
}

DOCTEST_TEST_CASE("fast sizes are the next even ones with factors 2, 3, 5 and 7") {
    const auto fast = [](int n) {
        if (n % 2 != 0) {
            return false;
        }
        for (const int factor : {2, 3, 5, 7}) {
            while (n % factor == 0) {
                n /= factor;
            }
        }
        return n == 1;
    };
    int expected = 5000;
    while (!fast(expected)) {
        ++expected;
    }
    for (int n = 5000; n >= 1; --n) {
        expected = fast(n) ? n : expected;
        DOCTEST_REQUIRE(picker::fast_size(n) == expected);
    }
    DOCTEST_CHECK(picker::fast_size(-3) == 2);
    DOCTEST_CHECK(picker::fast_size(1 << 30) == 1 << 30);
    DOCTEST_CHECK_THROWS_AS(picker::fast_size((1 << 30) + 1), picker::Error);
}

DOCTEST_TEST_CASE("transforms on several threads equal those on one, bit by bit, and the plain ones within rounding") {
    constexpr std::array<std::array<int, 2>, 4> sizes{{{8, 6}, {7, 10}, {150, 200}, {162, 90}}};
    for (const auto& [width, height] : sizes) {
        const Image image = naive::noise(width, height, 5);
        picker::WorkerPool one(1);
        picker::WorkerPool three(3);
        const Spectrum plain = picker::fft(image);
        Spectrum a;
        Spectrum b;
        picker::fft(image, a, one);
        picker::fft(image, b, three);
        DOCTEST_CHECK(a.values == b.values);
        for (std::size_t i = 0; i < plain.values.size(); ++i) {
            DOCTEST_REQUIRE(std::abs(a.values[i] - plain.values[i]) <
                            1e-4F * std::sqrt(static_cast<float>(width * height)));
        }
        Image back;
        Image back_three(2, 2, 7.0F); // other memory is no other result
        picker::inverse_fft(a, back, one);
        picker::inverse_fft(b, back_three, three);
        DOCTEST_CHECK(back.pixels == back_three.pixels);
        for (std::size_t i = 0; i < image.size(); ++i) {
            DOCTEST_REQUIRE(std::abs(back.pixels[i] - image.pixels[i]) < 1e-5F);
        }
    }
    picker::WorkerPool pool(1);
    Spectrum spectrum;
    DOCTEST_CHECK_THROWS_AS(picker::fft(Image(4, 7), spectrum, pool), picker::Error);
}
