// Dust: contamination, gold and carbon's edge, which stand out of a micrograph over areas larger than a particle (the
// automatic mask of PARSED's code, 2020).
#pragma once

#include "core/image.hpp"

#include <cstdint>
#include <vector>

namespace picker {

// 1 for each pixel of dust, row by row. What stands out is the difference of two low-passes, of 2 and 8 pixels: dust is
// where it is more than `deviations` from 0 on either side (in units of its median deviation, which dust hardly
// changes) over a connected area of more than `least_area` pixels; a rim of 3 pixels goes with it.
std::vector<std::uint8_t> find_dust(const Image& image, double deviations, double least_area);

// Mean 0 and deviation 1 of the pixels that are not taken out; these become 0. Where hardly any would be left, nothing
// is taken out.
void standardise_without(Image& image, const std::vector<std::uint8_t>& taken_out);

} // namespace picker
