// Training in rounds of hard-negative mining (rounds.hpp).
#include "training/rounds.hpp"

#include "core/error.hpp"
#include "core/random.hpp"
#include "evaluation/matching.hpp"
#include "picking/stopwatch.hpp"
#include "training/pick_items.hpp"
#include "training/settings.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace picker {
namespace {

constexpr std::uint64_t deal_stream = (std::uint64_t{1} << 42) + 2; // of random numbers

void check_options(const MiningOptions& options, const ModelSpec& spec) {
    const auto score = [](double value, const char* what) {
        if (!(value >= 0.0 && value <= 1.0)) {
            fail(Status::invalid_argument, "the ", what, " is ", value, "; give 0 to 1");
        }
    };
    if (options.rounds < 1 || options.rounds > 1000) {
        fail(Status::invalid_argument, "the number of rounds is ", options.rounds, "; give 1 to 1000");
    }
    score(options.threshold, "threshold of the rounds");
    score(options.lowest, "lowest score of a mined negative");
    score(options.until, "accuracy at which the rounds end");
    if (options.lowest > options.threshold) {
        fail(Status::invalid_argument, "the lowest score of a mined negative, ", options.lowest,
             ", is above the threshold, ", options.threshold, "; give at most the threshold");
    }
    if (spec.training.crop > 0) {
        fail(Status::invalid_argument, "rounds without a person mine windows that are no particles, and ",
             spec.architecture,
             " learns from areas, where every place without a particle is one already; use its "
             "iterations, or another architecture");
    }
    if (!options.training.state_file.empty()) {
        fail(Status::invalid_argument, "a training in rounds keeps no state to go on from; give no state file");
    }
}

bool near(const Picks& places, double x, double y, double distance) {
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (std::hypot(places.x[i] - x, places.y[i] - y) < distance) {
            return true;
        }
    }
    return false;
}

// Parts of a data set, each a list of items; one part with everything where there are too few micrographs to deal.
std::vector<std::vector<std::size_t>> deal(const Dataset& dataset, std::size_t parts, std::uint64_t seed) {
    std::map<std::string, std::vector<std::size_t>> molecules;
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        molecules[dataset.items[i].molecule].push_back(i);
    }
    std::vector<std::vector<std::size_t>> out(parts);
    Random random(seed, deal_stream);
    for (auto& [name, items] : molecules) {
        if (items.size() < parts) {
            std::vector<std::size_t> all(dataset.items.size());
            std::iota(all.begin(), all.end(), std::size_t{0});
            return {all};
        }
        random.shuffle(std::span(items));
        for (std::size_t i = 0; i < items.size(); ++i) {
            out[i % parts].push_back(items[i]);
        }
    }
    for (auto& part : out) {
        std::sort(part.begin(), part.end());
    }
    return out;
}

std::size_t count_confirmed(const Picks& picks, const Picks& labels, double radius) {
    MatchOptions options;
    options.radius = radius;
    const Match matched = match(picks, labels, options);
    return static_cast<std::size_t>(
        std::count_if(matched.truth_of_pick.begin(), matched.truth_of_pick.end(), [](int t) { return t >= 0; }));
}

class Rounds {
public:
    Rounds(Model& model, const Dataset& dataset, const Dataset* validation, const MiningOptions& options,
           const Control& control, const Engine& engine)
        : model_(model), validation_(validation), options_(options), control_(control), engine_(engine),
          dataset_(
              with_diameters(dataset, options.training.diameter > 0.0 ? options.training.diameter : model.diameter)) {
        check_options(options, model.spec);
        parts_ = deal(dataset_, static_cast<std::size_t>(options.rounds) + 1, options.training.seed);
        if (parts_.size() == 1) {
            control.warn(text("fewer micrographs than rounds: all ", dataset_.items.size(),
                              " are trained on from the start and picked again in each round, so the accuracy is that "
                              "on micrographs already seen"));
        }
    }

    RoundsReport go() {
        const Stopwatch watch;
        RoundsReport report;
        run_rounds(report, 0, options_.rounds, [&](int number) { return one(number, report); });
        const auto trained = std::count_if(report.rounds.begin(), report.rounds.end(),
                                           [](const RoundReport& round) { return round.trained; });
        model_.provenance["rounds"] = text(trained, " trainings with hard negatives, labels ",
                                           options_.complete_labels ? "complete" : "incomplete");
        report.seconds = watch.seconds();
        return report;
    }

private:
    RoundReport one(int number, RoundsReport& report) {
        RoundReport round;
        const bool dealt = parts_.size() > 1;
        const auto& part = parts_[dealt ? static_cast<std::size_t>(number) : 0];
        if (number > 0) {
            mine(part, round);
            if (options_.until > 0.0 && round.accuracy >= options_.until) {
                report.reached = true;
                return round;
            }
        }
        if (number == 0 || dealt) {
            for (const std::size_t item : part) {
                round.positives += dataset_.items[item].positives.size();
                used_.push_back(item);
            }
        }
        Dataset train_on;
        std::sort(used_.begin(), used_.end());
        for (const std::size_t item : used_) {
            train_on.items.push_back(dataset_.items[item]);
        }
        TrainingOptions training = options_.training;
        training.seed += static_cast<std::uint64_t>(number);
        round.training = train(model_, train_on, validation_, training, control_, engine_);
        round.trained = true;
        return round;
    }

    // Picks the micrographs of a part, compares with their labels, and gives their items what was found.
    void mine(const std::vector<std::size_t>& part, RoundReport& round) {
        PickSettings settings;
        settings.threshold = round.threshold = options_.threshold;
        settings.keep = options_.lowest;
        const std::vector<Picks> picks = pick_items(model_, engine_, dataset_, part, settings, control_);
        round.micrographs = part.size();
        for (std::size_t i = 0; i < part.size(); ++i) {
            DatasetItem& item = dataset_.items[part[i]];
            const double diameter = item.diameter / dataset_.pixel_size(part[i]); // pixels
            const Picks high = slice(picks[i], 0, count_at(picks[i], options_.threshold));
            round.picks += high.size();
            round.confirmed += count_confirmed(high, item.positives, diameter / 2);
            const double window = window_length(model_.spec, diameter, dataset_.pixel_size(part[i]));
            const double distance = model_.spec.training.negative_distance * window;
            const MinedPlaces found =
                mine_negatives(picks[i], item, distance, std::max<std::size_t>(item.positives.size(), 1), options_);
            round.negatives += found.negatives.size();
            round.avoided += found.unknown.size();
            item.negatives.append(found.negatives);
            item.avoid.append(found.unknown);
        }
        if (round.picks > 0) {
            round.accuracy = static_cast<double>(round.confirmed) / static_cast<double>(round.picks);
        }
    }

    Model& model_;
    const Dataset* validation_;
    const MiningOptions& options_;
    const Control& control_;
    const Engine& engine_;
    Dataset dataset_; // whose items gain negatives
    std::vector<std::vector<std::size_t>> parts_;
    std::vector<std::size_t> used_; // items trained on
};

} // namespace

MinedPlaces mine_negatives(const Picks& picks, const DatasetItem& item, double distance, std::size_t most,
                           const MiningOptions& options) {
    MinedPlaces out;
    for (std::size_t i = 0; i < picks.size() && picks.score[i] >= options.lowest; ++i) {
        const auto is_near = [&](const Picks& places) { return near(places, picks.x[i], picks.y[i], distance); };
        if (is_near(item.positives) || is_near(item.negatives) || is_near(item.avoid)) {
            continue;
        }
        if (picks.score[i] >= options.threshold && !options.complete_labels) {
            out.unknown.add(picks.x[i], picks.y[i], picks.score[i]);
        } else if (out.negatives.size() < most) {
            out.negatives.add(picks.x[i], picks.y[i], picks.score[i]);
        }
    }
    return out;
}

RoundsReport train_in_rounds(Model& model, const Dataset& dataset, const Dataset* validation,
                             const MiningOptions& options, const Control& control, const Engine& with) {
    return Rounds(model, dataset, validation, options, control, with).go();
}

RoundsReport train_in_rounds(Model& model, const Dataset& dataset, const Dataset* validation,
                             const MiningOptions& options, const Control& control) {
    return train_in_rounds(model, dataset, validation, options, control, engine());
}

} // namespace picker
