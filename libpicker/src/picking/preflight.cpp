// The check before a run (preflight.hpp): every input by itself on worker threads, then what they come to together.
#include "picking/preflight.hpp"

#include "core/parallel.hpp"
#include "picking/preflight_input.hpp"
#include "picking/stopwatch.hpp"

#include <algorithm>
#include <atomic>
#include <map>

namespace picker {
namespace {

// Of one coordinate file, bytes: an empty one fills a block of the disk, one with 1,000 picks has 64 kB.
constexpr std::uint64_t coordinates_least = 4096, coordinates_most = 65536;
// Pixels of a micrograph to a value of its score map, for steps from 32 to 4 pixels.
constexpr std::uint64_t pixels_per_value_most = 1024, pixels_per_value_least = 16;

void check_stems(const std::vector<InputMicrograph>& inputs, std::vector<Problem>& problems) {
    std::map<std::string, std::size_t> stems;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto [first, is_new] = stems.emplace(inputs[i].stem, i);
        if (!is_new) {
            const std::string other = inputs[first->second].path.string(), own = inputs[i].path.string();
            problems.push_back({ProblemKind::same_stem, ProblemLevel::error, static_cast<std::ptrdiff_t>(i), false, own,
                                text("the micrographs ", other, " and ", own, " have the same name, ", inputs[i].stem,
                                     ", and would write the same files; rename one, or pick them into two folders"),
                                text("as ", other)});
        }
    }
}

// Each mask once. One that serves several micrographs takes all of them along.
void check_masks(const std::vector<std::string>& masks, std::vector<Problem>& problems) {
    std::map<std::string, std::vector<std::size_t>> users;
    for (std::size_t i = 0; i < masks.size(); ++i) {
        if (!masks[i].empty()) {
            users[masks[i]].push_back(i);
        }
    }
    for (const auto& [mask, indices] : users) {
        if (const auto failure = image_failure(mask)) {
            const bool single = indices.size() == 1;
            problems.push_back({failure->kind, ProblemLevel::error,
                                single ? static_cast<std::ptrdiff_t>(indices.front()) : -1, single, mask,
                                failure->message, "a mask"});
        }
    }
}

void check_output(const PreflightOptions& options, Preflight& report) {
    if (options.output.empty()) {
        return;
    }
    if (std::string fault = output_fault(options.output); !fault.empty()) {
        report.problems.push_back(
            {ProblemKind::output, ProblemLevel::error, -1, false, options.output.string(), std::move(fault), ""});
        return;
    }
    for (const CheckedInput& input : report.inputs) {
        if (!input.header) {
            continue;
        }
        report.bytes_least += coordinates_least * options.files_per_micrograph;
        report.bytes_most += coordinates_most * options.files_per_micrograph;
        if (options.write_score_maps) {
            const auto pixels =
                static_cast<std::uint64_t>(input.header->width) * static_cast<std::uint64_t>(input.header->height);
            report.bytes_least += pixels * sizeof(float) / pixels_per_value_most;
            report.bytes_most += pixels * sizeof(float) / pixels_per_value_least;
        }
    }
    std::error_code error;
    const auto disk = std::filesystem::space(existing_part(options.output), error);
    if (!error) {
        report.bytes_free = disk.available;
        if (auto problem = space_problem(options.output, report.bytes_least, report.bytes_most, disk.available)) {
            report.problems.push_back(std::move(*problem));
        }
    }
}

void count(const Shard& shard, Preflight& report) {
    std::vector<bool> bad(report.inputs.size());
    for (std::size_t i = 0; i < bad.size(); ++i) {
        report.looked_at += shard.has(i) ? 1 : 0;
        bad[i] = !shard.has(i);
    }
    for (const Problem& problem : report.problems) {
        if (problem.level == ProblemLevel::error) {
            report.blocking += problem.skippable ? 0 : 1;
            if (problem.index >= 0) {
                bad[static_cast<std::size_t>(problem.index)] = true;
            }
        }
    }
    report.usable = static_cast<std::size_t>(std::ranges::count(bad, false));
}

} // namespace

Preflight preflight(const std::vector<InputMicrograph>& inputs, const std::vector<PatternFault>& faults,
                    const std::vector<std::string>& masks, const PreflightOptions& options, const Control& control) {
    const Stopwatch watch;
    Preflight report;
    for (const PatternFault& fault : faults) {
        report.problems.push_back(
            {ProblemKind::pattern, ProblemLevel::error, -1, false, fault.pattern, fault.message, ""});
    }
    report.inputs.resize(inputs.size());
    std::vector<std::vector<Problem>> found(inputs.size());
    const std::size_t batch = options.deep ? 1 : 32; // a header takes less time than handing out a job
    const std::size_t jobs = (inputs.size() + batch - 1) / batch;
    std::atomic<std::int64_t> done{0};
    const Meter meter(control, "check", static_cast<std::int64_t>(inputs.size()));
    meter.at(0);
    if (jobs > 0) {
        WorkerPool pool(
            static_cast<int>(std::min<std::size_t>(jobs, static_cast<std::size_t>(control.worker_count()))));
        pool.run(
            jobs,
            [&](std::size_t job) {
                for (std::size_t i = job * batch; i < std::min(inputs.size(), (job + 1) * batch); ++i) {
                    if (options.shard.has(i)) {
                        found[i] = check_input(inputs[i], i, options, report.inputs[i]);
                    }
                    ++done;
                }
            },
            [&] { meter.at(done); });
    }
    for (std::vector<Problem>& own : found) {
        std::ranges::move(own, std::back_inserter(report.problems));
    }
    if (!options.allow_same_stem) {
        check_stems(inputs, report.problems);
    }
    check_masks(masks, report.problems);
    check_output(options, report);
    std::ranges::stable_sort(report.problems, {}, &Problem::kind);
    report.groups = group_problems(report.problems);
    count(options.shard, report);
    report.seconds = watch.seconds();
    return report;
}

} // namespace picker
