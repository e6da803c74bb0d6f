// What a pick run refuses before it writes anything, and its masks and folder (run_files.hpp).
#include "core/error.hpp"
#include "picking/run_files.hpp"

#include <map>

namespace picker {
namespace {

bool same_place(const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code none;
    return std::filesystem::weakly_canonical(a, none) == std::filesystem::weakly_canonical(b, none);
}

} // namespace

void check_shard(const Shard& shard) {
    if (shard.count < 0 || shard.index < 0 || shard.index > shard.count) {
        fail(Status::invalid_argument, "there is no shard ", shard.index, " of ", shard.count,
             "; give 1 to N of N, or 0 to N-1 of N");
    }
}

void check_options(const RunContext& run) {
    const RunOptions& options = run.options;
    if (options.output.empty()) {
        fail(Status::invalid_argument, "no output folder; give one");
    }
    check_shard(options.shard);
    if (options.shard.count > 0 && options.overwrite) {
        fail(Status::invalid_argument, "shards cannot overwrite what other shards are doing; empty the folder ",
             options.output.string(), " first, or choose another one");
    }
    if (options.source == CandidateSource::micrograph && run.scorer == nullptr) {
        fail(Status::invalid_argument,
             "a run over micrographs needs a scorer; only score maps and candidates do without");
    }
    if (options.source == CandidateSource::candidates && same_place(options.source_folder, options.output)) {
        fail(Status::invalid_argument, "the candidates in ", options.source_folder.string(),
             " would be overwritten by the result; choose another output folder");
    }
    if (options.source == CandidateSource::candidates && options.settings.clean != Cleaning::off) {
        fail(Status::invalid_argument, "candidates hold no score map to clean; start from score maps or micrographs");
    }
    if (options.source == CandidateSource::candidates && options.write_score_maps) {
        fail(Status::invalid_argument, "candidates hold no score map to write; start from score maps or micrographs");
    }
}

void check_inputs(const RunContext& run, const std::vector<InputMicrograph>& inputs) {
    if (inputs.empty()) {
        fail(Status::invalid_argument, "no micrographs to pick; give files, folders or a STAR list");
    }
    std::map<std::string, const InputMicrograph*> by_stem;
    for (const InputMicrograph& input : inputs) {
        const auto [place, is_new] = by_stem.emplace(input.stem, &input);
        if (!is_new) {
            fail(Status::mismatch, "the micrographs ", place->second->name, " and ", input.name,
                 " have the same stem, ", input.stem,
                 ", and would write the same files; rename one, or pick them into two folders");
        }
        check_output_names(run, input);
    }
}

void check_output_names(const RunContext& run, const InputMicrograph& input) {
    for (const std::string& name : output_names(run, input.stem)) {
        if (same_place(run.options.output / name, input.path)) {
            fail(Status::invalid_argument, "the output ", (run.options.output / name).string(),
                 " would overwrite the micrograph; choose another output folder");
        }
    }
}

std::map<std::string, InputMicrograph> masks_by_name(const std::vector<std::string>& patterns) {
    std::map<std::string, InputMicrograph> masks;
    if (patterns.empty()) {
        return masks;
    }
    for (const InputMicrograph& mask : expand_inputs(patterns)) {
        std::string stem = mask.stem;
        if (stem.size() > 5 && stem.ends_with("_mask")) {
            stem.resize(stem.size() - 5);
        }
        if (const auto [place, is_new] = masks.emplace(stem, mask); !is_new) {
            fail(Status::mismatch, "the masks ", place->second.name, " and ", mask.name,
                 " belong to the same micrograph; give one of them");
        }
    }
    if (masks.size() == 1) {
        auto only = masks.extract(masks.begin());
        only.key().clear();
        masks.insert(std::move(only));
    }
    return masks;
}

void make_output_folder(const std::filesystem::path& output) {
    std::error_code error;
    std::filesystem::create_directories(output, error);
    if (error || !std::filesystem::is_directory(output)) {
        fail(Status::io, "cannot make the output folder ", output.string(), ": ",
             error ? error.message() : "there is a file of that name", "; choose another one");
    }
}

} // namespace picker
