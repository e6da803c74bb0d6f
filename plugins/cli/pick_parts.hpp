// picker pick in parts: its flags and what they mean, and the command itself.
#pragma once

#include "command.hpp"

#include <vector>

namespace cli {

std::vector<Flag> pick_flags();
Json item_json(const picker_run_item& item);

// Whether micrographs come one by one (--stream, --watch). UsageError for flags that do not fit that.
bool is_resident(const Arguments& arguments);
// Picks them as they come, a line of result for each, until there are no more. Returns all of them, for the run that
// finds them done and writes the lists; `refused` counts the names that were none.
libpicker::Inputs pick_as_they_come(const Arguments& arguments, const libpicker::Model& model,
                                    picker_run_options& options, Terminal& terminal, std::size_t& refused);

// libpicker::Error once the user has asked to stop.
void check_interrupted();

// --shard I/N into the options of a run.
void set_shard(const Arguments& arguments, picker_run_options& options);
picker_pick_options pick_options_of(const Arguments& arguments);

} // namespace cli
