// What makes two trainings the same: everything that the result depends on, as names and values that can be compared.
#pragma once

#include "training/trainer.hpp"

#include <nlohmann/json_fwd.hpp>

namespace picker {

// {"settings": {name: value}, "data": {name: hash}}. `model` before the training, `settings` merged; threads, memory
// and places of files on disk are no part of it, but the files' names, sizes and times of change are.
nlohmann::ordered_json training_identity(const Model& model, const TrainingDefaults& settings,
                                         const TrainingOptions& options, const Dataset& dataset,
                                         const Dataset& validation);

} // namespace picker
