// What the commands of the terminal share: exit codes, inputs, pixel sizes, results on standard output, small files.
#pragma once

#include "arguments.hpp"
#include "picker/picker.hpp"
#include "terminal.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cli {

using Json = nlohmann::ordered_json;

// Scripts depend on these.
enum ExitCode { exit_done = 0, exit_failed = 1, exit_usage = 2, exit_partly = 3, exit_cancelled = 130 };

struct Command {
    CommandSpec spec;
    int (*run)(const Arguments&);
};

// One per command; main.cpp lists them.
Command models_command();
Command heads_command();
Command devices_command();
Command inspect_command();
Command simulate_command();
Command train_command();
Command review_command();
Command pick_command();
Command report_command();
Command select_command();
Command cutoff_command();
Command diameter_command();
Command score_command();
Command evaluate_command();
Command check_command();
Command convert_command();
Command merge_command();

Json heads_json(const std::vector<picker_head_info>& heads);

// UsageError for a common flag (--threads, --device, --seed, --pixel-size) with a value that no command can use.
void check_common(const Arguments& arguments);
std::uint64_t seed_of(const Arguments& arguments); // --seed, else 0

// The micrographs named by a flag or by words; "-" reads names from standard input, one a line.
std::vector<std::string> expand_standard_input(const std::vector<std::string>& patterns);
libpicker::Inputs inputs_of(const Arguments& arguments, const std::string& flag);

// "note: WHAT: a, b, c and 7 more"; nothing without names.
void remark_names(Terminal& terminal, const std::vector<std::string>& names, const std::string& what);
// The names in the matched picks that no micrograph has. `what`: "picks", "known particles", ...
void tell_unmatched(const libpicker::Inputs& inputs, const std::string& what, Terminal& terminal);

// One name for each micrograph of a folder: a coordinate file's own name counts only where no other of that stem does.
// Which of several formats is read is match_picks' rule.
std::vector<std::string> one_per_micrograph(const std::vector<std::string>& names);
// libpicker::Error naming two of these that would be written to one file, because they have one stem.
void refuse_equal_stems(const libpicker::Inputs& inputs);
// Whether this is the name of a coordinate file, which says nothing of a micrograph but its stem.
bool is_coordinate_file(const std::string& name);

// Whether a path ends as the files of a format do, in any case of letters; index as in picker_format_name.
bool has_ending_of(const std::string& path, int format);
// The names of all formats, "star, cbox, box"; the index of one, -1 where there is none of that name.
std::string format_list();
int find_format(const std::string& name);
// What is known of a micrograph, for files of its picks: --box-size, its size where it was given with --micrographs,
// and the pixel size (0 if unknown). Its name is borrowed from the inputs.
picker_picks_context context_of(const Arguments& arguments, const libpicker::Inputs& inputs, std::size_t index);

// Writes to standard output; libpicker::Error when it cannot (disk full, closed).
void put(const std::string& text);
// Prints JSON when --json is given without a file, else the text.
void print(const Arguments& arguments, const Json& json, const std::string& text);
std::string format_number(double value, int digits); // "0.861"; "n/a" for NaN
std::string format_score(double value);              // with more digits just below 1, where they crowd
std::string right_aligned(const std::string& text, std::size_t width);
std::string counted(std::int64_t count, const std::string& noun); // "1 micrograph", "2 micrographs"
Json json_number(double value);                                   // null for NaN

// Pixel size in angstrom of one input: --pixel-size, else the STAR, else the header (info). 0 if unknown.
double pixel_size_of(const Arguments& arguments, const libpicker::Inputs& inputs, std::size_t index, double header);
// The same, and an error that says how to give it where it is unknown.
double required_pixel_size(const Arguments& arguments, const libpicker::Inputs& inputs, std::size_t index,
                           double header);
// A note where --pixel-size contradicts what STAR or headers say, by more than 1 %.
void tell_pixel_sizes(const Arguments& arguments, const libpicker::Inputs& inputs, Terminal& terminal);
picker_micrograph_info header_of(const std::string& path, bool deep = false);
std::string in_folder(std::string folder, const std::string& name); // FOLDER/NAME, one slash
void make_folder(const std::string& path);                          // with parents; libpicker::Error when it cannot
// Finds out before hours of work that `path` cannot be written: makes its folder, refuses what is itself a folder.
void prepare_output(const std::string& path);
void write_file(const std::string& path, const std::string& content); // whole or not at all

} // namespace cli
