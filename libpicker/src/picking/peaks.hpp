// From a score map to candidates: local maxima, one per plateau, refined below the grid; or DeepEM's two passes.
#pragma once

#include "core/picks.hpp"
#include "device/map_maximum.hpp"
#include "picking/score_map.hpp"

#include <vector>

namespace picker {

struct PeakOptions {
    double window = 0.0; // full-size pixels: a peak is the maximum of the square of this edge around it
    double keep = 0.0;   // candidates below this score are dropped
    bool refine = true;  // parabola through the neighbours, at most half a step
};

// Every local maximum with score >= keep, best first. A plateau of equal maxima is one candidate at its centre of mass.
Picks find_peaks(const ScoreMap& map, const PeakOptions& options);
// The same picks where a device has found the maxima of the windows (map_maximum.hpp), in any order: all those with
// `keep` or more. Of `map` only the grid is used.
Picks find_peaks(const ScoreMap& map, std::vector<MapMaximum> maxima, const PeakOptions& options);

// How far a window reaches from its pixel, in pixels of the map.
struct PeakRadius {
    int x = 0, y = 0;
};
PeakRadius peak_radius(const ScoreMap& map, int width, int height, double window);

struct BoxPeakOptions {
    double first_range = 0.0, second_range = 0.0; // full-size pixels, to each side of a place
    double threshold = 0.0;                       // places with this score or more are candidates
};

// DeepEM's local maxima. Pass 1: every candidate gives its vote to the best place within first_range of it along both
// axes; places with a vote stay, once each. Pass 2: the same among these with second_range. Ties go to the larger x,
// then the larger y. All lie on the grid and have `threshold` or more; which they are depends on the threshold. Below
// it, for lower thresholds later, come the places that are the best within first_range of themselves. Best first.
Picks find_box_peaks(const ScoreMap& map, const BoxPeakOptions& options);

// Where between its neighbours a maximum lies: the vertex of the parabola through (-1, left), (0, centre), (1, right),
// at most half a step away; 0 where they do not bend down.
double vertex(double left, double centre, double right);

} // namespace picker
