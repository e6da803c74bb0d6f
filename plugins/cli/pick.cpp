// picker pick: coordinates for micrographs.
#include "pick_parts.hpp"
#include "preflight.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>
#include <optional>
#include <set>
#include <sstream>

namespace cli {
namespace {

bool has_result(const picker_run_item& item) {
    const std::string status = item.status;
    return status == "done" || status == "skipped";
}

// One PNG per micrograph with its picks circled. Returns how many could not be made.
std::size_t draw_all(const std::string& folder, const libpicker::Inputs& inputs, const libpicker::RunReport& report,
                     const picker_run_summary& summary, const std::string& output, Terminal& terminal) {
    std::size_t failed = 0;
    make_folder(folder);
    for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
        const picker_run_item item = report.item(i);
        if (!has_result(item)) {
            continue;
        }
        auto rules = libpicker::make<picker_select_rules>();
        rules.width = item.width;
        rules.height = item.height;
        rules.has_threshold = 1;
        rules.threshold = item.threshold;
        try {
            libpicker::draw(in_folder(folder, item.stem) + ".png", libpicker::Micrograph::read(inputs.path(i)),
                            libpicker::Picks::read(in_folder(output, item.stem) + ".star").select(rules), nullptr,
                            summary.diameter / item.pixel_size);
        } catch (const libpicker::Error& error) {
            terminal.warning(std::string("no picture of ") + item.path + ": " + error.what());
            ++failed;
        }
        terminal.step("draw", static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(inputs.size()));
    }
    terminal.finish();
    return failed;
}

// What each rule took away, over the run.
std::string removed_text(const libpicker::RunReport& report, std::size_t count) {
    using Member = std::int64_t picker_run_item::*;
    constexpr std::pair<Member, const char*> rules[] = {
        {&picker_run_item::removed_clean, " in large areas of the map"},
        {&picker_run_item::removed_edge, " near the border"},
        {&picker_run_item::removed_mask, " masked"},
        {&picker_run_item::removed_threshold, " with a lower score"},
        {&picker_run_item::removed_carbon, " at carbon edges"},
        {&picker_run_item::removed_deviation, " of another deviation"},
        {&picker_run_item::removed_extreme_pixels, " with extreme pixels"},
        {&picker_run_item::removed_distance, " too near a better one"},
        {&picker_run_item::removed_overlaps, " overlapping"},
        {&picker_run_item::removed_top, " beyond the best N"}};
    std::string text;
    for (const auto& [member, why] : rules) {
        std::int64_t removed = 0;
        for (std::size_t i = 0; i < count; ++i) {
            removed += report.item(i).*member;
        }
        if (removed > 0) {
            text += (text.empty() ? "removed: " : ", ") + std::to_string(removed) + why;
        }
    }
    return text.empty() ? text : text + "\n";
}

// Rows below the threshold, which --keep left in the coordinate files: RELION would take them for picks.
std::string kept_text(const libpicker::RunReport& report, std::size_t count, const picker_run_summary& summary,
                      const std::string& output) {
    std::int64_t below = 0;
    std::string name = "STEM";
    for (std::size_t i = 0; i < count; ++i) {
        const picker_run_item item = report.item(i);
        if (has_result(item)) {
            below += static_cast<std::int64_t>(libpicker::Picks::read(in_folder(output, item.stem) + ".star").size()) -
                     item.picks;
            name = summary.micrographs == 1 ? item.stem : name;
        }
    }
    if (below <= 0) {
        return "";
    }
    return in_folder(output, name) + (summary.micrographs == 1 ? ".star also holds " : ".star files also hold ") +
           counted(below, "candidate") + " below the threshold (for later thresholds); for RELION select on " +
           "rlnAutopickFigureOfMerit >= " + format_score(summary.threshold) + " or pick without --keep\n";
}

// Picking nothing at all is rarely the truth: most often a length is wrong. "" where something was picked.
std::string none_found(const libpicker::RunReport& report, std::size_t count, const picker_run_summary& summary) {
    std::set<std::string> sizes;
    for (std::size_t i = 0; i < count; ++i) {
        if (const picker_run_item item = report.item(i); has_result(item)) {
            sizes.insert(format_number(item.pixel_size, 3));
        }
    }
    if (summary.picks > 0 || sizes.empty() || summary.cancelled != 0) {
        return "";
    }
    return "no picks on any micrograph, with particles of " + format_number(summary.diameter, 0) +
           " A, a pixel size of " + *sizes.begin() + (sizes.size() > 1 ? " to " + *sizes.rbegin() : "") +
           " A and scores of " + format_score(summary.threshold) + " or more; check --diameter, the pixel size and " +
           "--threshold";
}

// A folder that is made when there is something to put into it; one that never can be is told before the work.
void check_folder(const std::string& path) {
    std::error_code none;
    std::filesystem::path place = std::filesystem::absolute(path, none);
    while (!std::filesystem::exists(place, none) && place.has_relative_path()) {
        place = place.parent_path();
    }
    if (!std::filesystem::is_directory(place, none)) {
        throw libpicker::Error(PICKER_IO, "cannot make the folder " + path + ": " + place.string() +
                                              " is not a folder; choose another one");
    }
}

// Everything that is wrong with the files of the run, before a model is loaded.
Json check_inputs(libpicker::Inputs& inputs, const picker_run_options& run, const Arguments& arguments,
                  Terminal& terminal) {
    if (arguments.has("--mask")) {
        inputs.match_masks(arguments.list("--mask"));
    }
    auto options = libpicker::make<picker_preflight_options>();
    options.pixel_size = run.pick->pixel_size;
    options.diameter = run.pick->diameter;
    options.output = run.output;
    options.files = run.format_count;
    options.source = run.source;
    options.source_folder = run.source_folder;
    options.write_score_maps = run.write_score_maps;
    return check_run(inputs, options, arguments, terminal);
}

// With one message for the whole run: run.json has that of each micrograph.
int report_all_failed(const Arguments& arguments, const Json& json, const libpicker::RunReport& report,
                      const picker_run_summary& summary, Terminal& terminal) {
    print(arguments, json, "");
    terminal.drop_warnings();
    const std::string which =
        summary.micrographs == 1 ? "the micrograph" : "all " + counted(summary.micrographs, "micrograph");
    std::cerr << "picker: " << which << " failed: " << report.item(0).error << "\n";
    return exit_failed;
}

// "0.5 or more"; "0.3 to 0.46 or more" where micrographs have thresholds of their own.
std::string scores_text(const libpicker::RunReport& report, const picker_run_summary& summary) {
    double lowest = summary.threshold, highest = summary.threshold;
    for (std::int64_t i = 0; i < summary.micrographs; ++i) {
        if (const picker_run_item item = report.item(static_cast<std::size_t>(i)); has_result(item)) {
            lowest = std::min(lowest, item.threshold);
            highest = std::max(highest, item.threshold);
        }
    }
    return format_score(lowest) + (highest > lowest ? " to " + format_score(highest) : "") + " or more";
}

std::string summary_text(const libpicker::RunReport& report, const picker_run_summary& summary,
                         const std::string& output, bool resident) {
    std::ostringstream text;
    text << counted(summary.picks, "pick") << " on " << summary.done + summary.skipped << " of "
         << counted(summary.micrographs, "micrograph") << " (score " << scores_text(report, summary)
         << ", particles of " << format_number(summary.diameter, 0) << " A) in " << format_number(summary.seconds, 1)
         << " s\n";
    double wrong = 0;
    for (std::int64_t i = 0; i < summary.micrographs; ++i) {
        const picker_run_item item = report.item(static_cast<std::size_t>(i));
        wrong += std::isfinite(item.false_share) ? item.false_share * static_cast<double>(item.picks) : 0;
    }
    if (wrong > 0) { // of a calibrated model
        text << "about " << format_number(wrong, 0) << " of them false, by their probabilities\n";
    }
    if (summary.skipped > 0 && !resident) { // else done as they came
        text << counted(summary.skipped, "micrograph") << " done before and current\n";
    }
    if (summary.has_lists != 0) {
        text << "coordinates " << in_folder(output, "autopick.star") << "\n";
    } else {
        text << "the lists (autopick.star, run.json) are not written yet: " << counted(summary.elsewhere, "micrograph")
             << " of other shards to go when this one ended\n";
    }
    return text.str();
}

} // namespace

Json item_json(const picker_run_item& item) {
    Json json = {{"micrograph", item.path}, {"status", item.status}};
    if (item.error[0] != '\0') {
        json["error"] = item.error;
        return json;
    }
    json["width"] = item.width;
    json["height"] = item.height;
    json["pixel_size"] = item.pixel_size;
    json["candidates"] = item.candidates;
    json["picks"] = item.picks;
    json["threshold"] = item.threshold;
    json["promised_false_share"] = json_number(item.false_share);
    json["removed"] = {{"threshold", item.removed_threshold},
                       {"distance", item.removed_distance},
                       {"edge", item.removed_edge},
                       {"mask", item.removed_mask},
                       {"top", item.removed_top},
                       {"clean", item.removed_clean},
                       {"carbon", item.removed_carbon},
                       {"deviation", item.removed_deviation},
                       {"extreme_pixels", item.removed_extreme_pixels},
                       {"overlaps", item.removed_overlaps}};
    json["seconds"] = {{"read", item.seconds_read},
                       {"transform", item.seconds_transform},
                       {"score", item.seconds_score},
                       {"peaks", item.seconds_peaks},
                       {"write", item.seconds_write}};
    return json;
}

Command pick_command() {
    Command command;
    command.spec = {
        "pick", "Pick particles: STEM.star for each micrograph, autopick.star and run.json.", "", pick_flags(),
        "A second run with the same settings does only what is missing. Ctrl-C keeps what is done. To try several "
        "thresholds, distances, borders and masks, pick once with --keep 0 --min-distance 0 (or --save-score-maps) "
        "and then with --candidates (or --score-maps). Exit code 3 when some micrographs failed, 1 when all did."};
    command.run = [](const Arguments& arguments) -> int {
        const std::string model_path = arguments.required_text("--model");
        const std::string output = arguments.required_text("--output");
        arguments.not_together("--score-maps", {"--candidates"});
        arguments.not_together("--step", {"--score-maps", "--candidates"});
        picker_pick_options pick = pick_options_of(arguments);
        const std::string head = arguments.text("--head");
        pick.head = head.empty() ? nullptr : head.c_str();
        auto options = libpicker::make<picker_run_options>();
        options.top = arguments.integer("--top", 1, std::numeric_limits<std::int64_t>::max()).value_or(0);
        options.box_size = arguments.above_zero("--box-size").value_or(0);
        const bool resident = is_resident(arguments), many = is_one_of_many(arguments);
        Terminal terminal(arguments);
        std::optional<libpicker::Inputs> known; // all at once, or as they come
        if (!resident) {
            known.emplace(all_inputs_of(arguments, "--micrographs"));
        }
        const auto names = split(arguments.text("--format", "star"), ',');
        const auto formats = libpicker::detail::pointers(names);
        const auto masks = libpicker::detail::pointers(arguments.list("--mask"));
        options.pick = &pick;
        options.output = output.c_str();
        options.formats = formats.data();
        options.format_count = formats.size();
        options.masks = masks.data();
        options.mask_count = masks.size();
        options.write_score_maps = arguments.has("--save-score-maps") ? 1 : 0;
        options.overwrite = arguments.has("--overwrite") ? 1 : 0;
        set_shard(arguments, options);
        const std::string folder = arguments.text("--score-maps", arguments.text("--candidates"));
        if (!folder.empty()) {
            options.source = arguments.has("--score-maps") ? PICKER_SOURCE_SCORE_MAPS : PICKER_SOURCE_CANDIDATES;
            options.source_folder = folder.c_str();
        }
        if (arguments.has("--draw")) {
            check_folder(arguments.text("--draw")); // before the work, not after it
        }
        const Json problems = known ? check_inputs(*known, options, arguments, terminal) : Json::array();
        const auto model = libpicker::Model::load(model_path);
        terminal.hold_warnings(); // micrographs that failed are listed last
        std::size_t refused = 0;
        const libpicker::Inputs inputs =
            known ? std::move(*known) : pick_as_they_come(arguments, model, options, terminal, refused);
        if (many && !pick_among_ranks(model, options, inputs, terminal)) {
            return exit_done; // the first process tells what has become of all
        }
        if (resident) {
            tell_pixel_sizes(arguments, inputs, terminal);
        }
        const libpicker::RunReport report = model.pick_files(inputs, options, terminal.control());
        terminal.finish();
        const picker_run_summary summary = report.summary();
        const bool all_failed = summary.failed == summary.micrographs;
        const std::size_t undrawn = arguments.has("--draw") && !all_failed
                                        ? draw_all(arguments.text("--draw"), inputs, report, summary, output, terminal)
                                        : 0;
        Json json = {{"output", output},
                     {"micrographs", summary.micrographs},
                     {"done", summary.done},
                     {"skipped", summary.skipped},
                     {"failed", summary.failed},
                     {"elsewhere", summary.elsewhere},
                     {"has_lists", summary.has_lists != 0},
                     {"picks", summary.picks},
                     {"threshold", summary.threshold},
                     {"diameter", summary.diameter},
                     {"seconds", summary.seconds},
                     {"contrast_reversed", summary.contrast_reversed != 0},
                     {"cancelled", summary.cancelled != 0},
                     {"items", Json::array()}};
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            json["items"].push_back(item_json(report.item(i)));
        }
        json["problems"] = problems;
        if (all_failed) {
            return report_all_failed(arguments, json, report, summary, terminal);
        }
        std::string text = summary_text(report, summary, output, resident) + removed_text(report, inputs.size());
        if (pick.has_keep != 0 && pick.keep < summary.threshold) {
            text += kept_text(report, inputs.size(), summary, output);
        }
        if (resident && arguments.has("--json")) { // as each micrograph before it, on one line
            put(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
        } else {
            print(arguments, json, text);
        }
        if (const std::string warning = none_found(report, inputs.size(), summary); !warning.empty()) {
            terminal.warning(warning);
        }
        terminal.release_warnings();
        if (summary.cancelled != 0) {
            terminal.remark("cancelled: what is done is kept; the same command goes on from here");
            return exit_cancelled;
        }
        if (interrupted()) {
            return exit_cancelled; // while drawing
        }
        return summary.failed == 0 && undrawn == 0 && refused == 0 ? exit_done : exit_partly;
    };
    return command;
}

} // namespace cli
