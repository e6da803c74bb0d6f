// Checks of what is asked of a simulation.
#pragma once

#include "simulation/simulate.hpp"

namespace picker {

// Error(invalid_argument) naming the option, its value and its range.
void check_options(const SimulationOptions& options);

} // namespace picker
