// libstarfile with this library's errors.
#pragma once

#include "core/error.hpp"

#include <filesystem>
#include <starfile/starfile.hpp>
#include <system_error>

namespace picker {

// Calls `action`; what libstarfile throws becomes Error(bad_file) with its "FILE:LINE: message", and a way out.
template <typename Action> auto with_star_errors(const Action& action) {
    try {
        return action();
    } catch (const starfile::Error& error) {
        fail(Status::bad_file, error.what(), "; correct the file, or write it again with the program that made it");
    }
}

starfile::File read_star_file(const std::filesystem::path& path); // Error(not_found | io | bad_file)

} // namespace picker
