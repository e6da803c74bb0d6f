// Our own random numbers: xoshiro256++ seeded by splitmix64, the same on every machine, nobody else's state touched.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>

namespace picker {

class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0); // streams of one seed are independent

    std::uint64_t bits() {
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
    double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; } // [0, 1)
    double uniform(double low, double high);                                   // [low, high)
    std::uint64_t below(std::uint64_t bound);                                  // 0 .. bound - 1, unbiased; bound > 0
    double normal();                                                           // mean 0, deviation 1
    double poisson(double mean);                                               // a count; mean from 0 to 1e12
    template <typename T> void shuffle(std::span<T> items) {
        for (std::size_t i = items.size(); i > 1; --i) {
            std::swap(items[i - 1], items[below(i)]);
        }
    }

private:
    std::array<std::uint64_t, 4> state_;
    double spare_ = 0.0;
    bool has_spare_ = false;
};

} // namespace picker
