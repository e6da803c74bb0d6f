// A particle's diameter, proposed from a few micrographs without a label: a model whose scores are probabilities is run
// at many diameters, and the one at which its picks promise most is taken, with a word on how sure that is.
#pragma once

#include "core/progress.hpp"
#include "io/inputs.hpp"
#include "picking/run.hpp"
#include "picking/score_map.hpp"

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace picker {

// Lengths in angstrom.
struct DiameterOptions {
    double smallest = 0.0, largest = 0.0; // of the diameters tried; 0: 50 and 1000, as far as the micrographs allow
    double pixel_size = 0.0;              // overrides STAR and header; 0: not given
    int micrographs = 3;                  // at most; spread over the inputs
    bool invert = false;                  // as PickSettings::invert
};

// What the model makes of the micrographs at one diameter.
struct DiameterStep {
    double diameter = 0.0; // angstrom
    double picks = 0.0;    // with a probability of 0.3 or more
    double promised = 0.0; // the sum of their probabilities: particles, as the model expects them
    // promised^2 / picks, which is promised times the mean probability: many particles, of which the model is sure.
    double support = 0.0;
    std::vector<double> supports; // of each micrograph; `support` is their sum
};

// Why a proposal is none to rely on; in this order the first that holds is told.
enum class DiameterDoubt {
    none,
    no_particles,    // hardly any are promised, or all picks are doubtful
    at_smallest_end, // the support is largest at an end of the range: the peak may lie beyond
    at_largest_end,
    flat,        // other diameters have nearly as much support
    disagreement // the micrographs have their peaks at different diameters
};
const char* name_of(DiameterDoubt doubt); // "no_particles", as in the enum; "none"

struct DiameterProposal {
    double diameter = 0.0;        // angstrom; 0 where there are no particles
    double low = 0.0, high = 0.0; // angstrom: between them the support is at least 0.8 of the largest
    double confidence = 0.0;      // 0 to 1; docs/pick-run.md says what it is made of
    DiameterDoubt doubt = DiameterDoubt::none;
    std::vector<DiameterStep> curve;      // by diameter
    std::vector<std::string> micrographs; // that were looked at
    std::vector<double> own;              // angstrom: what each would propose by itself; 0: none
    std::string text;                     // in one line, for people
    bool is_sure() const { return doubt == DiameterDoubt::none; }
};

// Error(unsupported) for a model without calibrated scores; Error(invalid_argument) for a range that is reversed, too
// narrow (below a factor of 1.5) or beyond what the micrographs allow (a particle has at least 6 pixels and at most a
// quarter of the shorter edge). A micrograph that cannot be read is passed over with a warning, and another one taken;
// the last error where none is left. Bit-equal for any number of threads. `scorer` is of the model's general head.
DiameterProposal propose_diameter(const Scorer& scorer, const std::vector<InputMicrograph>& inputs,
                                  const DiameterOptions& options, const Control& control);

// The judgement by itself: diameter, range, confidence, doubt and text from the curve, whose diameters rise by equal
// factors.
void judge_curve(DiameterProposal& proposal);

nlohmann::json to_json(const DiameterProposal& proposal);

// A run's diameter.json: what an earlier call has found for this folder. Error(bad_file) naming a damaged one.
std::filesystem::path diameter_file(const std::filesystem::path& output);
std::optional<double> diameter_found_before(const std::filesystem::path& output);

// Puts a diameter into the options of a run that is to find one: what an earlier call has found for the output folder
// (not with overwrite), else a new proposal, of which options.diameter_record keeps the text. `inputs` null: they are
// not known yet, and only an earlier one will do. Nothing is written. Error(not_found) with what was computed and the
// way out where the proposal is in doubt.
void settle_diameter(RunOptions& options, const Model& model, const Scorer* scorer,
                     const std::vector<InputMicrograph>* inputs, const Control& control);
// Writes the new proposal into the run's folder, and takes an old one away that a run with overwrite has no use for.
void note_diameter(const RunOptions& options);
// diameter.json of a run that has found its diameter, for run.json; null for others.
nlohmann::json diameter_record(const RunOptions& options);

} // namespace picker
