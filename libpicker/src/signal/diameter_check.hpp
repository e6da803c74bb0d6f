// A diameter that cannot be right for a micrograph, told before the work with what was computed from it.
#pragma once

#include <string>

namespace picker {

// Error(invalid_argument) where a particle of `diameter` pixels would have fewer than 4, or be larger than the
// micrograph. `pixel_size` in angstrom, 0 where unknown: only for the message.
void check_diameter(const std::string& name, int width, int height, double pixel_size, double diameter);

} // namespace picker
