// picker.h, "preflight": the check before a run.
#include "picking/preflight.hpp"

#include "capi/handles.hpp"

#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

static_assert(static_cast<int>(ProblemLevel::remark) == PICKER_PROBLEM_REMARK);
static_assert(static_cast<int>(ProblemLevel::warning) == PICKER_PROBLEM_WARNING);
static_assert(static_cast<int>(ProblemLevel::error) == PICKER_PROBLEM_ERROR);

PreflightOptions options_of(const picker_preflight_options* options) {
    const picker_preflight_options given = read_struct(options);
    PreflightOptions result;
    result.pixel_size = not_negative(given.pixel_size, "picker_preflight_options.pixel_size");
    result.diameter = not_negative(given.diameter, "picker_preflight_options.diameter");
    result.output = optional_string(given.output);
    set_if(result.files_per_micrograph, given.files, "picker_preflight_options.files");
    result.source = source_of(given.source, "picker_preflight_options.source");
    if (result.source != CandidateSource::micrograph) {
        result.source_folder = string_of(given.source_folder, "picker_preflight_options.source_folder");
    }
    result.write_score_maps = given.write_score_maps != 0;
    result.deep = given.deep != 0;
    result.allow_same_stem = given.allow_same_stem != 0;
    result.shard = {given.shard, given.shards};
    check_shard(result.shard);
    return result;
}

template <typename List> auto& at(const List& list, std::size_t index, const char* what) {
    if (index >= list.size()) {
        fail(Status::not_found, "there is no ", what, " ", index, "; this preflight has ", list.size());
    }
    return list[index];
}

} // namespace

picker_status picker_preflight_options_init(picker_preflight_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_problem_init(picker_problem* problem, size_t struct_size) {
    return init_struct(problem, struct_size);
}

picker_status picker_problem_group_init(picker_problem_group* group, size_t struct_size) {
    return init_struct(group, struct_size);
}

picker_status picker_preflight_summary_init(picker_preflight_summary* summary, size_t struct_size) {
    return init_struct(summary, struct_size);
}

picker_status picker_preflight_inputs(picker_preflight** out, const picker_inputs* inputs,
                                      const picker_preflight_options* options, const picker_control* control) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const picker_inputs& source = required(inputs, "inputs");
        auto handle = std::make_unique<picker_preflight>();
        handle->value = preflight(source.items, source.faults, source.masks, options_of(options), control_of(control));
        target = handle.release();
    });
}

picker_status picker_preflight_get_summary(const picker_preflight* preflight, picker_preflight_summary* summary) {
    return guard([&] {
        const Preflight& source = required(preflight, "preflight").value;
        check_out(summary, "summary");
        picker_preflight_summary result;
        std::memset(&result, 0, sizeof result);
        result.micrographs = static_cast<std::int64_t>(source.looked_at);
        result.usable = static_cast<std::int64_t>(source.usable);
        result.problems = static_cast<std::int64_t>(source.problems.size());
        result.groups = static_cast<std::int64_t>(source.groups.size());
        result.errors = std::ranges::count(source.problems, ProblemLevel::error, &Problem::level);
        result.blocking = static_cast<std::int64_t>(source.blocking);
        result.bytes_least = static_cast<std::int64_t>(source.bytes_least);
        result.bytes_most = static_cast<std::int64_t>(source.bytes_most);
        result.bytes_free = source.bytes_free ? static_cast<std::int64_t>(*source.bytes_free) : -1;
        result.seconds = source.seconds;
        write_struct(summary, result);
    });
}

picker_status picker_preflight_problem(const picker_preflight* preflight, size_t index, picker_problem* problem) {
    return guard([&] {
        const Preflight& source = required(preflight, "preflight").value;
        check_out(problem, "problem");
        const Problem& entry = at(source.problems, index, "problem");
        picker_problem result;
        std::memset(&result, 0, sizeof result);
        result.kind = name_of(entry.kind);
        result.path = entry.path.c_str();
        result.message = entry.message.c_str();
        result.index = entry.index;
        result.level = static_cast<std::int32_t>(entry.level);
        result.skippable = entry.skippable ? 1 : 0;
        write_struct(problem, result);
    });
}

picker_status picker_preflight_group(const picker_preflight* preflight, size_t index, picker_problem_group* group) {
    return guard([&] {
        const Preflight& source = required(preflight, "preflight").value;
        check_out(group, "group");
        const ProblemGroup& entry = at(source.groups, index, "group of problems");
        picker_problem_group result;
        std::memset(&result, 0, sizeof result);
        result.kind = name_of(entry.kind);
        result.text = entry.text.c_str();
        result.count = static_cast<std::int64_t>(entry.count);
        result.level = static_cast<std::int32_t>(entry.level);
        write_struct(group, result);
    });
}

picker_status picker_preflight_micrograph(const picker_preflight* preflight, size_t index,
                                          picker_micrograph_info* info) {
    return guard([&] {
        const Preflight& source = required(preflight, "preflight").value;
        check_out(info, "info");
        const CheckedInput& input = at(source.inputs, index, "micrograph");
        if (!input.header) {
            fail(input.status, input.error);
        }
        picker_micrograph_info result = describe(*input.header);
        if (input.pixels) {
            set_statistics(result, input.pixels->statistics);
        }
        write_struct(info, result);
    });
}

void picker_preflight_free(picker_preflight* preflight) {
    delete preflight;
}
