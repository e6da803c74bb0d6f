// Which micrographs a model has learned from, kept in its provenance under "micrographs".
#pragma once

#include "models/model.hpp"
#include "training/dataset.hpp"

#include <string>
#include <vector>

namespace picker {

// Adds the stems of the data set's micrographs to those that are noted already: weights do not forget.
void note_trained_on(Model& model, const Dataset& dataset);
std::vector<std::string> trained_stems(const Model& model);

} // namespace picker
