// What a training works with: the architecture's settings with the caller's on top, and a data set without gaps.
#pragma once

#include "training/trainer.hpp"

namespace picker {

// Error(invalid_argument) naming a setting that is out of range.
TrainingDefaults merged_settings(const TrainingDefaults& defaults, const TrainingOptions& options);

// The data set with every diameter filled in. Error(invalid_argument) naming a micrograph without one.
Dataset with_diameters(const Dataset& dataset, double fallback); // angstrom

} // namespace picker
