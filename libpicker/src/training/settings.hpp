// What a training works with: the architecture's settings with the caller's on top, and a data set without gaps.
#pragma once

#include "training/trainer.hpp"

namespace picker {

// Error(invalid_argument) naming a setting that is out of range.
TrainingDefaults merged_settings(const TrainingDefaults& defaults, const TrainingOptions& options);

// The data set with every diameter and pixel size filled in, from the files' headers where nothing else says it.
// `diameter` in angstrom, for items that have none. `what`: "training", for messages. Error naming micrographs without
// a diameter or a pixel size, and those with one place given both as a particle and as a negative.
Dataset settled(const Dataset& dataset, double diameter, const char* what, const Control& control);

// The first part of that alone, for data sets without labels.
Dataset with_diameters(const Dataset& dataset, double diameter);

} // namespace picker
