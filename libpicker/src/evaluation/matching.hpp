// One-to-one matching of predicted picks to true ones within a radius. A second pick on one particle is a false
// positive.
#pragma once

#include "core/picks.hpp"

#include <string>
#include <vector>

namespace picker {

// greedy: best score first takes the nearest free truth (equal scores by y, then x; no scores: order of the file);
// optimal: most pairs, then least sum of distances, whatever the scores.
enum class MatchRule { greedy, optimal };
enum class MatchShape { disc, box }; // disc: centre distance <= radius; box: IoU of equal squares >= threshold

struct MatchOptions {
    MatchRule rule = MatchRule::greedy;
    MatchShape shape = MatchShape::disc;
    double radius = 0.0;   // pixels (disc)
    double box_size = 0.0; // pixels (box)
    double iou = 0.6;      // box
};

struct Match {
    std::vector<int> truth_of_pick; // index of the truth, -1 for a false positive
    std::vector<double> distance;   // pixels, NaN for a false positive
};

Match match(const Picks& predicted, const Picks& truth, const MatchOptions& options);

// The published radii: "half-diameter", "deeppicker" (0.2 x window), "parsed" (0.3 x aperture), "hydrapicker" (IoU).
// `diameter`, `window`, `aperture` in pixels, 0 where not known; Error(not_found) lists the names.
MatchOptions match_preset(const std::string& name, double diameter, double window, double aperture);
std::vector<std::string> match_preset_names();

// The farthest that a matched pick can lie from its truth, pixels: the radius, or for boxes the shift along one axis
// at which the IoU falls to its threshold.
double match_radius(const MatchOptions& options);

} // namespace picker
