// Measures of a micrograph: rings of a known CTF in noise, gradients, large bodies and small ones, masks.
#include "core/random.hpp"
#include "picking/micrograph_quality.hpp"
#include "picking/thon_rings.hpp"
#include "signal/fft.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <numbers>

using namespace picker;

namespace {

Image white_noise(int width, int height, std::uint64_t seed) {
    Random random(seed);
    Image image(width, height);
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(random.normal());
    }
    return image;
}

// White noise of which a quarter went through a microscope of 300 kV and 2.7 mm without amplitude contrast: the
// textbook's sine, written out.
Image with_rings(int width, int height, double pixel_size, double defocus, double share) {
    Spectrum ice = fft(white_noise(width, height, 1));
    constexpr double wavelength = 0.0196875; // angstrom, at 300 kV
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < ice.half_width(); ++x) {
            const double kx = x / (width * pixel_size);
            const double ky = (y <= height / 2 ? y : y - height) / (height * pixel_size);
            const double k2 = kx * kx + ky * ky;
            const double chi = std::numbers::pi * wavelength * defocus * k2 -
                               0.5 * std::numbers::pi * 2.7e7 * std::pow(wavelength, 3) * k2 * k2;
            ice.at(x, y) *= static_cast<float>(std::sqrt(2.0 * share) * std::sin(chi) * std::exp(-25.0 * k2));
        }
    }
    Image image = inverse_fft(std::move(ice));
    const Image counts = white_noise(width, height, 2);
    for (std::size_t i = 0; i < image.size(); ++i) {
        image.pixels[i] += static_cast<float>(std::sqrt(1.0 - share)) * counts.pixels[i];
    }
    return image;
}

constexpr Optics no_amplitude{300.0, 2.7, 0.0, 0.0};

void add_disc(Image& image, double cx, double cy, double radius, float value) {
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            if (std::hypot(x - cx, y - cy) < radius) {
                image.at(x, y) += value;
            }
        }
    }
}

} // namespace

DOCTEST_TEST_CASE("the defocus of rings in noise is found, at fine and coarse pixels") {
    for (const auto& [pixel_size, defocus] : {std::pair{1.0, 12000.0}, {1.0, 31000.0}, {2.5, 8000.0}, {5.0, 20000.0}}) {
        const Image image = with_rings(1300, 1100, pixel_size, defocus, 0.25);
        const ThonRings rings = find_thon_rings(image, pixel_size, no_amplitude);
        DOCTEST_CAPTURE(pixel_size);
        DOCTEST_CAPTURE(defocus);
        DOCTEST_CHECK(rings.fit > 0.7);
        DOCTEST_CHECK(rings.defocus == doctest::Approx(defocus).epsilon(0.03));
        DOCTEST_CHECK(rings.limit < 15.0);
        DOCTEST_CHECK(rings.limit >= 2.0 * pixel_size); // nothing is finer than two pixels
        // Another voltage makes another defocus of the same rings: wavelength times defocus stays.
        Optics lower = no_amplitude;
        lower.voltage = 200.0;
        DOCTEST_CHECK(find_thon_rings(image, pixel_size, lower).defocus ==
                      doctest::Approx(defocus * 0.0196875 / 0.0250793).epsilon(0.05));
    }
}

DOCTEST_TEST_CASE("fewer rings are weaker and end earlier, and noise has none") {
    const ThonRings strong = find_thon_rings(with_rings(1300, 1100, 1.5, 20000.0, 0.4), 1.5, no_amplitude);
    const ThonRings weak = find_thon_rings(with_rings(1300, 1100, 1.5, 20000.0, 0.12), 1.5, no_amplitude);
    DOCTEST_CHECK(strong.strength > 2.0 * weak.strength);
    DOCTEST_CHECK(strong.limit < weak.limit);
    for (const std::uint64_t seed : {3, 4, 5}) {
        const ThonRings none = find_thon_rings(white_noise(1300, 1100, seed), 1.5, no_amplitude);
        DOCTEST_CHECK(none.fit < 0.6);
        DOCTEST_CHECK(std::isnan(none.defocus));
        DOCTEST_CHECK(std::isnan(none.limit));
    }
    // Too small for a tile, or too coarse for rings: nothing is known.
    DOCTEST_CHECK(std::isnan(find_thon_rings(white_noise(255, 600, 3), 3.0, no_amplitude).fit));
    DOCTEST_CHECK(std::isnan(find_thon_rings(white_noise(600, 600, 3), 16.0, no_amplitude).fit));
    DOCTEST_CHECK(std::isnan(find_thon_rings(Image(600, 600, 3.0F), 3.0, no_amplitude).fit));
}

DOCTEST_TEST_CASE("mean and deviation are the pixels', and unevenness is that of a gradient") {
    Image image = white_noise(1500, 1100, 6);
    const MicrographQuality even = measure_quality(image, 3.0, 24.0, {});
    DOCTEST_CHECK(even.mean == doctest::Approx(0.0).epsilon(0.01));
    DOCTEST_CHECK(even.deviation == doctest::Approx(1.0).epsilon(0.01));
    DOCTEST_CHECK(even.unevenness < 0.02);
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            image.at(x, y) += 40.0F + 0.002F * static_cast<float>(x); // 3 from left to right
        }
    }
    const MicrographQuality tilted = measure_quality(image, 3.0, 24.0, {});
    // Of a ramp of 3: 3 / sqrt(12); with the noise's 1 the pixels deviate by sqrt(1 + 9 / 12).
    const double ramp = 3.0 / std::sqrt(12.0);
    DOCTEST_CHECK(tilted.deviation == doctest::Approx(std::hypot(1.0, ramp)).epsilon(0.01));
    DOCTEST_CHECK(tilted.unevenness == doctest::Approx(ramp / std::hypot(1.0, ramp)).epsilon(0.05));
    DOCTEST_CHECK(tilted.mean == doctest::Approx(41.5).epsilon(0.01));
    DOCTEST_CHECK(tilted.foreign == 0.0);
}

DOCTEST_TEST_CASE("what stands out over more than a few particles is foreign, particles are not") {
    constexpr double diameter = 30.0;
    Image image = white_noise(1500, 1100, 7);
    for (int i = 0; i < 120; ++i) { // a lattice
        add_disc(image, 70.0 + 100.0 * (i % 14), 70.0 + 110.0 * (i / 14), 0.5 * diameter, -1.0F);
    }
    DOCTEST_CHECK(measure_quality(image, 3.0, diameter, {}).foreign == 0.0);
    const double radius = 200.0;
    for (const float value : {-1.5F, 1.5F}) { // carbon is dark, a hole is bright
        Image other = image;
        add_disc(other, 1000.0, 400.0, radius, value);
        const double share = std::numbers::pi * radius * radius / (1500.0 * 1100.0);
        DOCTEST_CHECK(measure_quality(other, 3.0, diameter, {}).foreign == doctest::Approx(share).epsilon(0.2));
    }
}

DOCTEST_TEST_CASE("the excluded share is that of border and mask") {
    SelectRules rules;
    DOCTEST_CHECK(excluded_share(900, 600, rules) == 0.0);
    rules.edge = 60.0;
    DOCTEST_CHECK(excluded_share(900, 600, rules) ==
                  doctest::Approx(1.0 - 780.0 * 480.0 / (900.0 * 600.0)).epsilon(0.05));
    Image half(9, 6);
    for (int y = 0; y < 6; ++y) {
        for (int x = 0; x < 3; ++x) {
            half.at(x, y) = 1.0F; // a third
        }
    }
    const ExclusionMask mask(half);
    rules = {};
    rules.mask = &mask;
    DOCTEST_CHECK(excluded_share(900, 600, rules) == doctest::Approx(1.0 / 3.0).epsilon(0.05));
}

DOCTEST_TEST_CASE("quantiles are those of the scores, and JSON gives back what is known") {
    MicrographQuality quality;
    Picks picks;
    note_scores(quality, picks);
    DOCTEST_CHECK(std::isnan(quality.score_50));
    for (int i = 10; i >= 0; --i) {
        picks.add(0.0, 0.0, 0.1 * i);
    }
    note_scores(quality, picks);
    DOCTEST_CHECK(quality.score_10 == doctest::Approx(0.1));
    DOCTEST_CHECK(quality.score_50 == doctest::Approx(0.5));
    DOCTEST_CHECK(quality.score_90 == doctest::Approx(0.9));
    quality.defocus = 15000.5;
    const nlohmann::json json = quality_json(quality);
    DOCTEST_CHECK(json.size() == 4);
    const MicrographQuality back = quality_of(json);
    DOCTEST_CHECK(back.defocus == 15000.5);
    DOCTEST_CHECK(back.score_90 == quality.score_90);
    DOCTEST_CHECK(std::isnan(back.unevenness));
    Image broken(400, 400, std::nanf("")); // it will fail elsewhere, with a message
    DOCTEST_CHECK(std::isnan(measure_quality(broken, 3.0, 24.0, {}).deviation));
}

DOCTEST_TEST_CASE("the list's optics are used") {
    InputMicrograph input;
    input.columns = {{"rlnVoltage", "200.000000"}, {"rlnSphericalAberration", "2.7"}, {"rlnAmplitudeContrast", "0"}};
    const Image image = with_rings(1300, 1100, 1.5, 20000.0, 0.4);
    DOCTEST_CHECK(measure_quality(image, 1.5, 100.0, input).defocus ==
                  doctest::Approx(20000.0 * 0.0196875 / 0.0250793).epsilon(0.03));
    input.columns["rlnVoltage"] = "none"; // no number: 300 kV
    DOCTEST_CHECK(measure_quality(image, 1.5, 100.0, input).defocus == doctest::Approx(20000.0).epsilon(0.03));
}
