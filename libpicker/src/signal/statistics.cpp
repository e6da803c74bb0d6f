// Mean, deviation and range of an image, exact to double precision and fast enough to run on every micrograph.
#include "signal/filter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace picker {
namespace {

constexpr std::size_t lanes = 8;    // independent sums: the compiler may use vector registers, the order stays fixed
constexpr std::size_t block = 4096; // pixels: read twice, the second time from the cache

bool finite(float value) {
    return (std::bit_cast<std::uint32_t>(value) & 0x7F800000U) != 0x7F800000U;
}

double total(const std::array<double, lanes>& sums) {
    double sum = 0.0;
    for (const double lane : sums) {
        sum += lane;
    }
    return sum;
}

struct Part {
    double count = 0.0, mean = 0.0, squares = 0.0; // squares: sum of (value - mean)^2
};

// Joins two parts without the cancellation of sum(x^2) - sum(x)^2 (Chan, Golub and LeVeque).
void join(Part& a, const Part& b) {
    if (b.count > 0.0) {
        const double count = a.count + b.count, difference = b.mean - a.mean;
        a.mean += difference * b.count / count;
        a.squares += b.squares + difference * difference * a.count * b.count / count;
        a.count = count;
    }
}

// Pixels that are all finite, which is the usual case.
Part measure(const float* pixels, std::size_t count) {
    std::array<double, lanes> sums{};
    const std::size_t whole = count / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            sums[lane] += static_cast<double>(pixels[i + lane]);
        }
    }
    for (std::size_t i = whole; i < count; ++i) {
        sums[0] += static_cast<double>(pixels[i]);
    }
    Part part;
    part.count = static_cast<double>(count);
    part.mean = total(sums) / part.count;
    sums = {};
    for (std::size_t i = 0; i < whole; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const double difference = static_cast<double>(pixels[i + lane]) - part.mean;
            sums[lane] += difference * difference;
        }
    }
    for (std::size_t i = whole; i < count; ++i) {
        const double difference = static_cast<double>(pixels[i]) - part.mean;
        sums[0] += difference * difference;
    }
    part.squares = total(sums);
    return part;
}

} // namespace

Statistics statistics(const Image& image) {
    Statistics result;
    Part all;
    std::array<float, block> kept;
    std::array<float, lanes> low, high;
    bool any = false;
    for (std::size_t start = 0; start < image.size(); start += block) {
        const std::size_t size = std::min(block, image.size() - start);
        const float* pixels = image.pixels.data() + start;
        std::size_t count = 0;
        for (std::size_t i = 0; i < size; ++i) {
            count += finite(pixels[i]) ? 1U : 0U;
        }
        if (count < size) {
            result.nonfinite += size - count;
            std::copy_if(pixels, pixels + size, kept.begin(), finite);
            pixels = kept.data();
        }
        if (count == 0) {
            continue;
        }
        join(all, measure(pixels, count));
        if (!any) {
            low.fill(pixels[0]);
            high.fill(pixels[0]);
            any = true;
        }
        for (std::size_t i = 0; i < count; ++i) {
            float& least = low[i % lanes];
            float& most = high[i % lanes];
            least = pixels[i] < least ? pixels[i] : least;
            most = pixels[i] > most ? pixels[i] : most;
        }
    }
    if (any) {
        result.mean = all.mean;
        result.minimum = static_cast<double>(*std::min_element(low.begin(), low.end()));
        result.maximum = static_cast<double>(*std::max_element(high.begin(), high.end()));
        // Rounding of the mean must not give a constant image a deviation.
        result.deviation = result.minimum < result.maximum ? std::sqrt(all.squares / all.count) : 0.0;
    }
    return result;
}

} // namespace picker
