// The CTF of the electron microscope, its table over a spectrum, and the detector's MTF (ctf.hpp).
#include "simulation/ctf.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace picker {
namespace {

// sin(x) to 1e-10 for |x| below 1e6, without a branch, so that a compiler takes several at once: Taylor's series of
// what whole half turns leave of x.
double sine(double x) {
    constexpr double to_whole = 0x1.8p52; // added to a number below 2^51, it rounds it to a whole one
    const double shifted = x * std::numbers::inv_pi + to_whole;
    const double turns = shifted - to_whole;
    // Pi in two parts: the first one's product with a whole number below 2^20 is exact.
    constexpr double pi_first = 0x1.921fb544p+1;
    constexpr double pi_rest = 0x1.0b4611a626331p-33;
    const double r = (x - turns * pi_first) - turns * pi_rest;
    const double s = r * r;
    const double value =
        r + r * s *
                (-1.0 / 6.0 +
                 s * (1.0 / 120.0 +
                      s * (-1.0 / 5040.0 +
                           s * (1.0 / 362880.0 +
                                s * (-1.0 / 39916800.0 + s * (1.0 / 6227020800.0 - s * (1.0 / 1307674368000.0)))))));
    const std::uint64_t odd = std::bit_cast<std::uint64_t>(shifted) << 63; // an odd number of half turns: minus
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ odd);
}

} // namespace

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

double Ctf::envelope(double k) const {
    return std::exp(envelope_ * k * k);
}

void Ctf::row(const std::vector<double>& kx, const std::vector<double>& envelopes, double ky, double* values) const {
    const std::size_t count = kx.size();
    const double y2 = ky * ky;
    double largest = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        const double x2 = kx[i] * kx[i];
        const double k2 = x2 + y2;
        values[i] = mean_ * k2 + cosine_ * (x2 - y2) + sine_ * kx[i] * ky - fourth_ * k2 * k2 + phase_;
        largest = std::max(largest, std::abs(values[i]));
    }
    if (largest < 1e6) {
        for (std::size_t i = 0; i < count; ++i) {
            values[i] = sine(values[i]);
        }
    } else { // beyond any microscope
        for (std::size_t i = 0; i < count; ++i) {
            values[i] = std::sin(values[i]);
        }
    }
    const double envelope_y = -envelope(ky);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] *= envelope_y * envelopes[i];
    }
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
    std::vector<double> frequencies;
    std::vector<double> envelopes;
    for (int column = 0; column < half; ++column) {
        transfer.mtf_x.push_back(detector_mtf(transfer.kx(column), pixel_size, mtf_at_nyquist));
        frequencies.push_back(transfer.kx(column));
        envelopes.push_back(ctf.envelope(transfer.kx(column)));
    }
    for (int row = 0; row < height; ++row) {
        transfer.mtf_y.push_back(detector_mtf(transfer.ky(row), pixel_size, mtf_at_nyquist));
    }
    std::vector<double> power(static_cast<std::size_t>(height)); // by row, summed in order below
    std::vector<double> mtf_power(static_cast<std::size_t>(height));
    pool.run(
        static_cast<std::size_t>(height),
        [&](std::size_t row) {
            std::vector<double> contrast(frequencies.size());
            ctf.row(frequencies, envelopes, transfer.ky(static_cast<int>(row)), contrast.data());
            float* values = transfer.values.data() + row * static_cast<std::size_t>(half);
            double sum = 0.0;
            double mtf_sum = 0.0;
            for (int column = 0; column < half; ++column) {
                const double mtf = transfer.mtf(column, static_cast<int>(row));
                const double value = contrast[static_cast<std::size_t>(column)] * mtf;
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
