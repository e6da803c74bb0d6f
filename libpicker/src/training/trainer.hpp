// A training: epochs over a data set, patience, best weights kept, the threshold chosen, a state to go on from.
#pragma once

#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "models/model.hpp"
#include "training/dataset.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace picker {

// What to do about the state of an unfinished training.
enum class StatePolicy {
    refuse,   // an error: nothing is lost by mistake
    resume,   // go on from it; without one, start from the beginning
    overwrite // start from the beginning
};

// Which parts of a network with heads are trained (HydraPicker 2019, section 3.2).
enum class HeadMode {
    general,  // the body and one head, on all samples; what every other network does too
    each_set, // every molecule trains a head of its name, which is added where there is none, and all the body
    one       // all samples train one new head, and the body
};

// Unset values take the architecture's (models/model.hpp).
struct TrainingOptions {
    double diameter = 0.0; // angstrom, for items that name none
    std::optional<int> epochs, batch, patience;
    std::optional<double> learning_rate, negatives_per_positive, validation_fraction;
    std::optional<bool> flips, rotations;
    std::optional<double> beta; // of the F-score that chooses the threshold
    std::size_t max_positives = 0;
    HeadMode heads = HeadMode::general;
    std::string head;                  // of HeadMode::one
    bool freeze = false;               // the body and the general head stay as they are: few-shot
    std::optional<double> bias_weight; // of what draws the heads together (models/model.hpp)
    std::optional<int> crop;           // edge of the crops of a detector, pixels
    // Where the held-out samples tell no epoch to be better than the weights that the training starts with, those stay,
    // and best_epoch is 0: for going on with a trained model.
    bool keep_better_start = false;
    std::uint64_t seed = 0;
    // Unlabelled places are unknown and not negatives (positive_unlabelled.hpp); `prior` is the share of random windows
    // that are particles, 0: estimated from the labelled ones, as if all were labelled.
    bool positive_unlabelled = false;
    double prior = 0.0;
    // Positives nearer to another than this, in angstrom, are left out (0: one diameter). Unset: they are kept.
    std::optional<double> overlap_distance;
    // Written after every epoch; it stays when the training has ended, so that the model can be saved first, and is the
    // caller's to remove. Empty: none.
    std::filesystem::path state_file;
    StatePolicy state_policy = StatePolicy::refuse;
    // Bytes of samples; what is more goes to disk, beside the state file or into the folder for temporary files.
    std::size_t memory = std::size_t{1} << 30;
};

struct EpochReport {
    int epoch = 0; // 1-based
    double loss = 0, validation_loss = 0, validation_accuracy = 0, learning_rate = 0, seconds = 0;
};

struct TrainingReport {
    std::vector<EpochReport> epochs;
    int best_epoch = 0; // 0: none was better than the weights before (keep_better_start)
    double best_validation_loss = 0, best_validation_accuracy = 0;
    std::size_t positives = 0, negatives = 0, validation_samples = 0;
    std::size_t outside = 0, masked = 0, overlapping = 0; // positives left out (sampler.hpp)
    // For the best F-score on the validation micrographs; the architecture's where there are none.
    double threshold = 0.0;
    double validation_f1 = 0.0; // F1 at that threshold, by picking and evaluating them; NaN where there are none
    double prior = 0.0;         // as used; 0 where unlabelled places are negatives
    int resumed_after = 0;      // epochs that an earlier call had done
    bool stopped_early = false, cancelled = false;
    double seconds = 0;
};

// Trains `model` in place. With `validation` (may be null) whole micrographs are picked and evaluated at the end to
// choose the default threshold; the patience watches held-out patches (validation_fraction), or those of `validation`.
// With a state file, a training that was cancelled or killed goes on after its last epoch, to the same result.
// Cancelled: the best weights so far are kept, and report.cancelled is set when at least one epoch was done.
// Bit-equal for any number of threads.
TrainingReport train(Model& model, const Dataset& dataset, const Dataset* validation, const TrainingOptions& options,
                     const Control& control);
// With another engine than this process's.
TrainingReport train(Model& model, const Dataset& dataset, const Dataset* validation, const TrainingOptions& options,
                     const Control& control, const Engine& with);

} // namespace picker
