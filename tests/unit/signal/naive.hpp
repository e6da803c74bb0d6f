// Slow, plain versions to test against, and images with structure. Nothing here uses the code under test.
#pragma once

#include "core/image.hpp"
#include "core/random.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <numbers>
#include <vector>

namespace naive {

inline constexpr double tau = 2.0 * std::numbers::pi;

inline picker::Image noise(int width, int height, std::uint64_t seed, double mean = 0.0) {
    picker::Image image(width, height);
    picker::Random random(seed);
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(mean + random.normal());
    }
    return image;
}

template <typename Function> picker::Image sampled(int width, int height, const Function& function) {
    picker::Image image(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            image.at(x, y) = static_cast<float>(function(x, y));
        }
    }
    return image;
}

inline double largest_difference(const picker::Image& a, const picker::Image& b) {
    if (a.width != b.width || a.height != b.height || a.size() != b.size()) {
        return INFINITY;
    }
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(static_cast<double>(a.pixels[i]) - static_cast<double>(b.pixels[i]));
        if (!(difference <= largest)) {
            largest = difference; // a NaN stays
        }
    }
    return largest;
}

// The definition, in double: sum over pixels of f exp(-2 pi i (kx x / w + ky y / h)).
inline std::complex<double> coefficient(const picker::Image& image, int kx, int ky) {
    std::complex<double> sum = 0.0;
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const double phase =
                tau * (static_cast<double>(kx) * x / image.width + static_cast<double>(ky) * y / image.height);
            sum += static_cast<double>(image.at(x, y)) * std::complex<double>(std::cos(phase), -std::sin(phase));
        }
    }
    return sum;
}

// What one of n samples contributes to a point `distance` samples away, when only the band that both n and m samples
// can hold is kept. The Nyquist frequency of an even size is a cosine: once through n samples of its own, and twice
// (its two neighbours +m/2 and -m/2) where n samples hold both.
inline double kernel(double distance, int n, int m) {
    const int smaller = std::min(n, m);
    double sum = 1.0;
    for (int k = 1; 2 * k < smaller; ++k) {
        sum += 2.0 * std::cos(tau * k * distance / n);
    }
    if (smaller % 2 == 0) {
        sum += (m < n ? 2.0 : 1.0) * std::cos(tau * (smaller / 2) * distance / n);
    }
    return sum / n;
}

inline picker::Image resample(const picker::Image& image, int width, int height) {
    const auto matrix = [](int n, int m) {
        std::vector<double> values(static_cast<std::size_t>(n) * static_cast<std::size_t>(m));
        for (int out = 0; out < m; ++out) {
            for (int in = 0; in < n; ++in) {
                const double at = static_cast<double>(out) * n / m;
                values[static_cast<std::size_t>(out * n + in)] = kernel(at - in, n, m);
            }
        }
        return values;
    };
    const std::vector<double> across = matrix(image.width, width), down = matrix(image.height, height);
    std::vector<double> rows(static_cast<std::size_t>(width) * static_cast<std::size_t>(image.height));
    for (int y = 0; y < image.height; ++y) {
        for (int out = 0; out < width; ++out) {
            double sum = 0.0;
            for (int x = 0; x < image.width; ++x) {
                sum += across[static_cast<std::size_t>(out * image.width + x)] * static_cast<double>(image.at(x, y));
            }
            rows[static_cast<std::size_t>(y * width + out)] = sum;
        }
    }
    return sampled(width, height, [&](int x, int out) {
        double sum = 0.0;
        for (int y = 0; y < image.height; ++y) {
            sum +=
                down[static_cast<std::size_t>(out * image.height + y)] * rows[static_cast<std::size_t>(y * width + x)];
        }
        return sum;
    });
}

struct Moments {
    double mean = 0.0, deviation = 0.0;
};

// Over the pixels x0 <= x < x1, y0 <= y < y1.
inline Moments moments(const picker::Image& image, int x0, int y0, int x1, int y1) {
    Moments result;
    double count = 0.0;
    for (int y = y0; y < y1; ++y) {
        for (int x = x0; x < x1; ++x) {
            result.mean += static_cast<double>(image.at(x, y));
            count += 1.0;
        }
    }
    result.mean /= count;
    for (int y = y0; y < y1; ++y) {
        for (int x = x0; x < x1; ++x) {
            const double difference = static_cast<double>(image.at(x, y)) - result.mean;
            result.deviation += difference * difference;
        }
    }
    result.deviation = std::sqrt(result.deviation / count);
    return result;
}

inline picker::Image standardise_local(const picker::Image& image, int size, double floor) {
    const int half = size / 2;
    picker::Image result = image;
    std::vector<double> deviations;
    for (int y = 0; y < image.height; ++y) {
        for (int x = 0; x < image.width; ++x) {
            const Moments box = moments(image, std::max(x - half, 0), std::max(y - half, 0),
                                        std::min(x + half + 1, image.width), std::min(y + half + 1, image.height));
            result.at(x, y) = static_cast<float>(static_cast<double>(image.at(x, y)) - box.mean);
            deviations.push_back(box.deviation);
        }
    }
    std::vector<double> sorted = deviations;
    std::sort(sorted.begin(), sorted.end());
    const double bound = floor * sorted[(sorted.size() - 1) / 2];
    for (std::size_t i = 0; i < deviations.size(); ++i) {
        result.pixels[i] = static_cast<float>(static_cast<double>(result.pixels[i]) / std::max(deviations[i], bound));
    }
    return result;
}

} // namespace naive
