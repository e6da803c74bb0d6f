// What goes wrong inside the library: one exception type that carries a status and a message for the user.
// A message names the thing, the file and the way out. Exceptions stop at the C boundary (capi/guard.hpp).
#pragma once

#include <cstdint>
#include <locale>
#include <sstream>
#include <stdexcept>
#include <string>

namespace picker {

// The values are those of picker_status in picker.h; a test holds the two lists together.
enum class Status : std::int32_t {
    ok = 0,
    invalid_argument = 1, // a parameter is out of range, NULL, or contradicts another
    not_found = 2,        // a file, format, architecture, column or name that does not exist
    io = 3,               // the operating system refused to open, read, write or rename
    bad_file = 4,         // a file is damaged, truncated or not what its name says
    unsupported = 5,      // well-formed, but a variant that the library does not handle
    mismatch = 6,         // two things that do not fit together (sizes, checkpoints, settings)
    cancelled = 7,        // a callback asked to stop
    out_of_memory = 8,
    backend = 9,  // LibTorch is missing, does not fit or failed
    internal = 10 // a fault of the library itself
};

class Error : public std::runtime_error {
public:
    Error(Status status, const std::string& what) : std::runtime_error(what), status_(status) {}
    Status status() const noexcept { return status_; }

private:
    Status status_;
};

// text("a", 3, "b") is "a3b": messages are built at the place that throws them. Whole, or std::bad_alloc: by itself a
// stream that gets no memory keeps silent and loses the end, which a file would then lack.
template <typename... Parts> std::string text(const Parts&... parts) {
    std::ostringstream out;
    out.exceptions(std::ios::badbit);
    out.imbue(std::locale::classic());
    (out << ... << parts);
    return out.str();
}

template <typename... Parts> [[noreturn]] void fail(Status status, const Parts&... parts) {
    throw Error(status, text(parts...));
}

} // namespace picker
