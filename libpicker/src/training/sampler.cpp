// From a data set to patches (sampler.hpp): one job per micrograph, each with a random stream of its own.
#include "training/sampler.hpp"

#include "core/error.hpp"
#include "training/choose_positives.hpp"
#include "training/window_field.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numbers>
#include <utility>

namespace picker {
namespace {

// What one micrograph gives.
struct Harvest {
    std::vector<float> pixels;
    std::vector<float> labels;
    std::size_t outside = 0;
    std::size_t wanted = 0, found = 0; // random negatives
};

int molecule_index(const std::vector<std::string>& names, const std::string& name) {
    return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

void add_patch(Harvest& harvest, const WindowField& field, Corner at, int extent, float label) {
    const std::size_t before = harvest.pixels.size();
    harvest.pixels.resize(before + static_cast<std::size_t>(extent) * static_cast<std::size_t>(extent));
    field.cut(at, harvest.pixels.data() + before);
    harvest.labels.push_back(label);
}

Harvest harvest(const Dataset& dataset, std::size_t index, const std::vector<std::size_t>& chosen,
                const ModelSpec& spec, int extent, const SamplerOptions& options) {
    const DatasetItem& item = dataset.items[index];
    const WindowField field(dataset, index, spec, extent);
    field.check_frame(item.positives);
    Harvest out;
    for (const std::size_t row : chosen) {
        const Corner at = field.corner(item.positives, row);
        if (field.holds(at)) {
            add_patch(out, field, at, extent, 1.0F);
        } else {
            ++out.outside;
        }
    }
    const double wanted = options.negatives_per_positive * static_cast<double>(out.labels.size());
    double given = 0.0;
    for (std::size_t row = 0; row < item.negatives.size(); ++row) {
        const Corner at = field.corner(item.negatives, row);
        if (field.holds(at)) {
            add_patch(out, field, at, extent, 0.0F);
            given += 1.0;
        }
    }
    out.wanted = static_cast<std::size_t>(std::llround(std::max(wanted - given, wanted / 2)));
    if (out.wanted > 0) {
        std::vector<std::uint32_t> free = field.free_windows(item.positives, options.negative_distance);
        Random random(options.seed, index);
        out.found = std::min(out.wanted, free.size());
        for (std::size_t n = 0; n < out.found; ++n) { // the first steps of a shuffle: no window twice
            std::swap(free[n], free[n + random.below(free.size() - n)]);
            add_patch(out, field, field.window_at(free[n]), extent, 0.0F);
        }
    }
    return out;
}

int extent_for(const ModelSpec& spec) {
    const int input = spec.network.input_size;
    if (spec.patch_rule == PatchRule::per_patch) {
        return input;
    }
    const int least = static_cast<int>(std::ceil(input * std::numbers::sqrt2)) + 2;
    return least + (least - input) % 2; // the margins are equal, so that an unturned patch is an exact copy
}

} // namespace

PatchSet sample_patches(const Dataset& dataset, const ModelSpec& spec, const SamplerOptions& options, WorkerPool& pool,
                        const Control& control) {
    PatchSet set;
    set.molecules = molecule_names(dataset);
    set.extent = extent_for(spec);
    const auto chosen = choose_positives(dataset, set.molecules, options, control);
    std::vector<Harvest> harvests(dataset.items.size());
    const Meter meter(control, "sample", static_cast<std::int64_t>(dataset.items.size()));
    std::atomic<std::int64_t> done{0};
    pool.run(
        dataset.items.size(),
        [&](std::size_t i) {
            harvests[i] = harvest(dataset, i, chosen[i], spec, set.extent, options);
            ++done;
        },
        [&] { meter.at(done); });
    std::size_t pixels = 0;
    for (const Harvest& one : harvests) {
        pixels += one.pixels.size();
    }
    set.pixels.reserve(pixels);
    for (std::size_t i = 0; i < harvests.size(); ++i) {
        Harvest one = std::move(harvests[i]); // freed at the end of its turn: never everything twice in memory
        set.pixels.insert(set.pixels.end(), one.pixels.begin(), one.pixels.end());
        set.labels.insert(set.labels.end(), one.labels.begin(), one.labels.end());
        set.molecule.resize(set.labels.size(), molecule_index(set.molecules, dataset.items[i].molecule));
        set.outside += one.outside;
        if (one.found < one.wanted) {
            control.warn(text(dataset.name(i), ": room for ", one.found, " of ", one.wanted,
                              " negatives away from its particles"));
        }
    }
    return set;
}

} // namespace picker
