// picker pick in parts: its flags and what they mean, and the command itself.
#pragma once

#include "command.hpp"

#include <vector>

namespace cli {

std::vector<Flag> pick_flags();
// --shard I/N into the options of a run.
void set_shard(const Arguments& arguments, picker_run_options& options);
picker_pick_options pick_options_of(const Arguments& arguments);

} // namespace cli
