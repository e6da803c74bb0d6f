// Connected areas of a score map that are too large for a particle: ice and carbon that the network likes everywhere.
#pragma once

#include "core/areas.hpp"
#include "core/image.hpp"
#include "picking/filters.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace picker {

// For each area whether it is removed. Both presets look at scores above 0.5.
// paper (Wang et al. 2016, 4.5): larger than 4 times the mean area.
// lua: with more than 20 areas of more than 10 pixels, larger than their mean + 3 deviations (of these areas).
std::vector<bool> areas_to_remove(const Areas& areas, Cleaning rule);

// The pixels of a map that belong to removed areas; empty where nothing is removed.
std::vector<std::uint8_t> cleaned_pixels(const Image& map, Cleaning rule);

} // namespace picker
