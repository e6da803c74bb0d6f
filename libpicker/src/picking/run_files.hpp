// The parts of a pick run (run.hpp): its settings with every default filled in, what it reads and what it writes.
#pragma once

#include "io/picks_file.hpp"
#include "picking/run.hpp"
#include "picking/run_journal.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace picker {

// Everything that a micrograph's result depends on beside its own files.
struct RunContext {
    const Model* model = nullptr;
    const Scorer* scorer = nullptr;
    RunOptions options;
    double diameter = 0.0;  // angstrom
    double threshold = 0.0; // filled in
    double keep = 0.0;
    bool needs_micrograph = false;                // a rule looks at the micrograph's pixels
    std::vector<std::string> formats;             // one file per micrograph, beside STAR
    std::vector<std::string> lists;               // one file for all
    nlohmann::json settings;                      // as recorded, and as compared with an earlier run
    std::map<std::string, InputMicrograph> masks; // by stem; "" serves the others
};

// Error for settings that cannot work, before anything is written. `inputs` null: they are not known yet; then several
// masks go by their names alone, and a single one serves all.
RunContext make_run_context(const Model& model, const Scorer* scorer, const std::vector<InputMicrograph>* inputs,
                            const RunOptions& options);

// Parts of it: what cannot work together; stems that clash, and files of the output that would overwrite a micrograph;
// masks of micrographs that are not known yet.
void check_options(const RunContext& run);
void check_inputs(const RunContext& run, const std::vector<InputMicrograph>& inputs);
void check_output_names(const RunContext& run, const InputMicrograph& input);
std::map<std::string, InputMicrograph> masks_by_name(const std::vector<std::string>& patterns);
// The output folder, made if need be.
void make_output_folder(const std::filesystem::path& output);

// What a run without the network begins with: the score map of a micrograph, or for candidates an empty one of its
// size; with the micrograph's pixels where a rule looks at them. Fills in size and pixel size of `item`.
ScoreMap read_source(const RunContext& run, const InputMicrograph& input, RunItem& item);

// Error(mismatch) for candidates of an earlier run (its run.json) that dropped what is asked for now.
void check_candidate_source(const RunContext& run);

// The mask of a micrograph, null where it has none.
const InputMicrograph* mask_of(const RunContext& run, const std::string& stem);

// Masks, read when they are needed; the one that serves all is read once. Thread-safe.
class MaskFiles {
public:
    std::shared_ptr<const ExclusionMask> load(const RunContext& run, const std::string& stem); // null: none

private:
    std::mutex mutex_;
    std::shared_ptr<const ExclusionMask> common_;
};

// The files that a micrograph's result is made from, and the names of those it makes in the output folder.
nlohmann::json input_stamps(const RunContext& run, const InputMicrograph& input);
std::vector<std::string> output_names(const RunContext& run, const std::string& stem);
std::filesystem::path source_file(const RunContext& run, const std::string& stem); // score map or candidates

// `input`: what the list of micrographs says beside its size; null where it does not matter.
PicksContext picks_context(const RunContext& run, const RunItem& item, const InputMicrograph* input = nullptr);

RunItem new_item(const InputMicrograph& input); // "cancelled" until it is done
// Whether an earlier call has done this micrograph: same inputs, and its outputs are there.
bool is_current(const RunContext& run, const nlohmann::json& record, const RunItem& item, const nlohmann::json& stamps);

std::string message_of(const std::exception_ptr& error); // what to tell about a failed micrograph

// STEM.star with all of `picks`, the other formats with those at the threshold. Fills in what `item` says of these.
void write_micrograph_picks(const RunContext& run, RunItem& item, const Picks& picks);
Picks read_micrograph_picks(const RunContext& run, const std::string& stem); // what STEM.star holds, best first
Picks at_threshold(const RunContext& run, const RunItem& item,
                   const Picks& picks); // the micrograph's own, or the run's

// The thresholds that micrographs have of their own, ascending; `item_of` gives the RunItem of what the list holds.
template <typename Items, typename Projection = std::identity>
std::vector<double> own_thresholds(const Items& items, Projection item_of = {}) {
    std::vector<double> out;
    for (const auto& one : items) {
        if (const RunItem& item = std::invoke(item_of, one); item.threshold) {
            out.push_back(*item.threshold);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}
// The middle one, which stands for all; `common` where there is none.
inline double middle_threshold(const std::vector<double>& ascending, double common) {
    return ascending.empty() ? common : ascending[ascending.size() / 2];
}

// autopick.star, picks.EXT, quality.csv and run.json. Only micrographs that are done (now or before) are in the lists.
void write_run_lists(const RunContext& run, const std::vector<InputMicrograph>& inputs, const RunReport& report);

} // namespace picker
