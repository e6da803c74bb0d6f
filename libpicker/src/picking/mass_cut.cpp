// The valley between two peaks of a list of masses (mass_cut.hpp).
#include "picking/mass_cut.hpp"

#include "core/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numbers>
#include <numeric>
#include <vector>

namespace picker {
namespace {

constexpr std::size_t fewest = 20;         // masses
constexpr double bins_in_width = 4.0;      // bins per width of the smoothing
constexpr double kernel_reach = 4.0;       // widths to each side
constexpr double next_width = 0.7;         // of the width before
constexpr double least_scale = 0.4;        // of the deviation that the quartiles give
constexpr double normal_quartiles = 1.349; // distance between the quartiles of a normal distribution, in deviations
constexpr double least_side = 0.05;        // of all masses, on either side of a cut
constexpr double fewest_on_side = 5.0;     // masses
constexpr double least_depth = 0.3;        // of the lower peak
constexpr double least_significance = 2.5; // standard errors
constexpr double most_bins = 16384;

double deviation(const std::vector<double>& values) {
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double sum = 0.0;
    for (const double value : values) {
        sum += (value - mean) * (value - mean);
    }
    return std::sqrt(sum / (count - 1.0));
}

// A histogram, smoothed; places are bins.
struct Density {
    std::vector<double> values; // masses per bin
    std::vector<double> below;  // masses in the bins up to and with this one
    double start = 0.0;         // left edge of bin 0
    double bin = 0.0;           // width of a bin
};

Density smooth(const std::vector<double>& sorted, double width) {
    const std::size_t reach = static_cast<std::size_t>(kernel_reach * bins_in_width);
    Density out;
    out.bin = width / bins_in_width;
    // Half a bin further out than the kernel needs: the lowest mass lies in the middle of its bin.
    out.start = sorted.front() - (static_cast<double>(reach) + 0.5) * out.bin;
    const auto bin_of = [&](double mass) { return static_cast<std::size_t>((mass - out.start) / out.bin); };
    const std::size_t bins = bin_of(sorted.back()) + reach + 1;
    std::vector<double> counts(bins, 0.0);
    for (const double mass : sorted) {
        counts[bin_of(mass)] += 1.0;
    }
    std::vector<double> kernel(2 * reach + 1);
    for (std::size_t i = 0; i < kernel.size(); ++i) {
        const double distance = (static_cast<double>(i) - static_cast<double>(reach)) / bins_in_width;
        kernel[i] = std::exp(-0.5 * distance * distance);
    }
    const double sum = std::accumulate(kernel.begin(), kernel.end(), 0.0);
    out.values.assign(bins, 0.0);
    for (std::size_t place = reach; place + reach < bins; ++place) {
        if (counts[place] > 0.0) {
            for (std::size_t i = 0; i < kernel.size(); ++i) {
                out.values[place + i - reach] += counts[place] * kernel[i] / sum;
            }
        }
    }
    out.below.resize(bins);
    std::partial_sum(counts.begin(), counts.end(), out.below.begin());
    return out;
}

struct Valley {
    double mass = 0.0;
    double significance = 0.0; // depth in standard errors; 0: there is none
};

// The deepest valley of a density among those that split the masses well enough.
Valley deepest_valley(const Density& density, double count) {
    const std::vector<double>& f = density.values;
    std::vector<double> right(f.size()); // highest from here on
    double highest = 0.0;
    for (std::size_t i = f.size(); i-- > 0;) {
        highest = std::max(highest, f[i]);
        right[i] = highest;
    }
    const double side = std::max(fewest_on_side, least_side * count);
    const double error_unit = 1.0 / (2.0 * std::sqrt(std::numbers::pi) * bins_in_width);
    Valley out;
    double deepest = 0.0;
    double left = 0.0;
    for (std::size_t i = 0; i < f.size(); ++i) {
        left = std::max(left, f[i]);
        const double peak = std::min(left, right[i]);
        const double depth = peak - f[i];
        if (density.below[i] < side || count - density.below[i] < side || depth <= deepest ||
            depth < least_depth * peak) {
            continue;
        }
        std::size_t last = i;
        while (last + 1 < f.size() && f[last + 1] == f[i]) {
            ++last;
        }
        deepest = depth;
        out.mass = density.start + density.bin * 0.5 * static_cast<double>(i + last + 1);
        out.significance = depth / std::sqrt((peak + f[i]) * error_unit);
    }
    return out;
}

} // namespace

MassCut mass_valley(std::span<const double> masses) {
    std::vector<double> sorted;
    std::copy_if(masses.begin(), masses.end(), std::back_inserter(sorted), [](double m) { return std::isfinite(m); });
    if (sorted.size() < fewest) {
        return {};
    }
    std::sort(sorted.begin(), sorted.end());
    const double count = static_cast<double>(sorted.size());
    const double shrink = std::pow(count, -0.2);
    const double widest = deviation(sorted); // not finite where squares of masses overflow
    const double narrowest = least_scale * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / normal_quartiles;
    const double range = sorted.back() - sorted.front();
    Valley best;
    for (double scale = widest; std::isfinite(scale) && scale > 0.0 && scale >= narrowest; scale *= next_width) {
        const double width = scale * shrink;
        if (range / width * bins_in_width > most_bins) {
            break;
        }
        const Valley found = deepest_valley(smooth(sorted, width), count);
        if (found.significance > best.significance) {
            best = found;
        }
    }
    return best.significance >= least_significance ? MassCut{best.mass, true} : MassCut{};
}

} // namespace picker
