// Completion scripts for bash, zsh and fish (manual.hpp).
#include "manual.hpp"
#include "picker/picker.h"

namespace cli {
namespace {

enum class Value { none, other, path, folder }; // other: a number or a word, which no shell can know

// What a flag's value is follows from what its help calls it.
Value kind_of(const std::string& called) {
    const auto begins = [&](const char* word) { return called.rfind(word, 0) == 0; };
    if (called.empty()) {
        return Value::none;
    }
    if (begins("DIR")) {
        return Value::folder;
    }
    const bool path =
        begins("IN") || begins("FILE") || begins("[FILE") || begins("MODEL") || begins("STAR") || begins("OTHER");
    return path ? Value::path : Value::other;
}

Value kind_of(const Flag& flag) {
    return flag.takes == Takes::nothing ? Value::none : kind_of(flag.value);
}

// The models that are named instead of being files, " general".
std::string model_names() {
    std::string names;
    for (int i = 0; i < picker_shipped_model_count(); ++i) {
        names += std::string(" ") + picker_shipped_model_name(i);
    }
    return names;
}

// In single quotes of a shell; `more` are further letters that get a backslash.
std::string quoted(const std::string& text, const std::string& more = "") {
    std::string out = "'";
    for (const char letter : text) {
        if (letter == '\'') {
            out += "'\\''";
        } else {
            out += (more.find(letter) == std::string::npos ? "" : "\\") + std::string(1, letter);
        }
    }
    return out + "'";
}

std::string bash(const std::vector<CommandSpec>& commands) {
    std::string names;
    std::string cases;
    for (const CommandSpec& command : commands) {
        names += command.name + " ";
        // Flags that are followed by something else than any file.
        std::string all, folders, models, others;
        for (const Flag& flag : all_flags(command)) {
            all += " " + flag.name;
            const Value kind = kind_of(flag);
            if (kind == Value::other) {
                others += " " + flag.name;
            } else if (kind == Value::folder) {
                folders += " " + flag.name;
            } else if (flag.value == "MODEL") {
                models += " " + flag.name;
            }
        }
        cases += "    " + command.name + ")\n      flags='" + all + " ' folders='" + folders + " '\n      models='" +
                 models + " ' others='" + others + " ' ;;\n";
    }
    return "# bash completion for picker, written by `picker --completion bash`\n"
           "_picker() {\n"
           "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} flags folders models "
           "others\n"
           "  COMPREPLY=()\n"
           "  if ((COMP_CWORD == 1)) || { ((COMP_CWORD == 2)) && [ \"$before\" = help ]; }; then\n"
           "    mapfile -t COMPREPLY < <(compgen -W '" +
           names +
           "--help --version' -- \"$word\")\n"
           "    return\n"
           "  fi\n"
           "  case ${COMP_WORDS[1]} in\n" +
           cases +
           "    *) return ;;\n"
           "  esac\n"
           "  if [[ $word == --* ]]; then\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$flags\" -- \"$word\")\n"
           "  elif [[ $others == *\" $before \"* ]]; then\n"
           "    return\n"
           "  elif [[ $folders == *\" $before \"* ]]; then\n"
           "    mapfile -t COMPREPLY < <(compgen -d -- \"$word\")\n"
           "    compopt -o filenames 2>/dev/null\n"
           "  else\n"
           "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
           "    if [[ $models == *\" $before \"* ]]; then\n"
           "      mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W '" +
           model_names() +
           "' -- \"$word\")\n"
           "    fi\n"
           "    compopt -o filenames 2>/dev/null\n"
           "  fi\n"
           "}\n"
           "complete -F _picker picker\n";
}

std::string zsh(const std::vector<CommandSpec>& commands) {
    std::string out = "#compdef picker\n# zsh completion for picker, written by `picker --completion zsh`\n"
                      "_picker() {\n  local -a commands\n  commands=(\n";
    for (const CommandSpec& command : commands) {
        out += "    " + quoted(command.name + ":" + command.summary) + "\n";
    }
    out += "  )\n  if ((CURRENT == 2)); then\n    _describe command commands\n    return\n  fi\n"
           "  local command=$words[2]\n  shift words\n  ((CURRENT--))\n  case $command in\n";
    for (const CommandSpec& command : commands) {
        out += "    " + command.name + ")\n      _arguments";
        for (const Flag& flag : all_flags(command)) {
            std::string spec = "*" + flag.name + "[";
            for (const char letter : flag.help) {
                // Brackets of the help are not those around it.
                spec += (letter == '[' || letter == ']' ? "\\" : "") + std::string(1, letter);
            }
            spec += "]";
            if (const Value kind = kind_of(flag); kind != Value::none) {
                spec += std::string(flag.takes == Takes::optional ? "::" : ":") + "value:" +
                        (kind == Value::folder ? "_files -/"
                         : kind == Value::path ? "_files"
                                               : " ");
            }
            out += " \\\n        " + quoted(spec);
        }
        out += " \\\n        '*:file:_files' ;;\n";
    }
    return out + "  esac\n}\n_picker \"$@\"\n";
}

std::string fish(const std::vector<CommandSpec>& commands) {
    std::string out = "# fish completion for picker, written by `picker --completion fish`\n"
                      "complete -c picker -n __fish_use_subcommand -f\n";
    for (const CommandSpec& command : commands) {
        out += "complete -c picker -n __fish_use_subcommand -a " + command.name + " -d " +
               quoted(command.summary, "\\") + "\n";
        for (const Flag& flag : all_flags(command)) {
            const Value kind = kind_of(flag);
            const bool needs = kind != Value::none && flag.takes != Takes::optional;
            out += "complete -c picker -n '__fish_seen_subcommand_from " + command.name + "' -l " +
                   flag.name.substr(2) +
                   (!needs                 ? ""
                    : kind == Value::other ? " -x"
                                           : " -r -F") +
                   " -d " + quoted(flag.help, "\\") + "\n";
        }
    }
    return out;
}

} // namespace

std::string completion(const std::vector<CommandSpec>& commands, const std::string& shell) {
    if (shell == "bash") {
        return bash(commands);
    }
    if (shell == "zsh") {
        return zsh(commands);
    }
    if (shell == "fish") {
        return fish(commands);
    }
    throw UsageError("picker: --completion needs bash, zsh or fish" + (shell.empty() ? "" : ", not '" + shell + "'"));
}

} // namespace cli
