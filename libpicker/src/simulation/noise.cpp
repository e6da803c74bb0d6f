// Noise drawn in Fourier space, row by row with a stream for each (noise.hpp).
#include "simulation/noise.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace picker {
namespace {

// The mean of the background's spectrum (times MTF^2) over the plane, so that its share is its variance.
double mean_background(const Transfer& transfer, const NoiseDraw& draw, WorkerPool& pool,
                       const std::function<void()>& poll) {
    std::vector<double> rows(static_cast<std::size_t>(transfer.height));
    pool.run(
        rows.size(),
        [&](std::size_t row) {
            const double ky = transfer.ky(static_cast<int>(row));
            for (int column = 0; column < transfer.half(); ++column) {
                const double kx = transfer.kx(column);
                const double mtf = transfer.mtf(column, static_cast<int>(row));
                rows[row] += (transfer.is_single(column) ? 1.0 : 2.0) * mtf * mtf *
                             background_power(kx * kx + ky * ky, draw.shares.background_length);
            }
        },
        poll);
    double sum = 0.0;
    for (const double row : rows) {
        sum += row;
    }
    return sum / (static_cast<double>(transfer.width) * transfer.height);
}

// Two independent normal numbers of that deviation by Marsaglia's polar method: no angle, so faster than
// Random::normal.
std::complex<float> normal_pair(Random& random, double deviation) {
    double x = 0.0;
    double y = 0.0;
    double s = 0.0;
    do {
        x = random.uniform(-1.0, 1.0);
        y = random.uniform(-1.0, 1.0);
        s = x * x + y * y;
    } while (s >= 1.0 || s == 0.0);
    const double factor = deviation * std::sqrt(-2.0 * std::log(s) / s);
    return {static_cast<float>(factor * x), static_cast<float>(factor * y)};
}

// Coefficients of a real image: those of a column that stands for itself come in pairs of conjugates.
void make_real(Spectrum& spectrum, int column) {
    const int height = spectrum.height;
    const float root = std::numbers::sqrt2_v<float>;
    for (int row = 0; row <= height / 2; ++row) {
        std::complex<float>& value = spectrum.at(column, row);
        if (row == 0 || 2 * row == height) {
            value = value.real() * root;
        } else {
            spectrum.at(column, height - row) = std::conj(value);
        }
    }
}

} // namespace

Random stream_of(std::uint64_t seed, std::uint64_t index, Purpose purpose, std::uint64_t block) {
    Random of_image(seed + static_cast<std::uint64_t>(purpose) * 0x9E3779B97F4A7C15ULL, index);
    return Random(of_image.bits(), block);
}

double background_power(double k2, double length) {
    const double base = 1.0 + 4.0 * std::numbers::pi * std::numbers::pi * k2 * length * length;
    return 1.0 / (base * std::sqrt(base));
}

void add_noise(Spectrum& spectrum, const Transfer& transfer, const NoiseDraw& draw, WorkerPool& pool,
               const std::function<void()>& poll) {
    const NoiseShares& shares = draw.shares;
    const double ice = shares.ice > 0.0 ? shares.ice / transfer.power : 0.0;
    const double background =
        shares.background > 0.0 ? shares.background / mean_background(transfer, draw, pool, poll) : 0.0;
    const double counting = draw.with_detector ? shares.counting() / transfer.mtf_power : 0.0;
    const double readout = draw.with_detector ? shares.readout : 0.0;
    // Unnormalised coefficients of white noise of variance 1: mean square = number of pixels, half of it real.
    const double unit = 0.5 * draw.variance * transfer.width * transfer.height;
    Spectrum noise;
    noise.width = spectrum.width;
    noise.height = spectrum.height;
    noise.values.resize(spectrum.values.size());
    pool.run(
        static_cast<std::size_t>(transfer.height),
        [&](std::size_t row) {
            Random random = stream_of(draw.seed, draw.index, Purpose::noise, row);
            const double ky = transfer.ky(static_cast<int>(row));
            const std::size_t first = row * static_cast<std::size_t>(transfer.half());
            for (int column = 0; column < transfer.half(); ++column) {
                const std::size_t i = first + static_cast<std::size_t>(column);
                const double mtf = transfer.mtf(column, static_cast<int>(row));
                const double mtf2 = mtf * mtf;
                const double value = static_cast<double>(transfer.values[i]);
                double power = ice * value * value + (counting * mtf2 + readout);
                if (background > 0.0) {
                    const double kx = transfer.kx(column);
                    power += background * mtf2 * background_power(kx * kx + ky * ky, shares.background_length);
                }
                if (draw.before_detector) {
                    power /= mtf2;
                }
                noise.values[i] = normal_pair(random, std::sqrt(unit * power));
            }
        },
        poll);
    for (int column = 0; column < transfer.half(); ++column) {
        if (transfer.is_single(column)) {
            make_real(noise, column);
        }
    }
    pool.run(
        static_cast<std::size_t>(transfer.height),
        [&](std::size_t row) {
            const std::size_t first = row * static_cast<std::size_t>(transfer.half());
            for (std::size_t i = first; i < first + static_cast<std::size_t>(transfer.half()); ++i) {
                spectrum.values[i] += noise.values[i];
            }
        },
        poll);
}

} // namespace picker
