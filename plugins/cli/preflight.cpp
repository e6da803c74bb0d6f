// Preflights of the terminal's commands (preflight.hpp).
#include "preflight.hpp"

#include <string_view>

namespace cli {
namespace {

constexpr const char* level_names[] = {"remark", "warning", "error"};

// What the failure of a single micrograph of this kind would be.
picker_status status_of(std::string_view kind) {
    if (kind == "pattern" || kind == "missing") {
        return PICKER_NOT_FOUND;
    }
    if (kind == "output" || kind == "space" || kind == "unreadable") {
        return PICKER_IO;
    }
    if (kind == "same_stem") {
        return PICKER_MISMATCH;
    }
    if (kind == "pixel_size_unknown" || kind == "pixel_size_absurd") {
        return PICKER_INVALID_ARGUMENT;
    }
    return kind == "stack" || kind == "mode" ? PICKER_UNSUPPORTED : PICKER_BAD_FILE;
}

// One problem is told by itself, several as a list.
std::string listed(const std::vector<std::string>& lines, const std::string& head, const std::string& way_out) {
    if (lines.size() == 1) {
        return lines.front() + (way_out.empty() ? "" : "\n" + way_out);
    }
    std::string out = head;
    for (const std::string& line : lines) {
        out += "\n  " + line;
    }
    return out + (way_out.empty() ? "" : "\n" + way_out);
}

libpicker::Preflight preflight(const libpicker::Inputs& inputs, const picker_preflight_options& options,
                               Terminal& terminal) {
    libpicker::Preflight result(inputs, options, terminal.control());
    terminal.finish();
    return result;
}

} // namespace

Flag skip_bad_flag(const std::string& what) {
    return {"--skip-bad", Takes::nothing, "", "go on without micrographs that cannot be read or used; " + what};
}

libpicker::Inputs all_inputs_of(const Arguments& arguments, const std::string& flag) {
    arguments.required_text(flag);
    return libpicker::Inputs::all_of(expand_standard_input(arguments.list(flag)));
}

Json problem_json(const picker_problem& problem) {
    return {{"kind", problem.kind},
            {"level", level_names[problem.level]},
            {"path", problem.path},
            {"message", problem.message}};
}

Json problems_json(const libpicker::Preflight& preflight) {
    Json list = Json::array();
    for (const picker_problem& problem : preflight.problems()) {
        list.push_back(problem_json(problem));
    }
    return list;
}

Json check_run(const libpicker::Inputs& inputs, const picker_preflight_options& options, const Arguments& arguments,
               Terminal& terminal) {
    const libpicker::Preflight checked = preflight(inputs, options, terminal);
    const picker_preflight_summary summary = checked.summary();
    Json problems = problems_json(checked);
    std::vector<std::string> errors;
    std::string first_kind;
    for (const picker_problem_group& group : checked.groups()) {
        if (group.level == PICKER_PROBLEM_ERROR) {
            first_kind = errors.empty() ? group.kind : first_kind;
            errors.emplace_back(group.text);
        }
    }
    const bool skip = arguments.has("--skip-bad");
    if (!errors.empty() && (!skip || summary.blocking > 0 || summary.usable == 0)) {
        const bool may_skip = !skip && summary.blocking == 0 && summary.usable > 0;
        throw PreflightError(
            status_of(first_kind),
            listed(errors,
                   "nothing has been done, since of " + counted(summary.micrographs, "micrograph") + " " +
                       std::to_string(summary.usable) + " can be used:",
                   may_skip ? "--skip-bad goes on with the other " + counted(summary.usable, "micrograph") : ""),
            std::move(problems));
    }
    for (const picker_problem_group& group : checked.groups()) {
        if (group.level == PICKER_PROBLEM_WARNING) {
            terminal.warning(group.text);
        } else {
            terminal.remark((group.level == PICKER_PROBLEM_ERROR ? "skipped: " : "note: ") + std::string(group.text));
        }
    }
    return problems;
}

std::set<std::size_t> TrainingCheck::bad(const libpicker::Inputs& inputs,
                                         const std::function<bool(std::size_t)>& used) {
    auto options = libpicker::make<picker_preflight_options>();
    options.pixel_size = arguments_.number("--pixel-size").value_or(0);
    options.diameter = arguments_.number("--diameter").value_or(0);
    const libpicker::Preflight checked = preflight(inputs, options, terminal_);
    for (const picker_problem_group& group : checked.groups()) {
        if (group.level == PICKER_PROBLEM_WARNING) {
            terminal_.warning(group.text);
        }
    }
    std::set<std::size_t> found;
    for (const picker_problem& problem : checked.problems()) {
        const bool own = problem.index >= 0;
        if (problem.level != PICKER_PROBLEM_ERROR || (own && !used(static_cast<std::size_t>(problem.index)))) {
            continue;
        }
        status_ = messages_.empty() ? status_of(problem.kind) : status_;
        messages_.emplace_back(problem.message);
        problems_.push_back(problem_json(problem));
        blocked_ = blocked_ || problem.skippable == 0;
        if (own) {
            found.insert(static_cast<std::size_t>(problem.index));
        }
    }
    std::size_t own_used = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        own_used += used(i) ? 1 : 0;
    }
    used_ += own_used;
    bad_ += found.size();
    blocked_ = blocked_ || (own_used > 0 && found.size() == own_used); // nothing of this set would be left
    return found;
}

void TrainingCheck::settle() const {
    constexpr std::size_t most = 10;
    if (messages_.empty()) {
        return;
    }
    std::vector<std::string> lines = messages_;
    if (lines.size() > most) {
        lines.resize(most - 1);
        lines.push_back("and " + std::to_string(messages_.size() - most + 1) + " more; picker inspect tells all");
    }
    const std::string head = std::to_string(bad_) + " of " + counted(static_cast<std::int64_t>(used_), "micrograph") +
                             " cannot be trained on:";
    if (blocked_ || !arguments_.has("--skip-bad")) {
        throw PreflightError(status_, listed(lines, head, blocked_ ? "" : "--skip-bad trains on the others"),
                             problems_);
    }
    for (const std::string& line : lines) {
        terminal_.remark("skipped: " + line);
    }
}

} // namespace cli
