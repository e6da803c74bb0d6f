// The CTF against its closed form: wavelengths, low-frequency limit, zeros, extrema, envelope, astigmatism; the MTF.
#include "simulation/simulate.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <numbers>

using picker::ctf;
using picker::electron_wavelength;

DOCTEST_TEST_CASE("the wavelength is the relativistic one of the usual microscopes") {
    DOCTEST_CHECK(electron_wavelength(300.0) == doctest::Approx(0.0196875).epsilon(1e-5));
    DOCTEST_CHECK(electron_wavelength(200.0) == doctest::Approx(0.0250793).epsilon(1e-5));
    DOCTEST_CHECK(electron_wavelength(100.0) == doctest::Approx(0.0370144).epsilon(1e-5));
}

DOCTEST_TEST_CASE("at frequency 0 the CTF is minus the amplitude contrast: dense is dark") {
    for (const double contrast : {0.0, 0.07, 0.1, 1.0}) {
        DOCTEST_CHECK(ctf(0.0, 15000.0, 300.0, 2.7, contrast, 100.0) == doctest::Approx(-contrast).epsilon(1e-12));
    }
    // Underfocus makes it more negative at first, overfocus less.
    DOCTEST_CHECK(ctf(0.01, 15000.0, 300.0, 2.7, 0.1, 0.0) < -0.1);
    DOCTEST_CHECK(ctf(0.01, -15000.0, 300.0, 2.7, 0.1, 0.0) > -0.1);
}

DOCTEST_TEST_CASE("without aberration the zeros lie at sqrt(n / (lambda defocus)), the extrema half-way in k squared") {
    const double defocus = 12000.0;
    const double wavelength = 0.0250793; // 200 kV
    for (int n = 1; n < 8; ++n) {
        const double zero = std::sqrt(n / (wavelength * defocus));
        DOCTEST_CHECK(std::abs(ctf(zero, defocus, 200.0, 0.0, 0.0, 0.0)) < 1e-4);
        const double extremum = std::sqrt((n - 0.5) / (wavelength * defocus));
        DOCTEST_CHECK(ctf(extremum, defocus, 200.0, 0.0, 0.0, 0.0) == doctest::Approx(n % 2 == 1 ? -1.0 : 1.0));
    }
}

DOCTEST_TEST_CASE("with aberration the zeros solve the quadratic in k squared") {
    // chi = pi lambda dz k2 - pi/2 Cs lambda^3 k2^2 + asin(Q) = n pi, solved for k2.
    const double pi = std::numbers::pi;
    const double wavelength = 0.01968748; // 300 kV
    const double defocus = 20000.0;
    const double cs = 2.7e7; // angstrom
    const double contrast = 0.1;
    const double a = 0.5 * pi * cs * std::pow(wavelength, 3);
    const double b = pi * wavelength * defocus;
    for (int n = 1; n < 6; ++n) {
        const double c = n * pi - std::asin(contrast);
        const double k2 = (b - std::sqrt(b * b - 4.0 * a * c)) / (2.0 * a);
        DOCTEST_CHECK(std::abs(ctf(std::sqrt(k2), defocus, 300.0, 2.7, contrast, 0.0)) < 1e-3);
    }
}

DOCTEST_TEST_CASE("the envelope is exp(-B k^2 / 4)") {
    for (const double k : {0.02, 0.1, 0.21}) {
        const double bare = ctf(k, 15000.0, 300.0, 2.7, 0.1, 0.0);
        DOCTEST_CHECK(ctf(k, 15000.0, 300.0, 2.7, 0.1, 150.0) ==
                      doctest::Approx(bare * std::exp(-150.0 * k * k / 4.0)).epsilon(1e-12));
    }
}

DOCTEST_TEST_CASE("with astigmatism each direction has the defocus of the ellipse") {
    // Written out with the angle itself, as RELION and CTFFIND define it; the library has no angle of k.
    const picker::Optics optics = {200.0, 2.0, 0.07, 60.0};
    const picker::Defocus defocus = {21000.0, 16500.0, 35.0};
    const picker::Ctf astigmatic(optics, defocus);
    const double degree = std::numbers::pi / 180.0;
    for (const double direction : {0.0, 17.0, 35.0, 80.0, 125.0, 170.0, -60.0}) {
        const double here = 0.5 * (21000.0 + 16500.0) + 0.5 * 4500.0 * std::cos(2.0 * (direction - 35.0) * degree);
        for (const double k : {0.01, 0.04, 0.077, 0.11}) {
            DOCTEST_CHECK(astigmatic(k * std::cos(direction * degree), k * std::sin(direction * degree)) ==
                          doctest::Approx(ctf(k, here, 200.0, 2.0, 0.07, 60.0)).epsilon(1e-9));
        }
    }
    // The first ring without aberration and amplitude contrast: k^2 lambda dz = 1 along both axes of the ellipse.
    const picker::Ctf plain({300.0, 0.0, 0.0, 0.0}, defocus);
    const double along = std::sqrt(1.0 / (0.0196875 * 21000.0));
    const double across = std::sqrt(1.0 / (0.0196875 * 16500.0));
    DOCTEST_CHECK(std::abs(plain(along * std::cos(35 * degree), along * std::sin(35 * degree))) < 1e-4);
    DOCTEST_CHECK(std::abs(plain(-across * std::sin(35 * degree), across * std::cos(35 * degree))) < 1e-4);
}

DOCTEST_TEST_CASE("the detector's MTF has its value at Nyquist on both axes, and the table is the product") {
    DOCTEST_CHECK(picker::detector_mtf(0.0, 4.0, 0.4) == 1.0);
    DOCTEST_CHECK(picker::detector_mtf(0.125, 4.0, 0.4) == doctest::Approx(0.4));
    DOCTEST_CHECK(picker::detector_mtf(0.0625, 4.0, 0.4) == doctest::Approx(std::pow(0.4, 0.25)));
    picker::WorkerPool pool(2);
    const picker::Ctf function({300.0, 2.7, 0.1, 100.0}, {15000.0, 14000.0, 20.0});
    const picker::Transfer table = picker::make_transfer(function, 0.4, 48, 30, 4.0, pool, {});
    double power = 0.0;
    for (int row = -14; row <= 15; ++row) {
        for (int column = -23; column <= 24; ++column) {
            const double kx = column / (48 * 4.0);
            const double ky = row / (30 * 4.0);
            const double value = function(kx, ky) * picker::detector_mtf(std::hypot(kx, ky), 4.0, 0.4);
            power += value * value / (48.0 * 30.0);
            if (column >= 0) {
                DOCTEST_REQUIRE(table.values[static_cast<std::size_t>((row + 30) % 30 * 25 + column)] ==
                                doctest::Approx(value).epsilon(1e-5));
            }
        }
    }
    DOCTEST_CHECK(table.power == doctest::Approx(power).epsilon(0.01));
}
