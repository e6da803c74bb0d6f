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

// Whether mpirun has started this process among others. UsageError for flags that do not fit that.
bool is_one_of_many(const Arguments& arguments);
// This process's part of the micrographs, which are handed out one at a time. True on rank 0 once all are done, for the
// run that writes the lists; the others have nothing more to do.
bool pick_among_ranks(const libpicker::Model& model, const picker_run_options& options, const libpicker::Inputs& inputs,
                      Terminal& terminal);

// --shard I/N into the options of a run.
void set_shard(const Arguments& arguments, picker_run_options& options);
picker_pick_options pick_options_of(const Arguments& arguments);

} // namespace cli
