// DeepPicker's fully automated scheme: a model trained on other molecules picks an unseen one without any label, and
// training goes on from its weights with the best of its own picks.
#pragma once

#include "picking/run.hpp"
#include "training/rounds_report.hpp"

namespace picker {

// What is taken as training particles: picks at the threshold, of these the best fraction, of these the best `top`.
struct IterateOptions {
    int iterations = 1;      // the paper's
    PickSettings picking;    // the threshold is the model's where it has none
    double fraction = 1.0;   // of the picks of all micrographs
    std::size_t top = 10000; // best of all micrographs, the paper's; 0 = all
    double avoid = 0.1;      // random negatives keep away from every candidate with at least this score
    TrainingOptions training;
};

// Items without positives are picked; those with positives are trained on as they are, beside them. Each iteration
// picks with the weights of the one before and trains on from these with a fresh optimiser. Too few picks:
// Error(mismatch) that says how many; the model keeps the weights of the iterations before. Cancelled: likewise,
// without an error when at least one epoch was done.
RoundsReport iterate(Model& model, const Dataset& dataset, const Dataset* validation, const IterateOptions& options,
                     const Control& control);
// With another engine than this process's.
RoundsReport iterate(Model& model, const Dataset& dataset, const Dataset* validation, const IterateOptions& options,
                     const Control& control, const Engine& with);

} // namespace picker
