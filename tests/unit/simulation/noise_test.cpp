// The noise's power spectrum against its closed form, ring by ring, and its variance; counts by dose; threads.
#include "core/error.hpp"
#include "signal/fft.hpp"
#include "simulation/noise.hpp"
#include "simulation/simulate.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <numbers>
#include <vector>

using picker::Image;
using picker::SimulationOptions;
using picker::Simulator;

namespace {

double mean(const Image& image) {
    double sum = 0.0;
    for (const float v : image.pixels) {
        sum += static_cast<double>(v) / static_cast<double>(image.size());
    }
    return sum;
}

double variance(const Image& image) {
    const double m = mean(image);
    double sum = 0.0;
    for (const float v : image.pixels) {
        sum += (v - m) * (v - m) / static_cast<double>(image.size());
    }
    return sum;
}

SimulationOptions noise_only() {
    SimulationOptions o;
    o.width = 640;
    o.height = 512;
    o.particles = 0;
    o.snr = 0.2;
    return o;
}

// Power by ring of 1/64 of the Nyquist frequency, over images: divided by the pixels' number, so that white noise of
// variance 1 has 1 everywhere. Also the mean of `expected(kx, ky)` over the same coefficients.
template <typename Expected>
void compare_spectrum(const SimulationOptions& o, const Expected& expected, double tolerance, double from = 0.0) {
    constexpr int rings = 64;
    std::vector<double> found(rings), wanted(rings), count(rings);
    const Simulator simulator(o);
    for (std::uint64_t index = 0; index < 4; ++index) {
        picker::Spectrum s = picker::fft(simulator.make(index).micrograph.image);
        for (int row = 0; row < o.height; ++row) {
            const double ky = (row <= o.height / 2 ? row : row - o.height) / (o.height * o.pixel_size);
            for (int column = 1; column < o.width / 2; ++column) {
                const double kx = column / (o.width * o.pixel_size);
                const double k = std::hypot(kx, ky);
                const auto ring = static_cast<std::size_t>(k * 2.0 * o.pixel_size * rings);
                if (ring < rings && k > from) {
                    found[ring] += static_cast<double>(std::norm(s.at(column, row))) / (o.width * o.height);
                    wanted[ring] += expected(kx, ky);
                    count[ring] += 1.0;
                }
            }
        }
    }
    for (std::size_t ring = 2; ring < rings; ++ring) {
        if (count[ring] > 0.0) {
            // The relative error of a mean of n exponential numbers is 1 / sqrt(n); four times that is allowed on top.
            const double limit = tolerance + 4.0 / std::sqrt(count[ring]);
            DOCTEST_CHECK_MESSAGE(std::abs(found[ring] / wanted[ring] - 1.0) < limit, "ring ", ring, ": ",
                                  found[ring] / count[ring], " instead of ", wanted[ring] / count[ring]);
        }
    }
}

// Mean of a function over the whole plane of frequencies of a large image.
template <typename Function> double plane_mean(double pixel_size, const Function& function) {
    constexpr int size = 1024;
    double sum = 0.0;
    for (int row = -size / 2; row < size / 2; ++row) {
        for (int column = -size / 2; column < size / 2; ++column) {
            sum += function(column / (size * pixel_size), row / (size * pixel_size)) / (size * size);
        }
    }
    return sum;
}

} // namespace

DOCTEST_TEST_CASE("without dose the spectrum is ice through CTF and MTF, counting through MTF, and white readout") {
    SimulationOptions o = noise_only();
    o.astigmatism = 4000.0;
    o.astigmatism_angle = 25.0;
    o.detector_mtf = 0.5;
    o.ice_noise = 0.4;
    o.readout_noise = 0.1;
    const double total = 1.0 / o.snr;
    const double degree = std::numbers::pi / 180.0;
    const auto mtf = [](double kx, double ky) { return std::exp(std::log(0.5) * (kx * kx + ky * ky) * 64.0); };
    const auto contrast = [&](double kx, double ky) {
        const double k = std::hypot(kx, ky);
        const double here = 15000.0 + 2000.0 * std::cos(2.0 * (std::atan2(ky, kx) - 25.0 * degree));
        const double chi = std::numbers::pi * 0.0196875 * k * k * (here - 0.5 * 2.7e7 * 0.0196875 * 0.0196875 * k * k) +
                           std::asin(0.1);
        return std::sin(chi) * std::exp(-25.0 * k * k) * mtf(kx, ky);
    };
    const double ice = plane_mean(4.0, [&](double x, double y) { return std::pow(contrast(x, y), 2); });
    const double counting = plane_mean(4.0, [&](double x, double y) { return std::pow(mtf(x, y), 2); });
    compare_spectrum(
        o,
        [&](double kx, double ky) {
            return total *
                   (0.4 * std::pow(contrast(kx, ky), 2) / ice + 0.5 * std::pow(mtf(kx, ky), 2) / counting + 0.1);
        },
        0.03);
    DOCTEST_CHECK(variance(Simulator(o).make(9).micrograph.image) == doctest::Approx(total).epsilon(0.02));
}

DOCTEST_TEST_CASE("the slow background's correlation falls as exp(-r / length)") {
    SimulationOptions o = noise_only();
    o.ice_noise = 0.0;
    o.background_noise = 1.0;
    o.background_length = 32.0; // 8 pixels
    o.width = o.height = 1024;
    const Simulator simulator(o);
    std::vector<double> products(25);
    double squares = 0.0;
    for (std::uint64_t index = 0; index < 3; ++index) {
        const Image image = simulator.make(index).micrograph.image;
        for (int y = 0; y < 1000; ++y) {
            for (int x = 0; x < 1000; ++x) {
                const double v = image.at(x, y);
                squares += v * v;
                for (int r = 4; r <= 24; r += 4) {
                    products[static_cast<std::size_t>(r)] += 0.5 * v * (image.at(x + r, y) + image.at(x, y + r));
                }
            }
        }
    }
    DOCTEST_CHECK(squares / 3e6 == doctest::Approx(5.0).epsilon(0.04));
    // Sampled at pixels the peak at r = 0 is a little blunt, so neighbours are compared with each other.
    for (int r = 8; r <= 24; r += 4) {
        const double ratio = products[static_cast<std::size_t>(r)] / products[static_cast<std::size_t>(r - 4)];
        DOCTEST_CHECK(ratio == doctest::Approx(std::exp(-0.5)).epsilon(0.04));
    }
    DOCTEST_CHECK(products[4] / squares == doctest::Approx(std::exp(-0.5)).epsilon(0.04));
}

DOCTEST_TEST_CASE("counts are Poisson: whole numbers, mean and variance dose times the pixel's area") {
    SimulationOptions o = noise_only();
    o.ice_noise = 0.0;
    for (const double dose : {0.2, 1.0, 20.0}) {
        o.dose = dose;
        const Image image = Simulator(o).make(0).micrograph.image;
        const double electrons = dose * 16.0; // 4 x 4 angstrom
        DOCTEST_CHECK(mean(image) == doctest::Approx(electrons).epsilon(0.005));
        DOCTEST_CHECK(variance(image) == doctest::Approx(electrons).epsilon(0.015));
        double third = 0.0; // a Poisson number's third central moment is its mean too
        for (const float v : image.pixels) {
            DOCTEST_REQUIRE(v == std::floor(v));
            third += std::pow(v - electrons, 3) / static_cast<double>(image.size());
        }
        DOCTEST_CHECK(third == doctest::Approx(electrons).epsilon(dose > 1.0 ? 0.5 : 0.15));
    }
}

DOCTEST_TEST_CASE("counts with ice, detector and readout keep the variance and spectrum of the Gaussian model") {
    SimulationOptions o = noise_only();
    o.dose = 10.0; // 160 electrons
    o.ice_noise = 0.3;
    o.readout_noise = 0.1;
    o.detector_mtf = 0.4;
    const auto mtf2 = [](double kx, double ky) { return std::exp(2.0 * std::log(0.4) * (kx * kx + ky * ky) * 64.0); };
    const picker::Ctf function({300.0, 2.7, 0.1, 100.0}, {15000.0, 15000.0, 0.0});
    const auto ice2 = [&](double x, double y) { return std::pow(function(x, y), 2) * mtf2(x, y); };
    const double ice = plane_mean(4.0, ice2);
    const double counting = plane_mean(4.0, mtf2);
    // After the MTF the counting noise of 160 electrons has 160 * mean(MTF^2), which is the share of 0.6.
    const double total = 160.0 * counting / 0.6;
    compare_spectrum(
        o,
        [&](double kx, double ky) { return total * (0.3 * ice2(kx, ky) / ice + 0.6 * mtf2(kx, ky) / counting + 0.1); },
        0.03);
}

DOCTEST_TEST_CASE("the signal-to-noise ratio holds with dose, detector and background as well") {
    SimulationOptions o;
    o.width = 640;
    o.height = 500;
    o.particles = 40;
    o.snr = 0.3;
    SimulationOptions silent = o;
    silent.snr = 0.0;
    for (const double mtf : {1.0, 0.5}) {
        o.dose = 30.0;
        o.detector_mtf = silent.detector_mtf = mtf;
        o.background_noise = 0.1;
        o.readout_noise = 0.05;
        const Image clean = Simulator(silent).make(1).micrograph.image; // variance 1 inside particles
        const Image noisy = Simulator(o).make(1).micrograph.image;
        // The signal's scale in electrons by least squares; the rest is noise.
        const double offset = mean(noisy);
        double product = 0.0;
        double square = 0.0;
        for (std::size_t i = 0; i < clean.size(); ++i) {
            product += static_cast<double>(clean.pixels[i]) * (noisy.pixels[i] - offset);
            square += static_cast<double>(clean.pixels[i]) * clean.pixels[i];
        }
        const double scale = product / square;
        Image rest = noisy;
        for (std::size_t i = 0; i < rest.size(); ++i) {
            rest.pixels[i] -= static_cast<float>(scale) * clean.pixels[i];
        }
        DOCTEST_CHECK(scale * scale / variance(rest) == doctest::Approx(0.3).epsilon(0.05));
    }
}

DOCTEST_TEST_CASE("every setting gives the same bits for any number of threads") {
    SimulationOptions o;
    o.width = 300;
    o.height = 210;
    o.particles = 8;
    o.views = 5;
    o.dose = 15.0;
    o.detector_mtf = 0.6;
    o.background_noise = o.readout_noise = 0.05;
    o.thickness_gradient = 0.2;
    o.carbon = 0.2;
    o.gold = o.contamination = 2;
    o.aggregates = 1;
    o.contrast_spread = 0.2;
    o.touching = 0.3;
    o.preferred_fraction = 0.5;
    picker::Control one;
    one.threads = 1;
    picker::Control three;
    three.threads = 3;
    const auto a = Simulator(o, one).make(4, one);
    const auto b = Simulator(o, three).make(4, three);
    DOCTEST_CHECK(a.micrograph.image.pixels == b.micrograph.image.pixels);
    DOCTEST_CHECK(a.truth.x == b.truth.x);
    DOCTEST_CHECK(*a.truth.column("psi") == *b.truth.column("psi"));
    DOCTEST_CHECK(a.others.x == b.others.x);
}

DOCTEST_TEST_CASE("a simulation is cancelled from the progress callback") {
    SimulationOptions o;
    picker::Control control;
    control.progress = [](const picker::ProgressEvent&) { return true; };
    DOCTEST_CHECK_THROWS_AS(Simulator(o, control), picker::Error);
    const Simulator simulator(o);
    int events = 0;
    control.progress = [&](const picker::ProgressEvent&) { return ++events == 4; };
    try {
        simulator.make(0, control);
        DOCTEST_FAIL_CHECK("it went on");
    } catch (const picker::Error& error) {
        DOCTEST_CHECK(error.status() == picker::Status::cancelled);
        DOCTEST_CHECK(events == 4);
    }
}
