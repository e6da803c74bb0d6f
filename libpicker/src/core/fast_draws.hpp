// Normal and Poisson numbers by the million: exact as Random's own, several times as fast, other numbers.
#pragma once

#include "core/random.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace picker {

// Normal numbers by layers of equal area (Marsaglia and Tsang 2000): all but one in eighty take one random word.
class FastNormal {
public:
    FastNormal();
    double operator()(Random& random) const { // mean 0, deviation 1
        const std::uint64_t word = random.bits();
        const std::size_t layer = word & (layers - 1);
        const std::uint64_t place = word >> 11; // bits 8 to 10 remain: the sign is bit 8
        if (place < inside_[layer]) {
            const double value = static_cast<double>(place) * unit_[layer];
            return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) | (word & 256) << 55);
        }
        return beyond(random, word);
    }

private:
    static constexpr std::size_t layers = 256;
    double beyond(Random& random, std::uint64_t word) const; // the rest: of a layer's rim, or of the tail
    std::array<double, layers + 1> edge_{}, height_{};       // of the layers, outermost first
    std::array<double, layers> unit_{};                      // edge times 2^-53
    std::array<std::uint64_t, layers> inside_{};             // of 2^53, what lies under the next layer too
};

// Poisson numbers of means that lie near each other: a number of the next lower mean of a grid, by Walker's alias table
// (1977), plus one of the small rest.
class FastPoisson {
public:
    // Tables for means from `low` to `high`, as far as they fit into a second-level cache; others are Random's.
    FastPoisson(double low, double high);
    double operator()(Random& random, double mean) const {
        const double steps = (mean - low_) * per_step_;
        if (!(steps >= 0.0 && steps < static_cast<double>(first_.size()))) {
            return random.poisson(mean);
        }
        const auto table = static_cast<std::size_t>(steps);
        const double rest = (steps - static_cast<double>(table)) * step_;
        const std::uint64_t word = random.bits();
        const std::uint64_t mask = (std::uint64_t{1} << bits_) - 1;
        const std::uint64_t cell = word & mask;
        const std::uint64_t entry = entries_[(table << bits_) + cell];
        const std::uint64_t place = (word >> bits_) < (entry >> bits_) ? cell : entry & mask;
        const double count = first_[table] + static_cast<double>(place);
        const double uniform = random.uniform();
        // Below exp(-rest), by its series.
        return uniform < 1.0 - rest + rest * rest * (0.5 - rest / 6.0) ? count : count + small(uniform, rest);
    }

private:
    static double small(double uniform, double mean); // by inversion
    double low_ = 0.0, step_ = 0.0, per_step_ = 0.0;
    int bits_ = 0;                       // a table has 2^bits cells
    std::vector<double> first_;          // of each table: the count of its first cell
    std::vector<std::uint64_t> entries_; // the share of the cell that is its own, and in the lowest bits the other one
};

} // namespace picker
