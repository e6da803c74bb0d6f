// The CTF of the electron microscope, its table over a spectrum, and the detector's MTF (ctf.hpp).
#include "simulation/ctf.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace picker {

double electron_wavelength(double voltage) {
    // Relativistic de Broglie wavelength h c / sqrt(E (E + 2 m c^2)), E and m c^2 in keV, h c in keV angstrom.
    const double planck_light = 12.398419843320026;
    const double rest_energy = 510.99895069;
    return planck_light / std::sqrt(voltage * (voltage + 2.0 * rest_energy));
}

Ctf::Ctf(const Optics& optics, const Defocus& defocus) {
    const double pi = std::numbers::pi;
    const double twice = 2.0 * defocus.angle * pi / 180.0;
    wavelength_ = electron_wavelength(optics.voltage);
    aberration_ = optics.spherical_aberration * 1e7; // mm to angstrom
    // k^2 (mean + half the difference cos 2(angle of k - angle)), without a division by k^2.
    mean_ = pi * wavelength_ * defocus.mean();
    cosine_ = pi * wavelength_ * 0.5 * (defocus.u - defocus.v) * std::cos(twice);
    sine_ = pi * wavelength_ * (defocus.u - defocus.v) * std::sin(twice);
    fourth_ = 0.5 * pi * aberration_ * wavelength_ * wavelength_ * wavelength_;
    phase_ = std::asin(optics.amplitude_contrast);
    envelope_ = -0.25 * optics.b_factor;
    largest_ = std::max(std::abs(defocus.u), std::abs(defocus.v));
}

double Ctf::operator()(double kx, double ky) const {
    const double k2 = kx * kx + ky * ky;
    // Underfocus is positive and makes chi grow from asin(amplitude contrast), so low frequencies come out negative:
    // dense particles are dark, as on the detector.
    const double chi = mean_ * k2 + cosine_ * (kx * kx - ky * ky) + sine_ * kx * ky - fourth_ * k2 * k2 + phase_;
    return -std::sin(chi) * std::exp(envelope_ * k2);
}

double Ctf::delocalisation(double k) const {
    return wavelength_ * k * (largest_ + aberration_ * wavelength_ * wavelength_ * k * k);
}

double ctf(double k, double defocus, double voltage, double spherical_aberration, double amplitude_contrast,
           double b_factor) {
    return Ctf({voltage, spherical_aberration, amplitude_contrast, b_factor}, {defocus, defocus, 0.0})(k);
}

double detector_mtf(double k, double pixel_size, double at_nyquist) {
    const double share = 2.0 * k * pixel_size; // of the Nyquist frequency
    return std::pow(at_nyquist, share * share);
}

Transfer make_transfer(const Ctf& ctf, double mtf_at_nyquist, int width, int height, double pixel_size,
                       WorkerPool& pool, const std::function<void()>& poll) {
    Transfer transfer;
    transfer.width = width;
    transfer.height = height;
    transfer.pixel_size = pixel_size;
    const int half = transfer.half();
    transfer.values.resize(static_cast<std::size_t>(half) * static_cast<std::size_t>(height));
    for (int column = 0; column < half; ++column) {
        transfer.mtf_x.push_back(detector_mtf(transfer.kx(column), pixel_size, mtf_at_nyquist));
    }
    for (int row = 0; row < height; ++row) {
        transfer.mtf_y.push_back(detector_mtf(transfer.ky(row), pixel_size, mtf_at_nyquist));
    }
    std::vector<double> power(static_cast<std::size_t>(height)); // by row, summed in order below
    std::vector<double> mtf_power(static_cast<std::size_t>(height));
    pool.run(
        static_cast<std::size_t>(height),
        [&](std::size_t row) {
            const double ky = transfer.ky(static_cast<int>(row));
            float* values = transfer.values.data() + row * static_cast<std::size_t>(half);
            double sum = 0.0;
            double mtf_sum = 0.0;
            for (int column = 0; column < half; ++column) {
                const double mtf = transfer.mtf(column, static_cast<int>(row));
                const double value = ctf(transfer.kx(column), ky) * mtf;
                values[column] = static_cast<float>(value);
                const double weight = transfer.is_single(column) ? 1.0 : 2.0;
                sum += weight * value * value;
                mtf_sum += weight * mtf * mtf;
            }
            power[row] = sum;
            mtf_power[row] = mtf_sum;
        },
        poll);
    const double area = static_cast<double>(width) * height;
    for (std::size_t row = 0; row < power.size(); ++row) {
        transfer.power += power[row] / area;
        transfer.mtf_power += mtf_power[row] / area;
    }
    return transfer;
}

} // namespace picker
