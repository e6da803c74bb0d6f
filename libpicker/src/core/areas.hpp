// Connected areas of an image.
#pragma once

#include "core/image.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace picker {

// A connected area: the pixels above a value that touch each other, also by a corner.
struct Areas {
    std::vector<std::int32_t> labels; // of each pixel, row by row: 0 outside, then 1, 2, ... in the order of rows
    std::vector<std::size_t> sizes;   // pixels of area 1, 2, ...
};
Areas connected_areas(const Image& image, float above);

} // namespace picker
