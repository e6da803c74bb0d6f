// Whether the contrast of a run's micrographs is reversed: light particles on a dark ground, as in negative stain.
#pragma once

#include "picking/run_files.hpp"

#include <cstddef>
#include <vector>

namespace picker {

// What picks promise: how many of them are particles, and what share is not.
struct Promise {
    double particles = 0.0, false_share = 1.0;
};
Promise promise_of(const Picks& picks); // scores are probabilities

// Whether picks of the negated micrograph promise clearly more than those of the micrograph itself: at least ten
// particles, twice as many, and at most three of ten false.
bool promises_more(const Promise& negated, const Promise& as_it_is);

// Looks at a run whose scores are probabilities. Only where at least half of the micrographs promise little (fewer than
// ten particles, or more than three false picks of ten) are up to three of these, spread over the run, picked once
// more, negated; their items are noted, and report.reversed is whether it is most of them: one warning then. Gives the
// indices of the items that were noted now. Reads micrographs again; a cancel ends it early, without an error.
std::vector<std::size_t> look_for_reversed_contrast(const RunContext& run, const std::vector<InputMicrograph>& inputs,
                                                    RunReport& report, const Control& control);

} // namespace picker
