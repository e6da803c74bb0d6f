// Inside the evaluation layer: curves from scored hits and misses, and the numbers read from them.
#pragma once

#include "evaluation/metrics.hpp"

namespace picker {

struct Candidate {
    double score; // NaN: none
    bool hit;     // matched by the greedy rule
};

double ratio(double part, double whole); // 0 where the whole is 0
double f_score(double precision, double recall, double beta);

// Sets curve, best_*, average_precision and its flag, and auroc. `truth` and `negatives` are set already.
void set_curve(Evaluation& result, std::vector<Candidate> candidates, double beta);

} // namespace picker
