// Which micrographs a run works on: files, folders, globs and STAR lists expanded, picks matched to them by stem.
#pragma once

#include "core/picks.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace picker {

struct InputMicrograph {
    std::filesystem::path path;
    std::string name;        // as the STAR or the user wrote it
    std::string stem;        // match_stem(name)
    double pixel_size = 0.0; // from a STAR's optics group (3.0 style too) or a .cs; 0 where only the header may know
    std::string optics_group;
    std::map<std::string, std::string> columns; // further columns of the list ("rlnDefocusU", "uid", ...)
    std::filesystem::path list;                 // the STAR file that names it; empty where none does
};

// A pattern that gave no micrographs, and why.
struct PatternFault {
    std::string pattern, message;
};

// Digits of a leading cryoSPARC UID (15 to 25 of them and '_'), 0 where there is none; `file` without its folder.
std::size_t uid_digits(std::string_view file);

// Without folder, extension, leading cryoSPARC UID and the suffixes _autopick, _manualpick,
// _picks.
std::string match_stem(std::string_view name);

// Each pattern is a file, a folder (its .mrc/.tif/.tiff files, sorted), a glob (* ? [..], sorted), or a STAR or
// cryoSPARC's .cs (cs_exposures.hpp) that lists micrographs (relative paths are looked up from the working folder, then
// from the list's folder and its parents).
// Error(not_found) for a pattern without a match, or a list none of whose micrographs exists (a single missing one
// stays in the list and fails when it is read). A file given twice counts once. `unique_stems`: Error(mismatch) naming
// both files of a clash.
std::vector<InputMicrograph> expand_inputs(const std::vector<std::string>& patterns, bool unique_stems = true);

// The same for a check that tells everything at once (picking/preflight.hpp): clashes stay, the name of a single file
// that does not exist stays as a micrograph, and other patterns without micrographs go to `faults`.
std::vector<InputMicrograph> expand_all_inputs(const std::vector<std::string>& patterns,
                                               std::vector<PatternFault>& faults);

// The files among those that the patterns stand for which list micrographs (.star, .cs).
std::vector<std::filesystem::path> micrograph_lists(const std::vector<std::string>& patterns);

// Picks for the micrographs, in their order: from files, folders, globs, STARs with many micrographs, a
// `coordinate_files` list, or a coords_suffix file of RELION 3.1. `found[i]` says whether any file spoke of micrograph
// i (0 picks is an answer). Names in `unmatched` are those in the picks that no micrograph has.
struct MatchedPicks {
    std::vector<Picks> picks;
    std::vector<bool> found;
    std::vector<std::string> unmatched;
};
MatchedPicks match_picks(const std::vector<InputMicrograph>& micrographs, const std::vector<std::string>& patterns);

// The masks of micrographs, from files, folders and globs, by the micrograph's stem (a mask may be called STEM_mask);
// one that matches no micrograph serves all that have none, as "". Error(mismatch) naming two that clash.
std::map<std::string, InputMicrograph> match_masks(const std::vector<InputMicrograph>& micrographs,
                                                   const std::vector<std::string>& patterns);
// The mask of a micrograph, null where it has none.
const InputMicrograph* find_mask(const std::map<std::string, InputMicrograph>& masks, const std::string& stem);

// The pixel size to use: `given` (> 0 wins), else the list's, else the header's. Error(invalid_argument) that says
// how to give it where none is known or it is absurd (outside 0.05 .. 100 angstrom).
double resolve_pixel_size(double given, const InputMicrograph& input, double header);

} // namespace picker
