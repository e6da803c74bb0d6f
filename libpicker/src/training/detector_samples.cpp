// Whole micrographs, read and shared out (detector_samples.hpp).
#include "training/detector_samples.hpp"

#include "core/error.hpp"
#include "training/choose_positives.hpp"
#include "training/samples.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numbers>
#include <numeric>

namespace picker {
namespace {

constexpr std::uint64_t noise_streams = (std::uint64_t{1} << 45), split_streams = (std::uint64_t{1} << 46);

using Rows = std::vector<std::vector<std::size_t>>; // of each item's positives

std::vector<std::size_t> items_of(const Dataset& dataset, const std::string& molecule) {
    std::vector<std::size_t> items;
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        if (dataset.items[i].molecule == molecule) {
            items.push_back(i);
        }
    }
    return items;
}

std::size_t set_of(const std::vector<std::string>& names, const std::string& molecule) {
    const auto found = std::find(names.begin(), names.end(), molecule);
    if (found == names.end()) {
        fail(Status::mismatch, "no head is called like the set \"", molecule,
             "\"; give micrographs of the sets that "
             "are trained");
    }
    return static_cast<std::size_t>(found - names.begin());
}

std::vector<DetectorSample> read_fields(const Dataset& dataset, const std::vector<std::size_t>& items,
                                        const Rows& usable, const LoopSetup& setup, int least,
                                        const std::vector<std::string>& names) {
    std::vector<DetectorSample> samples(items.size());
    const Meter meter(setup.control, "sample", static_cast<std::int64_t>(items.size()));
    std::atomic<std::int64_t> done{0};
    setup.pool.run(
        items.size(),
        [&](std::size_t n) {
            const std::size_t i = items[n];
            samples[n].field = make_field(dataset, i, setup.spec, usable[i], least,
                                          Random(setup.options.seed, noise_streams + static_cast<std::uint64_t>(i)));
            samples[n].set = set_of(names, dataset.items[i].molecule);
            ++done;
        },
        [&] { meter.at(done); });
    return samples;
}

struct Split {
    std::vector<std::size_t> train, held_out; // items
};

// Whole micrographs: a fraction of each set's is held out, and as many of the rest as have the share of particles that
// was asked for are trained on.
Split split_items(const LoopSetup& setup, const Rows& usable) {
    const std::vector<std::string> molecules = molecule_names(setup.dataset);
    Split split;
    for (std::size_t m = 0; m < molecules.size(); ++m) {
        std::vector<std::size_t> items = items_of(setup.dataset, molecules[m]);
        Random random(setup.options.seed, split_streams + m);
        random.shuffle(std::span(items));
        const double fraction = setup.validation.items.empty() ? setup.settings.validation_fraction : 0.0;
        const auto out = static_cast<std::ptrdiff_t>(std::llround(fraction * static_cast<double>(items.size())));
        split.held_out.insert(split.held_out.end(), items.begin(), items.begin() + out);
        const std::size_t most =
            setup.options.max_positives == 0 ? 0 : molecule_share(setup.options.max_positives, m, molecules.size());
        std::size_t particles = 0;
        for (auto item = items.begin() + out; item != items.end() && (most == 0 || particles < most); ++item) {
            particles += usable[*item].size();
            split.train.push_back(*item);
        }
    }
    std::sort(split.train.begin(), split.train.end());
    std::sort(split.held_out.begin(), split.held_out.end());
    return split;
}

void check_enough(const DetectorSamples& samples, const std::vector<std::string>& names) {
    std::vector<std::size_t> particles(names.size(), 0);
    std::vector<bool> present(names.size(), false);
    for (const DetectorSample& sample : samples.train) {
        particles[sample.set] += sample.field.particles.size();
        present[sample.set] = true;
    }
    for (std::size_t set = 0; set < names.size(); ++set) {
        if (present[set] && particles[set] < least_positives) {
            fail(Status::invalid_argument, "only ", particles[set], " particles to train on",
                 names[set].empty() ? "" : " of " + names[set], " (left out: ", samples.counts.masked, " masked, ",
                 samples.counts.overlapping, " overlapping); give at least ", least_positives,
                 ", better several hundred");
        }
    }
}

} // namespace

DetectorSamples draw_fields(const LoopSetup& setup, const std::vector<std::string>& heads) {
    if (setup.options.positive_unlabelled) {
        fail(Status::invalid_argument, "the positive-unlabelled loss is for windows, and ", setup.spec.architecture,
             " learns from cells; use another architecture, or mask what is not labelled");
    }
    const std::vector<std::string> names = heads.empty() ? molecule_names(setup.dataset) : heads;
    SamplerOptions sampler;
    sampler.overlap_distance = setup.options.overlap_distance;
    DetectorSamples samples;
    samples.sets = names.size();
    const Rows usable = usable_positives(setup.dataset, sampler, samples.counts.overlapping);
    const Split split = split_items(setup, usable);
    const double turned = setup.settings.rotations ? std::numbers::sqrt2 : 1.0;
    const int least = static_cast<int>(setup.settings.crop * turned); // 520 pixels for the paper's crop
    samples.train = read_fields(setup.dataset, split.train, usable, setup, least, names);
    if (setup.validation.items.empty()) {
        samples.held_out = read_fields(setup.dataset, split.held_out, usable, setup, 0, names);
    } else {
        std::size_t ignored = 0;
        const Rows all = usable_positives(setup.validation, sampler, ignored);
        std::vector<std::size_t> items(setup.validation.items.size());
        std::iota(items.begin(), items.end(), std::size_t{0});
        samples.held_out = read_fields(setup.validation, items, all, setup, 0,
                                       heads.empty() ? molecule_names(setup.validation) : names);
    }
    const int cell = cell_size(setup.spec.network);
    for (DetectorSample& sample : samples.held_out) {
        sample.field.image = filled_up(sample.field.image, cell);
        sample.set = heads.empty() ? 0 : sample.set; // with one head there is nothing to tell apart
    }
    SampleCounts& counts = samples.counts;
    for (const DetectorSample& sample : samples.train) {
        const DetectorField& field = sample.field;
        counts.positives += field.particles.size();
        counts.masked += field.masked_count;
        const auto cells = static_cast<std::size_t>(field.width / cell) * static_cast<std::size_t>(field.height / cell);
        counts.negatives += cells - std::min(cells, field.particles.size());
    }
    counts.held_out = samples.held_out.size();
    check_enough(samples, names);
    return samples;
}

} // namespace picker
