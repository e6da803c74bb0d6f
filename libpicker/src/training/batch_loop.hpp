// Passes over patches: gradients of shuffled, augmented batches in a fixed number of shards, and held-out losses.
// Shards and random streams depend on seed, epoch and sample only, so the result is the same for any number of threads.
#pragma once

#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "models/model.hpp"
#include "training/sampler.hpp"

#include <functional>
#include <span>
#include <vector>

namespace picker {

struct BatchOptions {
    int batch = 100;
    double momentum = 0.9;
    double weight_decay_dense = 0.0;
    bool flips = true, rotations = true;
    bool quarter_turns_only = false; // patches without a margin
    Loss loss = Loss::cross_entropy;
    std::uint64_t seed = 0;
};

struct HeldOut {
    double loss = 0.0, accuracy = 0.0; // means over the samples
};

class BatchLoop {
public:
    BatchLoop(const NetworkSpec& spec, Network& network, std::vector<float> parameters, const BatchOptions& options,
              WorkerPool& pool);
    const std::vector<float>& parameters() const { return parameters_; }

    // One pass over `samples` of the set; the mean loss. `poll` runs between and during batches.
    double epoch(const PatchSet& set, std::vector<std::size_t> samples, int number, double learning_rate,
                 const std::function<void()>& poll);
    HeldOut held_out(const PatchSet& set, const std::vector<std::size_t>& samples, const std::function<void()>& poll);

private:
    struct Shard { // buffers, kept between batches
        std::vector<float> patches, labels, gradient;
        std::vector<std::vector<float>> masks;
        std::vector<const float*> mask_pointers;
        double loss = 0.0;
    };
    void run_shard(Shard& shard, const PatchSet& set, std::span<const std::size_t> samples, int number);
    void step(std::size_t count, double learning_rate);

    NetworkSpec spec_;
    Network& network_;
    BatchOptions options_;
    WorkerPool& pool_;
    std::vector<float> parameters_, velocity_, gradient_;
    std::vector<bool> decays_;          // per parameter
    std::vector<std::size_t> features_; // of each dropout layer
    std::vector<double> rates_;
    std::vector<Shard> shards_;
};

} // namespace picker
