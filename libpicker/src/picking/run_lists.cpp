// What a run writes when its micrographs are done: autopick.star, the formats that hold many micrographs,
// quality.csv, run.json.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_file.hpp"
#include "picking/diameter.hpp"
#include "picking/quality_table.hpp"
#include "picking/run_files.hpp"
#include "version.hpp"

#include <starfile/starfile.hpp>

namespace picker {
namespace {

void write_coordinate_list(const RunContext& run, const RunReport& report) {
    starfile::Block block("coordinate_files");
    block.set_version(30001);
    block.add_column("rlnMicrographName");
    block.add_column("rlnMicrographCoordinates");
    for (const RunItem& item : report.items) {
        if (is_done(item)) { // a micrograph without a coordinate file would stop RELION
            block.add_row({item.micrograph, (run.options.output / (item.stem + ".star")).string()});
        }
    }
    starfile::File file;
    file.blocks.push_back(std::move(block));
    write_whole(run.options.output / "autopick.star", starfile::to_string(file));
}

void write_formats_of_many(const RunContext& run, const std::vector<InputMicrograph>& inputs, const RunReport& report) {
    if (run.lists.empty()) {
        return;
    }
    std::map<std::string, Picks> picks;
    std::map<std::string, const Picks*> entries;
    std::map<std::string, PicksContext> contexts;
    for (std::size_t i = 0; i < report.items.size(); ++i) {
        const RunItem& item = report.items[i];
        if (!is_done(item)) {
            continue;
        }
        Picks& own = picks[item.micrograph];
        own = at_threshold(run, item, read_micrograph_picks(run, item.stem));
        entries[item.micrograph] = &own;
        contexts[item.micrograph] = picks_context(run, item, &inputs[i]);
    }
    for (const std::string& name : run.lists) {
        write_picks(run.options.output / (std::string("picks") + picks_format(name).extension), entries, contexts,
                    name);
    }
}

// What a repetition needs beside settings and inputs (picker pick --rerun).
nlohmann::json origin_json(const RunContext& run) {
    const RunOrigin& origin = run.options.origin;
    std::error_code none;
    nlohmann::json lists = nlohmann::json::array();
    for (const auto& list : origin.lists) {
        lists.push_back(file_stamp(list));
    }
    return {{"folder", std::filesystem::current_path(none).string()},
            {"model", origin.model_file},
            {"model_hash", origin.model_hash},
            {"head", run.options.settings.head},
            {"lists", lists}};
}

} // namespace

void write_run_lists(const RunContext& run, const std::vector<InputMicrograph>& inputs, const RunReport& report) {
    write_coordinate_list(run, report);
    write_formats_of_many(run, inputs, report);
    write_whole(run.options.output / "quality.csv", quality_csv(report));
    nlohmann::json micrographs = nlohmann::json::array();
    for (std::size_t i = 0; i < report.items.size(); ++i) {
        nlohmann::json record = to_json(report.items[i]);
        if (is_done(report.items[i])) {
            record["status"] = "done"; // by which call does not matter: one run, or many that went on, say the same
        }
        record["inputs"] = input_stamps(run, inputs[i]);
        micrographs.push_back(std::move(record));
    }
    nlohmann::json summary = {{"program", "libpicker"},
                              {"version", PICKER_VERSION_STRING},
                              {"complete", !report.cancelled},
                              {"architecture", run.model->spec.architecture},
                              {"model_provenance", run.model->provenance},
                              {"settings", run.settings},
                              {"origin", origin_json(run)},
                              {"micrographs", micrographs},
                              {"picks", report.picks},
                              {"failed", report.failed},
                              {"seconds", report.seconds}};
    if (nlohmann::json found = diameter_record(run.options); !found.is_null()) {
        summary["diameter_proposal"] = std::move(found);
    }
    if (report.reversed) {
        summary["contrast_reversed"] = true;
    }
    write_whole(run.options.output / "run.json",
                summary.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

} // namespace picker
