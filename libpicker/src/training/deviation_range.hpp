// DeepEM's range of window deviations, estimated from the particles of a data set.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"
#include "picking/filters.hpp"

#include <vector>

namespace picker {

// From 1 % to 99 % of the values, each end moved outwards by a quarter of its distance from the median: a few wrong
// labels do not widen it, and hardly a particle like the given ones falls outside. {0, 0} without values.
DeviationRange robust_range(std::vector<double> values);

// Deviations of the raw windows of all positives that lie inside their micrograph, in the unit in which picking
// measures them: the median deviation of the micrograph's windows. `window` in pixels of the micrograph.
std::vector<double> window_deviations(const Image& micrograph, const Picks& positives, double window);

} // namespace picker
