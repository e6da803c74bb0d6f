// The CTF against its closed form: wavelengths, low-frequency limit, zeros, extrema, envelope.
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
