// Re-centring of training picks: each is shifted to where it fits the rotationally averaged mean of all best.
#pragma once

#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "training/dataset.hpp"

#include <cstddef>

namespace picker {

struct RecentreOptions {
    double diameter = 0.0; // angstrom, for items that name none
    double limit = 0.0;    // angstrom, farthest from where a pick was; 0: 0.2 diameters
    int iterations = 4;
};

struct RecentreReport {
    std::size_t picks = 0;    // in all
    std::size_t moved = 0;    // the others stay:
    std::size_t at_limit = 0; // no maximum within the limit
    std::size_t at_border = 0;
    // Of the moved ones, angstrom: length of the shift, and its mean along x and y.
    double mean = 0.0, median = 0.0, percentile_95 = 0.0, mean_x = 0.0, mean_y = 0.0;
};

// Changes the positives of `dataset` in place; molecules have references of their own, and need at least 20 picks each
// (fewer: Error(invalid_argument)). The centre that results is the one about which the particles' mean image is most
// nearly round: random offsets shrink, and an offset common to all picks goes, as far as the particles lie in the
// micrograph in all directions. Nothing here knows where a person wants the centre of a lopsided particle to be.
// Bit-equal for any number of threads.
RecentreReport recentre(Dataset& dataset, const RecentreOptions& options, WorkerPool& pool, const Control& control);

} // namespace picker
