// A training (trainer.hpp): samples, epochs with patience, the best weights, the threshold.
#include "training/trainer.hpp"

#include "core/error.hpp"
#include "models/heads.hpp"
#include "picking/stopwatch.hpp"
#include "training/choose_positives.hpp"
#include "training/choose_threshold.hpp"
#include "training/identity.hpp"
#include "training/settings.hpp"
#include "training/state_file.hpp"
#include "training/trained_heads.hpp"
#include "training/trained_on.hpp"
#include "training/training_loop.hpp"
#include "version.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <numbers>
#include <optional>
#include <utility>

namespace picker {
namespace {

constexpr double poll_seconds = 0.25; // at most so often within an epoch

// One diameter, or 0 for several.
double common_diameter(const Dataset& dataset, const std::string* molecule) {
    double common = -1.0;
    for (const DatasetItem& item : dataset.items) {
        if (molecule == nullptr || item.molecule == *molecule) {
            common = common < 0.0 || common == item.diameter ? item.diameter : 0.0;
        }
    }
    return common;
}

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
        heads_ = heads_to_train(model_, options, dataset_, validation_);
    }
    TrainingReport go();

private:
    void epochs();
    void note_start(TrainingLoop& loop);
    std::unique_ptr<TrainingLoop> make_loop();
    EpochReport run_epoch(TrainingLoop& loop, int epoch);
    void note(const EpochReport& entry, const TrainingLoop& loop);
    double cosine_rate(int epoch) const;
    void threshold();
    ChosenThreshold chosen_threshold(const Model& model, const Dataset& validation);
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
    std::vector<std::string> heads_; // that are trained, or wait behind those; empty: the general one alone
    SampleCounts counts_;
    TrainingState state_;
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

std::unique_ptr<TrainingLoop> Training::make_loop() {
    LoopSetup setup{
        model_.spec, parameters_with_heads(model_, heads_), dataset_, validation_, settings_, options_, engine_, pool_,
        control_};
    return is_detector(model_.spec.network) ? make_detector_training(std::move(setup), heads_)
                                            : make_patch_training(std::move(setup));
}

EpochReport Training::run_epoch(TrainingLoop& loop, int epoch) {
    const Stopwatch watch;
    const auto tell = [&] { poll(epoch); };
    EpochReport entry;
    entry.epoch = epoch;
    entry.learning_rate = settings_.cycle > 0 ? cosine_rate(epoch) : state_.rate;
    entry.loss = loop.epoch(epoch, entry.learning_rate, tell);
    const HeldOut held_out = loop.has_held_out() ? loop.held_out(tell) : HeldOut{entry.loss, std::nan("")};
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

// Falls from the learning rate to 0 in a cycle of epochs, and starts again (Loshchilov & Hutter 2017).
double Training::cosine_rate(int epoch) const {
    const double share = static_cast<double>((epoch - 1) % settings_.cycle) / settings_.cycle;
    return settings_.learning_rate * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
}

// What an epoch means for the next one: the best weights, patience and learning rate.
void Training::note(const EpochReport& entry, const TrainingLoop& loop) {
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

// The weights before the first epoch, as if they were those of one.
void Training::note_start(TrainingLoop& loop) {
    const HeldOut held_out = loop.held_out([this] { poll(1); });
    state_.best = loop.parameters();
    state_.best_epoch = 0;
    state_.best_loss = held_out.loss;
    state_.best_accuracy = held_out.accuracy;
}

void Training::epochs() {
    const StateFile file(options_.state_file, options_.state_policy,
                         training_identity(model_, settings_, options_, dataset_, validation_));
    state_.rate = settings_.learning_rate;
    std::optional<TrainingState> earlier = file.open(control_);
    const std::unique_ptr<TrainingLoop> loop = make_loop();
    counts_ = loop->counts();
    const Meter meter(control_, "train", settings_.epochs);
    meter_ = &meter;
    if (earlier) {
        state_ = std::move(*earlier);
        report_.resumed_after = static_cast<int>(state_.epochs.size());
        loop->restore(state_.parameters, state_.memory);
    } else if (options_.keep_better_start && loop->has_held_out()) {
        note_start(*loop);
    }
    while (!state_.finished) {
        const EpochReport entry = run_epoch(*loop, static_cast<int>(state_.epochs.size()) + 1);
        note(entry, *loop);
        file.write(state_);
        const std::string item = text("epoch ", entry.epoch);
        meter.at(entry.epoch, item.c_str(), entry.validation_loss);
    }
}

ChosenThreshold Training::chosen_threshold(const Model& model, const Dataset& validation) {
    auto network = engine_.create(model.spec.network, control_.device);
    network->set_parameters(model.parameters);
    ChosenThreshold chosen = choose_threshold(model, std::move(network), validation, settings_.beta, pool_, control_);
    report_.validation_f1 = chosen.f1;
    // Without a single hit no threshold is better than another.
    chosen.threshold = chosen.f1 > 0.0 ? chosen.threshold : model.spec.default_threshold;
    return chosen;
}

// Of every head by the micrographs of its set, of the general one by all. What is reported is the one of the model or,
// where one head was trained, of that.
void Training::threshold() {
    report_.threshold = model_.spec.default_threshold;
    report_.validation_f1 = std::nan("");
    if (validation_.items.empty() || report_.cancelled) {
        return;
    }
    for (Head& head : model_.heads) {
        Dataset own;
        std::copy_if(validation_.items.begin(), validation_.items.end(), std::back_inserter(own.items),
                     [&](const DatasetItem& item) { return item.molecule == head.name; });
        if (!own.items.empty()) {
            report_.threshold = head.threshold = chosen_threshold(with_head(model_, head.name), own).threshold;
        }
    }
    if (!options_.freeze) {
        const Model general = model_.heads.empty() ? model_ : with_head(model_, general_head);
        const ChosenThreshold chosen = chosen_threshold(general, validation_);
        const double threshold = chosen.threshold;
        model_.spec.default_threshold = threshold;
        model_.spec.calibration = chosen.calibration;
        // For one molecule its labels know best; a model of several has no threshold of its own, as it has no diameter.
        model_.spec.automatic_threshold = !chosen.calibration.empty() && common_diameter(dataset_, nullptr) == 0.0;
        report_.threshold = options_.heads == HeadMode::one ? report_.threshold : threshold;
    }
}

void Training::describe() {
    model_.trained = true;
    for (Head& head : model_.heads) {
        const double diameter = common_diameter(dataset_, &head.name);
        head.diameter = diameter >= 0.0 ? diameter : head.diameter; // negative: it was not trained
    }
    if (!options_.freeze) { // of several molecules, whoever picks has to say which
        model_.diameter = common_diameter(dataset_, nullptr);
    }
    model_.pixel_size = dataset_.pixel_size(0);
    std::string names;
    for (const std::string& molecule : molecule_names(dataset_)) {
        names += (names.empty() || molecule.empty() ? "" : ", ") + molecule;
    }
    note_trained_on(model_, dataset_);
    note_curve(model_, state_.epochs);
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
    if (is_detector(model_.spec.network)) {
        notes["crop"] = text(settings_.crop);
    }
    if (!heads_.empty()) {
        notes["bias-weight"] = text(settings_.heads.bias_weight);
        notes["frozen"] = options_.freeze ? "body and general head" : "nothing";
    }
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
    report_.positives = counts_.positives;
    report_.negatives = counts_.negatives;
    report_.validation_samples = counts_.held_out;
    report_.outside = counts_.outside;
    report_.masked = counts_.masked;
    report_.overlapping = counts_.overlapping;
    report_.prior = counts_.prior;
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
        if (error.status() != Status::cancelled || state_.epochs.empty()) {
            throw;
        }
        report_.cancelled = true;
    }
    report();
    adopt_parameters(model_, heads_, state_.best);
    model_.spec.deviation_low = counts_.deviations.low;
    model_.spec.deviation_high = counts_.deviations.high;
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
