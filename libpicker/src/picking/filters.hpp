// What a user may ask of the filters beyond score and distance: cleaning of the map, and measures of the raw window.
#pragma once

namespace picker {

// Score maps cleaned of connected areas that are too large for particles (clean.hpp).
enum class Cleaning { off, paper, lua };

// Windows with too many extreme pixels (window_measures.hpp).
enum class ExtremeRule { off, paper, lua };

// Candidates at the edge of the carbon film, or also those on the film (carbon.hpp).
enum class CarbonRule { off, edge, film };

// Deviation of a window over the median deviation of the micrograph's windows. Both 0: no gate.
struct DeviationRange {
    double low = 0.0, high = 0.0;
    bool is_off() const { return low == 0.0 && high == 0.0; }
    bool holds(double value) const { return value >= low && value <= high; }
};

const char* name_of(Cleaning rule); // "off", "paper", "lua": as recorded
const char* name_of(ExtremeRule rule);
const char* name_of(CarbonRule rule); // "off", "edge", "film"

} // namespace picker
