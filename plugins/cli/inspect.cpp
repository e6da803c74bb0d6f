// picker inspect: the check before a run by itself; no model is loaded.
#include "preflight.hpp"

#include <sstream>
#include <string_view>

namespace cli {
namespace {

// What is known of one micrograph, or of a word that names none.
struct Finding {
    std::string path, error;
    picker_micrograph_info info = libpicker::make<picker_micrograph_info>();
    double pixel_size = 0; // angstrom; 0 if unknown
    std::vector<picker_problem> problems;
    bool usable = true;
};

// Errors that other words on the command line mend leave the file itself usable.
bool takes_away(const picker_problem& problem) {
    const std::string_view kind = problem.kind;
    return problem.level == PICKER_PROBLEM_ERROR && kind != "pixel_size_unknown" && kind != "pixel_size_absurd" &&
           kind != "same_stem";
}

Json finding_json(const Finding& f) {
    Json json = {{"path", f.path}, {"usable", f.usable}};
    if (!f.error.empty()) {
        json["error"] = f.error;
    } else {
        const bool known = f.info.has_statistics != 0;
        const auto measured = [&](double value) { return known ? json_number(value) : Json(nullptr); };
        json["format"] = f.info.format;
        json["sample_type"] = f.info.sample_type;
        json["width"] = f.info.width;
        json["height"] = f.info.height;
        json["pixel_size"] = f.pixel_size > 0 ? Json(f.pixel_size) : Json(nullptr);
        json["mean"] = measured(f.info.mean);
        json["deviation"] = measured(f.info.deviation);
        json["minimum"] = measured(f.info.minimum);
        json["maximum"] = measured(f.info.maximum);
        json["nonfinite"] = known ? Json(f.info.nonfinite) : Json(nullptr);
    }
    json["problems"] = Json::array();
    for (const picker_problem& problem : f.problems) {
        json["problems"].push_back(problem_json(problem));
    }
    return json;
}

std::string finding_text(const Finding& f) {
    std::ostringstream text;
    text << f.path;
    if (f.error.empty()) {
        text << "  " << f.info.format << " " << f.info.sample_type << ", " << f.info.width << " x " << f.info.height
             << " pixels, "
             << (f.pixel_size > 0 ? format_number(f.pixel_size, 4) + " A per pixel"
                                  : std::string("pixel size unknown"));
        if (f.info.has_statistics != 0) {
            text << ", mean " << format_number(f.info.mean, 4) << ", deviation " << format_number(f.info.deviation, 4)
                 << ", range " << format_number(f.info.minimum, 4) << " to " << format_number(f.info.maximum, 4);
        }
    }
    text << "\n";
    for (const picker_problem& problem : f.problems) {
        text << "    " << (takes_away(problem) ? "UNUSABLE: " : "note: ") << problem.message << "\n";
    }
    return text.str();
}

std::vector<Finding> findings_of(const libpicker::Inputs& inputs, const libpicker::Preflight& checked,
                                 const Arguments& arguments) {
    std::vector<Finding> findings(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        Finding& finding = findings[i];
        finding.path = inputs.path(i);
        try {
            finding.info = checked.micrograph(i);
            finding.pixel_size = pixel_size_of(arguments, inputs, i, finding.info.pixel_size);
        } catch (const libpicker::Error& error) {
            finding.error = error.what();
        }
    }
    for (const picker_problem& problem : checked.problems()) {
        if (problem.index < 0) { // a word that names nothing
            Finding finding;
            finding.path = problem.path;
            finding.error = problem.message;
            findings.push_back(finding);
        }
        Finding& finding = problem.index < 0 ? findings.back() : findings[static_cast<std::size_t>(problem.index)];
        finding.problems.push_back(problem);
        finding.usable = finding.usable && !takes_away(problem);
    }
    return findings;
}

} // namespace

Command inspect_command() {
    Command command;
    command.spec = {"inspect",
                    "Check micrographs before a run: readable, size, pixel size, problems.",
                    "FILE...",
                    {{"--deep", Takes::nothing, "",
                      "read the pixels too: statistics, and NaN, constant, clipped, hot pixels, stripes"}},
                    "FILE is any mix of files, folders, quoted globs, a STAR file that lists micrographs, or - for "
                    "names on standard input. Without --deep only headers are read. Exit code 1 when none is usable, "
                    "3 when some are not."};
    command.run = [](const Arguments& arguments) -> int {
        if (arguments.positional().empty()) {
            throw UsageError("picker inspect: name the micrographs to inspect");
        }
        Terminal terminal(arguments);
        const auto inputs = libpicker::Inputs::all_of(expand_standard_input(arguments.positional()));
        auto options = libpicker::make<picker_preflight_options>();
        options.pixel_size = arguments.number("--pixel-size").value_or(0);
        options.deep = arguments.has("--deep") ? 1 : 0;
        const libpicker::Preflight checked(inputs, options, terminal.control());
        terminal.finish();
        const std::vector<Finding> findings = findings_of(inputs, checked, arguments);
        Json json = {{"micrographs", Json::array()}};
        std::string text;
        std::size_t usable = 0;
        for (const Finding& finding : findings) {
            json["micrographs"].push_back(finding_json(finding));
            text += finding_text(finding);
            usable += finding.usable ? 1 : 0;
        }
        json["usable"] = usable;
        json["unusable"] = findings.size() - usable;
        json["seconds"] = checked.summary().seconds;
        print(arguments, json,
              text + std::to_string(usable) + " of " +
                  counted(static_cast<std::int64_t>(findings.size()), "micrograph") + " usable\n");
        return usable == findings.size() ? exit_done : usable == 0 ? exit_failed : exit_partly;
    };
    return command;
}

} // namespace cli
