// Drawing the samples of a training (samples.hpp).
#include "training/samples.hpp"

#include "core/error.hpp"
#include "training/map_samples.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace picker {
namespace {

constexpr std::uint64_t split_stream = (std::uint64_t{1} << 42) + 1; // of random numbers
constexpr std::uint64_t validation_seed = 0x76616c6964ULL;           // mixed into the seed: negatives of their own

// The same fraction of every molecule's positives and negatives.
void hold_out(Samples& samples, double fraction, std::uint64_t seed) {
    const PatchSet& set = samples.patches;
    Random random(seed, split_stream);
    for (int stratum = 0; stratum < 2 * static_cast<int>(set.molecules.size()); ++stratum) {
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < set.size(); ++i) {
            if (2 * set.molecule[i] + (set.labels[i] > 0.5F ? 1 : 0) == stratum) {
                rows.push_back(i);
            }
        }
        random.shuffle(std::span(rows));
        const auto out = static_cast<std::ptrdiff_t>(std::llround(fraction * static_cast<double>(rows.size())));
        samples.held_out.insert(samples.held_out.end(), rows.begin(), rows.begin() + out);
        samples.train.insert(samples.train.end(), rows.begin() + out, rows.end());
    }
    std::sort(samples.train.begin(), samples.train.end());
    std::sort(samples.held_out.begin(), samples.held_out.end());
}

std::vector<std::size_t> all_rows(const PatchSet& set) {
    std::vector<std::size_t> rows(set.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return rows;
}

std::size_t count_positives(const PatchSet& set) {
    if (set.label_edge > 0) {
        return set.particles;
    }
    return static_cast<std::size_t>(
        std::count_if(set.labels.begin(), set.labels.end(), [](float l) { return l > 0.5F; }));
}

PatchSet sample(const Dataset& dataset, const ModelSpec& spec, const SamplerOptions& options, WorkerPool& pool,
                const Control& control) {
    return spec.training.crop > 0 ? sample_maps(dataset, spec, options, pool, control)
                                  : sample_patches(dataset, spec, options, pool, control);
}

void check_enough(const Samples& samples) {
    if (samples.positives < least_positives) {
        fail(Status::invalid_argument, "only ", samples.positives,
             " particles to train on (left out: ", samples.patches.outside, " too near to a border, ",
             samples.patches.masked, " masked, ", samples.patches.overlapping, " overlapping); give at least ",
             least_positives, ", better several hundred");
    }
    if (samples.positives == samples.patches.size() && samples.patches.label_edge == 0) {
        fail(Status::invalid_argument, "no room for negatives away from the ", samples.positives,
             " particles; give micrographs with some free area, or negatives of your own, or check the diameter");
    }
}

} // namespace

std::size_t Samples::negatives() const {
    return static_cast<std::size_t>(
        std::count_if(patches.labels.begin(), patches.labels.end(), [](float label) { return label <= 0.5F; }));
}

Samples draw_samples(const Dataset& dataset, const Dataset& validation, const ModelSpec& spec,
                     const TrainingDefaults& settings, const TrainingOptions& options, WorkerPool& pool,
                     const Control& control) {
    SamplerOptions sampler;
    sampler.negatives_per_positive = settings.negatives_per_positive;
    sampler.negative_distance = settings.negative_distance;
    sampler.max_positives = options.max_positives;
    sampler.unlabelled = options.positive_unlabelled;
    sampler.overlap_distance = options.overlap_distance;
    sampler.margin = settings.rotations;
    sampler.memory = options.memory;
    if (!options.state_file.empty()) {
        sampler.scratch = std::filesystem::absolute(options.state_file).parent_path();
    }
    sampler.seed = options.seed;
    sampler.deviations = spec.deviation_gate;
    Samples samples;
    samples.patches = sample(dataset, spec, sampler, pool, control);
    samples.positives = count_positives(samples.patches);
    check_enough(samples);
    if (validation.items.empty()) {
        hold_out(samples, settings.validation_fraction, options.seed);
        return samples;
    }
    sampler.max_positives = 0;
    sampler.deviations = false;
    sampler.memory -= std::min(sampler.memory, samples.patches.store.bytes_in_memory());
    sampler.seed = options.seed ^ validation_seed;
    samples.validation_patches = sample(validation, spec, sampler, pool, control);
    samples.train = all_rows(samples.patches);
    samples.held_out = all_rows(samples.validation_patches);
    return samples;
}

} // namespace picker
