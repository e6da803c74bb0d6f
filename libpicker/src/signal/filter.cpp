// Filters in Fourier space (periodic borders) and the pixel-wise ones.
#include "signal/filter.hpp"

#include "core/error.hpp"
#include "signal/fft.hpp"

#include <cmath>
#include <numbers>
#include <vector>

namespace picker {
namespace {

// Cycles per pixel of row y; negative frequencies fold onto positive ones.
double frequency(int index, int size) {
    return static_cast<double>(index <= size / 2 ? index : size - index) / size;
}

// Multiplies the spectrum by weight(x, y) and adds `mean` back in the end. The mean is taken out before the transform
// to spend single precision on the contrast.
template <typename Weight> void apply(Image& image, double mean_before, double mean_after, const Weight& weight) {
    const auto background = static_cast<float>(mean_before);
    for (float& pixel : image.pixels) {
        pixel -= background;
    }
    Spectrum spectrum = fft(image);
    image.pixels = {}; // the spectrum is as large: never hold three
    for (int y = 0; y < spectrum.height; ++y) {
        for (int x = 0; x < spectrum.half_width(); ++x) {
            spectrum.at(x, y) *= weight(x, y);
        }
    }
    image = inverse_fft(std::move(spectrum));
    const auto constant = static_cast<float>(mean_after);
    for (float& pixel : image.pixels) {
        pixel += constant;
    }
}

// 0 below the edge, 1 above it, half at the cut-off: a cosine between (1 - softness) and (1 + softness) of it.
float soft_step(double frequency, double cutoff) {
    constexpr double softness = 0.25;
    const double position = (frequency / cutoff - 1.0) / softness; // -1 .. 1 across the edge
    if (position <= -1.0) {
        return 0.0F;
    }
    if (position >= 1.0) {
        return 1.0F;
    }
    return static_cast<float>(0.5 + 0.5 * std::sin(0.5 * std::numbers::pi * position));
}

} // namespace

void gaussian_lowpass(Image& image, double sigma) {
    if (!(sigma >= 0.0) || !std::isfinite(sigma)) {
        fail(Status::invalid_argument, "the sigma of a Gaussian filter is ", sigma,
             " pixels; give 0 (no filter) or more");
    }
    if (sigma == 0.0 || image.empty()) {
        return;
    }
    // exp(-2 pi^2 sigma^2 k^2) is the product of one factor per axis.
    const auto factors = [sigma](int count, int size) {
        std::vector<float> values(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) {
            const double phase = std::numbers::pi * sigma * frequency(i, size);
            values[static_cast<std::size_t>(i)] = static_cast<float>(std::exp(-2.0 * phase * phase));
        }
        return values;
    };
    const std::vector<float> horizontal = factors(image.width / 2 + 1, image.width);
    const std::vector<float> vertical = factors(image.height, image.height);
    const double mean = statistics(image).mean;
    apply(image, mean, mean, [&](int x, int y) {
        return horizontal[static_cast<std::size_t>(x)] * vertical[static_cast<std::size_t>(y)];
    });
}

void band_pass(Image& image, double low_period, double high_period) {
    if (!(low_period >= 0.0) || !(high_period >= 0.0) || !std::isfinite(low_period) || !std::isfinite(high_period) ||
        (low_period > 0.0 && high_period >= low_period)) {
        fail(Status::invalid_argument, "a band-pass filter from a period of ", low_period, " down to ", high_period,
             " pixels keeps nothing; give the longest period first, then the shortest, 0 for an open end");
    }
    if ((low_period == 0.0 && high_period == 0.0) || image.empty()) {
        return;
    }
    const int width = image.width, height = image.height;
    const double mean = statistics(image).mean;
    apply(image, mean, low_period > 0.0 ? 0.0 : mean, [=](int x, int y) {
        const double k = std::hypot(frequency(x, width), frequency(y, height));
        float weight = 1.0F;
        if (low_period > 0.0) {
            weight *= soft_step(k, 1.0 / low_period);
        }
        if (high_period > 0.0) {
            weight *= 1.0F - soft_step(k, 1.0 / high_period);
        }
        return weight;
    });
}

void clip_outliers(Image& image, double deviations) {
    clip_outliers(image, deviations, statistics(image));
}

void clip_outliers(Image& image, double deviations, const Statistics& known) {
    if (!(deviations > 0.0) || !std::isfinite(deviations)) {
        fail(Status::invalid_argument, "outliers are clipped at ", deviations,
             " deviations from the mean; give more than 0");
    }
    const auto low = static_cast<float>(known.mean - deviations * known.deviation);
    const auto high = static_cast<float>(known.mean + deviations * known.deviation);
    if (known.minimum >= static_cast<double>(low) && known.maximum <= static_cast<double>(high)) {
        return; // nothing sticks out
    }
    for (float& pixel : image.pixels) {
        pixel = pixel < low ? low : pixel;
        pixel = pixel > high ? high : pixel;
    }
}

void invert(Image& image) {
    for (float& pixel : image.pixels) {
        pixel = -pixel;
    }
}

} // namespace picker
