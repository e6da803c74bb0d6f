// What settings in angstrom mean on one micrograph: every length in its pixels, every default filled in.
#pragma once

#include "picking/blob_picks.hpp"
#include "picking/image_rules.hpp"
#include "picking/peaks.hpp"
#include "picking/run.hpp"

namespace picker {

struct PickPlan {
    SelectRules rules; // at the threshold
    double keep = 0.0; // score down to which rows are written
    Calibration calibration;
    // The threshold follows from the candidates (settle_threshold); until then it is 0, and so is `keep` where it is
    // not given.
    bool automatic = false;
    std::optional<double> false_share, given_keep;
    std::optional<double> expected; // particles of the micrograph: probabilities are moved before anything else
    bool settles() const { return automatic || false_share; }
    PeakRule peak_rule = PeakRule::window_maximum;
    double peak_window = 0.0;                     // pixels
    double first_range = 0.0, second_range = 0.0; // pixels, of PeakRule::two_pass_box
    BlobRules blobs;
    Cleaning clean = Cleaning::off;
    ImageRules image;
};

// What two picks are apart at least where nobody says otherwise, in the unit of `diameter`, which is `pixel_size`
// angstrom.
double default_min_distance(const ModelSpec& spec, double diameter, double pixel_size);

// `diameter` and the result in pixels; `pixel_size` may be 0 where no length was given and the model fixes none.
// Error(invalid_argument) for settings that are out of range or contradict each other.
PickPlan plan_picks(const ModelSpec& spec, const PickSettings& settings, double diameter, double pixel_size,
                    const ExclusionMask* mask);

// The window of a plan whose candidates need nothing of the map but the maxima of windows, where the scorer finds these
// by itself (ScoreJob::peak_window); else 0.
double lone_peak_window(const Scorer& scorer, const PickSettings& settings, const ScoreMap& map);

// The candidates of a map by the plan's peak rule, rounded as a STAR file shows them. Those in areas that the cleaning
// takes out are not among them; `cleaned` (may be null) counts them.
Picks find_candidates(const ScoreMap& map, const PickPlan& plan, std::size_t* cleaned = nullptr);

// The micrograph that candidates lie on, and what its image rules need.
struct Place {
    int width = 0, height = 0;         // pixels
    const Image* micrograph = nullptr; // null where plan.image has no rule
    std::string name;                  // for messages
};

// The plan with a threshold that follows from the candidates, best first; the same where it has one.
PickPlan settle_threshold(PickPlan plan, const Picks& candidates, const Place& place);

// Rows down to plan.keep; `removed` counts at the threshold, `threshold` (may be null) is the one that was used.
// Error(mismatch) where an image rule has no micrograph.
Picks apply_rules(const Picks& candidates, const Place& place, const PickPlan& plan, RemovedCounts* removed,
                  double* threshold = nullptr);

} // namespace picker
