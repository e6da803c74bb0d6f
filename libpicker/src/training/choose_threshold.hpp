// The default threshold of a trained model: whole micrographs are picked and compared with their coordinates.
#pragma once

#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "engine/engine.hpp"
#include "models/model.hpp"
#include "training/dataset.hpp"

#include <memory>

namespace picker {

struct ChosenThreshold {
    double threshold = 0.0; // middle of those whose F1 is within one standard error of the best
    double f1 = 0.0;        // at that threshold, matched one to one within half a diameter
};

// `network` holds the model's parameters. Every item needs a diameter.
ChosenThreshold choose_threshold(const Model& model, std::unique_ptr<Network> network, const Dataset& dataset,
                                 WorkerPool& pool, const Control& control);

} // namespace picker
