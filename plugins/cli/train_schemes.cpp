// The schemes of picker train: their flags, and how they train (train_schemes.hpp).
#include "train_schemes.hpp"

#include <cmath>
#include <sstream>

namespace cli {
namespace {

void needs(const Arguments& arguments, const std::string& flag, const std::string& other) {
    if (arguments.has(flag) && !arguments.has(other)) {
        throw UsageError("picker train: " + flag + " needs " + other);
    }
}

picker_iterate_options iterate_options(const Arguments& arguments, picker_pick_options& pick) {
    auto options = libpicker::make<picker_iterate_options>();
    options.iterations = static_cast<int>(arguments.integer("--iterate", 1, 1000).value_or(1));
    options.fraction = arguments.above_zero("--iterate-fraction").value_or(0);
    options.top = arguments.integer("--iterate-top", 1).value_or(0);
    if (const auto threshold = arguments.score("--iterate-threshold")) {
        pick.has_threshold = 1;
        pick.threshold = *threshold;
        options.pick = &pick;
    }
    return options;
}

picker_rounds_options rounds_options(const Arguments& arguments) {
    auto options = libpicker::make<picker_rounds_options>();
    options.rounds = static_cast<int>(arguments.integer("--rounds", 1, 1000).value_or(1));
    options.complete_labels = arguments.text("--labels") == "complete" ? 1 : 0;
    if (const auto until = arguments.score("--until")) {
        options.has_until = 1;
        options.until = *until;
    }
    return options;
}

Json round_json(const picker_round& round, const picker_train_report& training) {
    Json json = {{"micrographs", round.micrographs},
                 {"picks", round.picks},
                 {"confirmed", round.confirmed},
                 {"positives", round.positives},
                 {"negatives", round.negatives},
                 {"avoided", round.avoided},
                 {"threshold", round.threshold},
                 {"lowest_score", json_number(round.lowest_score)},
                 {"accuracy", json_number(round.accuracy)},
                 {"trained", round.trained != 0}};
    if (round.trained != 0) {
        json["epochs"] = training.epochs;
        json["best_validation_loss"] = json_number(training.best_validation_loss);
        json["seconds"] = training.seconds;
    }
    return json;
}

std::string iteration_text(std::size_t number, const picker_round& round) {
    std::ostringstream text;
    text << "iteration " << number << ": " << counted(round.picks, "pick") << " at " << format_score(round.threshold)
         << " and above in " << counted(round.micrographs, "micrograph") << "; trained on the best " << round.positives
         << ", down to " << format_score(round.lowest_score) << "\n";
    return text.str();
}

std::string round_text(std::size_t number, const picker_round& round) {
    std::ostringstream text;
    if (round.micrographs == 0) {
        text << "first training: " << counted(round.positives, "particle") << "\n";
        return text.str();
    }
    text << "round " << number << ": " << counted(round.picks, "pick") << " at " << format_score(round.threshold)
         << " and above in " << counted(round.micrographs, "micrograph") << ", " << round.confirmed
         << " on labels (accuracy " << format_number(round.accuracy, 3) << ")";
    if (round.trained != 0) {
        text << "; trained with " << counted(round.positives, "further particle") << " and "
             << counted(round.negatives, "hard negative");
    } else {
        text << ": the rounds end here";
    }
    if (round.avoided > 0) {
        text << "; " << counted(round.avoided, "pick") << " without a label left alone";
    }
    text << "\n";
    return text.str();
}

// The report of the last training in it; `what` names a round for people.
picker_train_report tell_rounds(const libpicker::Rounds& rounds, SchemeResult& result,
                                std::string (*what)(std::size_t, const picker_round&), std::size_t first) {
    const picker_rounds_summary summary = rounds.summary();
    auto last = libpicker::make<picker_train_report>();
    Json list = Json::array();
    for (int i = 0; i < summary.rounds; ++i) {
        const auto index = static_cast<std::size_t>(i);
        const picker_round round = rounds.round(index);
        const picker_train_report training = rounds.training(index);
        list.push_back(round_json(round, training));
        result.text += what(index + first, round);
        last = round.trained != 0 ? training : last;
    }
    last.cancelled = summary.cancelled;
    last.seconds = summary.seconds;
    result.json["rounds"] = list;
    return last;
}

} // namespace

std::vector<Flag> train_scheme_flags() {
    return {
        {"--iterate", Takes::one, "N", "no --picks: N times pick and train on the best of its own picks; with --from"},
        {"--iterate-threshold", Takes::one, "T", "its picks score at least this [the model's]"},
        {"--iterate-top", Takes::one, "N", "train on the best N of them, over all micrographs [10000]"},
        {"--iterate-fraction", Takes::one, "F", "train on the best part of them, 0 to 1 [1]"},
        {"--class2d", Takes::one, "STAR", "particles of a RELION 2D classification, in place of --picks"},
        {"--classes", Takes::one, "N,N,...", "its good classes"},
        {"--class2d-negatives", Takes::nothing, "", "its other classes are known non-particles"},
        {"--recentre", Takes::nothing, "", "shift the particles to their common centre before training"},
        {"--recentre-limit", Takes::one, "A", "by at most so much [0.2 diameters]"},
        {"--recentred", Takes::one, "DIR", "write the shifted coordinates to this folder, STEM.star"},
        {"--review", Takes::many, "DIR...", "also train on rounds of picker review, with their verdicts"},
        {"--rounds", Takes::one, "N", "N times pick labelled micrographs not used yet and take hard negatives"},
        {"--labels", Takes::one, "WHICH", "complete: high scores away from labels are negatives [incomplete]"},
        {"--until", Takes::one, "A", "accuracy at which rounds end [0.95]; 0: never"}};
}

void check_schemes(const Arguments& arguments) {
    arguments.not_together("--iterate", {"--picks", "--datasets", "--negatives", "--class2d", "--review", "--rounds",
                                         "--recentre", "--architecture", "--resume", "--overwrite"});
    arguments.not_together("--rounds", {"--resume", "--overwrite"});
    arguments.not_together("--class2d", {"--picks", "--datasets", "--negatives"});
    arguments.not_together("--datasets", {"--review"});
    needs(arguments, "--iterate", "--from");
    needs(arguments, "--iterate", "--micrographs");
    needs(arguments, "--iterate", "--diameter");
    for (const char* flag : {"--iterate-threshold", "--iterate-top", "--iterate-fraction"}) {
        needs(arguments, flag, "--iterate");
    }
    needs(arguments, "--class2d", "--classes");
    needs(arguments, "--class2d", "--micrographs");
    needs(arguments, "--classes", "--class2d");
    needs(arguments, "--class2d-negatives", "--class2d");
    needs(arguments, "--recentre-limit", "--recentre");
    needs(arguments, "--recentred", "--recentre");
    needs(arguments, "--labels", "--rounds");
    if (!arguments.has("--review")) {
        needs(arguments, "--until", "--rounds");
    }
    const std::string labels = arguments.text("--labels", "incomplete");
    if (labels != "complete" && labels != "incomplete") {
        throw UsageError("picker train: --labels is complete or incomplete, not '" + labels + "'");
    }
}

bool trains_in_rounds(const Arguments& arguments) {
    return arguments.has("--iterate") || arguments.has("--rounds");
}

picker_train_report train_by_scheme(libpicker::Model& model, const libpicker::Dataset& train,
                                    const libpicker::Dataset* validation, picker_train_options options,
                                    const Arguments& arguments, Terminal& terminal, SchemeResult& result) {
    if (trains_in_rounds(arguments)) {
        options.state_file = nullptr;
    }
    const std::string before = model.info().hash;
    try {
        if (arguments.has("--iterate")) {
            auto pick = libpicker::make<picker_pick_options>();
            const picker_iterate_options iterate = iterate_options(arguments, pick);
            const auto rounds = model.iterate(train, validation, iterate, options, terminal.control());
            return tell_rounds(rounds, result, iteration_text, 1);
        }
        if (arguments.has("--rounds")) {
            const auto rounds =
                model.train_rounds(train, validation, rounds_options(arguments), options, terminal.control());
            result.json["reached"] = rounds.summary().reached != 0;
            return tell_rounds(rounds, result, round_text, 0);
        }
        return model.train(train, validation, options, terminal.control());
    } catch (const libpicker::Error&) {
        if (before != model.info().hash) { // an earlier round has trained it
            terminal.finish();
            model.save(arguments.text("--output"));
            terminal.remark("the weights of the rounds before are saved in " + arguments.text("--output"));
        }
        throw;
    }
}

} // namespace cli
