// What picker pick tells of a run (pick_parts.hpp).
#include "pick_parts.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

namespace cli {
namespace {

// "0.5 or more"; "0.3 to 0.46 or more" where micrographs have thresholds of their own.
std::string scores_text(const libpicker::RunReport& report, const picker_run_summary& summary) {
    double lowest = summary.threshold, highest = summary.threshold;
    for (std::int64_t i = 0; i < summary.micrographs; ++i) {
        if (const picker_run_item item = report.item(static_cast<std::size_t>(i)); has_result(item)) {
            lowest = std::min(lowest, item.threshold);
            highest = std::max(highest, item.threshold);
        }
    }
    return format_score(lowest) + (highest > lowest ? " to " + format_score(highest) : "") + " or more";
}

} // namespace

bool has_result(const picker_run_item& item) {
    const std::string status = item.status;
    return status == "done" || status == "skipped";
}

std::string removed_text(const libpicker::RunReport& report, std::size_t count) {
    using Member = std::int64_t picker_run_item::*;
    constexpr std::pair<Member, const char*> rules[] = {
        {&picker_run_item::removed_clean, " in large areas of the map"},
        {&picker_run_item::removed_edge, " near the border"},
        {&picker_run_item::removed_mask, " masked"},
        {&picker_run_item::removed_threshold, " with a lower score"},
        {&picker_run_item::removed_carbon, " at carbon edges"},
        {&picker_run_item::removed_deviation, " of another deviation"},
        {&picker_run_item::removed_extreme_pixels, " with extreme pixels"},
        {&picker_run_item::removed_distance, " too near a better one"},
        {&picker_run_item::removed_overlaps, " overlapping"},
        {&picker_run_item::removed_top, " beyond the best N"}};
    std::string text;
    for (const auto& [member, why] : rules) {
        std::int64_t removed = 0;
        for (std::size_t i = 0; i < count; ++i) {
            removed += report.item(i).*member;
        }
        if (removed > 0) {
            text += (text.empty() ? "removed: " : ", ") + std::to_string(removed) + why;
        }
    }
    return text.empty() ? text : text + "\n";
}

std::string kept_text(const libpicker::RunReport& report, std::size_t count, const picker_run_summary& summary,
                      const std::string& output) {
    std::int64_t below = 0;
    std::string name = "STEM";
    for (std::size_t i = 0; i < count; ++i) {
        const picker_run_item item = report.item(i);
        if (has_result(item)) {
            below += static_cast<std::int64_t>(libpicker::Picks::read(in_folder(output, item.stem) + ".star").size()) -
                     item.picks;
            name = summary.micrographs == 1 ? item.stem : name;
        }
    }
    if (below <= 0) {
        return "";
    }
    return in_folder(output, name) + (summary.micrographs == 1 ? ".star also holds " : ".star files also hold ") +
           counted(below, "candidate") + " below the threshold (for later thresholds); for RELION select on " +
           "rlnAutopickFigureOfMerit >= " + format_score(summary.threshold) + " or pick without --keep\n";
}

std::string none_found(const libpicker::RunReport& report, std::size_t count, const picker_run_summary& summary) {
    std::set<std::string> sizes;
    for (std::size_t i = 0; i < count; ++i) {
        if (const picker_run_item item = report.item(i); has_result(item)) {
            sizes.insert(format_number(item.pixel_size, 3));
        }
    }
    if (summary.picks > 0 || sizes.empty() || summary.cancelled != 0) {
        return "";
    }
    return "no picks on any micrograph, with particles of " + format_number(summary.diameter, 0) +
           " A, a pixel size of " + *sizes.begin() + (sizes.size() > 1 ? " to " + *sizes.rbegin() : "") +
           " A and scores of " + format_score(summary.threshold) + " or more; check --diameter, the pixel size and " +
           "--threshold";
}

std::string summary_text(const libpicker::RunReport& report, const picker_run_summary& summary,
                         const std::string& output, bool resident) {
    std::ostringstream text;
    text << counted(summary.picks, "pick") << " on " << summary.done + summary.skipped << " of "
         << counted(summary.micrographs, "micrograph") << " (score " << scores_text(report, summary)
         << ", particles of " << format_number(summary.diameter, 0) << " A) in " << format_number(summary.seconds, 1)
         << " s\n";
    double wrong = 0;
    for (std::int64_t i = 0; i < summary.micrographs; ++i) {
        const picker_run_item item = report.item(static_cast<std::size_t>(i));
        wrong += std::isfinite(item.false_share) ? item.false_share * static_cast<double>(item.picks) : 0;
    }
    if (wrong > 0) { // of a calibrated model
        text << "about " << format_number(wrong, 0) << " of them false, by their probabilities\n";
    }
    if (summary.skipped > 0 && !resident) { // else done as they came
        text << counted(summary.skipped, "micrograph") << " done before and current\n";
    }
    if (summary.has_lists != 0) {
        text << "coordinates " << in_folder(output, "autopick.star") << "\n";
    } else {
        text << "the lists (autopick.star, run.json) are not written yet: " << counted(summary.elsewhere, "micrograph")
             << " of other shards to go when this one ended\n";
    }
    return text.str();
}

Json item_json(const picker_run_item& item) {
    Json json = {{"micrograph", item.path}, {"status", item.status}};
    if (item.error[0] != '\0') {
        json["error"] = item.error;
        return json;
    }
    json["width"] = item.width;
    json["height"] = item.height;
    json["pixel_size"] = item.pixel_size;
    json["candidates"] = item.candidates;
    json["picks"] = item.picks;
    json["threshold"] = item.threshold;
    json["promised_false_share"] = json_number(item.false_share);
    json["removed"] = {{"threshold", item.removed_threshold},
                       {"distance", item.removed_distance},
                       {"edge", item.removed_edge},
                       {"mask", item.removed_mask},
                       {"top", item.removed_top},
                       {"clean", item.removed_clean},
                       {"carbon", item.removed_carbon},
                       {"deviation", item.removed_deviation},
                       {"extreme_pixels", item.removed_extreme_pixels},
                       {"overlaps", item.removed_overlaps}};
    json["seconds"] = {{"read", item.seconds_read},
                       {"transform", item.seconds_transform},
                       {"score", item.seconds_score},
                       {"peaks", item.seconds_peaks},
                       {"write", item.seconds_write}};
    return json;
}

} // namespace cli
