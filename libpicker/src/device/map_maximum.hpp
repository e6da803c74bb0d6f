// A maximum of a score map as a device hands it out: all that picking has to know of the map around it.
#pragma once

#include <cstdint>

namespace picker {

// A pixel that is the largest of its window. Of a plateau there is one for every pixel of it.
struct MapMaximum {
    std::int32_t x = 0, y = 0;
    float value = 0.0F;
    // The map beside it. Along an axis on which it lies at a border both are the value itself.
    float left = 0.0F, right = 0.0F, above = 0.0F, below = 0.0F;
    // 1 where it touches a pixel of its value that is not the largest of that one's window: the plateau is a shoulder
    // of something higher.
    std::int32_t shoulder = 0;
};

} // namespace picker
