// Runs of the library, each over micrographs of different names (runs.hpp).
#include "runs.hpp"

#include "text_file.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

namespace relion {
namespace {

using Group = std::vector<std::size_t>; // indices of inputs

// The first micrograph of each name, the second of each, and so on: a list that grows at its end keeps its groups.
std::vector<Group> groups_of(const libpicker::Inputs& inputs) {
    std::map<std::string, std::size_t> seen;
    std::vector<Group> groups;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::size_t nth = seen[inputs.stem(i)]++;
        groups.resize(std::max(groups.size(), nth + 1));
        groups[nth].push_back(i);
    }
    return groups;
}

std::vector<Outcome> places_of(const Job& job, const libpicker::Inputs& inputs) {
    std::vector<Outcome> outcomes(inputs.size());
    std::map<std::string, std::size_t> owners;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        outcomes[i].name = inputs.name(i);
        outcomes[i].place = job.file(inputs.relion_place(i) + "_autopick.star");
        outcomes[i].status = "cancelled";
        const auto [owner, is_new] = owners.emplace(outcomes[i].place, i);
        if (!is_new) {
            throw libpicker::Error(PICKER_MISMATCH, "RELION keeps the coordinates of " + inputs.name(owner->second) +
                                                        " and of " + outcomes[i].name + " in one file, " +
                                                        outcomes[i].place + "; rename one or pick them in two jobs");
        }
    }
    return outcomes;
}

// A list of some of the micrographs. Nothing where none of them exists, which the library refuses as a wrong folder.
std::optional<libpicker::Inputs> part_of(const libpicker::Inputs& inputs, const Group& group, const std::string& list) {
    std::string text = "\n# version 30001\n\ndata_micrographs\n\nloop_ \n_rlnMicrographName #1 \n"
                       "_rlnMicrographPixelSize #2 \n";
    bool any = false;
    for (const std::size_t i : group) {
        std::error_code ignored;
        any = any || std::filesystem::exists(inputs.path(i), ignored);
        text += star_word(inputs.path(i)) + " " + std::to_string(inputs.pixel_size(i)) + " \n";
    }
    if (!any) {
        return std::nullopt;
    }
    write_whole(list, text);
    return libpicker::Inputs({list});
}

void take(const libpicker::RunReport& report, const Group& group, const std::string& folder, RunResult& result) {
    for (std::size_t n = 0; n < group.size(); ++n) {
        const picker_run_item item = report.item(n);
        Outcome& outcome = result.outcomes[group[n]];
        outcome.status = item.status;
        outcome.error = item.error;
        outcome.made = folder + "/" + item.stem + ".star";
        outcome.width = item.width;
        outcome.height = item.height;
    }
    const picker_run_summary summary = report.summary();
    result.threshold = summary.threshold;
    result.diameter = summary.diameter;
    result.cancelled = summary.cancelled != 0;
}

} // namespace

RunResult run_all(const Job& job, const libpicker::Model& model, const libpicker::Inputs& inputs,
                  picker_run_options options, const libpicker::Control& control) {
    RunResult result;
    result.outcomes = places_of(job, inputs);
    const std::vector<Group> groups = groups_of(inputs);
    if (options.top > 0 && groups.size() > 1) {
        throw libpicker::Error(PICKER_UNSUPPORTED,
                               "'top' compares micrographs of different names only, and " +
                                   inputs.name(groups[1].front()) +
                                   " has the name of another one; use 'top_per_micrograph', or pick them in two jobs");
    }
    for (std::size_t g = 0; g < groups.size() && !result.cancelled; ++g) {
        const std::string folder = job.file("picker_run/" + std::to_string(g + 1));
        std::optional<libpicker::Inputs> part;
        if (groups.size() > 1) {
            part = part_of(inputs, groups[g], folder + ".star");
            if (!part) {
                for (const std::size_t i : groups[g]) {
                    result.outcomes[i].status = "failed";
                    result.outcomes[i].error = inputs.path(i) + " does not exist";
                    control.log(1, inputs.name(i) + " failed: " + result.outcomes[i].error);
                }
                continue;
            }
        }
        options.output = folder.c_str();
        try {
            take(model.pick_files(part ? *part : inputs, options, control), groups[g], folder, result);
        } catch (const libpicker::Error& error) {
            if (error.status() != PICKER_MISMATCH || options.overwrite != 0) {
                throw;
            }
            throw libpicker::Error(error.status(), std::string(error.what()) +
                                                       " (in RELION: start a new job, or add the parameter 'overwrite' "
                                                       "without a value and use Continue)");
        }
    }
    return result;
}

} // namespace relion
