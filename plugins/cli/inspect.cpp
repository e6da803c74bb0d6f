// picker inspect: preflight of micrographs; no model is loaded.
#include "command.hpp"

#include <cmath>
#include <map>
#include <sstream>

namespace cli {
namespace {

// What is known of one micrograph, or of a word that names none.
struct Finding {
    std::string path, error;
    picker_micrograph_info info = libpicker::make<picker_micrograph_info>();
    double pixel_size = 0; // angstrom; 0 if unknown
    std::vector<std::string> problems;
    bool usable = true;
};

Finding examine(const Arguments& arguments, const libpicker::Inputs& inputs, std::size_t index) {
    Finding finding;
    finding.path = inputs.path(index);
    try {
        finding.info = header_of(finding.path, true);
    } catch (const libpicker::Error& error) {
        finding.error = error.what();
        finding.usable = false;
        return finding;
    }
    const double header = finding.info.pixel_size, star = inputs.pixel_size(index);
    finding.pixel_size = pixel_size_of(arguments, inputs, index, header);
    if (!(finding.pixel_size > 0)) {
        finding.problems.emplace_back("pixel size unknown; give --pixel-size A");
    } else if (finding.pixel_size < 0.05 || finding.pixel_size > 100) {
        finding.problems.emplace_back("pixel size is absurd; give --pixel-size A");
    } else if (!arguments.has("--pixel-size") && star > 0 && header > 0 && std::abs(star / header - 1) > 0.01) {
        finding.problems.push_back("pixel size is " + format_number(star, 4) + " A in the STAR and " +
                                   format_number(header, 4) + " A in the header; the STAR's is used");
    }
    if (finding.info.nonfinite > 0) {
        finding.problems.push_back(std::to_string(finding.info.nonfinite) +
                                   " pixels are not numbers; it cannot be picked");
        finding.usable = false;
    } else if (finding.info.minimum == finding.info.maximum) {
        finding.problems.emplace_back("every pixel has the same value; it cannot be picked");
        finding.usable = false;
    }
    return finding;
}

Json finding_json(const Finding& f) {
    Json json = {{"path", f.path}, {"usable", f.usable}};
    if (!f.error.empty()) {
        json["error"] = f.error;
        return json;
    }
    json["format"] = f.info.format;
    json["sample_type"] = f.info.sample_type;
    json["width"] = f.info.width;
    json["height"] = f.info.height;
    json["pixel_size"] = f.pixel_size > 0 ? Json(f.pixel_size) : Json(nullptr);
    json["mean"] = json_number(f.info.mean);
    json["deviation"] = json_number(f.info.deviation);
    json["minimum"] = json_number(f.info.minimum);
    json["maximum"] = json_number(f.info.maximum);
    json["nonfinite"] = f.info.nonfinite;
    json["problems"] = f.problems;
    return json;
}

std::string finding_text(const Finding& f) {
    std::ostringstream text;
    text << f.path;
    if (!f.error.empty()) {
        text << "\n    UNUSABLE: " << f.error << "\n";
        return text.str();
    }
    text << "  " << f.info.format << " " << f.info.sample_type << ", " << f.info.width << " x " << f.info.height
         << " pixels, "
         << (f.pixel_size > 0 ? format_number(f.pixel_size, 4) + " A per pixel" : std::string("pixel size unknown"))
         << ", mean " << format_number(f.info.mean, 4) << ", deviation " << format_number(f.info.deviation, 4)
         << ", range " << format_number(f.info.minimum, 4) << " to " << format_number(f.info.maximum, 4) << "\n";
    for (const std::string& problem : f.problems) {
        text << "    " << (f.usable ? "note: " : "UNUSABLE: ") << problem << "\n";
    }
    return text.str();
}

// The micrographs that the words name, one group for each; a word that names none becomes a finding of its own.
struct Words {
    std::vector<libpicker::Inputs> inputs;
    std::vector<Finding> missing;
};

Words expand(const std::vector<std::string>& patterns) {
    Words words;
    try {
        words.inputs.emplace_back(patterns, true);
        return words;
    } catch (const libpicker::Error&) {
        if (patterns.empty()) {
            throw; // nothing came on standard input
        }          // else one of them is at fault: find out which
    }
    for (const std::string& pattern : patterns) {
        try {
            words.inputs.emplace_back(std::vector<std::string>{pattern}, true);
        } catch (const libpicker::Error& error) {
            Finding finding;
            finding.path = pattern;
            finding.error = error.what();
            finding.usable = false;
            words.missing.push_back(finding);
        }
    }
    return words;
}

// Micrographs of one stem are refused by a pick run.
void note_same_stems(std::vector<Finding>& findings, const std::vector<std::string>& stems) {
    std::map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < stems.size(); ++i) {
        const auto [place, is_new] = first.emplace(stems[i], i);
        if (!is_new && findings[place->second].path != findings[i].path) {
            findings[i].problems.push_back("has the same name as " + findings[place->second].path +
                                           "; they cannot be picked in one run");
        }
    }
}

} // namespace

Command inspect_command() {
    Command command;
    command.spec = {"inspect",
                    "Check micrographs before a run: readable, size, pixel size, statistics, problems.",
                    "FILE...",
                    {},
                    "FILE is any mix of files, folders, quoted globs, a STAR file that lists micrographs, or - for "
                    "names on standard input. Exit code 1 when none is usable, 3 when some are not."};
    command.run = [](const Arguments& arguments) -> int {
        if (arguments.positional().empty()) {
            throw UsageError("picker inspect: name the micrographs to inspect");
        }
        Terminal terminal(arguments);
        Words words = expand(expand_standard_input(arguments.positional()));
        std::vector<Finding> findings;
        std::vector<std::string> stems;
        std::int64_t total = 0;
        for (const auto& inputs : words.inputs) {
            total += static_cast<std::int64_t>(inputs.size());
        }
        for (const auto& inputs : words.inputs) {
            for (std::size_t i = 0; i < inputs.size() && !interrupted(); ++i) {
                findings.push_back(examine(arguments, inputs, i));
                stems.push_back(inputs.stem(i));
                terminal.step("inspect", static_cast<std::int64_t>(findings.size()), total);
            }
        }
        terminal.finish();
        note_same_stems(findings, stems);
        findings.insert(findings.end(), words.missing.begin(), words.missing.end());
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
        print(arguments, json,
              text + std::to_string(usable) + " of " +
                  counted(static_cast<std::int64_t>(findings.size()), "micrograph") + " usable\n");
        if (interrupted()) {
            return exit_cancelled;
        }
        return usable == findings.size() ? exit_done : usable == 0 ? exit_failed : exit_partly;
    };
    return command;
}

} // namespace cli
