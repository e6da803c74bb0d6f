// `picker`: the terminal's host of libpicker. It parses, calls the C API through picker.hpp, and prints.
#include "command.hpp"
#include "manual.hpp"
#include "preflight.hpp"

#include <algorithm>
#include <iostream>

namespace {

std::vector<cli::Command> commands() {
    return {cli::models_command(),  cli::inspect_command(), cli::simulate_command(), cli::train_command(),
            cli::review_command(),  cli::pick_command(),    cli::report_command(),   cli::select_command(),
            cli::cutoff_command(),  cli::score_command(),   cli::evaluate_command(), cli::check_command(),
            cli::convert_command(), cli::merge_command(),   cli::heads_command(),    cli::devices_command(),
            cli::diameter_command()};
}

std::string overview(const std::vector<cli::Command>& all) {
    std::string text = "picker COMMAND [flags]\nParticle picking for cryo-EM micrographs.\n\n";
    for (const cli::Command& command : all) {
        std::string name = "  " + command.spec.name;
        name.resize(14, ' ');
        text += name + command.spec.summary + "\n";
    }
    return text + "\npicker COMMAND --help tells the flags of a command; picker --version the version.\n"
                  "picker --completion SHELL prints the completion for bash, zsh or fish;\n"
                  "picker --man-page [COMMAND] a manual page.\n"
                  "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some micrographs failed,\n130 cancelled.\n";
}

std::string version_line() {
    return std::string("picker ") + picker_version() + "\n";
}

const cli::Command& command_of(const std::vector<cli::Command>& all, const std::string& name) {
    std::vector<std::string> names;
    for (const auto& command : all) {
        if (command.spec.name == name) {
            return command;
        }
        names.push_back(command.spec.name);
    }
    const std::string near = cli::nearest(name, names);
    throw cli::UsageError("picker: unknown command '" + name + "'" +
                          (near.empty() ? "; see" : "; did you mean " + near + "? See") + " picker --help");
}

// --man-page [COMMAND], --completion SHELL: what an installation puts at its places (manual.cmake).
int print_manual(const std::vector<cli::Command>& all, const std::vector<std::string>& words) {
    const std::string argument = words.size() > 1 ? words[1] : "";
    std::vector<cli::CommandSpec> specs;
    for (const auto& command : all) {
        specs.push_back(command.spec);
    }
    if (words[0] == "--completion") {
        cli::put(cli::completion(specs, argument));
    } else if (argument.empty()) {
        cli::put(cli::overview_page(specs, picker_version()));
    } else {
        cli::put(cli::command_page(command_of(all, argument).spec, picker_version()));
    }
    return cli::exit_done;
}

int run(const std::vector<std::string>& words) {
    const auto all = commands();
    if (words.empty()) {
        std::cerr << overview(all);
        return cli::exit_usage;
    }
    if (words[0] == "--man-page" || words[0] == "--completion") {
        return print_manual(all, words);
    }
    const bool help = words[0] == "--help" || words[0] == "-h" || words[0] == "help";
    if (help && words.size() == 1) {
        cli::put(overview(all));
        return cli::exit_done;
    }
    if (words[0] == "--version") {
        cli::put(version_line());
        return cli::exit_done;
    }
    const std::string& name = help ? words[1] : words[0];
    const cli::Command& found = command_of(all, name);
    if (help) {
        cli::put(cli::usage(found.spec));
        return cli::exit_done;
    }
    const cli::Arguments arguments(found.spec, {words.begin() + 1, words.end()});
    if (arguments.has("--help")) {
        cli::put(cli::usage(found.spec));
        return cli::exit_done;
    }
    if (arguments.has("--version")) {
        cli::put(version_line());
        return cli::exit_done;
    }
    cli::check_common(arguments);
    cli::watch_interrupts();
    return found.run(arguments);
}

// With --json a failure is an object too: {"error": {"status", "message"}}.
int report(const std::vector<std::string>& words, int code, const std::string& status, const std::string& message,
           const cli::Json& problems = {}) {
    std::cerr << message << "\n";
    if (std::find(words.begin(), words.end(), "--json") != words.end()) {
        try {
            cli::Json json = {{"error", {{"status", status}, {"message", message}}}};
            if (!problems.is_null()) {
                json["problems"] = problems;
            }
            cli::put(json.dump(2, ' ', false, cli::Json::error_handler_t::replace) + "\n");
        } catch (const std::exception&) {
            return code; // standard output is what failed
        }
    }
    return code;
}

} // namespace

int main(int count, char** values) {
    const std::vector<std::string> words(values + 1, values + count);
    try {
        return run(words);
    } catch (const cli::UsageError& error) {
        return report(words, cli::exit_usage, "USAGE", error.what());
    } catch (const cli::PreflightError& error) {
        return report(words, cli::exit_failed, picker_status_name(error.status()),
                      std::string("picker: ") + error.what(), error.problems());
    } catch (const libpicker::Error& error) {
        const int code = error.status() == PICKER_CANCELLED ? cli::exit_cancelled : cli::exit_failed;
        return report(words, code, picker_status_name(error.status()), std::string("picker: ") + error.what());
    } catch (const std::exception& error) {
        return report(words, cli::exit_failed, picker_status_name(PICKER_INTERNAL),
                      std::string("picker: ") + error.what());
    }
}
