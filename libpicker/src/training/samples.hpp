// The samples of a training: those that it learns from, and those held out to watch it.
#pragma once

#include "training/sampler.hpp"
#include "training/trainer.hpp"

#include <vector>

namespace picker {

inline constexpr std::size_t least_positives = 10; // that a training goes ahead with

struct Samples {
    PatchSet patches, validation_patches; // the second is empty where some of the first are held out
    std::vector<std::size_t> train;       // rows of `patches`
    std::vector<std::size_t> held_out;    // rows of held_out_set()
    std::size_t positives = 0;            // in `patches`; of crops, the particles in them
    std::size_t negatives() const;        // of crops, those without a particle
    const PatchSet& held_out_set() const { return validation_patches.size() > 0 ? validation_patches : patches; }
};

// Held out are all samples of `validation` or, where it is empty, a fraction of every molecule's positives and
// negatives. Error(invalid_argument) where there is too little to learn from.
Samples draw_samples(const Dataset& dataset, const Dataset& validation, const ModelSpec& spec,
                     const TrainingDefaults& settings, const TrainingOptions& options, WorkerPool& pool,
                     const Control& control);

} // namespace picker
