// Score maps for tests, on a grid whose origin and steps differ in x and y.
#pragma once

#include "picking/score_map.hpp"

#include <utility>

inline picker::ScoreMap map_of(picker::Image scores) {
    picker::ScoreMap map;
    map.scores = std::move(scores);
    map.origin_x = 10.0;
    map.origin_y = 20.0;
    map.step_x = 4.0;
    map.step_y = 5.0;
    return map;
}
