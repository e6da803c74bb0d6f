// What a micrograph is like, beside its picks: cheap measures for leaving bad ones out (docs/quality.md).
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"
#include "io/inputs.hpp"
#include "picking/select.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace picker {

// Each is NaN where it is not known: without pixels (runs from score maps and candidates), without picks, without
// rings.
struct MicrographQuality {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    double mean = unknown, deviation = unknown; // of the pixels (a sample of rows)
    // Deviation of local means (squares of 4 diameters), in units of the pixels' deviation: gradients of thickness,
    // carbon, large ice.
    double unevenness = unknown;
    double foreign = unknown;  // share of the area that stands out over more than a few particles
    double excluded = unknown; // share of the area that mask and edge leave out
    double defocus = unknown, thon_fit = unknown, thon_limit = unknown, thon_strength = unknown; // thon_rings.hpp
    double score_10 = unknown, score_50 = unknown, score_90 = unknown; // quantiles of the picks' scores
};

// The measures of the pixels; `diameter` in pixels. Voltage, aberration and amplitude contrast are the list's
// (rlnVoltage and so on, or cryoSPARC's fields), else 300 kV, 2.7 mm and 0.1. Never fails: what cannot be told is NaN.
MicrographQuality measure_quality(const Image& image, double pixel_size, double diameter, const InputMicrograph& input);

// The share of a micrograph's area that edge and mask exclude, at a grid of places.
double excluded_share(int width, int height, const SelectRules& rules);

void note_scores(MicrographQuality& quality, const Picks& picks); // best first

// As in run.json, "quality": what is known. And back; Error as nlohmann's for what is no such thing.
nlohmann::json quality_json(const MicrographQuality& quality);
MicrographQuality quality_of(const nlohmann::json& json);

} // namespace picker
