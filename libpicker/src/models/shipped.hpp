// Trained models that are installed with the library, by name.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace picker {

struct ShippedModel {
    const char* name;
    const char* summary; // one line
};
std::span<const ShippedModel> shipped_models();

// `given` as it is where there is such a file (not a folder); else, where it is the name of a shipped model, that
// model's file. Error(not_found) naming the places looked at, where the model is not installed; Error(not_found)
// naming the shipped models, where `given` is neither.
std::filesystem::path model_file(const std::filesystem::path& given);

} // namespace picker
