// Why an image cannot be read, as a kind beside the message: callers that list many bad files group them by it.
#pragma once

#include "core/error.hpp"

#include <string>

namespace picker {

enum class ImageFault {
    empty,     // 0 bytes
    truncated, // the file ends before what its header promises
    damaged,   // no image, or a header that contradicts itself
    size,      // a header that claims more pixels than any micrograph has
    stack,     // several sections or pages
    mode       // samples that are not read: complex, colour, 4-bit, EER
};

class ImageError : public Error {
public:
    ImageError(ImageFault fault, const std::string& what)
        : Error(fault == ImageFault::stack || fault == ImageFault::mode ? Status::unsupported : Status::bad_file, what),
          fault_(fault) {}
    ImageFault fault() const noexcept { return fault_; }

private:
    ImageFault fault_;
};

template <typename... Parts> [[noreturn]] void fail_image(ImageFault fault, const Parts&... parts) {
    throw ImageError(fault, text(parts...));
}

} // namespace picker
