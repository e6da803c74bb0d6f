// The way back through the network (torch_network.hpp). The layers form a chain, so each step calls
// LibTorch's own backward kernels instead of recording a graph: nothing is shared between calls but the parameters,
// which are only read, and no autograd thread is started.
#include "torch/fft_convolution.hpp"
#include "torch/group_norm.hpp"
#include "torch/torch_network.hpp"

#include <ATen/ops/avg_pool2d_backward.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max_pool2d_with_indices_backward.h>
#include <ATen/ops/sigmoid_backward.h>
#include <ATen/ops/threshold_backward.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <utility>

namespace picker {
int TorchNetwork::check_shard(const TrainingShard& shard, std::size_t gradient_size) const {
    require_parameters();
    if (gradient_size != parameter_count_) {
        fail(Status::internal, "a gradient of ", gradient_size, " values was given to a network of ", parameter_count_,
             " parameters");
    }
    if (shard.count < 1 || shard.patches == nullptr || shard.labels == nullptr) {
        fail(Status::internal, "a training shard is empty");
    }
    const int edge = shard.edge == 0 ? spec_.input_size : shard.edge;
    const bool fits = is_whole(spec_)
                          ? edge > 0 && edge % grid_multiple(spec_) == 0
                          : edge == spec_.input_size || (edge > spec_.input_size && total_stride(spec_) == 1);
    if (!fits) {
        fail(Status::internal, "a training shard has patches of ", edge, " pixels for a network of ", spec_.input_size);
    }
    if (is_map(spec_) && shard.loss != Loss::half_square) {
        fail(Status::invalid_argument, "a map is trained with squared errors; the loss given takes probabilities");
    }
    if (is_detector(spec_) != (shard.loss == Loss::detection) || (is_detector(spec_) && shard.weights != nullptr)) {
        fail(Status::invalid_argument,
             "a detector has a loss of its own, without weights, and no other network has it");
    }
    const auto dropouts = std::count_if(spec_.layers.begin(), spec_.layers.end(),
                                        [](const Layer& layer) { return layer.kind == LayerKind::dropout; });
    if (!shard.dropout_masks.empty() && static_cast<std::ptrdiff_t>(shard.dropout_masks.size()) != dropouts) {
        fail(Status::internal, "a training shard has ", shard.dropout_masks.size(), " dropout masks for ", dropouts,
             " dropout layers");
    }
    return edge;
}

float* TorchNetwork::weight_place(std::size_t layer, std::span<float> gradient) const {
    return gradient.data() + parameters_[static_cast<std::size_t>(first_parameter_[layer])].offset;
}

float* TorchNetwork::bias_place(std::size_t layer, std::span<float> gradient) const {
    return spec_.layers[layer].bias
               ? gradient.data() + parameters_[static_cast<std::size_t>(first_parameter_[layer]) + 1].offset
               : nullptr;
}

at::Tensor TorchNetwork::convolve_backward(const at::Tensor& slope, const at::Tensor& given, std::size_t index,
                                           bool wants_input, float* to_weight, float* to_bias) const {
    const Layer& layer = spec_.layers[index];
    const at::Tensor& weight = weight_of(index);
    const at::Tensor weight_slope = at::from_blob(to_weight, weight.sizes());
    const auto write_bias = [&](const at::Tensor& values) {
        if (to_bias != nullptr) {
            at::from_blob(to_bias, {layer.channels}).copy_(values);
        }
    };
    const at::Tensor input = unevenly_padded(given, layer);
    const ConvolutionFrame frame = frame_of(layer);
    const auto unpadded = [&](at::Tensor slopes) {
        return slopes.defined() && input.size(2) != given.size(2)
                   ? slopes.narrow(2, layer.padding, given.size(2)).narrow(3, layer.padding, given.size(3))
                   : slopes;
    };
    if (place_.is_cpu() && layer.kind == LayerKind::convolution && layer.stride == 1 && frame.padding == 0 &&
        fft_backward_is_faster(layer.kernel, input.size(1), layer.channels, input.size(2), input.size(0))) {
        const ConvolutionSlopes slopes = fft_convolution_backward(slope, input, weight, wants_input);
        weight_slope.copy_(slopes.weight);
        write_bias(slope.sum({0, 2, 3}));
        return unpadded(slopes.input);
    }
    auto [to_input, for_weight, for_bias] = at::convolution_backward(
        slope, input, weight, at::IntArrayRef{layer.channels}, {layer.stride, layer.stride},
        {frame.padding, frame.padding}, {1, 1}, layer.kind == LayerKind::deconvolution,
        {frame.output_padding, frame.output_padding}, 1, {wants_input, true, to_bias != nullptr});
    weight_slope.copy_(for_weight);
    write_bias(for_bias);
    return unpadded(to_input);
}

double TorchNetwork::gradient(const TrainingShard& shard, std::span<float> gradient) const {
    const std::int64_t edge = check_shard(shard, gradient.size());
    return translated("computing a gradient", [&] {
        const c10::InferenceMode guard;
        return place_.run([&] {
            const std::size_t layers = spec_.layers.size();
            const std::int64_t count = shard.count;
            Trace trace;
            trace.inputs.resize(layers);
            trace.outputs.resize(layers);
            trace.indices.resize(layers);
            const at::Tensor outputs =
                place_.fetch(forward(place_.bring(shard.patches, {count, 1, edge, edge}), shard.dropout_masks, &trace));

            // The loss is the host's: few values, in double precision.
            const at::Tensor first_slope = at::empty(outputs.sizes());
            const double loss = loss_slope(outputs, shard, first_slope.mutable_data_ptr<float>());
            at::Tensor slope = place_.move(first_slope);
            std::size_t dropouts = shard.dropout_masks.size();
            std::vector<at::Tensor> added(layers); // slopes that reach a layer's output through an add
            const auto first = static_cast<std::size_t>(shard.first_trained);
            if (first > 0) {
                std::fill(gradient.begin(), gradient.end(), 0.0F);
            }
            for (std::size_t i = layers; i-- > first;) {
                const Layer& layer = spec_.layers[i];
                const at::Tensor& input = trace.inputs[i];
                if (added[i].defined()) {
                    slope = slope.add(added[i]);
                }
                switch (layer.kind) {
                case LayerKind::convolution:
                case LayerKind::deconvolution:
                case LayerKind::dense: {
                    if (layer.activation == Activation::relu && i + 1 < layers) {
                        slope = at::threshold_backward(slope, trace.outputs[i], 0);
                    } else if (layer.activation == Activation::sigmoid && i + 1 < layers) {
                        slope = at::sigmoid_backward(slope, trace.outputs[i]);
                    }
                    slope = convolve_backward(slope, input, i, i > first, weight_place(i, gradient),
                                              bias_place(i, gradient));
                    break;
                }
                case LayerKind::group_norm:
                    slope = (place_.is_cpu() ? group_norm_backward : general_group_norm_backward)(
                        slope, input, trace.outputs[i], layer, weight_of(i), weight_place(i, gradient),
                        bias_place(i, gradient));
                    break;
                case LayerKind::max_pool:
                    slope = at::max_pool2d_with_indices_backward(slope, input, layer.kernel, layer.kernel, 0, 1, false,
                                                                 trace.indices[i]);
                    break;
                case LayerKind::mean_pool:
                    slope =
                        at::avg_pool2d_backward(slope, input, layer.kernel, layer.kernel, 0, false, true, std::nullopt);
                    break;
                case LayerKind::dropout:
                    if (dropouts > 0 && shard.dropout_masks[--dropouts] != nullptr) {
                        slope = slope.mul(place_.bring(shard.dropout_masks[dropouts], slope.sizes()));
                    }
                    break;
                case LayerKind::add: {
                    if (layer.activation == Activation::relu) {
                        slope = at::threshold_backward(slope, trace.outputs[i], 0);
                    }
                    const auto from = static_cast<std::size_t>(layer.from);
                    const std::int64_t border = (trace.outputs[from].size(2) - slope.size(2)) / 2;
                    const at::Tensor back = at::constant_pad_nd(slope, {border, border, border, border});
                    added[from] = added[from].defined() ? added[from].add(back) : back;
                    break;
                }
                }
            }
            return loss;
        });
    });
}

} // namespace picker
