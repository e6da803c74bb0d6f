// The contrast transfer function of the electron microscope, in closed form.
#include "simulation/simulate.hpp"

#include <cmath>
#include <numbers>

namespace picker {

double electron_wavelength(double voltage) {
    // Relativistic de Broglie wavelength h c / sqrt(E (E + 2 m c^2)), E and m c^2 in keV, h c in keV angstrom.
    const double planck_light = 12.398419843320026;
    const double rest_energy = 510.99895069;
    return planck_light / std::sqrt(voltage * (voltage + 2.0 * rest_energy));
}

double ctf(double k, double defocus, double voltage, double spherical_aberration, double amplitude_contrast,
           double b_factor) {
    const double wavelength = electron_wavelength(voltage);
    const double aberration = spherical_aberration * 1e7; // mm to angstrom
    const double k2 = k * k;
    // Underfocus is positive and makes chi grow from asin(amplitude contrast), so low frequencies come out negative:
    // dense particles are dark, as on the detector.
    const double chi =
        std::numbers::pi * wavelength * k2 * (defocus - 0.5 * aberration * wavelength * wavelength * k2) +
        std::asin(amplitude_contrast);
    return -std::sin(chi) * std::exp(-0.25 * b_factor * k2);
}

} // namespace picker
