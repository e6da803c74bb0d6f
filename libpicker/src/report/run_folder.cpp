// Reading the folder of a run (run_folder.hpp).
#include "report/run_folder.hpp"

#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_file.hpp"
#include "io/star_micrographs.hpp"
#include "picking/run_files.hpp"
#include "picking/run_journal.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace picker {
namespace {

void collect_numbers(const nlohmann::json& record, const std::string& prefix, std::map<std::string, double>& out) {
    for (const auto& [key, value] : record.items()) {
        if (value.is_number()) {
            out[prefix + key] = value.get<double>();
        } else if (value.is_object() && prefix.empty()) {
            collect_numbers(value, key + ".", out);
        }
    }
}

// Best first; rows without a score come before all others, since no threshold takes them out.
Picks best_first(const Picks& picks) {
    std::vector<std::size_t> order(picks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        const bool a_none = std::isnan(picks.score[a]), b_none = std::isnan(picks.score[b]);
        return a_none != b_none ? a_none : picks.score[a] > picks.score[b];
    });
    return picks.subset(order);
}

// Where the image lies: the run noted its path as seen from the folder that it was started in.
std::filesystem::path image_path(const nlohmann::json& record, const RunItem& item,
                                 const std::filesystem::path& run_json) {
    std::string noted = item.micrograph;
    if (const auto inputs = record.find("inputs"); inputs != record.end() && inputs->is_array() && !inputs->empty() &&
                                                   inputs->front().is_object() && inputs->front().contains("path")) {
        noted = inputs->front().value("path", noted);
    }
    return find_listed(noted, run_json);
}

ReportMicrograph read_one(const nlohmann::json& record, const std::filesystem::path& folder,
                          const std::filesystem::path& run_json) {
    ReportMicrograph out;
    out.item = run_item(record, run_json);
    out.path = image_path(record, out.item, run_json);
    collect_numbers(record, "", out.values);
    if (out.item.status == "skipped") {
        out.item.status = "done"; // by an earlier call of the same run
    }
    if (out.item.status == "done") {
        try {
            out.picks = best_first(read_picks_single(folder / (out.item.stem + ".star"), "star"));
        } catch (const Error& error) {
            out.problem = error.what();
        }
    }
    return out;
}

// Where every micrograph has a threshold of its own ("auto"), the report's is their median, and what is kept of all
// goes down to the lowest.
void read_thresholds(RunFolder& run, const nlohmann::json& settings) {
    if (settings.at("threshold") != "auto") {
        run.threshold = settings.at("threshold").get<double>();
        run.keep = settings.value("keep", run.threshold);
        return;
    }
    const std::vector<double> own = own_thresholds(run.micrographs, &ReportMicrograph::item);
    run.threshold = middle_threshold(own, 0.5);
    const nlohmann::json& keep = settings.at("keep");
    run.keep = keep.is_number() ? keep.get<double>() : own.empty() ? run.threshold : own.front();
}

} // namespace

RunFolder read_run_folder(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / "run.json";
    std::error_code none;
    if (!std::filesystem::exists(path, none)) {
        fail(Status::not_found, folder.string(), " holds no run (no run.json); give the output folder of `picker pick`",
             std::filesystem::exists(folder / "journal.jsonl", none)
                 ? ", whose run is not finished here: the same command again goes on with it"
                 : "");
    }
    RunFolder out;
    out.folder = folder;
    const std::string text = read_whole(path);
    if (is_nested_deeper(text)) {
        fail(Status::bad_file, path.string(), " is damaged (nested more than 64 deep); run picker pick again in this ",
             "folder");
    }
    try {
        out.summary = nlohmann::json::parse(text);
        const nlohmann::json records = out.summary.at("micrographs");
        const nlohmann::json settings = out.summary.at("settings");
        out.diameter = settings.at("diameter").get<double>();
        out.summary.erase("micrographs");
        if (!records.is_array()) {
            fail(Status::bad_file, path.string(), " is damaged: its micrographs are no list; run picker pick again in ",
                 "this folder");
        }
        for (const nlohmann::json& record : records) {
            out.micrographs.push_back(read_one(record, folder, path));
        }
        read_thresholds(out, settings);
    } catch (const nlohmann::json::exception& error) {
        fail(Status::bad_file, path.string(), " is damaged or not of a pick run (", error.what(),
             "); run picker pick again in this folder");
    }
    if (const nlohmann::json stamp = file_stamp(path); stamp.is_object()) {
        out.modified = stamp.at("modified").get<std::int64_t>() / 1000000000;
    }
    return out;
}

std::size_t count_at_threshold(const Picks& picks, double threshold) {
    const auto below = std::ranges::find_if(picks.score, [&](double score) { return score < threshold; });
    return static_cast<std::size_t>(below - picks.score.begin());
}

} // namespace picker
