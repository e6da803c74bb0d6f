// xoshiro256++ (Blackman and Vigna, 2019) seeded by splitmix64; Poisson numbers by transformed rejection (random.hpp).
#include "core/random.hpp"

#include <bit>
#include <cmath>
#include <numbers>

namespace picker {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
    state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

// log(k!) for whole k >= 0; lgamma would write to a global.
double log_factorial(double k) {
    if (k < 16.0) {
        double product = 1.0;
        for (double i = 2.0; i <= k; i += 1.0) {
            product *= i;
        }
        return std::log(product);
    }
    // Stirling's series; the next term is below 1e-10.
    const double k2 = k * k;
    return (k + 0.5) * std::log(k) - k + 0.5 * std::log(2.0 * std::numbers::pi) +
           (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * k2)) / k2) / k;
}

} // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) : state_{} {
    // The stream is mixed in by its own splitmix step, so that (seed, stream) and (seed + 1, stream - 1) differ.
    std::uint64_t mixed_stream = stream;
    std::uint64_t start = seed ^ std::rotl(splitmix64(mixed_stream), 17);
    for (auto& word : state_) {
        word = splitmix64(start);
    }
}

double Random::uniform(double low, double high) {
    return low + (high - low) * uniform();
}

std::uint64_t Random::below(std::uint64_t bound) {
    // Rejects the incomplete last round, so every value is equally likely.
    const std::uint64_t reject_below = (0 - bound) % bound;
    std::uint64_t value = bits();
    while (value < reject_below) {
        value = bits();
    }
    return value % bound;
}

double Random::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    // Box-Muller: two at a time; 1 - uniform() is never 0.
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
}

double Random::poisson(double mean) {
    if (mean < 10.0) { // by the product of uniform numbers
        const double limit = std::exp(-mean);
        double count = 0.0;
        for (double product = uniform(); product > limit; product *= uniform()) {
            count += 1.0;
        }
        return count;
    }
    // Hoermann's PTRS (1993): a ratio of uniforms under a hat whose constants fit every mean from 10 on.
    const double b = 0.931 + 2.53 * std::sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double squeeze = 0.9277 - 3.6224 / (b - 2.0);
    for (;;) {
        const double u = uniform() - 0.5;
        const double v = uniform();
        const double us = 0.5 - std::abs(u);
        const double real = (2.0 * a / us + b) * u + mean + 0.43;
        const double k = real < 0.0 ? -1.0 : static_cast<double>(static_cast<std::int64_t>(real));
        if (us >= 0.07 && v <= squeeze) {
            return k;
        }
        if (k < 0.0 || (us < 0.013 && v > us)) {
            continue;
        }
        const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
        if (std::log(v * inverse_alpha / (a / (us * us) + b)) <= k * std::log(mean) - mean - log_factorial(k)) {
            return k;
        }
    }
}

} // namespace picker
