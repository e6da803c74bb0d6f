// The check before a run: headers, sizes and places of everything it will touch, all problems told at once. No model is
// needed, and no pixel is read unless asked for.
#pragma once

#include "core/error.hpp"
#include "core/progress.hpp"
#include "io/inputs.hpp"
#include "io/micrograph_file.hpp"
#include "picking/run.hpp"
#include "signal/pixel_faults.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace picker {

// In the order in which they are told.
enum class ProblemKind {
    pattern, // a word that names no micrographs
    output,  // the output folder cannot be written to
    space,   // of the disk that it lies on
    same_stem,
    missing,
    unreadable, // the system refuses to open or read it
    empty,
    truncated,
    damaged,
    size,
    stack,
    mode,
    pixel_size_unknown,
    pixel_size_absurd,
    not_finite, // this one and the next four with `deep`
    constant,
    clipped,
    hot_pixels,
    stripes,
    too_small,             // for one particle
    pixel_size_differs,    // a list and a header
    pixel_size_overridden, // as given, against list or header
    outside_project        // a path of a STAR file
};
enum class ProblemLevel { remark, warning, error };
const char* name_of(ProblemKind kind);   // "same_stem", as in the enum
ProblemLevel level_of(ProblemKind kind); // space may be a warning too

struct Problem {
    ProblemKind kind = ProblemKind::missing;
    ProblemLevel level = ProblemLevel::error;
    std::ptrdiff_t index = -1; // of the micrograph; -1 where it is no single one's
    bool skippable = false;    // an error without which the other micrographs can be picked
    std::string path;          // of the file or folder; a pattern as it was given
    std::string message;       // names the thing, the file and the way out
    std::string note;          // a few words that stand beside the path in a group's text; often ""
};

struct PreflightOptions {
    double pixel_size = 0.0;              // given, angstrom; 0: none
    double diameter = 0.0;                // given, angstrom; 0: not known yet
    std::filesystem::path output;         // empty: nothing is written
    std::size_t files_per_micrograph = 1; // of coordinates
    bool write_score_maps = false;
    CandidateSource source = CandidateSource::micrograph;
    std::filesystem::path source_folder;
    bool deep = false;            // read the pixels too
    bool allow_same_stem = false; // nothing is written by stem
    Shard shard;                  // the files of others are theirs to look at
};

// What is known of one input.
struct CheckedInput {
    std::optional<ImageHeader> header; // unset where the file cannot be read
    std::optional<PixelFaults> pixels; // with `deep`
    Status status = Status::ok;        // with `error`: why there is no header
    std::string error;
};

// All problems of one kind.
struct ProblemGroup {
    ProblemKind kind = ProblemKind::missing;
    ProblemLevel level = ProblemLevel::error;
    std::size_t count = 0;
    std::string text; // how many, the first names, the way out; one of a kind: its message
};

struct Preflight {
    std::vector<CheckedInput> inputs; // in their order; nothing is known of those of other shards
    std::size_t looked_at = 0;        // inputs, all but those of other shards
    std::vector<Problem> problems;    // by kind, then in the order of the inputs
    std::vector<ProblemGroup> groups;
    std::size_t usable = 0;                        // of those looked at, without an error
    std::size_t blocking = 0;                      // errors that no skipping mends
    std::uint64_t bytes_least = 0, bytes_most = 0; // estimate of what the run writes
    std::optional<std::uint64_t> bytes_free;       // of the disk; unset where it is not known
    double seconds = 0.0;
};

// Checks the inputs on several threads, the outcome is the same for any number. `faults`: patterns of
// expand_all_inputs; `masks`: the mask of each input, "" where it has none (may be empty). Throws only
// Error(cancelled).
Preflight preflight(const std::vector<InputMicrograph>& inputs, const std::vector<PatternFault>& faults,
                    const std::vector<std::string>& masks, const PreflightOptions& options, const Control& control);

// Problems of each kind together, in the order of the list, which is sorted by kind.
std::vector<ProblemGroup> group_problems(const std::vector<Problem>& problems);

// The folder itself, or the nearest one above it that exists.
std::filesystem::path existing_part(const std::filesystem::path& folder);
// Why a folder cannot be made or written to; "" where it can. Nothing is made.
std::string output_fault(const std::filesystem::path& folder);
// Whether `available` bytes are enough for a run that writes between `least` and `most`.
std::optional<Problem> space_problem(const std::filesystem::path& folder, std::uint64_t least, std::uint64_t most,
                                     std::uint64_t available);

} // namespace picker
