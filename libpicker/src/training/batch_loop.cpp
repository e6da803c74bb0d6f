// Passes over patches (batch_loop.hpp).
#include "training/batch_loop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace picker {
namespace {

constexpr std::size_t shard_count = 8;  // of every batch; also the most threads that share one
constexpr std::size_t score_chunk = 64; // held-out patches in one call

// Random streams of one seed, apart from the sampler's (which count from 0 and
// from 2^40).
constexpr std::uint64_t order_streams = std::uint64_t{1} << 41;
constexpr std::uint64_t sample_streams = std::uint64_t{1} << 62;

std::uint64_t sample_stream(int epoch, std::size_t sample) {
    return sample_streams + (static_cast<std::uint64_t>(epoch) << 40) + static_cast<std::uint64_t>(sample);
}

// Part i of n of `count` things.
std::pair<std::size_t, std::size_t> part(std::size_t count, std::size_t i, std::size_t n) {
    return {count * i / n, count * (i + 1) / n};
}

double sample_loss(Loss loss, double probability, double label) {
    if (!std::isfinite(probability)) {
        return std::numeric_limits<double>::quiet_NaN(); // not hidden by a maximum
                                                         // below
    }
    if (loss == Loss::half_square) {
        return 0.5 * (probability - label) * (probability - label);
    }
    constexpr double least = 1e-7; // a probability of single precision may be exactly 0 or 1
    return -std::log(std::max(least, label > 0.5 ? probability : 1.0 - probability));
}

} // namespace

BatchLoop::BatchLoop(const NetworkSpec& spec, Network& network, std::vector<float> parameters,
                     const BatchOptions& options, WorkerPool& pool)
    : spec_(spec), network_(network), options_(options), pool_(pool), parameters_(std::move(parameters)),
      velocity_(parameters_.size(), 0.0F), gradient_(parameters_.size(), 0.0F), decays_(parameters_.size(), false),
      results_(shard_count) {
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

void BatchLoop::restore(std::vector<float> parameters, std::vector<float> velocity) {
    parameters_ = std::move(parameters);
    velocity_ = std::move(velocity);
    network_.set_parameters(parameters_);
}

void BatchLoop::fill(Shard& shard, const PatchSet& set, std::span<const std::size_t> samples, int number) const {
    const auto size = static_cast<std::size_t>(spec_.input_size);
    shard.count = 0;
    shard.patches.resize(samples.size() * size * size);
    shard.labels.resize(samples.size());
    shard.masks.resize(features_.size());
    shard.mask_pointers.clear();
    for (std::size_t d = 0; d < features_.size(); ++d) {
        shard.masks[d].resize(samples.size() * features_[d]);
        shard.mask_pointers.push_back(shard.masks[d].data());
    }
    for (const std::size_t sample : samples) {
        add_sample(shard, set, sample, number);
    }
}

void BatchLoop::add_sample(Shard& shard, const PatchSet& set, std::size_t sample, int number) const {
    const int size = spec_.input_size;
    const std::size_t area = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    const std::size_t i = shard.count++;
    Random random(options_.seed, sample_stream(number, sample));
    const bool mirror = random.uniform() < 0.5 && options_.flips;
    const double turn = random.uniform();
    double angle = 0.0;
    if (options_.rotations && !options_.quarter_turns_only) {
        angle = 2.0 * std::numbers::pi * turn;
    } else if (options_.rotations) {
        angle = std::floor(4.0 * turn) * std::numbers::pi / 2;
    } else if (options_.flips) {
        angle = turn < 0.5 ? 0.0 : std::numbers::pi; // with the mirror: flips along both axes
    }
    cut_patch(set.patch(sample, shard.stored), set.extent, size, mirror, angle, shard.patches.data() + i * area);
    shard.labels[i] = set.labels[sample];
    for (std::size_t d = 0; d < features_.size(); ++d) {
        const float kept = static_cast<float>(1.0 / (1.0 - rates_[d]));
        float* mask = shard.masks[d].data() + i * features_[d];
        for (std::size_t f = 0; f < features_[d]; ++f) {
            mask[f] = random.uniform() < rates_[d] ? 0.0F : kept;
        }
    }
}

void BatchLoop::work_out(const Shard& shard, Result& result) const {
    result.loss = 0.0;
    result.gradient.resize(parameters_.size());
    if (shard.count == 0) {
        std::fill(result.gradient.begin(), result.gradient.end(), 0.0F);
        return;
    }
    TrainingShard data;
    data.patches = shard.patches.data();
    data.count = static_cast<int>(shard.count);
    data.labels = shard.labels.data();
    data.dropout_masks = shard.mask_pointers;
    data.loss = options_.loss;
    result.loss = network_.gradient(data, result.gradient);
}

// Momentum as in both of DeepPicker's codes: velocity = momentum * velocity -
// rate * gradient.
void BatchLoop::step(std::size_t count, double learning_rate) {
    std::fill(gradient_.begin(), gradient_.end(), 0.0F);
    for (const Result& result : results_) {
        for (std::size_t i = 0; i < gradient_.size(); ++i) {
            gradient_[i] += result.gradient[i];
        }
    }
    const float scale = 1.0F / static_cast<float>(count);
    const float rate = static_cast<float>(learning_rate);
    const float momentum = static_cast<float>(options_.momentum);
    const float decay = static_cast<float>(options_.weight_decay_dense);
    for (std::size_t i = 0; i < gradient_.size(); ++i) {
        const float slope = gradient_[i] * scale + (decays_[i] ? decay * parameters_[i] : 0.0F);
        velocity_[i] = momentum * velocity_[i] - rate * slope;
        parameters_[i] += velocity_[i];
    }
    network_.set_parameters(parameters_);
}

double BatchLoop::epoch(const PatchSet& set, std::vector<std::size_t> samples, int number, double learning_rate,
                        const std::function<void()>& poll) {
    Random random(options_.seed, order_streams + static_cast<std::uint64_t>(number));
    random.shuffle(std::span(samples));
    const std::size_t batch = static_cast<std::size_t>(options_.batch);
    const std::size_t batches = std::max<std::size_t>(1, (samples.size() + batch / 2) / batch); // of nearly equal size
    const auto fill_shard = [&](std::size_t b, std::size_t s) {
        const auto [first, last] = part(samples.size(), b, batches);
        const auto members = std::span<const std::size_t>(samples).subspan(first, last - first);
        const auto [from, to] = part(members.size(), s, shard_count);
        fill(shards_[b % 2][s], set, members.subspan(from, to - from), number);
    };
    pool_.run(
        shard_count, [&](std::size_t s) { fill_shard(0, s); }, poll);
    double loss = 0.0;
    for (std::size_t b = 0; b < batches; ++b) {
        // Gradients and loading take turns in the queue, so that no worker waits
        // for the disk while there is work.
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
        for (const Result& result : results_) {
            loss += result.loss;
        }
        if (!std::isfinite(loss)) {
            break; // the caller sees it in the mean
        }
        const auto [first, last] = part(samples.size(), b, batches);
        step(last - first, learning_rate);
    }
    return loss / static_cast<double>(samples.size());
}

HeldOut BatchLoop::held_out(const PatchSet& set, const std::vector<std::size_t>& samples,
                            const std::function<void()>& poll) {
    const int size = spec_.input_size;
    const std::size_t area = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    std::vector<float> probabilities(samples.size());
    pool_.run((samples.size() + score_chunk - 1) / score_chunk,
              [&](std::size_t chunk) {
                  const std::size_t first = chunk * score_chunk;
                  const std::size_t count = std::min(score_chunk, samples.size() - first);
                  std::vector<float> patches(count * area);
                  std::vector<float> stored;
                  for (std::size_t i = 0; i < count; ++i) {
                      cut_patch(set.patch(samples[first + i], stored), set.extent, size, false, 0.0,
                                patches.data() + i * area);
                  }
                  network_.score(patches.data(), static_cast<int>(count), probabilities.data() + first);
              },
              poll);
    HeldOut out;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double label = set.labels[samples[i]];
        out.loss += sample_loss(options_.loss, probabilities[i], label);
        out.accuracy += (probabilities[i] >= 0.5F) == (label > 0.5) ? 1.0 : 0.0;
    }
    const double count = static_cast<double>(std::max<std::size_t>(1, samples.size()));
    out.loss /= count;
    out.accuracy /= count;
    return out;
}

} // namespace picker
