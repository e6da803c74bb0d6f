// Finds and loads libpicker_torch, the library that holds LibTorch, when a call first needs it (engine.hpp).
// It stays loaded: LibTorch does not survive being unloaded.
#include "core/error.hpp"
#include "core/own_folder.hpp"
#include "engine/engine_table.hpp"
#include "engine/user_libtorch.hpp"
#include "version.hpp"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <mutex>

namespace picker {
namespace {

namespace fs = std::filesystem;

constexpr const char* file_name = "libpicker_torch.so";
constexpr const char* install_advice =
    "install LibTorch (`pip install torch`) and build libpicker against it (-DPICKER_WITH_TORCH=ON)";

fs::path find_file() {
    const fs::path beside = own_folder() / file_name;
    std::error_code ignored;
    if (fs::exists(beside, ignored)) {
        return beside;
    }
    // For programs run from a build folder, where the library is not beside.
    const char* given = secure_getenv("PICKER_TORCH_ENGINE");
    if (given == nullptr || *given == '\0') {
        fail(Status::backend, "the LibTorch engine ", file_name, " is not in ", own_folder().string(),
             "; training and scoring need it: ", install_advice, ", or set PICKER_TORCH_ENGINE to the path of a built ",
             file_name);
    }
    if (!fs::exists(given, ignored)) {
        fail(Status::backend, "PICKER_TORCH_ENGINE names ", given,
             ", which does not exist; set it to the path of a built ", file_name, " or unset it");
    }
    return given;
}

std::string dl_message() {
    const char* message = dlerror();
    return message != nullptr ? message : "unknown reason";
}

// What a user with a fitting engine but no LibTorch does.
std::string advice() {
    return "run `" + libtorch_install_line() + "`, or set PICKER_TORCH to the folder of a LibTorch" +
           (built_libtorch_version().empty() ? "" : " " + built_libtorch_version()) + " (the one with lib/libtorch.so)";
}

// `seen`: what was found in places of the user's own, and why it does not do.
[[noreturn]] void fail_to_open(const fs::path& file, const std::string& reason, const std::string& seen) {
    const bool names_torch = reason.find("libtorch") != std::string::npos || reason.find("libc10") != std::string::npos;
    if (names_torch && reason.find("cannot open shared object") != std::string::npos) {
        fail(Status::backend, "LibTorch is missing: ", file.string(), " needs it (", reason, "); ", seen, advice());
    }
    if (reason.find("undefined symbol") != std::string::npos) {
        fail(Status::backend, "the LibTorch found is not the version that ", file.string(), " was built with (", reason,
             "); ", seen, advice(), ", or build libpicker again against this one");
    }
    fail(Status::backend, "cannot load the LibTorch engine ", file.string(), ": ", reason, "; ", seen, install_advice);
}

// Another version may load, and then compute or crash as it likes: it is refused by its number before.
std::string misfit(const fs::path& root) {
    const std::string version = libtorch_version(root);
    return libtorch_fits(version) ? ""
                                  : "the LibTorch in " + root.string() + " is version " + version +
                                        ", but libpicker was built for " + built_libtorch_version() + "; ";
}

void* open_library(const fs::path& file) {
    if (const auto loaded = loaded_libtorch()) {
        if (const std::string seen = misfit(*loaded); !seen.empty()) {
            fail(Status::backend, seen, "this program has loaded it already; ", advice(), ", and load it instead");
        }
    } else if (const std::string seen = misfit(file.parent_path().parent_path() / "torch"); !seen.empty()) {
        // The torch package beside ours.
        fail(Status::backend, seen, "install that version (`pip install torch==", built_libtorch_version(),
             "`), or libpicker again");
    }
    if (void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        return handle;
    }
    std::string reason = dl_message();
    std::string all_seen;
    for (const fs::path& root : libtorch_places()) {
        const fs::path torch = root / "lib" / "libtorch.so";
        std::error_code ignored;
        if (!fs::exists(torch, ignored)) {
            continue;
        }
        if (const std::string seen = misfit(root); !seen.empty()) {
            all_seen += seen;
            continue;
        }
        // Once it is loaded, the engine's dependency is satisfied by its soname.
        if (dlopen(torch.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) {
            all_seen += "the LibTorch in " + root.string() + " cannot be loaded (" + dl_message() + "); ";
            continue;
        }
        if (void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) {
            return handle;
        }
        reason = dl_message();
        break; // what is loaded stays, so that no other can be tried
    }
    fail_to_open(file, reason, all_seen);
}

const Engine* load() {
    const fs::path file = find_file();
    void* handle = open_library(file);
    const auto entry = reinterpret_cast<picker_torch_engine_fn>(dlsym(handle, "picker_torch_engine"));
    if (entry == nullptr) {
        fail(Status::backend, file.string(), " is not a LibTorch engine of libpicker (it has no picker_torch_engine); ",
             "install libpicker again");
    }
    const EngineTable* table = entry();
    if (table == nullptr || table->table_version != engine_table_version) {
        fail(Status::backend, file.string(), " speaks another version of the engine interface (",
             table != nullptr ? table->table_version : 0, ", this library ", engine_table_version,
             "); install both libraries from one build of libpicker");
    }
    if (table->library_version == nullptr || std::strcmp(table->library_version, PICKER_VERSION_STRING) != 0) {
        fail(Status::backend, file.string(), " belongs to libpicker ",
             table->library_version != nullptr ? table->library_version : "?", ", but this is libpicker ",
             PICKER_VERSION_STRING, "; install both libraries from one build");
    }
    if (table->engine == nullptr) {
        fail(Status::backend, file.string(), " could not start LibTorch; ", install_advice);
    }
    return table->engine;
}

} // namespace

const Engine& engine() {
    static std::mutex mutex;
    static const Engine* loaded = nullptr;
    const std::lock_guard lock(mutex);
    if (loaded == nullptr) {
        loaded = load(); // a failure is not remembered: the user may install LibTorch and go on
    }
    return *loaded;
}

bool engine_available(std::string* reason) {
    try {
        (void)engine();
        return true;
    } catch (const std::exception& error) {
        if (reason != nullptr) {
            *reason = error.what();
        }
    }
    return false;
}

} // namespace picker
