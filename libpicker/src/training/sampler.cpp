// From a data set to patches (sampler.hpp): one job per micrograph, each with a random stream and places of its own.
#include "training/sampler.hpp"

#include "core/error.hpp"
#include "training/choose_positives.hpp"
#include "training/window_field.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>

namespace picker {
namespace {

// What one micrograph gives: labels of the patches that it has put into the store, from its first place on.
struct Harvest {
    std::vector<float> labels;
    std::size_t outside = 0, masked = 0;
    std::size_t windows = 0;           // that are not masked
    double labelled_area = 0.0;        // of windows near labelled particles
    std::size_t wanted = 0, found = 0; // random negatives
    std::vector<double> deviations;    // of the positives' raw windows
};

std::size_t random_negatives(const SamplerOptions& options, std::size_t positives, std::size_t given) {
    const double wanted = options.negatives_per_positive * static_cast<double>(positives);
    return static_cast<std::size_t>(std::llround(std::max(wanted - static_cast<double>(given), wanted / 2)));
}

// The most patches that an item can give; how many it does give is known when its micrograph is read.
std::size_t most_patches(const DatasetItem& item, std::size_t positives, const SamplerOptions& options) {
    return positives + item.negatives.size() + random_negatives(options, positives, 0);
}

class Harvester {
public:
    Harvester(const Dataset& dataset, std::size_t index, const ModelSpec& spec, const SamplerOptions& options,
              int extent, PatchStore& store, std::size_t first)
        : item_(dataset.items[index]), options_(options), index_(index),
          window_diameters_(window_length(spec, item_.diameter, 1.0) / item_.diameter),
          field_(dataset, index, spec, extent, options.deviations),
          patch_(static_cast<std::size_t>(extent) * static_cast<std::size_t>(extent)), store_(store), next_(first) {}

    // `usable`: the positives that are no overlap; `chosen`: those of them that are used.
    Harvest run(const std::vector<std::size_t>& usable, const std::vector<std::size_t>& chosen) {
        field_.check_frame(item_.positives);
        out_.deviations = field_.deviations();
        for (const std::size_t row : chosen) {
            if (field_.masked(item_.positives, row)) {
                ++out_.masked;
            } else {
                out_.outside += add(field_.corner(item_.positives, row), 1.0F) ? 0 : 1;
            }
        }
        const std::size_t positives = out_.labels.size();
        for (std::size_t row = 0; row < item_.negatives.size(); ++row) {
            if (!field_.masked(item_.negatives, row)) {
                add(field_.corner(item_.negatives, row), 0.0F);
            }
        }
        out_.wanted = random_negatives(options_, positives, out_.labels.size() - positives);
        if (options_.unlabelled) {
            measure_labels();
        }
        if (out_.wanted > 0) {
            draw_negatives(options_.unlabelled ? left_out(item_.positives, usable) : item_.positives);
        }
        return std::move(out_);
    }

private:
    bool add(Corner at, float label) {
        if (!field_.holds(at)) {
            return false;
        }
        field_.cut(at, patch_.data());
        store_.write(next_++, patch_.data());
        out_.labels.push_back(label);
        return true;
    }
    void measure_labels() {
        out_.windows = field_.free_windows({}, 0.0).size();
        const double radius = 0.5 * field_.window() / window_diameters_;
        for (std::size_t row = 0; row < item_.positives.size(); ++row) {
            const bool counts =
                field_.holds(field_.corner(item_.positives, row)) && !field_.masked(item_.positives, row);
            out_.labelled_area += counts ? std::numbers::pi * radius * radius : 0.0;
        }
    }
    void draw_negatives(Picks avoided) {
        avoided.append(item_.avoid);
        std::vector<std::uint32_t> free = field_.free_windows(avoided, options_.negative_distance);
        Random random(options_.seed, index_);
        out_.found = std::min(out_.wanted, free.size());
        for (std::size_t n = 0; n < out_.found; ++n) { // the first steps of a shuffle: no window twice
            std::swap(free[n], free[n + random.below(free.size() - n)]);
            add(field_.window_at(free[n]), 0.0F);
        }
    }

    const DatasetItem& item_;
    const SamplerOptions& options_;
    std::size_t index_;
    double window_diameters_;
    WindowField field_;
    std::vector<float> patch_;
    PatchStore& store_;
    std::size_t next_; // free place in the store
    Harvest out_;
};

int extent_for(const ModelSpec& spec, bool margin) {
    const int input = spec.network.input_size;
    if (spec.patch_rule == PatchRule::per_patch || !margin) {
        return input;
    }
    const int least = static_cast<int>(std::ceil(input * std::numbers::sqrt2)) + 2;
    return least + (least - input) % 2; // the margins are equal, so that an unturned patch is an exact copy
}

} // namespace

PatchStore SamplerOptions::store(std::size_t count, std::size_t values) const {
    return {count, values, memory, scratch.empty() ? std::filesystem::temp_directory_path() : scratch};
}

PatchSet sample_patches(const Dataset& dataset, const ModelSpec& spec, const SamplerOptions& options, WorkerPool& pool,
                        const Control& control) {
    PatchSet set;
    set.molecules = molecule_names(dataset);
    set.extent = extent_for(spec, options.margin);
    const std::vector<std::vector<std::size_t>> usable = usable_positives(dataset, options, set.overlapping);
    const auto chosen = choose_positives(dataset, usable, set.molecules, options, control);
    std::vector<std::size_t> first(dataset.items.size() + 1,
                                   0); // place of each item's first patch
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        first[i + 1] = first[i] + most_patches(dataset.items[i], chosen[i].size(), options);
    }
    const auto extent = static_cast<std::size_t>(set.extent);
    set.store = options.store(first.back(), extent * extent);

    std::vector<Harvest> harvests(dataset.items.size());
    const Meter meter(control, "sample", static_cast<std::int64_t>(dataset.items.size()));
    std::atomic<std::int64_t> done{0};
    pool.run(
        dataset.items.size(),
        [&](std::size_t i) {
            harvests[i] =
                Harvester(dataset, i, spec, options, set.extent, set.store, first[i]).run(usable[i], chosen[i]);
            ++done;
        },
        [&] { meter.at(done); });
    std::size_t windows = 0;
    double labelled_area = 0.0;
    for (std::size_t i = 0; i < harvests.size(); ++i) {
        const Harvest& one = harvests[i];
        for (std::size_t n = 0; n < one.labels.size(); ++n) {
            set.place.push_back(first[i] + n);
        }
        set.labels.insert(set.labels.end(), one.labels.begin(), one.labels.end());
        set.molecule.resize(set.labels.size(), molecule_index(set.molecules, dataset.items[i].molecule));
        set.deviations.insert(set.deviations.end(), one.deviations.begin(), one.deviations.end());
        set.outside += one.outside;
        set.masked += one.masked;
        windows += one.windows;
        labelled_area += one.labelled_area;
        if (one.found < one.wanted) {
            control.warn(text(dataset.name(i), ": room for ", one.found, " of ", one.wanted,
                              " negatives away from its particles"));
        }
    }
    set.labelled_share = windows > 0 ? labelled_area / static_cast<double>(windows) : 0.0;
    return set;
}

} // namespace picker
