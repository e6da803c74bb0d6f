// The numbers that say what a micrograph of a run is like, by name: the columns of quality.csv, and what rules that
// choose micrographs speak of (report/select_micrographs.hpp).
#pragma once

#include "picking/run.hpp"

#include <string>
#include <utility>
#include <vector>

namespace picker {

// Name and value of each, NaN where it is not known; always the same names in the same order. A threshold of its own is
// the micrograph's, else `threshold`, the run's.
std::vector<std::pair<const char*, double>> quality_numbers(const RunItem& item, double threshold);

// quality.csv: the columns micrograph and status, then the numbers; empty where one is not known.
std::string quality_csv(const RunReport& report);

} // namespace picker
