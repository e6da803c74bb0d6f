// The training schemes of picker train: DeepPicker's iteration, DeepEM's rounds, 2D classes, re-centring.
#pragma once

#include "preflight.hpp"

#include <vector>

namespace cli {

std::vector<Flag> train_scheme_flags();
// UsageError for flags of schemes that do not go together, or lack what they need.
void check_schemes(const Arguments& arguments);

// What schemes add to the result of picker train.
struct SchemeResult {
    Json json = Json::object();
    std::string text;
};

// Adds the training micrographs of a scheme; false where they have to come with --picks.
bool add_scheme_data(libpicker::Dataset& train, const Arguments& arguments, Terminal& terminal, TrainingCheck& check);
// Adds the rounds of --review after the other data; `model` is the one that the training goes on from.
void add_reviewed_rounds(libpicker::Dataset& train, const libpicker::Model& model, const Arguments& arguments,
                         SchemeResult& result);
void recentre_picks(libpicker::Dataset& train, const Arguments& arguments, Terminal& terminal, SchemeResult& result);

// Such a training keeps no state to go on from.
bool trains_in_rounds(const Arguments& arguments);
// Trains by the scheme that the flags ask for, or plainly; the report of the last training. When a later round fails
// the weights before it are saved to `output`, and the error goes on.
picker_train_report train_by_scheme(libpicker::Model& model, const libpicker::Dataset& train,
                                    const libpicker::Dataset* validation, picker_train_options options,
                                    const Arguments& arguments, Terminal& terminal, SchemeResult& result);

} // namespace cli
