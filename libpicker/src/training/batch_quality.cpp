// Losses and accuracies of held-out samples (batch_loop.hpp).
#include "engine/detection.hpp"
#include "training/batch_loop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace picker {
namespace {

constexpr std::size_t score_chunk = 64; // held-out patches in one call

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

HeldOut BatchLoop::held_out(const PatchSet& set, const std::vector<std::size_t>& samples,
                            const std::function<void()>& poll) {
    if (set.label_edge > 0) {
        return map_quality(set, samples, poll);
    }
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
    return options_.prior ? unlabelled_quality(set, samples, probabilities) : quality(set, samples, probabilities);
}

// Pixel by pixel; the mean over all whose label is known.
HeldOut BatchLoop::map_quality(const PatchSet& set, const std::vector<std::size_t>& samples,
                               const std::function<void()>& poll) {
    struct Sums {
        double loss = 0.0, right = 0.0, count = 0.0;
    };
    std::vector<Sums> all(samples.size());
    const bool whole = is_whole(spec_);
    const DensePlan plan = whole ? DensePlan() : dense_plan(spec_, 1);
    const auto area = static_cast<std::size_t>(set.extent) * static_cast<std::size_t>(set.extent);
    pool_.run(
        samples.size(),
        [&](std::size_t i) {
            std::vector<float> stored, map(labels_each(set));
            const float* patch = set.patch(samples[i], stored);
            if (whole) {
                std::vector<float> outputs(2 * map.size());
                network_.outputs(patch, set.extent, set.extent, outputs.data());
                for (std::size_t n = 0; n < map.size(); ++n) {
                    map[n] = second_of_two(outputs[n], outputs[map.size() + n]);
                }
            } else {
                network_.score_dense(patch, set.extent, set.extent, plan, map.data());
            }
            for (std::size_t n = 0; n < map.size(); ++n) {
                const float label = patch[area + n];
                if (label >= 0.0F) {
                    all[i].loss += sample_loss(options_.loss, map[n], label);
                    all[i].right += (map[n] >= 0.5F) == (label >= 0.5F) ? 1.0 : 0.0;
                    all[i].count += 1.0;
                }
            }
        },
        poll);
    Sums sum;
    for (const Sums& one : all) {
        sum = {sum.loss + one.loss, sum.right + one.right, sum.count + one.count};
    }
    const double count = std::max(1.0, sum.count);
    return {sum.loss / count, sum.right / count};
}

HeldOut BatchLoop::quality(const PatchSet& set, const std::vector<std::size_t>& samples,
                           const std::vector<float>& probabilities) const {
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

HeldOut BatchLoop::unlabelled_quality(const PatchSet& set, const std::vector<std::size_t>& samples,
                                      const std::vector<float>& probabilities) const {
    const auto positives = static_cast<std::size_t>(
        std::count_if(samples.begin(), samples.end(), [&](std::size_t sample) { return set.labels[sample] > 0.5F; }));
    const PuWeights weights = pu_weights(*options_.prior, positives, samples.size() - positives);
    PuRisk risk, error;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const bool is_positive = set.labels[samples[i]] > 0.5F;
        const double as_negative = is_positive ? weights.positive_as_negative : weights.unlabelled;
        const bool called_positive = probabilities[i] >= 0.5F;
        risk.negative += as_negative * sample_loss(options_.loss, probabilities[i], 0.0);
        error.negative += called_positive ? as_negative : 0.0;
        if (is_positive) {
            risk.positive += weights.positive * sample_loss(options_.loss, probabilities[i], 1.0);
            error.positive += called_positive ? 0.0 : weights.positive;
        }
    }
    return {risk.total(), 1.0 - error.total()};
}

} // namespace picker
