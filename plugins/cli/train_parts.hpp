// What picker train is made of: its settings and its data sets.
#pragma once

#include "train_schemes.hpp"

#include <vector>

namespace cli {

// Flags that set picker_model_options, for the help, in its order.
std::vector<Flag> train_network_flags();
picker_model_options network_options_of(const Arguments& arguments);

// Flags that set picker_train_options, for the help, in its order.
std::vector<Flag> train_setting_flags();
picker_train_options train_options_of(const Arguments& arguments);

// Fills both data sets from --datasets, or from the flags of micrographs and picks. Whether there are validation data.
// `model` is the one to be trained: reviewed rounds must come from it.
bool add_training_data(libpicker::Dataset& train, libpicker::Dataset& validation, const Arguments& arguments,
                       const libpicker::Model& model, Terminal& terminal, SchemeResult& scheme);

} // namespace cli
