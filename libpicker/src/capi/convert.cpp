// Conversions between the structs of picker.h and the library's own types (handles.hpp).
#include "capi/handles.hpp"

#include <cmath>
#include <cstring>

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

Control control_of(const picker_control* source) {
    const picker_control control = read_struct(source);
    if (control.threads < 0 || control.threads > 4096) {
        fail(Status::invalid_argument, "picker_control.threads is ", control.threads,
             "; give 0 (one per core) to 4096");
    }
    if (control.device != 0) {
        fail(Status::unsupported, "picker_control.device is ", control.device, ", but there is only device 0, the CPU");
    }
    Control result;
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

double not_negative(double value, const char* name) {
    if (!std::isfinite(value) || value < 0) {
        fail(Status::invalid_argument, name, " is ", value, "; give a number of 0 or more (0: default)");
    }
    return value;
}

PickSettings settings_of(const picker_pick_options& options) {
    PickSettings settings;
    settings.diameter = not_negative(options.diameter, "picker_pick_options.diameter");
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
    return settings;
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
    return result;
}

void copy_text(char* target, std::size_t size, std::string_view text_) {
    const std::size_t length = std::min(size - 1, text_.size());
    std::memcpy(target, text_.data(), length);
    target[length] = '\0';
}

} // namespace picker::capi
