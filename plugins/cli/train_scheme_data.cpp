// The data of training schemes: micrographs without labels, 2D classes, reviewed rounds, re-centred picks
// (train_schemes.hpp).
#include "train_schemes.hpp"

#include <cmath>
#include <sstream>

namespace cli {
namespace {

// The micrographs of --micrographs that `used` names and that can be read, with what `describe` says of each.
template <typename Describe>
void add_micrographs(libpicker::Dataset& train, const Arguments& arguments, libpicker::Inputs& inputs,
                     TrainingCheck& check, const std::function<bool(std::size_t)>& used, const Describe& describe) {
    if (arguments.has("--masks")) {
        inputs.match_masks(expand_standard_input(arguments.list("--masks")));
    }
    const auto bad = check.bad(inputs, used);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        auto item = libpicker::make<picker_dataset_item>();
        libpicker::Picks positives;
        if (used(i) && bad.count(i) == 0) {
            describe(i, positives, item);
            item.pixel_size = required_pixel_size(arguments, inputs, i, header_of(inputs.path(i)).pixel_size);
            const std::string mask = inputs.mask(i);
            item.mask_path = mask.empty() ? nullptr : mask.c_str();
            train.add(inputs.path(i), positives, &item);
        }
    }
}

std::vector<std::int32_t> classes_of(const Arguments& arguments) {
    std::vector<std::int32_t> classes;
    for (const std::string& word : split(arguments.required_text("--classes"), ',')) {
        const std::int64_t number = parse_integer(word, "picker train: --classes");
        if (number < 1 || number > 1000000) {
            throw UsageError("picker train: --classes needs class numbers from 1, not '" + word + "'");
        }
        classes.push_back(static_cast<std::int32_t>(number));
    }
    return classes;
}

void add_class2d(libpicker::Dataset& train, const Arguments& arguments, Terminal& terminal, TrainingCheck& check) {
    libpicker::Inputs inputs = all_inputs_of(arguments, "--micrographs");
    tell_pixel_sizes(arguments, inputs, terminal);
    const std::string star = arguments.required_text("--class2d");
    const std::vector<std::int32_t> classes = classes_of(arguments);
    const double pixel_size = arguments.number("--pixel-size").value_or(0);
    inputs.match_class2d(star, classes, true, pixel_size);
    std::vector<libpicker::Picks> others;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        others.push_back(inputs.picks(i));
    }
    inputs.match_class2d(star, classes, false, pixel_size);
    tell_unmatched(inputs, "classified particles", terminal);
    const bool negatives = arguments.has("--class2d-negatives");
    const auto used = [&](std::size_t i) { return inputs.has_picks(i); };
    add_micrographs(train, arguments, inputs, check, used, [&](std::size_t i, libpicker::Picks& positives, auto& item) {
        positives = inputs.picks(i);
        // Particles of a class that nobody chose may be particles: no random negatives there.
        (negatives ? item.negatives : item.avoid) = others[i].get();
    });
}

std::string review_text(const std::string& folder, const picker_review_report& report, double goal) {
    std::ostringstream text;
    text << folder << ": " << report.confirmed << " of " << report.confirmed + report.rejected
         << " proposed particles confirmed (accuracy " << format_number(report.accuracy, 3) << " at "
         << format_score(report.threshold) << "), " << report.missed << " missed, " << report.undecided
         << " undecided; the goal of " << format_score(goal) << " is "
         << (report.accuracy >= goal ? "reached" : "not reached") << "\n";
    return text.str();
}

} // namespace

bool add_scheme_data(libpicker::Dataset& train, const Arguments& arguments, Terminal& terminal, TrainingCheck& check) {
    if (arguments.has("--iterate")) {
        libpicker::Inputs inputs = all_inputs_of(arguments, "--micrographs");
        tell_pixel_sizes(arguments, inputs, terminal);
        const auto all = [](std::size_t) { return true; };
        add_micrographs(train, arguments, inputs, check, all, [](std::size_t, auto&, auto&) {});
    } else if (arguments.has("--class2d")) {
        add_class2d(train, arguments, terminal, check);
    }
    return arguments.has("--iterate") || arguments.has("--class2d") ||
           (arguments.has("--review") && !arguments.has("--micrographs"));
}

void add_reviewed_rounds(libpicker::Dataset& train, const libpicker::Model& model, const Arguments& arguments,
                         SchemeResult& result) {
    if (!arguments.has("--review")) {
        return;
    }
    const double goal = arguments.score("--until").value_or(0.95);
    const std::vector<std::string>& folders = arguments.list("--review");
    Json list = Json::array();
    for (std::size_t i = 0; i < folders.size(); ++i) {
        // The newest round, which comes last, was made by the model that the training goes on from.
        const bool newest = i + 1 == folders.size() && arguments.has("--from");
        const picker_review_report report = train.add_review(folders[i], newest ? model.get() : nullptr);
        list.push_back({{"folder", folders[i]},
                        {"micrographs", report.micrographs},
                        {"threshold", report.threshold},
                        {"positives", report.positives},
                        {"negatives", report.negatives},
                        {"confirmed", report.confirmed},
                        {"rejected", report.rejected},
                        {"negatives_confirmed", report.negatives_confirmed},
                        {"missed", report.missed},
                        {"undecided", report.undecided},
                        {"accuracy", json_number(report.accuracy)},
                        {"reached", report.accuracy >= goal}});
        result.text += review_text(folders[i], report, goal);
    }
    result.json["review"] = list;
}

void recentre_picks(libpicker::Dataset& train, const Arguments& arguments, Terminal& terminal, SchemeResult& result) {
    auto options = libpicker::make<picker_recentre_options>();
    options.diameter = arguments.above_zero("--diameter").value_or(0);
    options.limit = arguments.above_zero("--recentre-limit").value_or(0);
    const picker_recentre_report report = train.recentre(options, terminal.control());
    terminal.finish();
    if (arguments.has("--recentred")) {
        train.write_positives(arguments.required_text("--recentred"));
    }
    result.json["recentre"] = {{"picks", report.picks},
                               {"moved", report.moved},
                               {"at_limit", report.at_limit},
                               {"at_border", report.at_border},
                               {"mean", report.mean},
                               {"median", report.median},
                               {"percentile_95", report.percentile_95},
                               {"mean_x", report.mean_x},
                               {"mean_y", report.mean_y}};
    std::ostringstream text;
    text << "re-centred " << report.moved << " of " << counted(report.picks, "particle") << " by "
         << format_number(report.median, 1) << " A (median; mean " << format_number(report.mean, 1) << ", 95 % within "
         << format_number(report.percentile_95, 1) << "), in common x " << format_number(report.mean_x, 1) << ", y "
         << format_number(report.mean_y, 1) << " A; " << report.at_limit << " at the limit and " << report.at_border
         << " at a border stay\n";
    result.text += text.str();
}

} // namespace cli
