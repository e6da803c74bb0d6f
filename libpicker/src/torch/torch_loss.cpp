// The losses of a training, and their slopes by what the network gives out (torch_network.hpp).
#include "engine/detection.hpp"
#include "engine/logistic.hpp"
#include "torch/torch_network.hpp"

#include <algorithm>

namespace picker {

TorchNetwork::Slope TorchNetwork::logit_slope(Loss loss, double logit, double label) {
    const double probability = logistic(logit);
    if (loss == Loss::cross_entropy) {
        return {-label * log_logistic(logit) - (1.0 - label) * log_logistic(-logit), probability - label};
    }
    const double error = probability - label;
    return {0.5 * error * error, error * probability * (1.0 - probability)};
}

// Half the squared error of a ReLU output where that is above 0. Below, a background pixel is right and costs nothing,
// but a particle's pixel costs as if there were no ReLU: its own slope there is 0, and most pixels being background,
// all outputs would soon be 0 for good.
TorchNetwork::Slope TorchNetwork::map_slope(double value, double label) {
    const double error = label > 0.0 ? value - label : std::max(value, 0.0);
    return {0.5 * error * error, error};
}

// Two softmax outputs are one logit, their difference; so both endings share the formulas, in double precision.
double TorchNetwork::loss_slope(const at::Tensor& outputs, const TrainingShard& shard, float* slope) const {
    if (is_detector(spec_)) {
        return detection_slope(outputs, shard, slope);
    }
    const at::Tensor flat = outputs.contiguous();
    const float* values = flat.const_data_ptr<float>();
    const bool map = is_map(spec_), two = shapes_.back().channels == 2;
    const std::int64_t labels = outputs.size(2) * outputs.size(3); // of each patch
    double total = 0.0;
    for (std::int64_t i = 0; i < shard.count; ++i) {
        const double weight = (shard.weights != nullptr ? shard.weights[i] : 1.0) / static_cast<double>(labels);
        for (std::int64_t n = 0; n < labels; ++n) {
            const std::int64_t first = two ? 2 * i * labels + n : i * labels + n, second = first + labels;
            const double label = shard.labels[i * labels + n];
            Slope one;
            if (label >= 0.0 && map) {
                one = map_slope(values[first], label);
            } else if (label >= 0.0) {
                const double logit = two ? static_cast<double>(values[second]) - values[first] : values[first];
                one = logit_slope(shard.loss, logit, label);
            }
            total += weight * one.loss;
            const float value = static_cast<float>(weight * one.value);
            slope[first] = two ? -value : value;
            if (two) {
                slope[second] = value;
            }
        }
    }
    return total;
}

double TorchNetwork::detection_slope(const at::Tensor& outputs, const TrainingShard& shard, float* slope) const {
    const at::Tensor flat = outputs.contiguous();
    const auto cells = static_cast<std::size_t>(outputs.size(2) * outputs.size(3));
    const auto each = static_cast<std::size_t>(outputs.size(1)) * cells;
    double total = 0.0;
    for (std::size_t n = 0; n < static_cast<std::size_t>(shard.count); ++n) {
        const CellOutputs detection(flat.const_data_ptr<float>() + n * each, cells, spec_);
        const float* labels = shard.labels + n * detection_labels * cells;
        for (std::size_t cell = 0; cell < cells; ++cell) {
            total += detection.loss(cell, detection.label(labels, cell), shard.offset_weight, slope + n * each);
        }
    }
    return total;
}

} // namespace picker
