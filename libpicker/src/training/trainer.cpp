// Training a patch classifier (trainer.hpp): samples, epochs with patience, the best weights, the threshold.
#include "training/trainer.hpp"

#include "core/error.hpp"
#include "picking/stopwatch.hpp"
#include "training/batch_loop.hpp"
#include "training/choose_threshold.hpp"
#include "training/deviation_range.hpp"
#include "training/identity.hpp"
#include "training/samples.hpp"
#include "training/settings.hpp"
#include "training/state_file.hpp"
#include "training/trained_on.hpp"
#include "version.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace picker {
namespace {

constexpr double least_prior = 1e-4, most_prior = 0.5; // of an estimate
constexpr double poll_seconds = 0.25;                  // at most so often within an epoch

class Training {
public:
    Training(Model& model, const Dataset& dataset, const Dataset* validation, const TrainingOptions& options,
             const Control& control, const Engine& engine)
        : model_(model), options_(options), settings_(merged_settings(model.spec.training, options)), control_(control),
          engine_(engine), pool_(control.worker_count(), [&engine] { engine.prepare_thread(); }) {
        const double fallback = options.diameter > 0.0 ? options.diameter : model.diameter;
        dataset_ = settled(dataset, fallback, "training", control);
        if (validation != nullptr && validation->items.empty()) {
            control.warn("the validation set is empty: the threshold stays as it is");
        } else if (validation != nullptr) {
            validation_ = settled(*validation, fallback, "validation", control);
        }
    }
    TrainingReport go();

private:
    void epochs();
    BatchOptions batch_options() const;
    void settle_prior();
    EpochReport run_epoch(BatchLoop& loop, int epoch);
    void note(const EpochReport& entry, const BatchLoop& loop);
    void threshold();
    void report();
    void describe();
    void poll(int epoch);

    Model& model_;
    const TrainingOptions& options_;
    const TrainingDefaults settings_;
    const Control& control_;
    const Engine& engine_;
    WorkerPool pool_;
    Dataset dataset_, validation_;
    Samples samples_;
    TrainingState state_;
    DeviationRange deviations_; // of the positives' windows, where the model gates by it
    TrainingReport report_;
    const Meter* meter_ = nullptr;
    Stopwatch since_poll_;
};

// Tells the caller now and then; throws when it wants to stop.
void Training::poll(int epoch) {
    if (since_poll_.seconds() >= poll_seconds) {
        since_poll_.lap();
        meter_->at(epoch - 1, "", state_.epochs.empty() ? std::nan("") : state_.epochs.back().validation_loss);
    }
}

BatchOptions Training::batch_options() const {
    BatchOptions options;
    options.batch = settings_.batch;
    options.stepper = {settings_.optimiser, settings_.momentum};
    options.weight_decay_dense = settings_.weight_decay_dense;
    options.flips = settings_.flips;
    options.rotations = settings_.rotations;
    options.quarter_turns_only = model_.spec.patch_rule == PatchRule::per_patch || model_.spec.training.crop > 0;
    options.four_turns = settings_.four_turns;
    options.loss = settings_.loss;
    if (options_.positive_unlabelled) {
        options.prior = report_.prior;
    }
    options.seed = options_.seed;
    return options;
}

// The share of particles among random windows.
void Training::settle_prior() {
    if (!options_.positive_unlabelled) {
        return;
    }
    report_.prior = options_.prior;
    if (report_.prior <= 0.0) {
        report_.prior = std::clamp(samples_.patches.labelled_share, least_prior, most_prior);
        control_.info(text("prior ", report_.prior, ", from the density of the labelled particles"));
    }
}

EpochReport Training::run_epoch(BatchLoop& loop, int epoch) {
    const Stopwatch watch;
    const auto tell = [&] { poll(epoch); };
    EpochReport entry;
    entry.epoch = epoch;
    entry.learning_rate = state_.rate;
    entry.loss = loop.epoch(samples_.patches, samples_.train, epoch, state_.rate, tell);
    const HeldOut held_out = samples_.held_out.empty()
                                 ? HeldOut{entry.loss, std::nan("")}
                                 : loop.held_out(samples_.held_out_set(), samples_.held_out, tell);
    entry.validation_loss = held_out.loss;
    entry.validation_accuracy = held_out.accuracy;
    entry.seconds = watch.seconds();
    if (!std::isfinite(entry.loss) || !std::isfinite(entry.validation_loss)) {
        fail(Status::invalid_argument, "the training diverged in epoch ", epoch,
             ": the loss is not a number; use a learning rate below ", state_.rate,
             ", and check that the micrographs are sound");
    }
    return entry;
}

// What an epoch means for the next one: the best weights, patience and learning rate.
void Training::note(const EpochReport& entry, const BatchLoop& loop) {
    state_.epochs.push_back(entry);
    state_.parameters = loop.parameters();
    state_.memory = loop.memory();
    ++state_.waiting;
    ++state_.waiting_at_rate;
    if (state_.best.empty() || entry.validation_loss < state_.best_loss) {
        state_.best = state_.parameters;
        state_.best_epoch = entry.epoch;
        state_.best_loss = entry.validation_loss;
        state_.best_accuracy = entry.validation_accuracy;
        state_.waiting = state_.waiting_at_rate = 0;
    }
    state_.stopped_early = settings_.patience > 0 && state_.waiting >= settings_.patience;
    state_.finished = state_.stopped_early || entry.epoch >= settings_.epochs;
    if (settings_.decay_every > 0 && entry.epoch % settings_.decay_every == 0) {
        state_.rate *= settings_.decay_factor;
    }
    if (settings_.plateau_patience > 0 && state_.waiting_at_rate >= settings_.plateau_patience) {
        state_.rate *= settings_.plateau_factor;
        state_.waiting_at_rate = 0;
    }
}

void Training::epochs() {
    const StateFile file(options_.state_file, options_.state_policy,
                         training_identity(model_, settings_, options_, dataset_, validation_));
    state_.rate = settings_.learning_rate;
    std::optional<TrainingState> earlier = file.open(control_);
    samples_ = draw_samples(dataset_, validation_, model_.spec, settings_, options_, pool_, control_);
    settle_prior();
    if (model_.spec.deviation_gate) {
        deviations_ = robust_range(samples_.patches.deviations);
    }
    const auto network = engine_.create(model_.spec.network);
    BatchLoop loop(model_.spec.network, *network, model_.parameters, batch_options(), pool_);
    if (earlier) {
        state_ = std::move(*earlier);
        report_.resumed_after = static_cast<int>(state_.epochs.size());
        loop.restore(state_.parameters, state_.memory);
    }
    const Meter meter(control_, "train", settings_.epochs);
    meter_ = &meter;
    while (!state_.finished) {
        const EpochReport entry = run_epoch(loop, static_cast<int>(state_.epochs.size()) + 1);
        note(entry, loop);
        file.write(state_);
        const std::string item = text("epoch ", entry.epoch);
        meter.at(entry.epoch, item.c_str(), entry.validation_loss);
    }
}

void Training::threshold() {
    report_.threshold = model_.spec.default_threshold;
    report_.validation_f1 = std::nan("");
    if (validation_.items.empty() || report_.cancelled) {
        return;
    }
    auto network = engine_.create(model_.spec.network);
    network->set_parameters(model_.parameters);
    const ChosenThreshold chosen =
        choose_threshold(model_, std::move(network), validation_, settings_.beta, pool_, control_);
    report_.validation_f1 = chosen.f1;
    if (chosen.f1 > 0.0) { // without a single hit no threshold is better than another
        report_.threshold = model_.spec.default_threshold = chosen.threshold;
    }
}

void Training::describe() {
    model_.trained = true;
    const double diameter = dataset_.items.front().diameter;
    const bool one_diameter = std::all_of(dataset_.items.begin(), dataset_.items.end(),
                                          [&](const DatasetItem& item) { return item.diameter == diameter; });
    model_.diameter = one_diameter ? diameter : 0.0; // several molecules: whoever picks has to say which
    model_.pixel_size = dataset_.pixel_size(0);
    std::string names;
    for (const std::string& molecule : samples_.patches.molecules) {
        names += (names.empty() || molecule.empty() ? "" : ", ") + molecule;
    }
    note_trained_on(model_, dataset_);
    auto& notes = model_.provenance;
    notes["trained-on"] = text(dataset_.items.size(), " micrographs", names.empty() ? "" : " of ", names);
    notes["version"] = PICKER_VERSION_STRING;
    notes["engine"] = engine_.description();
    notes["seed"] = text(options_.seed);
    notes["positives"] = text(report_.positives);
    notes["negatives"] = text(report_.negatives);
    notes["validation-samples"] = text(report_.validation_samples);
    notes["epochs"] = text(report_.epochs.size());
    notes["best-epoch"] = text(report_.best_epoch);
    notes["best-validation-loss"] = text(report_.best_validation_loss);
    notes["learning-rate"] = text(settings_.learning_rate);
    notes["batch"] = text(settings_.batch);
    if (report_.prior > 0.0) {
        notes["loss"] = "positive-unlabelled (nnPU)";
        notes["prior"] = text(report_.prior);
    }
    if (std::isfinite(report_.validation_f1)) {
        notes["validation-f1"] = text(report_.validation_f1);
    }
}

// What the caller wants to know of the epochs, those before a resumption included.
void Training::report() {
    report_.positives = samples_.positives;
    report_.negatives = samples_.negatives();
    report_.validation_samples = samples_.held_out.size();
    report_.outside = samples_.patches.outside;
    report_.masked = samples_.patches.masked;
    report_.overlapping = samples_.patches.overlapping;
    report_.epochs = state_.epochs;
    report_.best_epoch = state_.best_epoch;
    report_.best_validation_loss = state_.best_loss;
    report_.best_validation_accuracy = state_.best_accuracy;
    report_.stopped_early = state_.stopped_early;
}

TrainingReport Training::go() {
    const Stopwatch watch;
    try {
        epochs();
    } catch (const Error& error) {
        if (error.status() != Status::cancelled || state_.best.empty()) {
            throw;
        }
        report_.cancelled = true;
    }
    report();
    model_.parameters = state_.best;
    model_.spec.deviation_low = deviations_.low;
    model_.spec.deviation_high = deviations_.high;
    try {
        threshold();
    } catch (const Error& error) {
        if (error.status() != Status::cancelled) {
            throw;
        }
        report_.cancelled = true;
    }
    describe();
    report_.seconds = watch.seconds();
    return std::move(report_);
}

} // namespace

TrainingReport train(Model& model, const Dataset& dataset, const Dataset* validation, const TrainingOptions& options,
                     const Control& control, const Engine& with) {
    return Training(model, dataset, validation, options, control, with).go();
}

TrainingReport train(Model& model, const Dataset& dataset, const Dataset* validation, const TrainingOptions& options,
                     const Control& control) {
    return train(model, dataset, validation, options, control, engine());
}

} // namespace picker
