// Picking micrographs of a data set with a model in training: what the schemes take their training places from.
#pragma once

#include "core/progress.hpp"
#include "engine/engine.hpp"
#include "models/model.hpp"
#include "picking/run.hpp"
#include "training/dataset.hpp"

#include <cstddef>
#include <vector>

namespace picker {

// Rows down to settings.keep for each of `items`, best first. Every item needs a diameter; it overrides the settings'.
// The worker threads are gone at the end: a training that follows starts its own.
std::vector<Picks> pick_items(const Model& model, const Engine& engine, const Dataset& dataset,
                              const std::vector<std::size_t>& items, const PickSettings& settings,
                              const Control& control);

// Rows of picks, best first, that have at least this score.
std::size_t count_at(const Picks& picks, double threshold);

// The rows [first, last).
Picks slice(const Picks& picks, std::size_t first, std::size_t last);

} // namespace picker
