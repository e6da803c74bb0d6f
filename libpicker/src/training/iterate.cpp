// Iterated training on a model's own picks (iterate.hpp).
#include "training/iterate.hpp"

#include "core/error.hpp"
#include "picking/select.hpp"
#include "picking/stopwatch.hpp"
#include "training/pick_items.hpp"
#include "training/samples.hpp"
#include "training/settings.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace picker {
namespace {

void check_options(const IterateOptions& options, const Model& model) {
    if (options.iterations < 1 || options.iterations > 1000) {
        fail(Status::invalid_argument, "the number of iterations is ", options.iterations, "; give 1 to 1000");
    }
    if (!(options.fraction > 0.0 && options.fraction <= 1.0)) {
        fail(Status::invalid_argument, "the fraction of picks to train on is ", options.fraction,
             "; give a number above 0, at most 1");
    }
    if (!(options.avoid >= 0.0 && options.avoid <= 1.0)) {
        fail(Status::invalid_argument, "the score that negatives keep away from is ", options.avoid, "; give 0 to 1");
    }
    if (!model.trained) {
        fail(Status::invalid_argument,
             "the model is not trained, so its picks mean nothing; train it on other molecules first");
    }
    if (!options.training.state_file.empty()) {
        fail(Status::invalid_argument, "a training in iterations keeps no state to go on from; give no state file");
    }
}

class Iteration {
public:
    Iteration(Model& model, const Dataset& dataset, const Dataset* validation, const IterateOptions& options,
              const Control& control, const Engine& engine)
        : model_(model), validation_(validation), options_(options), control_(control), engine_(engine),
          dataset_(
              with_diameters(dataset, options.training.diameter > 0.0 ? options.training.diameter : model.diameter)) {
        check_options(options, model);
        for (std::size_t i = 0; i < dataset_.items.size(); ++i) {
            if (dataset_.items[i].positives.empty()) {
                unlabelled_.push_back(i);
            }
        }
        if (unlabelled_.empty()) {
            fail(Status::invalid_argument, "nothing to iterate on: each of the ", dataset_.items.size(),
                 " micrographs has particles already; give some without");
        }
    }

    RoundsReport go() {
        const Stopwatch watch;
        RoundsReport report;
        run_rounds(report, 1, options_.iterations, [&](int number) { return one(number); });
        model_.provenance["iterations"] =
            text(report.rounds.size(), " on its own best picks of ", unlabelled_.size(), " micrographs without labels");
        report.seconds = watch.seconds();
        return report;
    }

private:
    RoundReport one(int number) {
        RoundReport round;
        round.micrographs = unlabelled_.size();
        Dataset chosen = choose(number, round);
        TrainingOptions training = options_.training;
        training.seed += static_cast<std::uint64_t>(number);
        round.training = train(model_, chosen, validation_, training, control_, engine_);
        round.trained = true;
        return round;
    }

    Dataset choose(int number, RoundReport& round) {
        PickSettings settings = options_.picking;
        round.threshold = settings.threshold.value_or(model_.spec.default_threshold);
        settings.threshold = round.threshold;
        settings.keep = std::min(options_.avoid, round.threshold);
        const std::vector<Picks> candidates = pick_items(model_, engine_, dataset_, unlabelled_, settings, control_);
        std::vector<Picks> picks;
        for (const Picks& table : candidates) {
            picks.push_back(slice(table, 0, count_at(table, round.threshold)));
            round.picks += picks.back().size();
        }
        auto wanted = static_cast<std::size_t>(std::ceil(options_.fraction * static_cast<double>(round.picks)));
        wanted = options_.top > 0 ? std::min(wanted, options_.top) : wanted;
        if (wanted < least_positives) {
            fail(Status::mismatch, "iteration ", number, " has only ", wanted, " picks to train on (", round.picks,
                 " with a score of at least ", round.threshold, " in ", unlabelled_.size(), " micrographs); give at ",
                 "least ", least_positives,
                 ": a lower threshold, a larger share, more micrographs, or check the diameter",
                 number > 1 ? "; the weights of the iteration before are kept" : "");
        }
        keep_top(picks, wanted);
        Dataset chosen = dataset_;
        for (std::size_t i = 0; i < unlabelled_.size(); ++i) {
            DatasetItem& item = chosen.items[unlabelled_[i]];
            const std::size_t taken = picks[i].size(); // the best rows of the candidates
            item.positives = picks[i];
            item.avoid.append(slice(candidates[i], taken, candidates[i].size()));
            round.positives += taken;
            round.avoided += candidates[i].size() - taken;
            if (taken > 0) {
                round.lowest_score = std::fmin(round.lowest_score, picks[i].score.back());
            }
        }
        return chosen;
    }

    Model& model_;
    const Dataset* validation_;
    const IterateOptions& options_;
    const Control& control_;
    const Engine& engine_;
    Dataset dataset_;
    std::vector<std::size_t> unlabelled_;
};

} // namespace

RoundsReport iterate(Model& model, const Dataset& dataset, const Dataset* validation, const IterateOptions& options,
                     const Control& control, const Engine& with) {
    return Iteration(model, dataset, validation, options, control, with).go();
}

RoundsReport iterate(Model& model, const Dataset& dataset, const Dataset* validation, const IterateOptions& options,
                     const Control& control) {
    return iterate(model, dataset, validation, options, control, engine());
}

} // namespace picker
