// Scores as probabilities, and thresholds that follow from probabilities alone, without a label.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace picker {

// A rising line of straight pieces from a network's scores to the share of candidates that were particles.
struct Calibration {
    std::vector<double> scores, probabilities; // knots, both rising strictly from 0 to 1; none: scores stay as they are

    bool empty() const { return scores.empty(); }
    double operator()(double score) const;
};

// Whether the knots are as they must be; nothing is one too.
bool is_sound(const Calibration& calibration);

// From candidates whose truth is known: isotonic regression (pool adjacent violators; Zadrozny & Elkan 2002), made
// strict so that the order of candidates stays. Blocks have at least `least` candidates. Empty where there are fewer
// than two blocks, or no hit.
Calibration fit_calibration(std::vector<std::pair<double, bool>> candidates, std::size_t least = 40);

// What is known of the number of particles, put into probabilities: all odds p / (1 - p) are multiplied by one factor,
// with which they become those whose sum is `expected` (the prior odds of a candidate, by Bayes' rule).
struct OddsFactor {
    double factor = 1.0;
    double operator()(double probability) const {
        return factor * probability / (1.0 - probability + factor * probability);
    }
};
// The factor, 0.001 to 1000: what it takes beyond that is no matter of a prior. 1 without candidates.
OddsFactor expecting(std::span<const double> probabilities, double expected);

// Of probabilities in falling order: half of the best F1 that they promise, which is the threshold that gives it
// (Lipton, Elkan & Naryanaswamy 2014); what the picks are has no say.
double threshold_of_best_f1(std::span<const double> probabilities);

// The lowest of the probabilities (falling order) at and above which the mean of 1 - probability, the share of false
// picks that they promise, is at most `share`. Infinity where even the first is too uncertain.
double threshold_of_false_share(std::span<const double> probabilities, double share);

} // namespace picker
