// The LibTorch of a user's machine (user_libtorch.hpp).
#include "engine/user_libtorch.hpp"

#include <cstdlib>
#include <dlfcn.h>
#include <fstream>
#include <link.h>

#ifndef PICKER_TORCH_VERSION // src/torch gives it where the engine is built
#define PICKER_TORCH_VERSION ""
#endif

namespace picker {
namespace {

namespace fs = std::filesystem;

// "2.13" of "2.13.0+cpu".
std::string major_minor(const std::string& version) {
    const std::size_t first = version.find('.');
    return first == version.npos ? version : version.substr(0, version.find_first_not_of("0123456789", first + 1));
}

const char* environment(const char* name) {
    const char* value = secure_getenv(name);
    return value == nullptr || *value == '\0' ? nullptr : value;
}

} // namespace

std::string built_libtorch_version() {
    return PICKER_TORCH_VERSION;
}

std::string libtorch_version(const fs::path& root) {
    std::ifstream file(root / "share" / "cmake" / "Torch" / "TorchConfigVersion.cmake");
    const std::string begin = "set(PACKAGE_VERSION \"";
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(begin, 0) == 0) {
            return line.substr(begin.size(), line.find('"', begin.size()) - begin.size());
        }
    }
    return "";
}

bool libtorch_fits(const std::string& version) {
    return version.empty() || built_libtorch_version().empty() ||
           major_minor(version) == major_minor(built_libtorch_version());
}

std::optional<fs::path> loaded_libtorch() {
    void* handle = dlopen("libtorch_cpu.so", RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) {
        (void)dlerror(); // the caller's next message is not about this
        return std::nullopt;
    }
    const link_map* map = nullptr;
    std::optional<fs::path> root;
    if (dlinfo(handle, RTLD_DI_LINKMAP, static_cast<void*>(&map)) == 0 && map != nullptr && map->l_name != nullptr) {
        root = fs::path(map->l_name).parent_path().parent_path();
    }
    dlclose(handle);
    return root;
}

fs::path home_libtorch() {
    if (const char* data = environment("XDG_DATA_HOME")) {
        return fs::path(data) / "picker" / "torch";
    }
    const char* home = environment("HOME");
    return home == nullptr ? fs::path() : fs::path(home) / ".local" / "share" / "picker" / "torch";
}

std::vector<fs::path> libtorch_places() {
    std::vector<fs::path> places;
    if (const char* given = environment("PICKER_TORCH")) {
        places.emplace_back(given);
    }
    if (const fs::path home = home_libtorch(); !home.empty()) {
        places.push_back(home);
    }
    return places;
}

std::string libtorch_install_line() {
    const fs::path home = home_libtorch();
    const std::string version = built_libtorch_version();
    return "python3 -m pip install " + (home.empty() ? "" : "--target '" + home.parent_path().string() + "' ") +
           "torch" + (version.empty() ? "" : "==" + version);
}

} // namespace picker
