// The particles that are trained on (choose_positives.hpp).
#include "training/choose_positives.hpp"

#include "core/error.hpp"
#include "core/random.hpp"
#include "picking/near_grid.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

namespace picker {
namespace {

constexpr std::uint64_t share_streams = std::uint64_t{1} << 40; // of random numbers; items count from 0

// Whether each pick has another one nearer than `distance` (pixels, above 0).
std::vector<bool> crowded(const Picks& picks, double distance) {
    NearGrid grid(distance);
    for (std::size_t i = 0; i < picks.size(); ++i) {
        grid.add(picks.x[i], picks.y[i]);
    }
    std::vector<bool> near(picks.size(), false);
    for (std::size_t i = 0; i < picks.size(); ++i) {
        near[i] = grid.count_near(picks.x[i], picks.y[i]) > 1; // itself is one
    }
    return near;
}

} // namespace

std::vector<std::string> molecule_names(const Dataset& dataset) {
    std::vector<std::string> names;
    for (const DatasetItem& item : dataset.items) {
        if (std::find(names.begin(), names.end(), item.molecule) == names.end()) {
            names.push_back(item.molecule);
        }
    }
    return names;
}

int molecule_index(const std::vector<std::string>& names, const std::string& name) {
    return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::size_t molecule_share(std::size_t total, std::size_t index, std::size_t molecules) {
    return total / molecules + (index < total % molecules ? 1 : 0);
}

Picks left_out(const Picks& positives, const std::vector<std::size_t>& usable) {
    std::vector<std::size_t> others;
    for (std::size_t row = 0; row < positives.size(); ++row) {
        if (!std::binary_search(usable.begin(), usable.end(), row)) {
            others.push_back(row);
        }
    }
    return positives.subset(others);
}

std::vector<std::vector<std::size_t>> usable_positives(const Dataset& dataset, const SamplerOptions& options,
                                                       std::size_t& overlapping) {
    std::vector<std::vector<std::size_t>> usable(dataset.items.size());
    overlapping = 0;
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        const DatasetItem& item = dataset.items[i];
        std::vector<bool> near(item.positives.size(), false);
        if (options.overlap_distance) {
            const double distance = *options.overlap_distance > 0.0 ? *options.overlap_distance : item.diameter;
            near = crowded(item.positives, distance / dataset.pixel_size(i));
        }
        for (std::size_t row = 0; row < near.size(); ++row) {
            if (near[row]) {
                ++overlapping;
            } else {
                usable[i].push_back(row);
            }
        }
    }
    return usable;
}

std::vector<std::vector<std::size_t>> choose_positives(const Dataset& dataset,
                                                       const std::vector<std::vector<std::size_t>>& usable,
                                                       const std::vector<std::string>& names,
                                                       const SamplerOptions& options, const Control& control) {
    std::vector<std::vector<std::size_t>> chosen(dataset.items.size());
    const std::size_t molecules = std::max<std::size_t>(1, names.size());
    for (std::size_t m = 0; m < names.size(); ++m) {
        std::vector<std::pair<std::size_t, std::size_t>> all; // item, row
        for (std::size_t i = 0; i < dataset.items.size(); ++i) {
            for (std::size_t k = 0; dataset.items[i].molecule == names[m] && k < usable[i].size(); ++k) {
                all.emplace_back(i, usable[i][k]);
            }
        }
        if (options.max_positives > 0) {
            const std::size_t share = molecule_share(options.max_positives, m, molecules);
            Random random(options.seed, share_streams + m);
            random.shuffle(std::span(all));
            if (all.size() < share && molecules > 1) {
                control.warn(text("the molecule ", names[m], " has ", all.size(),
                                  " particles, fewer than its share of ", share));
            }
            all.resize(std::min(all.size(), share));
            std::sort(all.begin(), all.end());
        }
        for (const auto& [item, row] : all) {
            chosen[item].push_back(row);
        }
    }
    return chosen;
}

} // namespace picker
