// Epochs over patches and crops (training_loop.hpp).
#include "core/error.hpp"
#include "training/batch_loop.hpp"
#include "training/samples.hpp"
#include "training/training_loop.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace picker {
namespace {

constexpr double least_prior = 1e-4, most_prior = 0.5; // of an estimate

BatchOptions batch_options(const ModelSpec& spec, const TrainingDefaults& settings, const TrainingOptions& options,
                           double prior) {
    BatchOptions batch;
    batch.batch = settings.batch;
    batch.stepper = {settings.optimiser, settings.momentum};
    batch.weight_decay_dense = settings.weight_decay_dense;
    batch.flips = settings.flips;
    batch.rotations = settings.rotations;
    batch.quarter_turns_only = spec.patch_rule == PatchRule::per_patch || spec.training.crop > 0;
    batch.four_turns = settings.four_turns;
    batch.loss = settings.loss;
    if (options.positive_unlabelled) {
        batch.prior = prior;
    }
    batch.seed = options.seed;
    return batch;
}

// The share of particles among random windows.
double settled_prior(const TrainingOptions& options, const Samples& samples, const Control& control) {
    if (!options.positive_unlabelled || options.prior > 0.0) {
        return options.prior;
    }
    const double prior = std::clamp(samples.patches.labelled_share, least_prior, most_prior);
    control.info(text("prior ", prior, ", from the density of the labelled particles"));
    return prior;
}

class PatchTraining final : public TrainingLoop {
public:
    explicit PatchTraining(LoopSetup setup)
        : samples_(draw_samples(setup.dataset, setup.validation, setup.spec, setup.settings, setup.options, setup.pool,
                                setup.control)),
          prior_(settled_prior(setup.options, samples_, setup.control)),
          network_(setup.engine.create(setup.spec.network, setup.control.device)),
          loop_(setup.spec.network, *network_, std::move(setup.parameters),
                batch_options(setup.spec, setup.settings, setup.options, prior_), setup.pool),
          gated_(setup.spec.deviation_gate) {}

    SampleCounts counts() const override {
        SampleCounts counts;
        counts.positives = samples_.positives;
        counts.negatives = samples_.negatives();
        counts.held_out = samples_.held_out.size();
        counts.outside = samples_.patches.outside;
        counts.masked = samples_.patches.masked;
        counts.overlapping = samples_.patches.overlapping;
        counts.prior = prior_;
        if (gated_) {
            counts.deviations = robust_range(samples_.patches.deviations);
        }
        return counts;
    }
    double epoch(int number, double learning_rate, const std::function<void()>& poll) override {
        return loop_.epoch(samples_.patches, samples_.train, number, learning_rate, poll);
    }
    HeldOut held_out(const std::function<void()>& poll) override {
        return loop_.held_out(samples_.held_out_set(), samples_.held_out, poll);
    }
    bool has_held_out() const override { return !samples_.held_out.empty(); }
    const std::vector<float>& parameters() const override { return loop_.parameters(); }
    std::vector<float> memory() const override { return loop_.memory(); }
    void restore(std::vector<float> parameters, std::vector<float> memory) override {
        loop_.restore(std::move(parameters), std::move(memory));
    }

private:
    Samples samples_;
    double prior_;
    std::unique_ptr<Network> network_;
    BatchLoop loop_;
    bool gated_;
};

} // namespace

std::unique_ptr<TrainingLoop> make_patch_training(LoopSetup setup) {
    return std::make_unique<PatchTraining>(std::move(setup));
}

} // namespace picker
