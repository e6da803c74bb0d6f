// picker pick in parts: its flags and what they mean, and the command itself.
#pragma once

#include "command.hpp"

#include <vector>

namespace cli {

std::vector<Flag> pick_flags();

// What is told of a run: of a micrograph; on standard output of all; and why there may be no picks.
bool has_result(const picker_run_item& item);
Json item_json(const picker_run_item& item);
std::string summary_text(const libpicker::RunReport& report, const picker_run_summary& summary,
                         const std::string& output, bool resident);
// What each rule took away, over the run.
std::string removed_text(const libpicker::RunReport& report, std::size_t count);
// Rows below the threshold, which --keep left in the coordinate files: RELION would take them for picks.
std::string kept_text(const libpicker::RunReport& report, std::size_t count, const picker_run_summary& summary,
                      const std::string& output);
// Picking nothing at all is rarely the truth: most often a length is wrong. "" where something was picked.
std::string none_found(const libpicker::RunReport& report, std::size_t count, const picker_run_summary& summary);

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

// For --rerun: the command that a run.json tells of, with the flags beside it. UsageError for flags that do not go with
// it; libpicker::Error, with all that is not as it was, where it cannot be repeated.
Arguments arguments_of_rerun(const Arguments& arguments);
// The settings of a run.json, named in messages, as flags. libpicker::Error for one that this version does not know.
std::vector<std::string> words_of_settings(const Json& settings, const std::string& head, const std::string& file);
// How the coordinate files compare with those of the run that was repeated: as JSON, and a line added to `text`.
Json compare_with_rerun(const Arguments& arguments, const libpicker::RunReport& report, std::size_t count,
                        std::string& text, Terminal& terminal);

// --shard I/N into the options of a run.
void set_shard(const Arguments& arguments, picker_run_options& options);
picker_pick_options pick_options_of(const Arguments& arguments);

} // namespace cli
