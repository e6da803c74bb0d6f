// Losses and the way back through the network (torch_network.hpp). The layers form a chain, so each step calls
// LibTorch's own backward kernels instead of recording a graph: nothing is shared between calls but the parameters,
// which are only read, and no autograd thread is started.
#include "torch/fft_convolution.hpp"
#include "torch/torch_network.hpp"

#include <ATen/ops/avg_pool2d_backward.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max_pool2d_with_indices_backward.h>
#include <ATen/ops/sigmoid_backward.h>
#include <ATen/ops/threshold_backward.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace picker {
namespace {

double softplus(double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

} // namespace

void TorchNetwork::check_shard(const TrainingShard& shard, std::size_t gradient_size) const {
    require_parameters();
    if (gradient_size != parameter_count_) {
        fail(Status::internal, "a gradient of ", gradient_size, " values was given to a network of ", parameter_count_,
             " parameters");
    }
    if (shard.count < 1 || shard.patches == nullptr || shard.labels == nullptr) {
        fail(Status::internal, "a training shard is empty");
    }
    const auto dropouts = std::count_if(spec_.layers.begin(), spec_.layers.end(),
                                        [](const Layer& layer) { return layer.kind == LayerKind::dropout; });
    if (!shard.dropout_masks.empty() && static_cast<std::ptrdiff_t>(shard.dropout_masks.size()) != dropouts) {
        fail(Status::internal, "a training shard has ", shard.dropout_masks.size(), " dropout masks for ", dropouts,
             " dropout layers");
    }
}

// Two softmax outputs are one logit, their difference; so both endings share the formulas, in double precision.
double TorchNetwork::loss_slope(const at::Tensor& outputs, const TrainingShard& shard, float* slope) const {
    const at::Tensor flat = outputs.contiguous();
    const float* values = flat.const_data_ptr<float>();
    const bool two = shapes_.back().channels == 2;
    double total = 0.0;
    for (int i = 0; i < shard.count; ++i) {
        const double logit = two ? static_cast<double>(values[2 * i + 1]) - values[2 * i] : values[i];
        const double label = shard.labels[i];
        const double weight = shard.weights != nullptr ? shard.weights[i] : 1.0;
        const double probability =
            logit >= 0.0 ? 1.0 / (1.0 + std::exp(-logit)) : std::exp(logit) / (1.0 + std::exp(logit));
        double loss = 0.0, derivative = 0.0;
        if (shard.loss == Loss::cross_entropy) {
            loss = label * softplus(-logit) + (1.0 - label) * softplus(logit);
            derivative = probability - label;
        } else {
            const double error = probability - label;
            loss = 0.5 * error * error;
            derivative = error * probability * (1.0 - probability);
        }
        total += weight * loss;
        const float value = static_cast<float>(weight * derivative);
        if (two) {
            slope[2 * i] = -value;
            slope[2 * i + 1] = value;
        } else {
            slope[i] = value;
        }
    }
    return total;
}

at::Tensor TorchNetwork::convolve_backward(const at::Tensor& slope, const at::Tensor& input, std::size_t index,
                                           float* to_weight, float* to_bias) const {
    const Layer& layer = spec_.layers[index];
    const at::Tensor& weight = values_[static_cast<std::size_t>(first_parameter_[index])];
    const at::Tensor weight_slope = at::from_blob(to_weight, weight.sizes());
    const at::Tensor bias_slope = at::from_blob(to_bias, {layer.channels});
    if (layer.kind == LayerKind::convolution &&
        fft_is_faster(layer.kernel, input.size(1), layer.channels, input.size(2))) {
        ConvolutionSlopes slopes = fft_convolution_backward(slope, input, weight, index > 0);
        weight_slope.copy_(slopes.weight);
        bias_slope.copy_(slope.sum({0, 2, 3}));
        return std::move(slopes.input);
    }
    auto [to_input, for_weight, for_bias] =
        at::convolution_backward(slope, input, weight, at::IntArrayRef{layer.channels}, {1, 1}, {0, 0}, {1, 1}, false,
                                 {0, 0}, 1, {index > 0, true, true});
    weight_slope.copy_(for_weight);
    bias_slope.copy_(for_bias);
    return to_input;
}

double TorchNetwork::gradient(const TrainingShard& shard, std::span<float> gradient) const {
    check_shard(shard, gradient.size());
    return translated("computing a gradient", [&] {
        const c10::InferenceMode guard;
        const std::size_t layers = spec_.layers.size();
        const std::int64_t size = spec_.input_size, count = shard.count;
        Trace trace;
        trace.inputs.resize(layers);
        trace.outputs.resize(layers);
        trace.indices.resize(layers);
        const at::Tensor patches = at::from_blob(const_cast<float*>(shard.patches), {count, 1, size, size});
        const at::Tensor outputs = forward(patches, shard.dropout_masks, &trace);

        at::Tensor slope = at::empty({count, shapes_.back().channels, 1, 1});
        const double loss = loss_slope(outputs, shard, slope.mutable_data_ptr<float>());
        std::size_t dropouts = shard.dropout_masks.size();
        for (std::size_t i = layers; i-- > 0;) {
            const Layer& layer = spec_.layers[i];
            const at::Tensor& input = trace.inputs[i];
            switch (layer.kind) {
            case LayerKind::convolution:
            case LayerKind::dense: {
                if (layer.activation == Activation::relu) {
                    slope = at::threshold_backward(slope, trace.outputs[i], 0);
                } else if (layer.activation == Activation::sigmoid && i + 1 < layers) {
                    slope = at::sigmoid_backward(slope, trace.outputs[i]);
                }
                const std::size_t p = static_cast<std::size_t>(first_parameter_[i]);
                float* to_weight = gradient.data() + parameters_[p].offset;
                float* to_bias = gradient.data() + parameters_[p + 1].offset;
                slope = convolve_backward(slope, input, i, to_weight, to_bias);
                break;
            }
            case LayerKind::max_pool:
                slope = at::max_pool2d_with_indices_backward(slope, input, layer.kernel, layer.kernel, 0, 1, false,
                                                             trace.indices[i]);
                break;
            case LayerKind::mean_pool:
                slope = at::avg_pool2d_backward(slope, input, layer.kernel, layer.kernel, 0, false, true, std::nullopt);
                break;
            case LayerKind::dropout:
                if (dropouts > 0 && shard.dropout_masks[--dropouts] != nullptr) {
                    slope = slope.mul(at::from_blob(const_cast<float*>(shard.dropout_masks[dropouts]), slope.sizes()));
                }
                break;
            }
        }
        return loss;
    });
}

} // namespace picker
