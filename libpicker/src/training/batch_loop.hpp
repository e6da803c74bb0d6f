// Passes over patches: gradients of shuffled, augmented batches in a fixed number of shards, and held-out losses.
// Shards and random streams depend on seed, epoch and sample only, so the result is the same for any number of threads.
// A batch is loaded and augmented while the gradient of the one before it is worked out.
#pragma once

#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "models/model.hpp"
#include "training/positive_unlabelled.hpp"
#include "training/sampler.hpp"
#include "training/stepper.hpp"
#include "training/training_loop.hpp"

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace picker {

struct BatchOptions {
    int batch = 100;
    StepperOptions stepper;
    double weight_decay_dense = 0.0;
    bool flips = true, rotations = true;
    bool quarter_turns_only = false; // patches without a margin, crops
    bool four_turns = false;         // every sample four times in an epoch, turned by 0, 1, 2 and 3 quarters
    Loss loss = Loss::cross_entropy;
    // Samples with the label 0 are unlabelled, and this share of them are particles (positive_unlabelled.hpp). Unset:
    // they are negatives.
    std::optional<double> prior;
    std::uint64_t seed = 0;
};

class BatchLoop {
public:
    BatchLoop(const NetworkSpec& spec, Network& network, std::vector<float> parameters, const BatchOptions& options,
              WorkerPool& pool);
    const std::vector<float>& parameters() const { return parameters_; }
    const std::vector<float>& memory() const { return stepper_.memory(); } // of the optimiser
    // As an earlier loop had them.
    void restore(std::vector<float> parameters, std::vector<float> memory);

    // One pass over `samples` of the set, or over their four turns; the mean loss. `poll` runs between and
    // during batches.
    double epoch(const PatchSet& set, std::vector<std::size_t> samples, int number, double learning_rate,
                 const std::function<void()>& poll);
    HeldOut held_out(const PatchSet& set, const std::vector<std::size_t>& samples, const std::function<void()>& poll);

private:
    struct Shard { // of a batch, ready for the network; buffers are kept between batches
        std::size_t count = 0, positives = 0;
        int edge = 0; // of a patch
        std::vector<float> patches, labels, stored;
        std::vector<float> zeros, weights, negative_weights; // with unlabelled samples: the positives come first
        std::vector<std::vector<float>> masks;
        std::vector<const float*> mask_pointers;
    };
    struct Result { // of a shard, as sums
        std::vector<float> gradient, negative_gradient;
        double loss = 0.0, negative_loss = 0.0; // with unlabelled samples: the two parts of the risk
    };
    // In an epoch of four turns a number stands for a sample and a turn; this is the sample.
    std::size_t row(std::size_t sample) const;
    void fill(Shard& shard, const PatchSet& set, std::span<const std::size_t> samples, int number) const;
    void weigh(Shard& shard, const PatchSet& set, std::span<const std::size_t> batch) const;
    // Sizes of a sample as the network sees it.
    int edge(const PatchSet& set) const { return set.label_edge > 0 ? set.extent : spec_.input_size; }
    static std::size_t labels_each(const PatchSet& set);
    void add_sample(Shard& shard, const PatchSet& set, std::size_t sample, int number) const;
    HeldOut map_quality(const PatchSet& set, const std::vector<std::size_t>& samples,
                        const std::function<void()>& poll);
    HeldOut quality(const PatchSet& set, const std::vector<std::size_t>& samples,
                    const std::vector<float>& probabilities) const;
    HeldOut unlabelled_quality(const PatchSet& set, const std::vector<std::size_t>& samples,
                               const std::vector<float>& probabilities) const;
    void work_out(const Shard& shard, Result& result) const;
    void work_out_parts(const Shard& shard, Result& result) const;
    double collect(std::size_t count);
    void step(float scale, double learning_rate);

    NetworkSpec spec_;
    Network& network_;
    BatchOptions options_;
    WorkerPool& pool_;
    std::vector<float> parameters_, gradient_;
    Stepper stepper_;
    std::vector<bool> decays_;          // per parameter
    std::vector<std::size_t> features_; // of each dropout layer
    std::vector<double> rates_;
    std::array<std::vector<Shard>, 2> shards_; // of the batch in work and of the next
    std::vector<Result> results_;
};

} // namespace picker
