// logfile.pdf of a training: how the loss fell, epoch by epoch, and the threshold that was chosen.
#pragma once

#include <string>
#include <vector>

namespace relion {

struct TrainingSummary {
    std::string job;
    std::vector<std::string> lines;                                 // what it was and what it came to
    std::vector<double> loss, validation_loss, validation_accuracy; // of each epoch; NaN: nothing was held out
    std::vector<std::string> held_out;                              // micrographs that chose the threshold
};

std::string training_pdf(const TrainingSummary& summary);

} // namespace relion
