// From a score map to candidates: local maxima, one per plateau, refined below the grid.
#pragma once

#include "core/picks.hpp"
#include "picking/score_map.hpp"

namespace picker {

struct PeakOptions {
    double window = 0.0; // full-size pixels: a peak is the maximum of the square of this edge around it
    double keep = 0.0;   // candidates below this score are dropped
    bool refine = true;  // parabola through the neighbours, at most half a step
};

// Every local maximum with score >= keep, best first. A plateau of equal maxima is one candidate at its centre of mass.
Picks find_peaks(const ScoreMap& map, const PeakOptions& options);

} // namespace picker
