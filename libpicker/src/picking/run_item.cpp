// Settings, sources and files of single micrographs in a pick run (run_files.hpp).
#include "core/error.hpp"
#include "io/cs_exposures.hpp"
#include "io/micrograph_file.hpp"
#include "io/picks_file.hpp"
#include "picking/contrast.hpp"
#include "picking/plan.hpp"
#include "picking/run_files.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <set>

namespace picker {
namespace {

const char* source_name(CandidateSource source) {
    switch (source) {
    case CandidateSource::score_map:
        return "score maps";
    case CandidateSource::candidates:
        return "candidates";
    case CandidateSource::micrograph:
        break;
    }
    return "micrographs";
}

nlohmann::json or_default(const std::optional<double>& value) {
    return value ? nlohmann::json(*value) : nlohmann::json("default");
}

// Only what is on: folders of runs without filters stay what they were.
void note_filters(nlohmann::json& record, const PickSettings& settings, const PickPlan& plan) {
    if (settings.clean != Cleaning::off) {
        record["clean"] = name_of(settings.clean);
    }
    if (settings.carbon != CarbonRule::off) {
        record["carbon"] = name_of(settings.carbon);
    }
    if (!plan.image.deviation.is_off()) {
        record["deviation"] = {plan.image.deviation.low, plan.image.deviation.high};
    } else if (settings.deviation) {
        record["deviation"] = "off";
    }
    if (settings.extreme_pixels != ExtremeRule::off) {
        record["extreme_pixels"] = name_of(settings.extreme_pixels);
    }
    if (settings.drop_overlaps) {
        record["overlaps"] = "drop";
        if (settings.overlap_distance > 0.0) {
            record["overlap_distance"] = settings.overlap_distance;
        }
    }
}

void choose_formats(RunContext& run) {
    std::set<std::string> seen{"star"}; // always written: the resumed run and the lists read it
    for (const std::string& name : run.options.formats) {
        const PicksFormat& format = writable_format(name);
        if (seen.insert(name).second) {
            (format.many_micrographs ? run.lists : run.formats).push_back(name);
        }
    }
    std::sort(run.formats.begin(), run.formats.end());
    std::sort(run.lists.begin(), run.lists.end());
}

} // namespace

RunContext make_run_context(const Model& model, const Scorer* scorer, const std::vector<InputMicrograph>* inputs,
                            const RunOptions& options) {
    RunContext run;
    run.model = &model;
    run.scorer = scorer;
    run.options = options;
    const PickSettings& settings = options.settings;
    run.diameter = pick_diameter(model, settings);
    if (settings.pixel_size != 0.0) {
        resolve_pixel_size(settings.pixel_size, InputMicrograph{}, 0.0);
    }
    if (!(settings.box_size >= 0.0) || settings.box_size > 1e5) {
        fail(Status::invalid_argument, "the box size is ", settings.box_size, " pixels; give the edge of a box, or 0");
    }
    // Any pixel size does here: this is for the checks and defaults.
    const PickPlan plan = plan_picks(model.spec, settings, run.diameter, 1.0, nullptr);
    run.threshold = plan.rules.threshold;
    run.keep = plan.keep;
    run.needs_micrograph = plan.image.any();
    choose_formats(run);
    run.masks = inputs != nullptr ? match_masks(*inputs, options.masks) : masks_by_name(options.masks);
    check_options(run);
    if (inputs != nullptr) {
        check_inputs(run, *inputs);
    }
    check_candidate_source(run);
    nlohmann::json masks = nlohmann::json::array();
    for (const auto& [stem, mask] : run.masks) {
        masks.push_back(mask.name);
    }
    nlohmann::json formats = run.formats;
    for (const std::string& list : run.lists) {
        formats.push_back(list);
    }
    run.settings = {{"model", model_hash(model)},
                    {"diameter", run.diameter},
                    {"threshold", plan.settles() ? nlohmann::json("auto") : nlohmann::json(run.threshold)},
                    {"keep", plan.settles() ? or_default(settings.keep) : nlohmann::json(run.keep)},
                    {"min_distance", or_default(settings.min_distance)},
                    {"edge", or_default(settings.edge)},
                    {"top_per_micrograph", settings.top_per_micrograph},
                    {"top", settings.top},
                    {"pixel_size", settings.pixel_size},
                    {"box_size", settings.box_size},
                    {"formats", formats},
                    {"masks", masks},
                    {"source", source_name(options.source)},
                    {"source_folder", options.source_folder.string()},
                    {"write_score_maps", options.write_score_maps}};
    if (settings.false_share) {
        run.settings["fdr"] = *settings.false_share;
    }
    if (settings.expected) {
        run.settings["expect"] = *settings.expected;
    }
    if (settings.invert) {
        run.settings["invert"] = true;
    }
    note_filters(run.settings, settings, plan);
    if (settings.step > 0) {
        run.settings["step"] = settings.step;
    }
    if (settings.aperture) {
        run.settings["aperture"] = *settings.aperture;
    }
    return run;
}

const InputMicrograph* mask_of(const RunContext& run, const std::string& stem) {
    return find_mask(run.masks, stem);
}

std::shared_ptr<const ExclusionMask> MaskFiles::load(const RunContext& run, const std::string& stem) {
    const InputMicrograph* file = mask_of(run, stem);
    if (file == nullptr) {
        return nullptr;
    }
    const bool common = !run.masks.contains(stem);
    const std::lock_guard lock(mutex_);
    if (common && common_) {
        return common_;
    }
    auto mask = std::make_shared<ExclusionMask>(read_micrograph(file->path).image);
    if (common) {
        common_ = mask;
    }
    return mask;
}

std::filesystem::path source_file(const RunContext& run, const std::string& stem) {
    return run.options.source_folder / (stem + (run.options.source == CandidateSource::score_map ? ".mrc" : ".star"));
}

nlohmann::json input_stamps(const RunContext& run, const InputMicrograph& input) {
    nlohmann::json stamps = nlohmann::json::array({file_stamp(input.path)});
    if (run.options.source != CandidateSource::micrograph) {
        stamps.push_back(file_stamp(source_file(run, input.stem)));
    }
    if (const InputMicrograph* mask = mask_of(run, input.stem)) {
        stamps.push_back(file_stamp(mask->path));
    }
    return stamps;
}

std::vector<std::string> output_names(const RunContext& run, const std::string& stem) {
    std::vector<std::string> names{stem + ".star"};
    for (const std::string& format : run.formats) {
        names.push_back(stem + picks_format(format).extension);
    }
    if (run.options.write_score_maps) {
        names.push_back(stem + ".mrc");
    }
    return names;
}

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::bad_alloc&) {
        return "out of memory; use fewer threads, or check the diameter and the pixel size";
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "an unknown error";
    }
}

RunItem new_item(const InputMicrograph& input) {
    RunItem item;
    item.micrograph = input.name.empty() ? input.path.string() : input.name;
    item.stem = input.stem;
    item.status = "cancelled";
    return item;
}

bool is_current(const RunContext& run, const nlohmann::json& record, const RunItem& item,
                const nlohmann::json& stamps) {
    if (record.value("status", "") != "done" || record.value("micrograph", "") != item.micrograph ||
        !record.contains("inputs") || record["inputs"] != stamps) {
        return false;
    }
    const auto names = output_names(run, item.stem);
    return std::all_of(names.begin(), names.end(),
                       [&](const std::string& name) { return std::filesystem::exists(run.options.output / name); });
}

Picks at_threshold(const RunContext& run, const RunItem& item, const Picks& picks) {
    const double threshold = item.threshold.value_or(run.threshold);
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        if (!(picks.score[i] < threshold)) {
            rows.push_back(i);
        }
    }
    return picks.subset(rows);
}

PicksContext picks_context(const RunContext& run, const RunItem& item, const InputMicrograph* input) {
    PicksContext context;
    context.width = item.width;
    context.height = item.height;
    context.pixel_size = item.pixel_size;
    context.micrograph = item.micrograph;
    const double diameter = run.diameter / item.pixel_size; // pixels
    const double given = run.options.settings.box_size;
    context.box_size = given > 0.0 ? given : 2.0 * std::ceil(0.75 * diameter);
    if (input != nullptr) {
        context.micrograph_uid = exposure_uid(*input);
        context.exposure_group = exposure_group(*input);
    }
    return context;
}

void write_micrograph_picks(const RunContext& run, RunItem& item, const Picks& picks) {
    const PicksContext context = picks_context(run, item);
    const Picks chosen = at_threshold(run, item, picks);
    for (const std::string& format : run.formats) {
        write_picks(run.options.output / (item.stem + picks_format(format).extension), chosen, context, format);
    }
    write_picks(run.options.output / (item.stem + ".star"), picks, context, "star");
    item.picks = chosen.size();
    note_scores(item.quality, chosen);
    item.false_share.reset();
    if (!run.model->spec.calibration.empty() && !chosen.empty()) {
        item.false_share = promise_of(chosen).false_share;
    }
}

Picks read_micrograph_picks(const RunContext& run, const std::string& stem) {
    Picks picks = read_picks_single(run.options.output / (stem + ".star"), "star");
    picks.sort_by_score();
    return picks;
}

} // namespace picker
