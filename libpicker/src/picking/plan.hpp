// What settings in angstrom mean on one micrograph: every length in its pixels, every default filled in.
#pragma once

#include "picking/peaks.hpp"
#include "picking/run.hpp"

namespace picker {

struct PickPlan {
    SelectRules rules;        // at the threshold
    double keep = 0.0;        // score down to which rows are written
    double peak_window = 0.0; // pixels
};

// What two picks are apart at least where nobody says otherwise, in the unit of `diameter`.
double default_min_distance(const ModelSpec& spec, double diameter);

// `diameter` and the result in pixels; `pixel_size` may be 0 where no length was given. Error(invalid_argument) for
// settings that are out of range or contradict each other.
PickPlan plan_picks(const ModelSpec& spec, const PickSettings& settings, double diameter, double pixel_size,
                    const ExclusionMask* mask);

// Every local maximum of a map, rounded as a STAR file shows it.
Picks find_candidates(const ScoreMap& map, const PickPlan& plan);

// Rows down to plan.keep; `removed` counts at the threshold.
Picks apply_rules(const Picks& candidates, int width, int height, const PickPlan& plan, RemovedCounts* removed);

} // namespace picker
