// picker.h, "a run over files".
#include "capi/handles.hpp"

#include <cmath>
#include <cstring>
#include <memory>
#include <optional>

using namespace picker;
using namespace picker::capi;

namespace picker::capi {

RunOptions run_options_of(const picker_run_options* options) {
    required(options, "options");
    const picker_run_options given = read_struct(options);
    RunOptions result;
    result.settings = settings_of(read_struct(given.pick));
    if (given.top < 0) {
        fail(Status::invalid_argument, "picker_run_options.top is ", given.top, "; give 0 (all) or more");
    }
    result.settings.top = given.top;
    result.settings.box_size = not_negative(given.box_size, "picker_run_options.box_size");
    result.output = string_of(given.output, "picker_run_options.output");
    if (given.format_count > 0) {
        result.formats = strings_of(given.formats, given.format_count, "picker_run_options.formats");
    }
    result.masks = strings_of(given.masks, given.mask_count, "picker_run_options.masks");
    result.source = source_of(given.source, "picker_run_options.source");
    if (result.source != CandidateSource::micrograph) {
        result.source_folder = string_of(given.source_folder, "picker_run_options.source_folder");
    }
    result.write_score_maps = given.write_score_maps != 0;
    result.overwrite = given.overwrite != 0;
    result.shard = {given.shard, given.shards};
    return result;
}

namespace {

void note_quality(const MicrographQuality& quality, picker_run_item& item) {
    item.score_10 = quality.score_10;
    item.score_50 = quality.score_50;
    item.score_90 = quality.score_90;
    item.defocus = quality.defocus;
    item.thon_fit = quality.thon_fit;
    item.thon_limit = quality.thon_limit;
    item.thon_strength = quality.thon_strength;
    item.mean = quality.mean;
    item.deviation = quality.deviation;
    item.unevenness = quality.unevenness;
    item.foreign = quality.foreign;
    item.excluded = quality.excluded;
}

} // namespace

picker_run_item item_of(const RunItem& entry, double threshold) {
    picker_run_item result;
    std::memset(&result, 0, sizeof result);
    result.path = entry.micrograph.c_str();
    result.stem = entry.stem.c_str();
    result.status = entry.status.c_str();
    result.error = entry.error.c_str();
    result.width = entry.width;
    result.height = entry.height;
    result.pixel_size = entry.pixel_size;
    result.candidates = static_cast<std::int64_t>(entry.candidates);
    result.picks = static_cast<std::int64_t>(entry.picks);
    const picker_removed removed = removed_of(entry.removed);
    result.removed_threshold = removed.threshold;
    result.removed_distance = removed.distance;
    result.removed_edge = removed.edge;
    result.removed_mask = removed.mask;
    result.removed_top = removed.top;
    result.removed_clean = removed.clean;
    result.removed_carbon = removed.carbon;
    result.removed_deviation = removed.deviation;
    result.removed_extreme_pixels = removed.extreme_pixels;
    result.removed_overlaps = removed.overlaps;
    result.seconds_read = entry.times.read;
    result.seconds_transform = entry.times.transform;
    result.seconds_score = entry.times.score;
    result.seconds_peaks = entry.times.peaks;
    result.seconds_write = entry.times.write;
    const bool done = is_done(entry);
    result.false_share = entry.false_share.value_or(std::nan(""));
    result.threshold = done ? entry.threshold.value_or(threshold) : std::nan("");
    note_quality(entry.quality, result);
    return result;
}

} // namespace picker::capi

picker_status picker_run_options_init(picker_run_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_run_item_init(picker_run_item* item, size_t struct_size) {
    return init_struct(item, struct_size);
}

picker_status picker_run_summary_init(picker_run_summary* summary, size_t struct_size) {
    return init_struct(summary, struct_size);
}

picker_status picker_pick_files(picker_run_report** out, const picker_model* model, const picker_inputs* inputs,
                                const picker_run_options* options, const picker_control* control) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const Model& source = required(model, "model").value;
        const picker_inputs& files = required(inputs, "inputs");
        const RunOptions run_options = run_options_of(options);
        const Control talk = control_of(control);
        std::optional<Scorer> scorer;
        const Model chosen = model_to_score(source, run_options.settings);
        if (run_options.source == CandidateSource::micrograph) {
            scorer.emplace(chosen, talk.device);
        }
        auto handle = std::make_unique<picker_run_report>();
        handle->value = pick_files(chosen, scorer ? &*scorer : nullptr, files.items, run_options, talk);
        target = handle.release();
    });
}

picker_status picker_run_report_summary(const picker_run_report* report, picker_run_summary* summary) {
    return guard([&] {
        const RunReport& source = required(report, "report").value;
        check_out(summary, "summary");
        picker_run_summary result;
        std::memset(&result, 0, sizeof result);
        result.micrographs = static_cast<std::int64_t>(source.items.size());
        for (const RunItem& item : source.items) {
            result.done += item.status == "done" ? 1 : 0;
            result.skipped += item.status == "skipped" ? 1 : 0;
            result.elsewhere += item.status == "elsewhere" ? 1 : 0;
        }
        result.failed = static_cast<std::int64_t>(source.failed);
        result.picks = static_cast<std::int64_t>(source.picks);
        result.cancelled = source.cancelled ? 1 : 0;
        result.seconds = source.seconds;
        result.threshold = source.threshold;
        result.diameter = source.diameter;
        result.contrast_reversed = source.reversed ? 1 : 0;
        result.has_lists = source.has_lists ? 1 : 0;
        write_struct(summary, result);
    });
}

picker_status picker_run_report_item(const picker_run_report* report, size_t index, picker_run_item* item) {
    return guard([&] {
        const RunReport& source = required(report, "report").value;
        check_out(item, "item");
        if (index >= source.items.size()) {
            fail(Status::not_found, "there is no micrograph ", index, "; this run has ", source.items.size());
        }
        const RunItem& entry = source.items[index];
        const picker_run_item result = item_of(entry, source.threshold);
        write_struct(item, result);
    });
}

void picker_run_report_free(picker_run_report* report) {
    delete report;
}
