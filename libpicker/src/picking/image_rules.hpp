// The rules that look at the micrograph itself: what the raw window around a candidate is like, and what lies near it.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"
#include "picking/filters.hpp"
#include "picking/select.hpp"

#include <string>
#include <vector>

namespace picker {

struct ImageRules {
    CarbonRule carbon = CarbonRule::off;
    DeviationRange deviation; // of the window, over the median of the micrograph's windows
    ExtremeRule extreme = ExtremeRule::off;
    double diameter = 0.0; // pixels of the micrograph, as the rest
    double window = 0.0;   // edge
    int binning = 1;       // of the extreme pixels: brings the particle near to the model's working scale
    bool any() const { return carbon != CarbonRule::off || !deviation.is_off() || extreme != ExtremeRule::off; }
};

// What becomes of each row of `candidates`, for those that pass edge and mask and have `keep` or more; the others are
// Verdict::good. The limit of the extreme pixels is that of the candidates at or above the rules' threshold, so that
// rows kept for later do not change it. Error(bad_file) for a micrograph with NaN, naming it.
std::vector<Verdict> judge(const Image& micrograph, const std::string& name, const Picks& candidates,
                           const SelectRules& rules, double keep, const ImageRules& image_rules);

} // namespace picker
