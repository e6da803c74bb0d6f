// The micrographs of a detector's training: those that it learns from, and those held out to watch it.
#pragma once

#include "training/detector_field.hpp"
#include "training/training_loop.hpp"

#include <string>
#include <vector>

namespace picker {

struct DetectorSample {
    DetectorField field;
    std::size_t set = 0; // index of its molecule, or of the head that is called like it
};

struct DetectorSamples {
    std::vector<DetectorSample> train;    // with a frame, so that a turned crop needs little reflection
    std::vector<DetectorSample> held_out; // filled up to whole cells, as in picking
    std::size_t sets = 0;
    SampleCounts counts;
};

// Held out is the validation set or, where that is empty, a fraction of every molecule's micrographs. With `heads` the
// sets are theirs. Error(invalid_argument) where a set has too few particles, (mismatch) where it has no head.
DetectorSamples draw_fields(const LoopSetup& setup, const std::vector<std::string>& heads);

} // namespace picker
