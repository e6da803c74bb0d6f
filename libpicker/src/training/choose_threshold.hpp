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
    Calibration calibration; // of models that are calibrated, from the same micrographs; the threshold is behind it
    double threshold = 0.0;  // with the best F-score of the model's beta: the middle of the gap below that point
    double f1 = 0.0;         // at that threshold, matched one to one within half a diameter
};

// `network` holds the model's parameters. Every item needs a diameter. `beta` above 1 weights recall, as for evaluate.
ChosenThreshold choose_threshold(const Model& model, std::unique_ptr<Network> network, const Dataset& dataset,
                                 double beta, WorkerPool& pool, const Control& control);

} // namespace picker
