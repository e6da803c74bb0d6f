// How a model was trained, kept in its provenance: its micrographs under "micrographs", its epochs under "curve".
#pragma once

#include "models/model.hpp"
#include "training/dataset.hpp"
#include "training/trainer.hpp"

#include <string>
#include <vector>

namespace picker {

// Adds the stems of the data set's micrographs to those that are noted already: weights do not forget.
void note_trained_on(Model& model, const Dataset& dataset);
std::vector<std::string> trained_stems(const Model& model);

// One value for each epoch of the last training, as JSON: {"loss": [...], "validation-loss": [...],
// "validation-accuracy": [...]}; null where nothing was held out.
void note_curve(Model& model, const std::vector<EpochReport>& epochs);

} // namespace picker
