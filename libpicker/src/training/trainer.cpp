// Training a patch classifier (trainer.hpp): settings, samples, epochs with patience, the best weights, the threshold.
#include "training/trainer.hpp"

#include "core/error.hpp"
#include "picking/stopwatch.hpp"
#include "training/batch_loop.hpp"
#include "training/choose_threshold.hpp"
#include "training/settings.hpp"
#include "version.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace picker {
namespace {

constexpr std::uint64_t split_stream = (std::uint64_t{1} << 42) + 1; // of random numbers
constexpr std::uint64_t validation_seed = 0x76616c6964ULL;           // mixed into the seed: negatives of their own
constexpr std::size_t least_positives = 10;
constexpr double poll_seconds = 0.25; // at most so often within an epoch

struct Split {
    std::vector<std::size_t> train, held_out; // rows of a patch set
};

// The same fraction of every molecule's positives and negatives.
Split split_samples(const PatchSet& set, double fraction, std::uint64_t seed) {
    Split split;
    Random random(seed, split_stream);
    for (int stratum = 0; stratum < 2 * static_cast<int>(set.molecules.size()); ++stratum) {
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < set.size(); ++i) {
            if (2 * set.molecule[i] + (set.labels[i] > 0.5F ? 1 : 0) == stratum) {
                rows.push_back(i);
            }
        }
        random.shuffle(std::span(rows));
        const auto out = static_cast<std::ptrdiff_t>(std::llround(fraction * static_cast<double>(rows.size())));
        split.held_out.insert(split.held_out.end(), rows.begin(), rows.begin() + out);
        split.train.insert(split.train.end(), rows.begin() + out, rows.end());
    }
    std::sort(split.train.begin(), split.train.end());
    std::sort(split.held_out.begin(), split.held_out.end());
    return split;
}

std::vector<std::size_t> all_rows(const PatchSet& set) {
    std::vector<std::size_t> rows(set.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return rows;
}

std::size_t count_positives(const PatchSet& set) {
    return static_cast<std::size_t>(
        std::count_if(set.labels.begin(), set.labels.end(), [](float l) { return l > 0.5F; }));
}

class Training {
public:
    Training(Model& model, const Dataset& dataset, const Dataset* validation, const TrainingOptions& options,
             const Control& control, const Engine& engine)
        : model_(model), options_(options), settings_(merged_settings(model.spec.training, options)), control_(control),
          engine_(engine), pool_(control.worker_count(), [&engine] { engine.prepare_thread(); }) {
        const double fallback = options.diameter > 0.0 ? options.diameter : model.diameter;
        dataset_ = with_diameters(dataset, fallback);
        if (validation != nullptr && !validation->items.empty()) {
            validation_ = with_diameters(*validation, fallback);
        }
        if (dataset_.positives() == 0) {
            fail(Status::invalid_argument, "no particle coordinates to train on, in ", dataset_.items.size(),
                 " micrographs; give coordinates whose file names match the micrographs");
        }
    }
    TrainingReport go();

private:
    void sample();
    void epochs();
    void threshold();
    void describe();
    void poll(int epoch);

    Model& model_;
    const TrainingOptions& options_;
    const TrainingDefaults settings_;
    const Control& control_;
    const Engine& engine_;
    WorkerPool pool_;
    Dataset dataset_, validation_;
    PatchSet patches_, validation_patches_;
    Split split_;
    std::vector<float> best_;
    TrainingReport report_;
    const Meter* meter_ = nullptr;
    Stopwatch since_poll_;
};

void Training::sample() {
    SamplerOptions sampler;
    sampler.negatives_per_positive = settings_.negatives_per_positive;
    sampler.negative_distance = settings_.negative_distance;
    sampler.max_positives = options_.max_positives;
    sampler.seed = options_.seed;
    patches_ = sample_patches(dataset_, model_.spec, sampler, pool_, control_);
    report_.positives = count_positives(patches_);
    report_.negatives = patches_.size() - report_.positives;
    report_.outside = patches_.outside;
    if (report_.positives < least_positives) {
        fail(Status::invalid_argument, "only ", report_.positives, " particles to train on (", report_.outside,
             " more lie too near to a border); give at least ", least_positives, ", better several hundred");
    }
    if (report_.negatives == 0) {
        fail(Status::invalid_argument, "no room for negatives away from the ", report_.positives,
             " particles; give micrographs with some free area, or negatives of your own, or check the diameter");
    }
    if (validation_.items.empty()) {
        split_ = split_samples(patches_, settings_.validation_fraction, options_.seed);
    } else {
        sampler.max_positives = 0;
        sampler.seed = options_.seed ^ validation_seed;
        validation_patches_ = sample_patches(validation_, model_.spec, sampler, pool_, control_);
        split_.train = all_rows(patches_);
        split_.held_out = all_rows(validation_patches_);
    }
    report_.validation_samples = split_.held_out.size();
}

// Tells the caller now and then; throws when it wants to stop.
void Training::poll(int epoch) {
    if (since_poll_.seconds() >= poll_seconds) {
        since_poll_.lap();
        meter_->at(epoch - 1, "", report_.epochs.empty() ? std::nan("") : report_.epochs.back().validation_loss);
    }
}

void Training::epochs() {
    BatchOptions options;
    options.batch = settings_.batch;
    options.momentum = settings_.momentum;
    options.weight_decay_dense = settings_.weight_decay_dense;
    options.flips = settings_.flips;
    options.rotations = settings_.rotations;
    options.quarter_turns_only = model_.spec.patch_rule == PatchRule::per_patch;
    options.loss = settings_.loss;
    options.seed = options_.seed;
    const auto network = engine_.create(model_.spec.network);
    BatchLoop loop(model_.spec.network, *network, model_.parameters, options, pool_);
    const Meter meter(control_, "train", settings_.epochs);
    meter_ = &meter;
    const PatchSet& held_out_set = validation_.items.empty() ? patches_ : validation_patches_;
    double best = std::numeric_limits<double>::infinity();
    double rate = settings_.learning_rate;
    int waiting = 0;         // epochs since the best one
    int waiting_at_rate = 0; // since the best one or the last change of the rate
    for (int epoch = 1; epoch <= settings_.epochs; ++epoch) {
        const Stopwatch watch;
        const auto tell = [&] { poll(epoch); };
        EpochReport entry;
        entry.epoch = epoch;
        entry.learning_rate = rate;
        entry.loss = loop.epoch(patches_, split_.train, epoch, rate, tell);
        const bool has_held_out = !split_.held_out.empty();
        const HeldOut held_out =
            has_held_out ? loop.held_out(held_out_set, split_.held_out, tell) : HeldOut{entry.loss, std::nan("")};
        entry.validation_loss = held_out.loss;
        entry.validation_accuracy = held_out.accuracy;
        entry.seconds = watch.seconds();
        if (!std::isfinite(entry.loss) || !std::isfinite(entry.validation_loss)) {
            fail(Status::invalid_argument, "the training diverged in epoch ", epoch,
                 ": the loss is not a number; use a learning rate below ", rate,
                 ", and check that the micrographs are sound");
        }
        report_.epochs.push_back(entry);
        if (entry.validation_loss < best) {
            best = entry.validation_loss;
            best_ = loop.parameters();
            report_.best_epoch = epoch;
            report_.best_validation_loss = entry.validation_loss;
            report_.best_validation_accuracy = entry.validation_accuracy;
            waiting = waiting_at_rate = 0;
        } else {
            ++waiting;
            ++waiting_at_rate;
        }
        const std::string item = text("epoch ", epoch);
        meter.at(epoch, item.c_str(), entry.validation_loss);
        if (settings_.patience > 0 && waiting >= settings_.patience) {
            report_.stopped_early = true;
            return;
        }
        if (settings_.decay_every > 0 && epoch % settings_.decay_every == 0) {
            rate *= settings_.decay_factor;
        }
        if (settings_.plateau_patience > 0 && waiting_at_rate >= settings_.plateau_patience) {
            rate *= settings_.plateau_factor;
            waiting_at_rate = 0;
        }
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
    const ChosenThreshold chosen = choose_threshold(model_, std::move(network), validation_, pool_, control_);
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
    for (const std::string& molecule : patches_.molecules) {
        names += (names.empty() || molecule.empty() ? "" : ", ") + molecule;
    }
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
    if (std::isfinite(report_.validation_f1)) {
        notes["validation-f1"] = text(report_.validation_f1);
    }
}

TrainingReport Training::go() {
    const Stopwatch watch;
    sample();
    try {
        epochs();
    } catch (const Error& error) {
        if (error.status() != Status::cancelled || best_.empty()) {
            throw;
        }
        report_.cancelled = true;
    }
    model_.parameters = best_;
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
