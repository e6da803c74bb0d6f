// Several pick sets of one micrograph as one: union, intersection, difference, consensus.
#pragma once

#include "core/picks.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace picker {

enum class MergeRule { unite, intersect, subtract, consensus };

struct PickSet {
    const Picks* picks = nullptr;
    std::string name; // in the column mergeSources
};

struct MergeOptions {
    MergeRule rule = MergeRule::unite;
    double distance = 0.0; // pixels; picks as near as this are one particle
    int sets = 0;          // consensus: how many sets a particle must be in
};

struct MergeCounts {
    std::int64_t picks = 0, particles = 0, kept = 0; // read; different ones; in the result
};

// Which picks are particles: set after set as given, best score first, each that has no earlier particle within the
// distance. A set has a particle where one of its picks lies within the distance of it. Kept are the particles of one
// set or more (unite), of all (intersect), of the first and no other (subtract), of `sets` or more (consensus).
//
// A particle keeps position, score and columns of the pick that it is. New columns: `sets`, how many sets have it;
// `score1`, `score2`, ..., in the order of the sets, the score of the nearest pick of each set that has scores; and
// the text mergeSources, the names of the sets that have it, joined by '+'.
Picks merge_picks(const std::vector<PickSet>& sets, const MergeOptions& options, MergeCounts* counts = nullptr);

} // namespace picker
