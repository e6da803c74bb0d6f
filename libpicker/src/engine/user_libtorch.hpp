// The LibTorch of a user's machine: where it may lie, which version it is, and whether the engine was built for that.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace picker {

// "2.13.0": the LibTorch that this build's engine was made with; "" in a build without the engine.
std::string built_libtorch_version();

// The version of the LibTorch in a folder (of an unpacked LibTorch, or of an installed torch package), "" if it does
// not tell. Reads a text file; nothing is loaded.
std::string libtorch_version(const std::filesystem::path& root);

// Whether the engine runs with this version: the same major and minor number. What does not tell its version may.
bool libtorch_fits(const std::string& version);

// The folder of the LibTorch that this process has loaded, by whomever.
std::optional<std::filesystem::path> loaded_libtorch();

// Where the line of libtorch_install_line() puts it: PICKER's folder of the user's data. Empty without a home.
std::filesystem::path home_libtorch();

// Folders to look in, the first before the others: $PICKER_TORCH, home_libtorch().
std::vector<std::filesystem::path> libtorch_places();

// The line that installs a LibTorch that fits where it is looked for.
std::string libtorch_install_line();

} // namespace picker
