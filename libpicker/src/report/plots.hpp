// The plots of a report for papers: scores, picks per micrograph, picks along the run, and some micrographs with
// circles.
#pragma once

#include "core/progress.hpp"
#include "report/drawing.hpp"
#include "report/run_folder.hpp"

#include <vector>

namespace picker {

// Bars of equal width from `low` to `high`; what falls outside counts at the end.
std::vector<double> histogram(const std::vector<double>& values, double low, double high, std::size_t bars);
// The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `most` parts.
double round_step(double span, double most);

std::vector<Drawing> plots_of(const RunFolder& run, const Control& control);

} // namespace picker
