// One epoch after the other, whatever a network learns from: patches and crops (patch_training.hpp), or whole
// micrographs (detector_training.hpp).
#pragma once

#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "training/deviation_range.hpp"
#include "training/trainer.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace picker {

struct HeldOut {
    // Means over the samples. With unlabelled ones: the risk, and one minus the same risk of the 0-1 loss.
    double loss = 0.0, accuracy = 0.0;
};

// What a training learns from, as it was drawn.
struct SampleCounts {
    std::size_t positives = 0, negatives = 0, held_out = 0;
    std::size_t outside = 0, masked = 0, overlapping = 0; // positives left out (sampler.hpp)
    double prior = 0.0;        // share of particles among unlabelled places; 0 where these are negatives
    DeviationRange deviations; // of the positives' windows, where the model gates by it
};

class TrainingLoop {
public:
    virtual ~TrainingLoop() = default;
    virtual SampleCounts counts() const = 0;
    // One pass over the samples; the mean loss. `poll` runs between and during batches, and may throw.
    virtual double epoch(int number, double learning_rate, const std::function<void()>& poll) = 0;
    // Of the samples that are not trained on; NaN as accuracy, and as loss 0, where there are none.
    virtual HeldOut held_out(const std::function<void()>& poll) = 0;
    virtual bool has_held_out() const = 0;
    virtual const std::vector<float>& parameters() const = 0;                           // all that are trained, flat
    virtual std::vector<float> memory() const = 0;                                      // of the optimiser
    virtual void restore(std::vector<float> parameters, std::vector<float> memory) = 0; // as an earlier loop had them
};

// What a loop is made from. The data sets have no gaps (settings.hpp).
struct LoopSetup {
    const ModelSpec& spec;
    std::vector<float> parameters; // to begin with
    const Dataset& dataset;
    const Dataset& validation; // may be empty
    const TrainingDefaults& settings;
    const TrainingOptions& options;
    const Engine& engine;
    WorkerPool& pool;
    const Control& control;
};

std::unique_ptr<TrainingLoop> make_patch_training(LoopSetup setup);
// `heads`: the names behind the general one's parameters, in the order of theirs. Empty: every sample trains the
// general head. Otherwise a sample trains the head called like its molecule.
std::unique_ptr<TrainingLoop> make_detector_training(LoopSetup setup, const std::vector<std::string>& heads);

} // namespace picker
