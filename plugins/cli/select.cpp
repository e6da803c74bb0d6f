// picker select: micrographs of a run chosen by quality.
#include "command.hpp"

#include <sstream>

namespace cli {
namespace {

// Rules that are asked for often, as flags; the others are written out with --rule.
struct NamedRule {
    const char *flag, *rule, *help;
};
constexpr NamedRule named_rules[] = {
    {"--min-picks", "picks >= ", "at least this many picks"},
    {"--max-false-share", "false_share <= ", "at most this share of false picks, by their probabilities (0 to 1)"},
    {"--min-defocus", "defocus >= ", "defocus by the power spectrum, angstrom: at least this"},
    {"--max-defocus", "defocus <= ", "and at most this"},
    {"--max-resolution", "thon_limit <= ", "angstrom: the rings of the power spectrum go at least as fine as this"},
    {"--max-foreign",
     "foreign <= ", "at most this share of the area under carbon, large ice and contamination (0 to 1)"}};

std::vector<Flag> select_flags() {
    std::vector<Flag> flags{
        {"--micrographs", Takes::one, "LIST",
         "the STAR or .cs list that was picked: its rows are written, with all their columns and the optics groups"},
        {"--output", Takes::one, "OUT", "folder to write to [DIR]"},
        {"--rule", Takes::many, "RULE...",
         "further rules on the columns of quality.csv: a name, one of >= <= > <, a number, such as 'unevenness < "
         "0.5'"}};
    for (const NamedRule& rule : named_rules) {
        flags.push_back({rule.flag, Takes::one, "X", rule.help});
    }
    return flags;
}

std::vector<std::string> rules_of(const Arguments& arguments) {
    std::vector<std::string> rules;
    for (const NamedRule& rule : named_rules) {
        if (arguments.number(rule.flag)) { // checked here; written as it was typed
            rules.push_back(rule.rule + arguments.text(rule.flag));
        }
    }
    for (const std::string& rule : arguments.list("--rule")) {
        rules.push_back(rule);
    }
    if (rules.empty()) {
        throw UsageError("picker select: no rule; give --min-picks N, --max-false-share Q, --rule 'defocus < 30000' or "
                         "others");
    }
    return rules;
}

} // namespace

Command select_command() {
    Command command;
    command.spec = {"select", "Choose micrographs of a run by quality: micrographs_selected.star or .cs, and why.",
                    "DIR", select_flags(),
                    "DIR is the output folder of picker pick, whose quality.csv has the numbers. A micrograph passes "
                    "when all rules hold; a number that is not known meets none. selection.csv has the reasons."};
    command.run = [](const Arguments& arguments) -> int {
        if (arguments.positional().size() != 1) {
            throw UsageError("picker select: give one folder, the output of picker pick");
        }
        const std::string folder = arguments.positional().front();
        const std::string list = arguments.text("--micrographs");
        const std::string output = arguments.text("--output", folder);
        const std::vector<std::string> rules = rules_of(arguments);
        const auto result = libpicker::select_micrographs(folder, rules, list, output);
        const bool is_cs = list.size() > 3 && list.substr(list.size() - 3) == ".cs";
        const std::string file = in_folder(output, is_cs ? "micrographs_selected.cs" : "micrographs_selected.star");
        const std::string reasons = in_folder(output, "selection.csv");
        Json json = {{"micrographs", result.micrographs},
                     {"selected", result.selected},
                     {"output", file},
                     {"reasons", reasons},
                     {"rules", Json::array()}};
        std::ostringstream text;
        text << result.selected << " of " << counted(result.micrographs, "micrograph") << " selected\n";
        for (std::size_t i = 0; i < rules.size(); ++i) {
            json["rules"].push_back({{"rule", rules[i]}, {"failing", result.failing[i]}});
            text << "  " << result.failing[i] << " do not meet " << rules[i] << "\n";
        }
        text << "list " << file << "\nreasons " << reasons << "\n";
        print(arguments, json, text.str());
        return exit_done;
    };
    return command;
}

} // namespace cli
