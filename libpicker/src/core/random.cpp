// xoshiro256++ (Blackman and Vigna, 2019) seeded by splitmix64 (random.hpp).
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

} // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) : state_{} {
    // The stream is mixed in by its own splitmix step, so that (seed, stream) and (seed + 1, stream - 1) differ.
    std::uint64_t mixed_stream = stream;
    std::uint64_t start = seed ^ std::rotl(splitmix64(mixed_stream), 17);
    for (auto& word : state_) {
        word = splitmix64(start);
    }
}

std::uint64_t Random::bits() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double Random::uniform() {
    return static_cast<double>(bits() >> 11) * 0x1.0p-53;
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

} // namespace picker
