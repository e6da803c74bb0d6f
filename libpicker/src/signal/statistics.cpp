// Mean, deviation and range of an image, exact to double precision and fast enough to run on every micrograph.
#include "core/vector_clones.hpp"
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
    float low = 0.0F, high = 0.0F;
};

// Joins two parts without the cancellation of sum(x^2) - sum(x)^2 (Chan, Golub and LeVeque).
void join(Part& a, const Part& b) {
    if (b.count > 0.0) {
        const double count = a.count + b.count, difference = b.mean - a.mean;
        a.mean += difference * b.count / count;
        a.squares += b.squares + difference * difference * a.count * b.count / count;
        a.low = a.count > 0.0 ? std::min(a.low, b.low) : b.low;
        a.high = a.count > 0.0 ? std::max(a.high, b.high) : b.high;
        a.count = count;
    }
}

// One pass over the pixels of a block, and a second one from the cache. What is not finite makes the sum so.
PICKER_VECTOR_CLONES Part measure(const float* pixels, std::size_t count) {
    std::array<double, lanes> sums{};
    std::array<float, lanes> low, high;
    low.fill(pixels[0]);
    high.fill(pixels[0]);
    const std::size_t whole = count / lanes * lanes;
    for (std::size_t i = 0; i < whole; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            const float value = pixels[i + lane];
            sums[lane] += static_cast<double>(value);
            low[lane] = value < low[lane] ? value : low[lane];
            high[lane] = value > high[lane] ? value : high[lane];
        }
    }
    for (std::size_t i = whole; i < count; ++i) {
        sums[0] += static_cast<double>(pixels[i]);
        low[0] = pixels[i] < low[0] ? pixels[i] : low[0];
        high[0] = pixels[i] > high[0] ? pixels[i] : high[0];
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
    part.low = *std::min_element(low.begin(), low.end());
    part.high = *std::max_element(high.begin(), high.end());
    return part;
}

} // namespace

Statistics statistics(const Image& image) {
    Statistics result;
    Part all;
    std::array<float, block> kept;
    for (std::size_t start = 0; start < image.size(); start += block) {
        const std::size_t size = std::min(block, image.size() - start);
        const float* pixels = image.pixels.data() + start;
        Part part = measure(pixels, size);
        if (!std::isfinite(part.mean)) { // floats are too small for their sum to overflow a double
            const std::size_t count =
                static_cast<std::size_t>(std::copy_if(pixels, pixels + size, kept.begin(), finite) - kept.begin());
            result.nonfinite += size - count;
            part = count > 0 ? measure(kept.data(), count) : Part{};
        }
        join(all, part);
    }
    if (all.count > 0.0) {
        result.mean = all.mean;
        result.minimum = static_cast<double>(all.low);
        result.maximum = static_cast<double>(all.high);
        // Rounding of the mean must not give a constant image a deviation.
        result.deviation = result.minimum < result.maximum ? std::sqrt(all.squares / all.count) : 0.0;
    }
    return result;
}

} // namespace picker
