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

double sample_loss(Loss loss, double probability, double label) {
    if (!std::isfinite(probability)) {
        return std::numeric_limits<double>::quiet_NaN(); // not hidden by a maximum below
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
      shards_(shard_count) {
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

void BatchLoop::run_shard(Shard& shard, const PatchSet& set, std::span<const std::size_t> samples, int number) {
    shard.loss = 0.0;
    if (samples.empty()) {
        std::fill(shard.gradient.begin(), shard.gradient.end(), 0.0F);
        shard.gradient.resize(parameters_.size(), 0.0F);
        return;
    }
    const int size = spec_.input_size;
    const std::size_t area = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
    shard.patches.resize(samples.size() * area);
    shard.labels.resize(samples.size());
    shard.gradient.resize(parameters_.size());
    shard.masks.resize(features_.size());
    shard.mask_pointers.clear();
    for (std::size_t d = 0; d < features_.size(); ++d) {
        shard.masks[d].resize(samples.size() * features_[d]);
        shard.mask_pointers.push_back(shard.masks[d].data());
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
        Random random(options_.seed, sample_stream(number, samples[i]));
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
        cut_patch(set, samples[i], size, mirror, angle, shard.patches.data() + i * area);
        shard.labels[i] = set.labels[samples[i]];
        for (std::size_t d = 0; d < features_.size(); ++d) {
            const float kept = static_cast<float>(1.0 / (1.0 - rates_[d]));
            float* mask = shard.masks[d].data() + i * features_[d];
            for (std::size_t f = 0; f < features_[d]; ++f) {
                mask[f] = random.uniform() < rates_[d] ? 0.0F : kept;
            }
        }
    }
    TrainingShard data;
    data.patches = shard.patches.data();
    data.count = static_cast<int>(samples.size());
    data.labels = shard.labels.data();
    data.dropout_masks = shard.mask_pointers;
    data.loss = options_.loss;
    shard.loss = network_.gradient(data, shard.gradient);
}

// Momentum as in both of DeepPicker's codes: velocity = momentum * velocity - rate * gradient.
void BatchLoop::step(std::size_t count, double learning_rate) {
    std::fill(gradient_.begin(), gradient_.end(), 0.0F);
    for (const Shard& shard : shards_) {
        for (std::size_t i = 0; i < gradient_.size(); ++i) {
            gradient_[i] += shard.gradient[i];
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
    double loss = 0.0;
    for (std::size_t b = 0; b < batches; ++b) {
        const auto [first, last] = part(samples.size(), b, batches);
        const auto members = std::span<const std::size_t>(samples).subspan(first, last - first);
        pool_.run(
            shard_count,
            [&](std::size_t s) {
                const auto [from, to] = part(members.size(), s, shard_count);
                run_shard(shards_[s], set, members.subspan(from, to - from), number);
            },
            poll);
        for (const Shard& shard : shards_) {
            loss += shard.loss;
        }
        if (!std::isfinite(loss)) {
            break; // the caller sees it in the mean
        }
        step(members.size(), learning_rate);
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
                  for (std::size_t i = 0; i < count; ++i) {
                      cut_patch(set, samples[first + i], size, false, 0.0, patches.data() + i * area);
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
