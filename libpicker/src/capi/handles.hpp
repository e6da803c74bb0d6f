// What the opaque handles of picker.h hold, and small conversions that several files of the boundary share.
#pragma once

#include "capi/structs.hpp"
#include "core/image.hpp"
#include "core/picks.hpp"
#include "core/progress.hpp"
#include "evaluation/metrics.hpp"
#include "io/inputs.hpp"
#include "models/model.hpp"
#include "picking/diameter.hpp"
#include "picking/preflight.hpp"
#include "picking/run.hpp"
#include "picking/session.hpp"
#include "simulation/simulate.hpp"
#include "training/dataset.hpp"
#include "training/dataset_file.hpp"
#include "training/rounds_report.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct picker_micrograph {
    picker::Micrograph value;
    std::string format = "memory", sample_type = "float32";
    bool big_endian = false;
    std::int64_t file_size = 0;
};
struct picker_picks {
    picker::Picks value;
};
struct picker_inputs {
    std::vector<picker::InputMicrograph> items;
    std::vector<std::string> paths; // as UTF-8, kept for borrowing
    picker::MatchedPicks matched;
    std::vector<std::string> masks;           // of each item; "" where it has none
    std::vector<std::size_t> partners;        // in another list, of each item, once they are paired
    std::vector<std::string> places;          // filled by picker_inputs_relion_place
    std::vector<picker::PatternFault> faults; // of picker_inputs_create_all
    std::vector<std::filesystem::path> lists; // that named micrographs
};
struct picker_model {
    picker::Model value;
    std::string metadata; // filled by picker_model_metadata
    std::string file;     // that it was loaded from, absolute; or the name of an installed one
};
struct picker_dataset {
    picker::Dataset value;
    std::vector<std::string> paths, masks; // of the items, as UTF-8, kept for borrowing
};
struct picker_dataset_table {
    std::vector<picker::DatasetRow> rows;
};
struct picker_rounds {
    picker::RoundsReport value;
};
struct picker_scores {
    picker::ScoreMap value;
};
struct picker_run_report {
    picker::RunReport value;
};
struct picker_preflight {
    picker::Preflight value;
};
struct picker_diameter {
    picker::DiameterProposal value;
};
struct picker_session {
    picker::PickSession value;
    picker::RunItem last; // handed out by picker_session_wait
};
struct picker_simulator {
    picker::Simulator value;
};
struct picker_evaluation {
    std::vector<std::pair<std::string, picker::Evaluation>> groups; // the first, "", is all of them
};

namespace picker::capi {

inline std::string string_of(const char* text_, const char* name) {
    return {&required(text_, name)};
}

// A struct's string field: NULL is "".
inline std::string optional_string(const char* text_) {
    return text_ == nullptr ? std::string() : std::string(text_);
}

std::vector<std::string> strings_of(const char* const* values, std::size_t count, const char* name);
Control control_of(const picker_control* control);
// Keeps the paths of items that were added as text that can be borrowed.
void note_paths(picker_dataset& dataset);
TrainingOptions training_options_of(const picker_train_options* options);
picker_train_report train_report_of(const TrainingReport& outcome);
CandidateSource source_of(std::int32_t source, const char* name);
PickSettings settings_of(const picker_pick_options& options);
Model model_to_score(const Model& model, const PickSettings& settings); // with the settings' head and step
// The mask of a struct as the rules want it; empty image where there is none.
ExclusionMask mask_of(const picker_micrograph* mask);
picker_removed removed_of(const RemovedCounts& counts);
// What a header says, and statistics of the pixels.
picker_micrograph_info describe(const ImageHeader& header);
void set_statistics(picker_micrograph_info& info, const Statistics& statistics);
RunOptions run_options_of(const picker_run_options* options);
// Its strings are borrowed from `entry`. `threshold`: the run's, for micrographs without one of their own.
picker_run_item item_of(const RunItem& entry, double threshold);
void copy_text(char* target, std::size_t size, std::string_view text_); // cut at the end, always terminated

// Of a list that lives as long as the library; null past its ends.
template <typename List> auto entry_at(const List& list, std::int32_t index) -> decltype(list.data()) {
    return index < 0 || static_cast<std::size_t>(index) >= list.size() ? nullptr : list.data() + index;
}

// A field in which 0 leaves the default that `target` holds.
template <typename Target, typename Value> void set_if(Target& target, Value value, const char* name) {
    if (value < 0) {
        fail(Status::invalid_argument, name, " is ", value, "; give 0 (default) or more");
    }
    if (value > 0) {
        target = value;
    }
}

// Lengths and the like that must be finite and not negative; 0 is "default".
double not_negative(double value, const char* name);

} // namespace picker::capi
