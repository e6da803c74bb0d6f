// Conversions between the structs of picker.h and the library's own types (handles.hpp).
#include "capi/handles.hpp"
#include "engine/device_name.hpp"
#include "models/heads.hpp"

#include <cmath>
#include <cstring>
#include <initializer_list>

namespace picker::capi {

std::vector<std::string> strings_of(const char* const* values, std::size_t count, const char* name) {
    std::vector<std::string> result;
    if (count > 0) {
        required(values, name);
    }
    for (std::size_t i = 0; i < count; ++i) {
        result.push_back(string_of(values[i], name));
    }
    return result;
}

namespace {

// Whether a device is there is seen by whoever makes a network; only its name is checked here.
std::string device_of(const picker_control& control) {
    if (control.device_name != nullptr) {
        return name_of(parse_device(control.device_name));
    }
    if (const char* name = picker_device_name(control.device)) {
        return name;
    }
    std::string known;
    for (std::int32_t i = 0; i < picker_device_count(); ++i) {
        known += text(i > 0 ? ", " : "", i, " (", picker_device_name(i), ")");
    }
    fail(Status::unsupported, "picker_control.device is ", control.device, ", but there are only the devices ", known);
}

} // namespace

Control control_of(const picker_control* source) {
    const picker_control control = read_struct(source);
    if (control.threads < 0 || control.threads > 4096) {
        fail(Status::invalid_argument, "picker_control.threads is ", control.threads,
             "; give 0 (one per core) to 4096");
    }
    Control result;
    result.device = device_of(control);
    result.threads = control.threads;
    if (control.progress != nullptr) {
        result.progress = [callback = control.progress, user = control.user](const ProgressEvent& event) {
            picker_progress progress;
            std::memset(&progress, 0, sizeof progress);
            progress.struct_size = sizeof progress;
            progress.stage = event.stage;
            progress.item = event.item;
            progress.done = event.done;
            progress.total = event.total;
            progress.rate = event.rate;
            progress.seconds_left = event.seconds_left;
            progress.value = event.value;
            return callback(user, &progress) != 0;
        };
    }
    if (control.log != nullptr) {
        result.log = [callback = control.log, user = control.user](int level, const std::string& line) {
            callback(user, level, line.c_str());
        };
    }
    return result;
}

CandidateSource source_of(std::int32_t source, const char* name) {
    switch (source) {
    case PICKER_SOURCE_MICROGRAPHS:
        return CandidateSource::micrograph;
    case PICKER_SOURCE_SCORE_MAPS:
        return CandidateSource::score_map;
    case PICKER_SOURCE_CANDIDATES:
        return CandidateSource::candidates;
    default:
        fail(Status::invalid_argument, name, " is ", source, "; give a picker_source");
    }
}

double not_negative(double value, const char* name) {
    if (!std::isfinite(value) || value < 0) {
        fail(Status::invalid_argument, name, " is ", value, "; give a number of 0 or more (0: default)");
    }
    return value;
}

namespace {

// A choice of an enum whose values begin DEFAULT, OFF; `named` are what follows them.
template <typename Rule>
Rule choice(std::int32_t value, Rule off, std::initializer_list<Rule> named, const char* name, const char* type) {
    if (value == 0 || value == 1) {
        return off;
    }
    if (value < 0 || value - 2 >= static_cast<std::int32_t>(named.size())) {
        fail(Status::invalid_argument, name, " is ", value, "; give a ", type);
    }
    return *(named.begin() + (value - 2));
}

void set_filters(PickSettings& settings, const picker_pick_options& options) {
    settings.clean = choice(options.clean, Cleaning::off, {Cleaning::paper, Cleaning::lua}, "picker_pick_options.clean",
                            "picker_cleaning");
    settings.extreme_pixels = choice(options.extreme_pixels, ExtremeRule::off, {ExtremeRule::paper, ExtremeRule::lua},
                                     "picker_pick_options.extreme_pixels", "picker_extreme_pixels");
    settings.carbon =
        choice(options.carbon, CarbonRule::off, {CarbonRule::edge}, "picker_pick_options.carbon", "picker_carbon");
    if (options.overlaps != PICKER_OVERLAPS_KEEP && options.overlaps != PICKER_OVERLAPS_DROP) {
        fail(Status::invalid_argument, "picker_pick_options.overlaps is ", options.overlaps,
             "; give a picker_overlaps");
    }
    settings.drop_overlaps = options.overlaps == PICKER_OVERLAPS_DROP;
    settings.overlap_distance = not_negative(options.overlap_distance, "picker_pick_options.overlap_distance");
    if (options.has_deviation != 0) {
        settings.deviation = DeviationRange{not_negative(options.deviation_low, "picker_pick_options.deviation_low"),
                                            not_negative(options.deviation_high, "picker_pick_options.deviation_high")};
    }
}

} // namespace

PickSettings settings_of(const picker_pick_options& options) {
    PickSettings settings;
    settings.diameter = not_negative(options.diameter, "picker_pick_options.diameter");
    if (options.diameter_rule != PICKER_DIAMETER_GIVEN && options.diameter_rule != PICKER_DIAMETER_AUTO) {
        fail(Status::invalid_argument, "picker_pick_options.diameter_rule is ", options.diameter_rule,
             "; give a picker_diameter_rule");
    }
    settings.automatic_diameter = options.diameter_rule == PICKER_DIAMETER_AUTO;
    settings.pixel_size = not_negative(options.pixel_size, "picker_pick_options.pixel_size");
    const auto score = [](double value, const char* name) {
        if (!(value >= 0 && value <= 1)) {
            fail(Status::invalid_argument, name, " is ", value, "; scores lie between 0 and 1");
        }
        return value;
    };
    if (options.has_threshold != 0) {
        settings.threshold = score(options.threshold, "picker_pick_options.threshold");
    }
    if (options.has_keep != 0) {
        settings.keep = score(options.keep, "picker_pick_options.keep");
    }
    if (options.has_min_distance != 0) {
        settings.min_distance = not_negative(options.min_distance, "picker_pick_options.min_distance");
    }
    if (options.has_edge != 0) {
        settings.edge = not_negative(options.edge, "picker_pick_options.edge");
    }
    if (options.top < 0) {
        fail(Status::invalid_argument, "picker_pick_options.top is ", options.top, "; give 0 (all) or more");
    }
    settings.top_per_micrograph = options.top;
    if (options.step < 0) {
        fail(Status::invalid_argument, "picker_pick_options.step is ", options.step, "; give 0 (the model's) or more");
    }
    settings.step = options.step;
    if (options.aperture != 0.0) {
        settings.aperture = not_negative(options.aperture, "picker_pick_options.aperture");
    }
    settings.head = optional_string(options.head);
    if (options.threshold_rule != PICKER_THRESHOLD_DEFAULT && options.threshold_rule != PICKER_THRESHOLD_AUTO) {
        fail(Status::invalid_argument, "picker_pick_options.threshold_rule is ", options.threshold_rule,
             "; give a picker_threshold_rule");
    }
    settings.automatic_threshold = options.threshold_rule == PICKER_THRESHOLD_AUTO;
    if (options.fdr != 0.0) {
        settings.false_share = options.fdr;
    }
    settings.invert = options.invert != 0;
    if (options.expect != 0.0) {
        settings.expected = options.expect;
    }
    set_filters(settings, options);
    return settings;
}

Model model_to_score(const Model& model, const PickSettings& settings) {
    Model chosen = settings.head.empty() && model.heads.empty()
                       ? model
                       : with_head(model, settings.head.empty() ? general_head : settings.head);
    return settings.step > 0 ? with_step(std::move(chosen), settings.step) : chosen;
}

ExclusionMask mask_of(const picker_micrograph* mask) {
    return mask == nullptr ? ExclusionMask() : ExclusionMask(mask->value.image);
}

picker_removed removed_of(const RemovedCounts& counts) {
    picker_removed result;
    std::memset(&result, 0, sizeof result);
    result.threshold = static_cast<std::int64_t>(counts.threshold);
    result.distance = static_cast<std::int64_t>(counts.distance);
    result.edge = static_cast<std::int64_t>(counts.edge);
    result.mask = static_cast<std::int64_t>(counts.mask);
    result.top = static_cast<std::int64_t>(counts.top);
    result.clean = static_cast<std::int64_t>(counts.clean);
    result.carbon = static_cast<std::int64_t>(counts.carbon);
    result.deviation = static_cast<std::int64_t>(counts.deviation);
    result.extreme_pixels = static_cast<std::int64_t>(counts.extreme_pixels);
    result.overlaps = static_cast<std::int64_t>(counts.overlaps);
    return result;
}

void copy_text(char* target, std::size_t size, std::string_view text_) {
    const std::size_t length = std::min(size - 1, text_.size());
    std::memcpy(target, text_.data(), length);
    target[length] = '\0';
}

} // namespace picker::capi
