// Which particles of a data set are trained on.
#pragma once

#include "core/progress.hpp"
#include "training/sampler.hpp"

#include <string>
#include <vector>

namespace picker {

std::vector<std::string> molecule_names(const Dataset& dataset); // each once, in order of appearance
int molecule_index(const std::vector<std::string>& names, const std::string& name);
// Of `total` particles those of molecule `index` among so many: equal shares, the first ones one larger.
std::size_t molecule_share(std::size_t total, std::size_t index, std::size_t molecules);

// The rows of each item's positives that may be used: all, or only those without a near neighbour. `overlapping`
// receives how many are left out.
std::vector<std::vector<std::size_t>> usable_positives(const Dataset& dataset, const SamplerOptions& options,
                                                       std::size_t& overlapping);

Picks left_out(const Picks& positives, const std::vector<std::size_t>& usable); // the other rows of an item

// Of these rows the ones that are used: all, or an equal random share of every molecule's.
std::vector<std::vector<std::size_t>> choose_positives(const Dataset& dataset,
                                                       const std::vector<std::vector<std::size_t>>& usable,
                                                       const std::vector<std::string>& names,
                                                       const SamplerOptions& options, const Control& control);

} // namespace picker
