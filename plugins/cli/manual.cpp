// Manual pages in roff (manual.hpp).
#include "manual.hpp"

#include <algorithm>
#include <cctype>

namespace cli {
namespace {

// Text as roff shows it: no character that has a meaning of its own.
std::string plain(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        switch (letter) {
        case '\\':
            out += "\\e";
            break;
        case '-':
            out += "\\-"; // a minus, which can be copied into a shell; a bare one may become a hyphen
            break;
        case '\'':
            out += "\\(aq";
            break;
        case '`':
            out += "\\(ga";
            break;
        case '^':
            out += "\\(ha";
            break;
        case '~':
            out += "\\(ti";
            break;
        default:
            out += letter;
        }
    }
    return out.empty() || out[0] != '.' ? out : "\\&" + out; // a point that opens a line opens a request
}

std::string bold(const std::string& text) {
    return "\\fB" + plain(text) + "\\fR";
}

std::string italic(const std::string& text) {
    return "\\fI" + plain(text) + "\\fR";
}

std::string title(const std::string& page, const std::string& version) {
    std::string capitals = page;
    std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    // No hyphens that the source does not have, no stretched lines.
    return ".TH \"" + plain(capitals) + "\" 1 \"\" \"libpicker " + plain(version) + "\" \"libpicker\"\n.nh\n.ad l\n";
}

// What whatis(1) lists: no capital at the start, no point at the end.
std::string name_section(const std::string& page, std::string summary) {
    if (!summary.empty() && summary.back() == '.') {
        summary.pop_back();
    }
    if (summary.size() > 1 && std::islower(static_cast<unsigned char>(summary[1]))) {
        summary[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(summary[0])));
    }
    return ".SH NAME\n" + plain(page) + " \\- " + plain(summary) + "\n";
}

std::string value_of(const Flag& flag) {
    if (flag.takes == Takes::nothing) {
        return "";
    }
    return " " + (flag.takes == Takes::optional ? "[" + italic(flag.value) + "]" : italic(flag.value));
}

std::string entry(const Flag& flag) {
    return ".TP\n" + bold(flag.name) + value_of(flag) + "\n" + plain(flag.help) + "\n";
}

bool is_required(const Flag& flag) {
    return flag.help.find("(required)") != std::string::npos;
}

std::string notes_section(const std::string& notes) {
    if (notes.empty()) {
        return "";
    }
    std::string out = ".SH NOTES\n";
    bool as_is = false; // lines that keep their breaks and spaces
    for (const std::string& line : split(notes, '\n')) {
        if ((line[0] == ' ') != as_is) {
            as_is = !as_is;
            out += as_is ? ".PP\n.nf\n" : ".fi\n.PP\n";
        }
        out += (as_is ? "\\&" : "") + plain(line) + "\n";
    }
    return out + (as_is ? ".fi\n" : "");
}

std::string exit_section() {
    const std::pair<const char*, const char*> codes[] = {{"0", "done"},
                                                         {"1", "failed"},
                                                         {"2", "wrong usage"},
                                                         {"3", "done, but some micrographs failed"},
                                                         {"130", "cancelled"}};
    std::string out = ".SH EXIT STATUS\n";
    for (const auto& [code, meaning] : codes) {
        out += std::string(".TP\n.B ") + code + "\n" + meaning + "\n";
    }
    return out;
}

} // namespace

std::string overview_page(const std::vector<CommandSpec>& commands, const std::string& version) {
    std::string out = title("picker", version) + name_section("picker", "particle picking for cryo-EM micrographs") +
                      ".SH SYNOPSIS\n" + bold("picker") + " " + italic("COMMAND") + " [" + italic("flags") +
                      "]\n.br\n" + bold("picker") + " " + italic("COMMAND") + " " + bold("--help") + "\n";
    out += ".SH DESCRIPTION\n" +
           plain("Finds particles in cryo-EM micrographs: trains a picker on coordinates that you "
                 "trust, picks the rest of a data set with it, and says how good the picks are. "
                 "The model general, which is installed with it, picks without training. Each "
                 "command has a page of its own.") +
           "\n.SH COMMANDS\n";
    for (const CommandSpec& command : commands) {
        out += ".TP\n" + bold("picker-" + command.name) + "(1)\n" + plain(command.summary) + "\n";
    }
    out += ".SH OPTIONS\n";
    out += entry({"--help", Takes::nothing, "", "the list of commands"});
    out += entry({"--version", Takes::nothing, "", "the version"});
    out += entry({"--completion", Takes::one, "SHELL", "print the completion for bash, zsh or fish"});
    out += entry({"--man-page", Takes::optional, "COMMAND", "print this page, or that of a command"});
    out += exit_section();
    out += ".SH ENVIRONMENT\n.TP\n" + bold("PICKER_TORCH") + "\n" +
           plain("folder of the LibTorch that networks run in (the one with lib/libtorch.so), where it is not found "
                 "by itself") +
           "\n";
    return out;
}

std::string command_page(const CommandSpec& command, const std::string& version) {
    const std::string page = "picker-" + command.name;
    const std::vector<Flag> flags = all_flags(command);
    std::string out = title(page, version) + name_section(page, command.summary) + ".SH SYNOPSIS\n" +
                      bold("picker " + command.name) +
                      (command.positional.empty() ? "" : " " + italic(command.positional));
    for (const Flag& flag : flags) {
        out += is_required(flag) ? " " + bold(flag.name) + value_of(flag) : "";
    }
    out += " [" + italic("flags") + "]\n.SH DESCRIPTION\n" + plain(command.summary) + "\n";
    if (!command.flags.empty()) {
        out += ".SH OPTIONS\n";
    }
    for (std::size_t i = 0; i < flags.size(); ++i) {
        out += (i == command.flags.size() ? ".SH COMMON OPTIONS\n" : "") + entry(flags[i]);
    }
    return out + notes_section(command.notes) + exit_section() + ".SH SEE ALSO\n" + bold("picker") + "(1)\n";
}

} // namespace cli
