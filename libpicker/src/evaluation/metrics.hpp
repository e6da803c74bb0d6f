// Scores of a picker against truth: counts, precision, recall, F-beta, PR and ROC curves, AP, AUROC, offsets.
// Definitions stand in docs/evaluation.md; each has a second implementation in the tests.
#pragma once

#include "evaluation/matching.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace picker {

struct EvaluationItem {
    const Picks* predicted = nullptr;
    const Picks* truth = nullptr;
    int width = 0, height = 0; // micrograph, pixels: negatives of the ROC are counted by area
    std::string group;         // value of the stratifying column, "" for all in one
    double radius_scale = 1.0; // full-size pixels per pixel of the options' radius: micrographs of unlike pixel size
};

struct Curve { // one point per distinct score, best first; unscored picks: one last
    std::vector<double> threshold, precision, recall, f_beta; // threshold is NaN at the point of unscored picks
    std::vector<double> false_positive_rate;                  // against the negatives stated below
    std::vector<double> picked_fraction;                      // picks kept / truth count: DeepPicker's Fig. 2
};

// A ratio of nothing to nothing (no picks, no truth) is 0, except where NaN is stated.
struct Evaluation {
    std::int64_t picks = 0, truth = 0, matched = 0;
    double precision = 0, recall = 0, f_beta = 0; // of the picks as given (score >= threshold where one is set)
    double best_f = 0, best_threshold = 0, precision_at_best = 0, recall_at_best = 0;
    double average_precision = 0;                  // sum of precision x recall step
    bool average_precision_is_lower_bound = false; // the list was cut: its lowest score still has high precision
    double auroc = 0;                              // NaN without truth
    std::int64_t negatives = 0;                    // area / (pi r^2) - truth, at least the false positives
    // Of matched picks, pick minus truth, in pixels of the options' radius (offset / radius_scale); NaN where none
    // matched.
    double offset_mean = 0, offset_median = 0, offset_95 = 0, mean_dx = 0, mean_dy = 0;
    std::int64_t duplicates = 0; // false positives within the radius of an already taken truth
    double radius = 0;           // pixels, as used (match_radius of the options)
    Curve curve;                 // by the greedy rule, whatever the options
};

struct EvaluationOptions {
    MatchOptions match;
    double beta = 1.0;
    bool has_threshold = false;
    double threshold =
        0.0; // for precision, recall, f_beta, offsets; unscored picks fall; the curve uses every candidate
};

Evaluation evaluate(const std::vector<EvaluationItem>& items, const EvaluationOptions& options);
// One evaluation per value of `group`, by value: numbers by size, then texts by alphabet.
std::vector<std::pair<std::string, Evaluation>> evaluate_by_group(const std::vector<EvaluationItem>& items,
                                                                  const EvaluationOptions& options);
double precision_at_recall(const Curve& curve, double recall); // highest precision with at least that recall; 0: none
double recall_at_precision(const Curve& curve,
                           double precision); // highest recall with at least that precision; 0: none

} // namespace picker
