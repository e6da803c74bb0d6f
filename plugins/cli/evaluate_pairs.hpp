// The micrographs of an evaluation: which picks belong to which known particles.
#pragma once

#include "command.hpp"

#include <string>
#include <vector>

namespace cli {

// One micrograph: both sides, and the size and pixel size that the figures need.
struct Pair {
    libpicker::Picks predicted, truth;
    int width = 0, height = 0; // pixels; 0 until known
    double pixel_size = 0;     // angstrom; 0 until known
    std::string group;         // value of the --by column
};

// Micrographs come from --micrographs, else from the run.json of a pick run in --picks, else from the names in --truth.
std::vector<Pair> pairs_of(const Arguments& arguments, Terminal& terminal);

// Gives a numeric column with many values four groups of equal size. Returns the groups in the order to print them in;
// empty where the values are used as they are.
std::vector<std::string> bin_groups(std::vector<Pair>& pairs);

} // namespace cli
