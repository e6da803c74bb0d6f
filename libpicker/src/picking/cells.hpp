// From the cells of a detector to candidates (HydraPicker 2019, section 3.1).
#pragma once

#include "core/picks.hpp"
#include "picking/score_map.hpp"

namespace picker {

// One candidate for each cell with a score above 0, at the cell's place and offset, best first; those that lie outside
// of the micrograph are none. Neighbouring cells may report the same particle twice, as in the paper: the least
// distance between picks is what drops the second. Error(mismatch) for a map without offsets.
Picks find_cell_picks(const ScoreMap& map);

} // namespace picker
