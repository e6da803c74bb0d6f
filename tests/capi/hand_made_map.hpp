// A score map as picker_scores_write makes it, written without the library: 5 x 2 values on a micrograph of 70 x 30
// pixels. It gives tests a handle where there is no LibTorch, and holds the file format still.
#pragma once

#include <string>
#include <vector>

namespace capi {

extern const std::vector<float> hand_made_scores;
void write_score_map_by_hand(const std::string& path);

} // namespace capi
