// picker pick: coordinates for micrographs.
#include "pick_parts.hpp"
#include "preflight.hpp"

#include <filesystem>
#include <iostream>
#include <limits>
#include <optional>

namespace cli {
namespace {

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
    options.shard = run.shard;
    options.shards = run.shards;
    return check_run(inputs, options, arguments, terminal);
}

// The same where several processes share the run: one of them looks, so that a shared file system is asked once.
// Nothing where it has found something and told it.
std::optional<Json> check(std::optional<libpicker::Inputs>& known, const picker_run_options& run,
                          const Arguments& arguments, Terminal& terminal, std::optional<Ranks>& ranks) {
    Json problems = Json::array();
    try {
        if (known && (!ranks || ranks->first())) {
            problems = check_inputs(*known, run, arguments, terminal);
        }
    } catch (...) {
        if (ranks) {
            ranks->told(false);
        }
        throw;
    }
    if (ranks && !ranks->told(true)) {
        return std::nullopt;
    }
    return problems;
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

int run_pick(const Arguments& arguments) {
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
    options.memory = arguments.above_zero("--memory").value_or(0);
    set_shard(arguments, options);
    const std::string folder = arguments.text("--score-maps", arguments.text("--candidates"));
    if (!folder.empty()) {
        options.source = arguments.has("--score-maps") ? PICKER_SOURCE_SCORE_MAPS : PICKER_SOURCE_CANDIDATES;
        options.source_folder = folder.c_str();
    }
    if (arguments.has("--draw")) {
        check_folder(arguments.text("--draw")); // before the work, not after it
    }
    std::optional<Ranks> ranks;
    if (many) {
        ranks.emplace();
    }
    const std::optional<Json> problems = check(known, options, arguments, terminal, ranks);
    if (!problems) {
        return exit_done; // the first process tells why and fails; a failure here might end it before it has
    }
    const auto model = libpicker::Model::load(model_path);
    terminal.hold_warnings(); // micrographs that failed are listed last
    std::size_t refused = 0;
    const libpicker::Inputs inputs =
        known ? std::move(*known) : pick_as_they_come(arguments, model, options, terminal, refused);
    if (ranks) {
        ranks->pick(model, options, inputs, terminal);
        if (!ranks->first()) {
            return exit_done; // the first process tells what has become of all
        }
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
    json["problems"] = *problems;
    std::string compared;
    if (arguments.has("--rerun")) {
        json["rerun"] = compare_with_rerun(arguments, report, inputs.size(), compared, terminal);
    }
    if (all_failed) {
        return report_all_failed(arguments, json, report, summary, terminal);
    }
    std::string text = summary_text(report, summary, output, resident) + removed_text(report, inputs.size()) + compared;
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
}

} // namespace

Command pick_command() {
    Command command;
    command.spec = {
        "pick", "Pick particles: STEM.star for each micrograph, autopick.star and run.json.", "", pick_flags(),
        "A second run with the same settings does only what is missing. Ctrl-C keeps what is done. To try several "
        "thresholds, distances, borders and masks, pick once with --keep 0 --min-distance 0 (or --save-score-maps) "
        "and then with --candidates (or --score-maps). Exit code 3 when some micrographs failed, 1 when all did."};
    command.run = [](const Arguments& arguments) {
        return run_pick(arguments.has("--rerun") ? arguments_of_rerun(arguments) : arguments);
    };
    return command;
}

} // namespace cli
