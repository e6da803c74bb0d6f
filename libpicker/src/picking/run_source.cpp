// Whether the candidates of an earlier run can answer what is asked of them (run_files.hpp): what that run has dropped
// cannot come back, and picks made of the rest would be wrong without anybody noticing.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "picking/plan.hpp"
#include "picking/run_files.hpp"

namespace picker {
namespace {

constexpr double tolerance = 1e-9; // relative; of lengths computed twice

class EarlierRun {
public:
    EarlierRun(const RunContext& run, const nlohmann::json& settings) : run_(run), settings_(settings) {}

    void check() const {
        const PickSettings& asked = run_.options.settings;
        const ModelSpec& spec = run_.model->spec;
        const double kept = number("keep", number("threshold", 0.0));
        if (kept > run_.keep) {
            refuse(text("hold no score below ", kept, ", and ", run_.keep, " is asked for"));
        }
        const double earlier_distance =
            number("min_distance", default_min_distance(spec, number("diameter", run_.diameter)));
        const double distance = asked.min_distance.value_or(default_min_distance(spec, run_.diameter));
        if (earlier_distance > distance * (1.0 + tolerance)) {
            refuse(text("were picked with a minimum distance of ", earlier_distance, " angstrom, and ", distance,
                        " is asked for"));
        }
        if (const double edge = number("edge", 0.0); edge > asked.edge.value_or(0.0) * (1.0 + tolerance)) {
            refuse(text("were picked with an edge of ", edge, " angstrom, and ", asked.edge.value_or(0.0),
                        " is asked for"));
        }
        if (const auto masks = settings_.find("masks");
            masks != settings_.end() && !masks->empty() && run_.masks.empty()) {
            refuse("were picked with a mask, and none is given");
        }
        for (const auto& [key, name] :
             {std::pair<const char*, const char*>{"top_per_micrograph", "of each micrograph"}, {"top", "of the run"}}) {
            if (const double top = number(key, 0.0); top > 0.0) {
                refuse(text("are only the best ", top, " ", name));
            }
        }
    }

private:
    double number(const char* key, double fallback) const {
        const auto found = settings_.find(key);
        return found != settings_.end() && found->is_number() ? found->get<double>() : fallback;
    }
    [[noreturn]] void refuse(const std::string& what) const {
        fail(Status::mismatch, "the candidates in ", run_.options.source_folder.string(), " ", what,
             "; pick the micrographs again with keep 0, minimum distance 0, no edge, mask or best N, "
             "or start from score maps");
    }

    const RunContext& run_;
    const nlohmann::json& settings_;
};

} // namespace

void check_candidate_source(const RunContext& run) {
    const std::filesystem::path file = run.options.source_folder / "run.json";
    std::error_code none;
    if (run.options.source != CandidateSource::candidates || !std::filesystem::is_regular_file(file, none)) {
        return; // coordinates from elsewhere: nothing is known of how they were made
    }
    const auto record = nlohmann::json::parse(read_whole(file), nullptr, false);
    if (record.is_object() && record.contains("settings") && record["settings"].is_object()) {
        EarlierRun(run, record["settings"]).check();
    }
}

} // namespace picker
