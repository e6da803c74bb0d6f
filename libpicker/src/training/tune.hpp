// Screening of DeepEM's hyper-parameters: several networks are trained for a few epochs, the best on held-out samples
// stays (DeepEM 2017 did so by hand).
#pragma once

#include "training/trainer.hpp"

#include <string>
#include <vector>

namespace picker {

struct TunedNetwork {
    NetworkSpec network;
    double loss = 0.0, accuracy = 0.0; // of the held-out samples, at the best epoch
    double seconds = 0.0;
};

// The architecture's own network and `count - 1` others, all different: boxes, kernels and pools by the design rule,
// maps of a third less to a third more. Fewer where there are not so many. A model of fixed pixel size keeps its box.
std::vector<ModelOptions> tuning_candidates(const ModelSpec& spec, int count, std::uint64_t seed);

// Trains each candidate for `epochs` and replaces `model` by the best, with its first weights and the table of all,
// best first, as JSON in its provenance ("tuning"). The held-out samples are those of `options.validation_fraction`.
// Cancelled: Error(cancelled), and the model is as it was.
std::vector<TunedNetwork> tune(Model& model, const Dataset& dataset, const TrainingOptions& options, int count,
                               const Control& control, const Engine& with);
std::string tuning_json(const std::vector<TunedNetwork>& candidates);

} // namespace picker
