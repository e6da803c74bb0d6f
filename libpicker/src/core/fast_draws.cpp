// The tables of fast_draws.hpp, and what they leave over.
#include "core/fast_draws.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

// For 256 layers: where the outermost one ends, and the area of each (Marsaglia and Tsang 2000).
constexpr double tail = 3.6541528853610088;
constexpr double area = 0.00492867323399;

constexpr double most_entries = 131072; // of all tables: 1 MiB
constexpr double finest = 0.125, coarsest = 0.5;
constexpr double reach = 8.5, beyond_reach = 12.0; // a table ends so many deviations and counts from its mean

double density(double x) {
    return std::exp(-0.5 * x * x);
}

int bits_for(double mean) {
    const double counts = mean + reach * std::sqrt(mean) + beyond_reach -
                          std::max(0.0, std::floor(mean - reach * std::sqrt(mean) - beyond_reach)) + 2.0;
    int bits = 1;
    while (static_cast<double>(std::uint64_t{1} << bits) < counts) {
        ++bits;
    }
    return bits;
}

// Walker's construction: every cell holds its own count and at most one other.
void fill_table(double mean, double first, int bits, std::uint64_t* entries) {
    const std::size_t cells = std::size_t{1} << bits;
    std::vector<double> share(cells);
    const auto middle = std::min(cells - 1, static_cast<std::size_t>(std::max(0.0, std::floor(mean) - first)));
    share[middle] = 1.0;
    for (std::size_t i = middle; i > 0; --i) {
        share[i - 1] = share[i] * (first + static_cast<double>(i)) / mean;
    }
    for (std::size_t i = middle + 1; i < cells; ++i) {
        share[i] = share[i - 1] * mean / (first + static_cast<double>(i));
    }
    double sum = 0.0;
    for (const double value : share) {
        sum += value;
    }
    std::vector<std::size_t> less, more;
    for (std::size_t i = 0; i < cells; ++i) {
        share[i] *= static_cast<double>(cells) / sum;
        (share[i] < 1.0 ? less : more).push_back(i);
    }
    const double whole = std::ldexp(1.0, 64 - bits);
    const auto set = [&](std::size_t cell, double own, std::size_t other) {
        const std::uint64_t part = own >= 1.0 ? ~std::uint64_t{0} >> bits : static_cast<std::uint64_t>(own * whole);
        entries[cell] = part << bits | other;
    };
    while (!less.empty() && !more.empty()) {
        const std::size_t poor = less.back();
        const std::size_t rich = more.back();
        less.pop_back();
        set(poor, share[poor], rich);
        share[rich] -= 1.0 - share[poor];
        if (share[rich] < 1.0) {
            more.pop_back();
            less.push_back(rich);
        }
    }
    for (const std::size_t cell : less) { // full but for rounding
        set(cell, 1.0, cell);
    }
    for (const std::size_t cell : more) {
        set(cell, 1.0, cell);
    }
}

} // namespace

FastNormal::FastNormal() {
    edge_[0] = area / density(tail); // the layer with the tail, as wide as its area would be
    edge_[1] = tail;
    for (std::size_t i = 2; i < layers; ++i) {
        edge_[i] = std::sqrt(-2.0 * std::log(area / edge_[i - 1] + density(edge_[i - 1])));
    }
    edge_[layers] = 0.0;
    for (std::size_t i = 0; i <= layers; ++i) {
        height_[i] = density(edge_[i]);
    }
    for (std::size_t i = 0; i < layers; ++i) {
        unit_[i] = edge_[i] * 0x1.0p-53;
        inside_[i] = static_cast<std::uint64_t>(edge_[i + 1] / edge_[i] * 0x1.0p53);
    }
}

double FastNormal::beyond(Random& random, std::uint64_t word) const {
    for (;;) {
        const std::size_t layer = word & (layers - 1);
        const double sign = (word & 256) != 0 ? -1.0 : 1.0;
        const std::uint64_t place = word >> 11;
        const double value = static_cast<double>(place) * unit_[layer];
        if (place < inside_[layer]) {
            return sign * value;
        }
        if (layer == 0) { // the tail, by exponential numbers
            double over = 0.0;
            double under = 0.0;
            do {
                over = -std::log(1.0 - random.uniform()) / tail;
                under = -std::log(1.0 - random.uniform());
            } while (under + under < over * over);
            return sign * (tail + over);
        }
        if (height_[layer] + random.uniform() * (height_[layer + 1] - height_[layer]) < density(value)) {
            return sign * value;
        }
        word = random.bits();
    }
}

FastPoisson::FastPoisson(double low, double high) : low_(std::max(low, 1.0)) {
    if (!(high > low_) || !(high < 1e5)) {
        return; // no table: all numbers are Random's
    }
    bits_ = bits_for(high);
    const auto cells = static_cast<double>(std::uint64_t{1} << bits_);
    step_ = std::clamp((high - low_) * cells / most_entries, finest, coarsest);
    per_step_ = 1.0 / step_;
    const double wanted = std::ceil((high - low_) * per_step_);
    const double tables = std::min(wanted, std::floor(most_entries / cells));
    low_ += 0.5 * (wanted - tables) * step_; // those in the middle, where not all fit
    first_.resize(static_cast<std::size_t>(tables));
    entries_.resize(first_.size() << bits_);
    for (std::size_t i = 0; i < first_.size(); ++i) {
        const double mean = low_ + static_cast<double>(i) * step_;
        first_[i] = std::max(0.0, std::floor(mean - reach * std::sqrt(mean) - beyond_reach));
        fill_table(mean, first_[i], bits_, entries_.data() + (i << bits_));
    }
}

double FastPoisson::small(double uniform, double mean) {
    double probability = std::exp(-mean);
    double sum = probability;
    double count = 0.0;
    while (uniform >= sum && count < 40.0) { // the sum may end a rounding short of 1
        count += 1.0;
        probability *= mean / count;
        sum += probability;
    }
    return count;
}

} // namespace picker
