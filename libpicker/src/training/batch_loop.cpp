// Passes over patches (batch_loop.hpp).
#include "training/batch_loop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace picker {
namespace {

constexpr std::size_t shard_count = 8; // of every batch; also the most threads that share one
constexpr std::size_t turns = 4;

// Random streams of one seed, apart from the sampler's (which count from 0 and from 2^40).
constexpr std::uint64_t order_streams = std::uint64_t{1} << 41;
constexpr std::uint64_t sample_streams = std::uint64_t{1} << 62;

std::uint64_t sample_stream(int epoch, std::size_t sample) {
    return sample_streams + (static_cast<std::uint64_t>(epoch) << 40) + static_cast<std::uint64_t>(sample);
}

// Part i of n of `count` things.
std::pair<std::size_t, std::size_t> part(std::size_t count, std::size_t i, std::size_t n) {
    return {count * i / n, count * (i + 1) / n};
}

} // namespace

BatchLoop::BatchLoop(const NetworkSpec& spec, Network& network, std::vector<float> parameters,
                     const BatchOptions& options, WorkerPool& pool)
    : spec_(spec), network_(network), options_(options), pool_(pool), parameters_(std::move(parameters)),
      gradient_(parameters_.size(), 0.0F), stepper_(parameters_.size(), options.stepper),
      decays_(parameters_.size(), false), results_(shard_count) {
    shards_.fill(std::vector<Shard>(shard_count));
    for (const ParameterShape& shape : parameter_shapes(spec_)) {
        if (shape.is_dense && !shape.is_bias) {
            std::fill_n(decays_.begin() + static_cast<std::ptrdiff_t>(shape.offset), shape.count(), true);
        }
    }
    const auto shapes = layer_shapes(spec_);
    for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
        if (spec_.layers[i].kind == LayerKind::dropout) {
            features_.push_back(static_cast<std::size_t>(shapes[i].channels) *
                                static_cast<std::size_t>(shapes[i].size) * static_cast<std::size_t>(shapes[i].size));
            rates_.push_back(spec_.layers[i].rate);
        }
    }
    network_.set_parameters(parameters_);
}

void BatchLoop::restore(std::vector<float> parameters, std::vector<float> memory) {
    parameters_ = std::move(parameters);
    stepper_.restore(std::move(memory));
    network_.set_parameters(parameters_);
}

std::size_t BatchLoop::row(std::size_t sample) const {
    return options_.four_turns ? sample / turns : sample;
}

void BatchLoop::fill(Shard& shard, const PatchSet& set, std::span<const std::size_t> samples, int number) const {
    shard.edge = edge(set);
    const auto size = static_cast<std::size_t>(shard.edge);
    shard.count = 0;
    shard.patches.resize(samples.size() * size * size);
    shard.labels.resize(samples.size() * labels_each(set));
    shard.masks.resize(features_.size());
    shard.mask_pointers.clear();
    for (std::size_t d = 0; d < features_.size(); ++d) {
        shard.masks[d].resize(samples.size() * features_[d]);
        shard.mask_pointers.push_back(shard.masks[d].data());
    }
    const auto add = [&](bool positives, bool others) {
        for (const std::size_t sample : samples) {
            if (set.labels[row(sample)] > 0.5F ? positives : others) {
                add_sample(shard, set, sample, number);
            }
        }
    };
    if (options_.prior) {
        add(true, false);
        add(false, true);
    } else {
        add(true, true);
    }
}

std::size_t BatchLoop::labels_each(const PatchSet& set) {
    const auto size = static_cast<std::size_t>(set.label_edge);
    return set.label_edge > 0 ? size * size : 1;
}

void BatchLoop::add_sample(Shard& shard, const PatchSet& set, std::size_t sample, int number) const {
    const int size = shard.edge;
    const std::size_t area = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    const std::size_t i = shard.count++;
    Random random(options_.seed, sample_stream(number, sample));
    const bool mirror = random.uniform() < 0.5 && options_.flips;
    const double turn = random.uniform();
    double angle = 0.0;
    if (options_.four_turns) {
        angle = static_cast<double>(sample % turns) * std::numbers::pi / 2;
    } else if (options_.rotations && !options_.quarter_turns_only) {
        angle = 2.0 * std::numbers::pi * turn;
    } else if (options_.rotations) {
        angle = std::floor(4.0 * turn) * std::numbers::pi / 2;
    } else if (options_.flips) {
        angle = turn < 0.5 ? 0.0 : std::numbers::pi; // with the mirror: flips along both axes
    }
    const float* stored = set.patch(row(sample), shard.stored);
    cut_patch(stored, set.extent, size, mirror, angle, shard.patches.data() + i * area);
    if (set.label_edge > 0) {
        cut_patch(stored + area, set.label_edge, set.label_edge, mirror, angle,
                  shard.labels.data() + i * labels_each(set));
    } else {
        shard.labels[i] = set.labels[row(sample)];
    }
    for (std::size_t d = 0; d < features_.size(); ++d) {
        const float kept = static_cast<float>(1.0 / (1.0 - rates_[d]));
        float* mask = shard.masks[d].data() + i * features_[d];
        for (std::size_t f = 0; f < features_[d]; ++f) {
            mask[f] = random.uniform() < rates_[d] ? 0.0F : kept;
        }
    }
}

// The weights of a shard's samples, given the whole batch.
void BatchLoop::weigh(Shard& shard, const PatchSet& set, std::span<const std::size_t> batch) const {
    const auto is_positive = [&](std::size_t sample) { return set.labels[row(sample)] > 0.5F; };
    const auto positives = static_cast<std::size_t>(std::count_if(batch.begin(), batch.end(), is_positive));
    const PuWeights weights = pu_weights(*options_.prior, positives, batch.size() - positives);
    shard.positives = static_cast<std::size_t>(std::count(shard.labels.begin(), shard.labels.end(), 1.0F));
    shard.zeros.assign(shard.count, 0.0F);
    shard.weights.assign(shard.positives, weights.positive);
    shard.negative_weights.assign(shard.positives, weights.positive_as_negative);
    shard.negative_weights.resize(shard.count, weights.unlabelled);
}

void BatchLoop::work_out(const Shard& shard, Result& result) const {
    result.loss = result.negative_loss = 0.0;
    result.gradient.assign(parameters_.size(), 0.0F);
    if (options_.prior) {
        work_out_parts(shard, result);
    } else if (shard.count > 0) {
        TrainingShard data;
        data.patches = shard.patches.data();
        data.count = static_cast<int>(shard.count);
        data.edge = shard.edge;
        data.labels = shard.labels.data();
        data.dropout_masks = shard.mask_pointers;
        data.loss = options_.loss;
        result.loss = network_.gradient(data, result.gradient);
    }
}

// The two parts of the risk have gradients of their own, as only the whole batch tells how they go together.
void BatchLoop::work_out_parts(const Shard& shard, Result& result) const {
    result.negative_gradient.assign(parameters_.size(), 0.0F);
    TrainingShard data;
    data.patches = shard.patches.data();
    data.dropout_masks = shard.mask_pointers;
    data.loss = options_.loss;
    if (shard.positives > 0) {
        data.count = static_cast<int>(shard.positives);
        data.labels = shard.labels.data();
        data.weights = shard.weights.data();
        result.loss = network_.gradient(data, result.gradient);
    }
    if (shard.count > 0) {
        data.count = static_cast<int>(shard.count);
        data.labels = shard.zeros.data();
        data.weights = shard.negative_weights.data();
        result.negative_loss = network_.gradient(data, result.negative_gradient);
    }
}

// The batch's gradient, before it is divided by its samples, and its summed loss.
double BatchLoop::collect(std::size_t count) {
    std::fill(gradient_.begin(), gradient_.end(), 0.0F);
    PuRisk risk;
    for (const Result& result : results_) {
        risk.positive += result.loss;
        risk.negative += result.negative_loss;
    }
    const bool backwards = options_.prior && risk.negative < 0.0;
    for (const Result& result : results_) {
        for (std::size_t i = 0; i < gradient_.size(); ++i) {
            gradient_[i] += backwards ? -result.negative_gradient[i] : result.gradient[i];
        }
        for (std::size_t i = 0; options_.prior && !backwards && i < gradient_.size(); ++i) {
            gradient_[i] += result.negative_gradient[i];
        }
    }
    return options_.prior ? risk.total() * static_cast<double>(count) : risk.positive;
}

void BatchLoop::step(float scale, double learning_rate) {
    const float decay = static_cast<float>(options_.weight_decay_dense);
    for (std::size_t i = 0; i < gradient_.size(); ++i) {
        gradient_[i] = gradient_[i] * scale + (decays_[i] ? decay * parameters_[i] : 0.0F);
    }
    stepper_.step(parameters_, gradient_, learning_rate);
    network_.set_parameters(parameters_);
}

double BatchLoop::epoch(const PatchSet& set, std::vector<std::size_t> samples, int number, double learning_rate,
                        const std::function<void()>& poll) {
    if (options_.four_turns) {
        std::vector<std::size_t> turned;
        for (const std::size_t sample : samples) {
            for (std::size_t turn = 0; turn < turns; ++turn) {
                turned.push_back(turns * sample + turn);
            }
        }
        samples = std::move(turned);
    }
    Random random(options_.seed, order_streams + static_cast<std::uint64_t>(number));
    random.shuffle(std::span(samples));
    const std::size_t batch = static_cast<std::size_t>(options_.batch);
    const std::size_t batches = std::max<std::size_t>(1, (samples.size() + batch / 2) / batch); // of nearly equal size
    const auto fill_shard = [&](std::size_t b, std::size_t s) {
        const auto [first, last] = part(samples.size(), b, batches);
        const auto members = std::span<const std::size_t>(samples).subspan(first, last - first);
        const auto [from, to] = part(members.size(), s, shard_count);
        Shard& shard = shards_[b % 2][s];
        fill(shard, set, members.subspan(from, to - from), number);
        if (options_.prior) {
            weigh(shard, set, members);
        }
    };
    pool_.run(
        shard_count, [&](std::size_t s) { fill_shard(0, s); }, poll);
    double loss = 0.0;
    for (std::size_t b = 0; b < batches; ++b) {
        // Gradients and loading take turns in the queue, so that no worker waits for the disk while there is work.
        const std::size_t jobs = b + 1 < batches ? 2 : 1;
        pool_.run(
            jobs * shard_count,
            [&](std::size_t job) {
                const std::size_t s = job / jobs;
                if (job % jobs == 0) {
                    work_out(shards_[b % 2][s], results_[s]);
                } else {
                    fill_shard(b + 1, s);
                }
            },
            poll);
        const auto [first, last] = part(samples.size(), b, batches);
        loss += collect(last - first);
        if (!std::isfinite(loss)) {
            break; // the caller sees it in the mean
        }
        step(options_.prior ? 1.0F : 1.0F / static_cast<float>(last - first), learning_rate);
    }
    return loss / static_cast<double>(samples.size());
}

} // namespace picker
