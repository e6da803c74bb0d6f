// The library's own place (own_folder.hpp).
#include "core/own_folder.hpp"

#include <dlfcn.h>
#include <system_error>

namespace picker {

std::filesystem::path own_folder() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0 || info.dli_fname == nullptr) {
        return {};
    }
    std::error_code ignored;
    const std::filesystem::path absolute = std::filesystem::canonical(info.dli_fname, ignored);
    return (absolute.empty() ? std::filesystem::path(info.dli_fname) : absolute).parent_path();
}

} // namespace picker
