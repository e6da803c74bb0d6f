// Manual pages and shell completion, written from the tables that parsing and --help come from.
#pragma once

#include "arguments.hpp"

namespace cli {

// Pages of man(1) in roff: picker.1, and picker-COMMAND.1.
std::string overview_page(const std::vector<CommandSpec>& commands, const std::string& version);
std::string command_page(const CommandSpec& command, const std::string& version);

// A script that completes commands, flags and paths in a shell. UsageError for a shell that is not bash, zsh or fish.
std::string completion(const std::vector<CommandSpec>& commands, const std::string& shell);

} // namespace cli
