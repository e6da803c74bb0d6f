// Where the shipped models are (shipped.hpp). Their files come from libpicker/models; what they are is in
// docs/models.md.
#include "models/shipped.hpp"

#include "core/error.hpp"
#include "core/own_folder.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace picker {
namespace {

namespace fs = std::filesystem;

constexpr std::array all{
    ShippedModel{"general", "for any particle without training: give its diameter"},
};

fs::path find(const std::string& name) {
    const std::string file = name + ".safetensors";
    std::string places;
    // Beside the library in a build tree and in a wheel; where an installation has its data.
    for (const fs::path& folder : {own_folder() / "models", own_folder() / PICKER_MODELS_FROM_LIBRARY}) {
        std::error_code ignored;
        if (fs::is_regular_file(folder / file, ignored)) {
            return folder / file;
        }
        places += (places.empty() ? "" : " or ") + folder.lexically_normal().string();
    }
    // For programs run from a build folder, where the library is not beside.
    const char* given = secure_getenv("PICKER_MODELS");
    std::error_code ignored;
    if (given != nullptr && fs::is_regular_file(fs::path(given) / file, ignored)) {
        return fs::path(given) / file;
    }
    fail(Status::not_found, "the model ", name, " is not installed: there is no ", file, " in ", places,
         "; install libpicker again, or set PICKER_MODELS to the folder that holds it");
}

} // namespace

std::span<const ShippedModel> shipped_models() {
    return all;
}

fs::path model_file(const fs::path& given) {
    std::error_code ignored;
    std::string names;
    for (const ShippedModel& model : all) {
        if (given == model.name && (!fs::exists(given, ignored) || fs::is_directory(given, ignored))) {
            return find(model.name); // a folder may have a model's name, and is none
        }
        names += (names.empty() ? "" : ", ") + std::string(model.name);
    }
    if (fs::exists(given, ignored) || given.has_parent_path() || given.has_extension()) {
        return given; // reading it says what is wrong with it
    }
    fail(Status::not_found, "there is no file ", given.string(), ", and no model of this name is installed (there is ",
         names, "); give the path of a .safetensors file or one of these names");
}

} // namespace picker
