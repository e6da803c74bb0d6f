// The pick mode of the External job (pick.hpp): one run of the library, then its results at RELION's places.
#include "pick.hpp"

#include "chart.hpp"
#include "console.hpp"
#include "logfile.hpp"
#include "report.hpp"
#include "runs.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <limits>

namespace relion {
namespace {

// Coordinates at RELION's place. Extract ends on a box that lies outside of the micrograph altogether, so none is
// written; a file that a person changed by hand since it was made is theirs.
libpicker::Picks publish(const Outcome& outcome) {
    namespace fs = std::filesystem;
    std::error_code error;
    const bool kept = outcome.status == "skipped" && fs::exists(outcome.place, error) &&
                      fs::last_write_time(outcome.place, error) >= fs::last_write_time(outcome.made, error) && !error;
    if (kept) {
        return libpicker::Picks::read(outcome.place, "star");
    }
    auto inside = libpicker::make<picker_select_rules>();
    inside.width = outcome.width;
    inside.height = outcome.height;
    const auto all = libpicker::Picks::read(outcome.made, "star");
    auto picks = all.select(inside);
    const fs::path folder = fs::path(outcome.place).parent_path();
    fs::create_directories(folder, error);
    if (error) {
        throw libpicker::Error(PICKER_IO, "cannot make the folder " + folder.string() + ": " + error.message());
    }
    if (picks.size() == all.size()) { // nearly always; a copy does not wait for the disk, the run's own file has
        const std::string temporary = outcome.place + ".tmp";
        fs::copy_file(outcome.made, temporary, fs::copy_options::overwrite_existing, error);
        if (!error) {
            fs::rename(temporary, outcome.place, error);
        }
        if (error) {
            throw libpicker::Error(PICKER_IO, "cannot write " + outcome.place + ": " + error.message());
        }
    } else {
        picks.write(outcome.place, nullptr, "star");
    }
    return picks;
}

// Publishes what is done and gathers what the logfile shows.
Summary publish_all(const Job& job, RunResult& result) {
    Summary summary;
    summary.job = job.folder();
    summary.threshold = result.threshold;
    summary.diameter = result.diameter;
    for (Outcome& outcome : result.outcomes) {
        if (outcome.status == "failed") {
            summary.failures.push_back(outcome.name + ": " + outcome.error);
        }
        if (!outcome.has_result()) {
            continue;
        }
        const auto picks = publish(outcome);
        outcome.picks = picks.size();
        summary.picks.push_back(static_cast<double>(picks.size()));
        const double* scores = picks.column("score");
        summary.merits.insert(summary.merits.end(), scores, scores + picks.size());
    }
    return summary;
}

std::string no_picks(const RunResult& result, const libpicker::Inputs& inputs) {
    std::string sizes;
    for (std::size_t i = 0; i < inputs.size() && sizes.empty(); ++i) {
        sizes = inputs.pixel_size(i) > 0 ? ", pixels of " + number_text(inputs.pixel_size(i)) + " A" : "";
    }
    return "no picks on any micrograph, with particles of " + number_text(result.diameter) + " A" + sizes +
           " and figures of merit of " + number_text(result.threshold) +
           " or more; check the parameters diameter and threshold, and the pixel size of the STAR file";
}

void write_results(const Job& job, const std::string& list, const Host& host, const RunResult& result,
                   const Summary& summary) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const Outcome& outcome : result.outcomes) {
        if (outcome.has_result()) { // Extract stops at a file that is listed and missing
            rows.emplace_back(outcome.name, outcome.place);
        }
    }
    write_coordinate_list(job, rows);
    write_coords_suffix(job, list);
    write_whole(job.file("logfile.pdf"), logfile_pdf(summary));
    write_output_nodes(
        job, host,
        {{host.coordinates_node, coordinates_type, host.coordinates_label}, {"logfile.pdf", log_type, host.log_label}});
}

} // namespace

End pick(const Job& job, const Parameters& parameters) {
    const std::string list =
        parameters.required_text("in_mics", "choose the STAR file of the micrographs in the Input tab");
    const std::string model_path =
        parameters.required_text("model", "add a parameter 'model' with the path of MODEL.safetensors");
    picker_pick_options pick = pick_options_of(parameters);
    auto options = libpicker::make<picker_run_options>();
    options.pick = &pick;
    options.overwrite = parameters.has("overwrite") ? 1 : 0;
    std::int32_t top = 0;
    parameters.whole("top", 1, std::numeric_limits<std::int32_t>::max(), top);
    options.top = top;
    const std::vector<std::string> masks = parameters.list("mask");
    std::vector<const char*> mask_names;
    std::transform(masks.begin(), masks.end(), std::back_inserter(mask_names),
                   [](const std::string& mask) { return mask.c_str(); });
    options.masks = mask_names.data();
    options.mask_count = mask_names.size();
    const Host host = greet(job, "picks on", list);
    const libpicker::Inputs inputs({star_list(list)}, true);
    const auto model = libpicker::Model::load(model_path);
    RunResult result = run_all(job, model, inputs, options, control_of(job, parameters));
    if (pick.has_keep != 0) { // candidates down to it are written, and shown
        result.threshold = std::min(result.threshold, pick.keep);
    }
    const Summary summary = publish_all(job, result);
    const auto done = static_cast<long long>(summary.picks.size());
    if (result.cancelled) {
        return cancelled_end(counted(done, "micrograph") + " done and kept");
    }
    if (summary.picks.empty()) {
        throw libpicker::Error(PICKER_NOT_FOUND,
                               "every micrograph failed, the first with: " + summary.failures.front());
    }
    write_results(job, list, host, result, summary);
    if (parameters.has("report") && !write_reports(job, control_of(job, parameters))) {
        return cancelled_end("picks and lists are written, the report is not");
    }
    if (summary.merits.empty()) {
        warn(no_picks(result, inputs));
    }
    const auto before = std::count_if(result.outcomes.begin(), result.outcomes.end(),
                                      [](const Outcome& outcome) { return outcome.status == "skipped"; });
    say(counted(static_cast<long long>(summary.merits.size()), "pick") + " on " + counted(done, "micrograph") + " (" +
        std::to_string(before) + " done before), figure of merit " + number_text(summary.threshold) + " or more");
    if (!summary.failures.empty()) {
        warn(counted(static_cast<long long>(summary.failures.size()), "micrograph") +
             " failed and have no coordinates; Continue tries them again");
    }
    return End::success;
}

} // namespace relion
