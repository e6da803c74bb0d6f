// Which micrographs of a run are good enough, by rules on the numbers of quality.csv, and their list for the next
// program.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace picker {

struct MicrographSelection {
    std::vector<std::string> rules; // "picks >= 20": a column of quality.csv, >= <= > or <, a number; all must hold
    std::filesystem::path list;     // the STAR or .cs that the run's micrographs were listed in; empty: none
    std::filesystem::path output;   // folder; empty: the run's
};

struct SelectedMicrographs {
    std::size_t micrographs = 0, selected = 0;
    std::vector<std::size_t> failing; // of each rule, how many micrographs do not meet it
};

// Writes selection.csv (every micrograph, 1 or 0, the reasons) and what passes: micrographs_selected.star, of a STAR
// its rows with every table beside them; micrographs_selected.cs, rows of a .cs. Where a number is not known its rule
// is not met. A listed micrograph that the run does not have is left out, as is one that failed.
// Error(invalid_argument) for a rule that is none, Error(mismatch) for a list of other micrographs, and as
// read_run_folder's.
SelectedMicrographs select_micrographs(const std::filesystem::path& run, const MicrographSelection& selection);

} // namespace picker
