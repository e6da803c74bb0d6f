// The heads of a training (trainer.hpp): which there are, and their parameters behind those of the network, as one row.
#pragma once

#include "models/model.hpp"
#include "training/trainer.hpp"

#include <string>
#include <vector>

namespace picker {

// Names of the heads that there will be, those of the model first; none where the general one is trained alone. With
// HeadMode::one all micrographs become one set, called like the head. Error(invalid_argument) for a name that no head
// can have or that is taken, and for heads that would be left behind by the body that is trained.
std::vector<std::string> heads_to_train(const Model& model, const TrainingOptions& options, Dataset& dataset,
                                        Dataset& validation);

// The network's, then those of every head; a head that the model has not yet begins as the general one.
std::vector<float> parameters_with_heads(const Model& model, const std::vector<std::string>& names);
// The way back: adds the heads that the model does not have.
void adopt_parameters(Model& model, const std::vector<std::string>& names, const std::vector<float>& parameters);

} // namespace picker
