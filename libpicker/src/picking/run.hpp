// A pick run over files: every micrograph read, scored, selected and written by itself; the lists at the end.
// What a run writes, and that it can be repeated and continued, is the same for every host (docs/pick-run.md).
#pragma once

#include "core/progress.hpp"
#include "io/inputs.hpp"
#include "picking/filters.hpp"
#include "picking/micrograph_quality.hpp"
#include "picking/score_map.hpp"
#include "picking/select.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace picker {

// Lengths in angstrom, as users give them. An unset value takes the model's default.
struct PickSettings {
    double diameter = 0.0;           // 0: the model's
    bool automatic_diameter = false; // found from a few micrographs (diameter.hpp): only by a run over files
    std::optional<double> threshold, keep, min_distance, edge; // keep: at most the threshold
    // Instead of a threshold, where scores are probabilities (ModelSpec::calibration): by the probabilities of each
    // micrograph, for the best F1 that they promise, or for at most this share of false picks.
    bool automatic_threshold = false;
    std::optional<double> false_share;
    // Particles of a micrograph, as the user expects them: moves the probabilities of its candidates (expecting()).
    std::optional<double> expected;
    int top_per_micrograph = 0;     // best N of what `keep` leaves; the same holds for `top`
    std::int64_t top = 0;           // over the run
    double pixel_size = 0.0;        // overrides STAR and header; 0: not given
    double box_size = 0.0;          // pixels, for .box; 0: 1.5 diameters, even
    int step = 0;                   // of the scorer, working pixels; 0: the model's
    std::optional<double> aperture; // of blobs; unset: the model's share of the diameter
    Cleaning clean = Cleaning::off;
    CarbonRule carbon = CarbonRule::off;
    std::optional<DeviationRange> deviation; // both 0: none
    ExtremeRule extreme_pixels = ExtremeRule::off;
    bool drop_overlaps = false;
    double overlap_distance = 0.0; // 0: the diameter
    bool invert = false;           // negates the micrograph's contrast first: for light particles on a dark ground
    std::string head; // of a model with several; empty: the general one. Whoever scores has chosen it already.
};

enum class CandidateSource {
    micrograph, // run the network
    score_map,  // STEM.mrc written by `score`, no network
    candidates  // STEM.star with every candidate, no network
};

// A part of a run that works beside the others in one folder: of the micrographs in order, every count-th.
struct Shard {
    int index = 0; // 0 .. count; 0 and count are the same part, so that counting may begin at 0 or at 1
    int count = 0; // 0: the whole run

    bool has(std::size_t number) const { // a micrograph's in the run
        return count == 0 || number % static_cast<std::size_t>(count) == static_cast<std::size_t>(index % count);
    }
};
void check_shard(const Shard& shard); // Error(invalid_argument) where there is no such part

// Where the model and the micrographs come from, for whoever repeats a run; what is empty is not known.
struct RunOrigin {
    std::string model_file;                   // absolute, or the name of a model that is installed
    std::string model_hash;                   // of that file's model, with all its heads
    std::vector<std::filesystem::path> lists; // STAR and .cs files that named micrographs
};

struct RunOptions {
    PickSettings settings;
    std::filesystem::path output;
    std::vector<std::string> formats{"star"};
    std::vector<std::string> masks; // inputs matched by stem; one mask without a matching stem serves all
    CandidateSource source = CandidateSource::micrograph;
    std::filesystem::path source_folder; // of score maps or candidates
    bool write_score_maps = false;
    bool overwrite = false; // false: micrographs that are done and current are skipped
    Shard shard;
    double memory = 0.0; // MiB for micrographs in flight; 0: a quarter of the machine's. Changes no result
    RunOrigin origin;
    std::string diameter_record; // filled by settle_diameter: a new diameter.json, written once the folder is locked
};

struct RunItem {
    std::string micrograph, stem, status; // "done", "skipped" (already done), "failed", "cancelled",
                                          // "elsewhere" (of another shard, and not done so far)
    std::string error;                    // of a failed one
    int width = 0, height = 0;
    double pixel_size = 0.0;
    std::size_t candidates = 0, picks = 0;
    std::optional<double> threshold;   // of this micrograph, where it follows from its scores
    std::optional<double> false_share; // of its picks, as their probabilities promise; unset without any
    RemovedCounts removed;
    std::string device;           // on which its network ran, where that was no CPU
    std::optional<bool> reversed; // whether it promises more when its contrast is negated; unset where nobody looked
    StageTimes times;
    MicrographQuality quality;
};

// Whether there is a result, of whichever call.
inline bool is_done(const RunItem& item) {
    return item.status == "done" || item.status == "skipped";
}

struct RunReport {
    std::vector<RunItem> items; // in input order
    std::size_t picks = 0, failed = 0;
    double seconds = 0.0;
    double threshold = 0.0, diameter = 0.0; // threshold: the median where every micrograph has its own
    bool cancelled = false;
    bool reversed = false;  // the contrast of most micrographs seems to be (contrast.hpp)
    bool has_lists = false; // autopick.star and the others were written: of shards only the last one does it
};

// Writes into options.output, for every micrograph STEM.star (what the rules leave down to `keep`) and each further
// format of one micrograph per file (picks at the threshold); at the end picks.EXT of formats that hold many, the list
// autopick.star, quality.csv and run.json. A micrograph that fails is recorded and the others go on. A cancelled run
// keeps what is done and returns with report.cancelled set. Error(mismatch) when the folder holds a run with other
// settings, or where another run works in it. Bit-equal results for any number of threads. With a shard, only its
// micrographs are picked; the shard that ends last, and a call without a shard, write the lists. `scorer` may be null
// when source is not `micrograph`; `model` gives the defaults then.
RunReport pick_files(const Model& model, const Scorer* scorer, const std::vector<InputMicrograph>& inputs,
                     const RunOptions& options, const Control& control);

// The particle's longest axis in angstrom: as given, else the model's. Error(invalid_argument) where neither is known.
double pick_diameter(const Model& model, const PickSettings& settings);

// One micrograph in memory. The result holds what the rules leave, down to `keep` (by default the threshold), best
// first. `candidates` receives every local maximum, before any rule. `removed` (counted at the threshold), `candidates`
// and `times` may be null. Coordinates and scores are rounded to 1e-6, as a STAR file shows them, so that picks made
// from files are the same numbers.
Picks pick(const Scorer& scorer, Micrograph micrograph, const PickSettings& settings, const ExclusionMask* mask,
           WorkerPool& pool, Picks* candidates = nullptr, RemovedCounts* removed = nullptr, StageTimes* times = nullptr,
           const std::function<void()>& poll = {});

// Whether the settings, or the model, have a rule that looks at the micrograph's pixels: a score map then has to carry
// them (ScoreMap::micrograph) for pick_from_scores.
bool needs_micrograph(const ModelSpec& spec, const PickSettings& settings);

// The rules again, on a score map that exists already. Equal to pick() with the same settings. Error(mismatch) where
// the map lacks the micrograph that a rule looks at.
Picks pick_from_scores(const Model& model, const ScoreMap& map, const PickSettings& settings, const ExclusionMask* mask,
                       Picks* candidates = nullptr, RemovedCounts* removed = nullptr);

} // namespace picker
