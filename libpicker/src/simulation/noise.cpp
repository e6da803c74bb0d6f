// Noise drawn in Fourier space, row by row with a stream for each (noise.hpp).
#include "simulation/noise.hpp"

#include "core/fast_draws.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

namespace picker {
namespace {

// Spectrum of a field with the correlation exp(-r / length), up to a factor, along a row; in single precision, of which
// a compiler takes several at once.
void background_row(const Transfer& transfer, int row, double length, std::vector<float>& values) {
    const double unit = 4.0 * std::numbers::pi * std::numbers::pi * length * length;
    const double ky = transfer.ky(row);
    const auto first = static_cast<float>(1.0 + unit * ky * ky);
    const double step = transfer.kx(1);
    const auto factor = static_cast<float>(unit * step * step);
    const int half = transfer.half();
    values.resize(static_cast<std::size_t>(half));
    for (int column = 0; column < half; ++column) {
        const float base = first + factor * static_cast<float>(column) * static_cast<float>(column);
        values[static_cast<std::size_t>(column)] = 1.0F / (base * std::sqrt(base));
    }
}

// The mean of the background's spectrum (times MTF^2) over the plane, so that its share is its variance. Rows below the
// middle repeat those above.
double mean_background(const Transfer& transfer, const NoiseDraw& draw, WorkerPool& pool,
                       const std::function<void()>& poll) {
    const int last = transfer.height / 2;
    std::vector<double> rows(static_cast<std::size_t>(last) + 1);
    pool.run(
        rows.size(),
        [&](std::size_t row) {
            std::vector<float> values;
            background_row(transfer, static_cast<int>(row), draw.shares.background_length, values);
            double sum = 0.0;
            for (int column = 0; column < transfer.half(); ++column) {
                const double mtf = transfer.mtf_x[static_cast<std::size_t>(column)];
                sum += (transfer.is_single(column) ? 1.0 : 2.0) * mtf * mtf *
                       static_cast<double>(values[static_cast<std::size_t>(column)]);
            }
            const bool single = row == 0 || 2 * static_cast<int>(row) == transfer.height;
            rows[row] = (single ? 1.0 : 2.0) * sum * transfer.mtf_y[row] * transfer.mtf_y[row];
        },
        poll);
    double sum = 0.0;
    for (const double row : rows) {
        sum += row;
    }
    return sum / (static_cast<double>(transfer.width) * transfer.height);
}

// Adds a column that stands for itself: coefficients of a real image, which come in pairs of conjugates.
void add_real(Spectrum& spectrum, int column, const std::vector<std::complex<float>>& noise) {
    const int height = spectrum.height;
    const float root = std::numbers::sqrt2_v<float>;
    for (int row = 0; row <= height / 2; ++row) {
        const std::complex<float> value = noise[static_cast<std::size_t>(row)];
        if (row == 0 || 2 * row == height) {
            spectrum.at(column, row) += value.real() * root;
        } else {
            spectrum.at(column, row) += value;
            spectrum.at(column, height - row) += std::conj(value);
        }
    }
}

} // namespace

Random stream_of(std::uint64_t seed, std::uint64_t index, Purpose purpose, std::uint64_t block) {
    Random of_image(seed + static_cast<std::uint64_t>(purpose) * 0x9E3779B97F4A7C15ULL, index);
    return Random(of_image.bits(), block);
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
    const FastNormal normal;
    const auto rows = static_cast<std::size_t>(transfer.height);
    const auto half = static_cast<std::size_t>(transfer.half());
    // Columns that stand for themselves wait until all rows are drawn.
    const bool has_last = transfer.is_single(transfer.half() - 1) && half > 1;
    std::vector<std::complex<float>> of_first(rows);
    std::vector<std::complex<float>> of_last(rows);
    pool.run(
        rows,
        [&](std::size_t row) {
            std::vector<float> deviations;
            if (background > 0.0) {
                background_row(transfer, static_cast<int>(row), shares.background_length, deviations);
            } else {
                deviations.resize(half);
            }
            const float* values = transfer.values.data() + row * half;
            const double mtf_row = transfer.mtf_y[row];
            for (std::size_t column = 0; column < half; ++column) {
                const double mtf = transfer.mtf_x[column] * mtf_row;
                const double mtf2 = mtf * mtf;
                const double value = static_cast<double>(values[column]);
                const double power =
                    ice * value * value +
                    ((counting + background * static_cast<double>(deviations[column])) * mtf2 + readout);
                const double scaled = unit * (draw.before_detector ? power / mtf2 : power);
                deviations[column] = std::sqrt(static_cast<float>(scaled));
            }
            Random random = stream_of(draw.seed, draw.index, Purpose::noise, row);
            for (std::size_t column = 0; column < half; ++column) {
                const double deviation = static_cast<double>(deviations[column]);
                const double x = deviation * normal(random);
                const double y = deviation * normal(random);
                const std::complex<float> value(static_cast<float>(x), static_cast<float>(y));
                if (column == 0) {
                    of_first[row] = value;
                } else if (has_last && column + 1 == half) {
                    of_last[row] = value;
                } else {
                    spectrum.values[row * half + column] += value;
                }
            }
        },
        poll);
    add_real(spectrum, 0, of_first);
    if (has_last) {
        add_real(spectrum, transfer.half() - 1, of_last);
    }
}

} // namespace picker
