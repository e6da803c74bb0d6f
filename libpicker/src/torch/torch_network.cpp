// The forward pass on LibTorch over patches (torch_network.hpp).
#include "torch/torch_network.hpp"

#include "engine/logistic.hpp"
#include "torch/fft_convolution.hpp"
#include "torch/group_norm.hpp"
#include "torch/mean_pool.hpp"

#include <ATen/ops/_convolution.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool2d_with_indices.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace picker {
namespace {

// Patches in one call. Bounds memory, and makes a score independent of how many patches were asked for.
constexpr int score_batch = 64;

// The earlier of two outputs without the border that the later one lacks, for an add.
at::Tensor without_border(const at::Tensor& earlier, const at::Tensor& later) {
    const std::int64_t border = (earlier.size(2) - later.size(2)) / 2;
    return earlier.narrow(2, border, later.size(2)).narrow(3, border, later.size(3));
}

} // namespace

TorchNetwork::ConvolutionFrame TorchNetwork::frame_of(const Layer& layer) {
    if (layer.kind == LayerKind::deconvolution) {
        // So that the output is the input times the stride.
        const int padding = (layer.kernel - layer.stride + 1) / 2;
        return {padding, 2 * padding + layer.stride - layer.kernel};
    }
    return {layer.kernel % 2 == 0 ? 0 : layer.padding, 0}; // an even kernel's are added before
}

void TorchNetwork::to_probabilities(const at::Tensor& outputs, float* probabilities) const {
    const at::Tensor flat = place_.fetch(outputs.permute({0, 2, 3, 1})); // pixel by pixel, K values each
    const float* values = flat.const_data_ptr<float>();
    const std::int64_t classes = outputs.size(1), count = flat.numel() / classes;
    if (is_map(spec_)) {
        std::transform(values, values + count, probabilities,
                       [](float value) { return std::clamp(value, 0.0F, 1.0F); });
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        probabilities[i] = logistic(classes == 1 ? values[i] : values[2 * i + 1] - values[2 * i]);
    }
}

TorchNetwork::TorchNetwork(const NetworkSpec& spec, Place place)
    : spec_(spec), place_(std::move(place)), shapes_(layer_shapes(spec)), parameters_(parameter_shapes(spec)),
      parameter_count_(picker::parameter_count(spec)) {
    check_network(spec);
    int next = 0;
    for (const Layer& layer : spec_.layers) {
        const bool linear = layer.kind == LayerKind::convolution || layer.kind == LayerKind::deconvolution ||
                            layer.kind == LayerKind::dense;
        const int count = linear ? (layer.bias ? 2 : 1) : layer.kind == LayerKind::group_norm ? 2 : 0;
        first_parameter_.push_back(count > 0 ? next : -1);
        next += count;
    }
    added_.assign(spec_.layers.size(), false);
    for (const Layer& layer : spec_.layers) {
        if (layer.kind == LayerKind::add) {
            added_[static_cast<std::size_t>(layer.from)] = true;
        }
    }
}

void TorchNetwork::set_parameters(std::span<const float> parameters) {
    if (parameters.size() != parameter_count_) {
        fail(Status::mismatch, "the network has ", parameter_count_, " parameters, but ", parameters.size(),
             " were given");
    }
    translated("setting parameters", [&] {
        const c10::InferenceMode guard;
        std::vector<at::Tensor> values(parameters_.size());
        LayerShape before{1, spec_.input_size};
        const auto copy = [&](std::size_t p, at::IntArrayRef sizes) {
            return place_.bring(parameters.data() + parameters_[p].offset, sizes);
        };
        place_.run([&] {
            for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
                const Layer& layer = spec_.layers[i];
                if (first_parameter_[i] >= 0) {
                    auto p = static_cast<std::size_t>(first_parameter_[i]);
                    if (layer.kind != LayerKind::group_norm) {
                        const int kernel = layer.kind == LayerKind::dense ? before.size : layer.kernel;
                        const bool back = layer.kind == LayerKind::deconvolution;
                        values[p] = copy(p, {back ? before.channels : layer.channels,
                                             back ? layer.channels : before.channels, kernel, kernel})
                                        .clone(at::MemoryFormat::ChannelsLast);
                        ++p;
                    }
                    const std::size_t last = static_cast<std::size_t>(first_parameter_[i]) + (layer.bias ? 2 : 1);
                    for (; p < last; ++p) {
                        values[p] = copy(p, {shapes_[i].channels}).clone();
                    }
                }
                before = shapes_[i];
            }
            place_.finish(); // before other streams read them
        });
        values_ = std::move(values);
    });
}

const at::Tensor& TorchNetwork::weight_of(std::size_t layer) const {
    return values_[static_cast<std::size_t>(first_parameter_[layer])];
}

at::Tensor TorchNetwork::bias_of(std::size_t layer) const {
    return spec_.layers[layer].bias ? values_[static_cast<std::size_t>(first_parameter_[layer]) + 1] : at::Tensor();
}

void TorchNetwork::require_parameters() const {
    if (values_.empty()) {
        fail(Status::internal, "a network was used before its parameters were set");
    }
}

at::Tensor TorchNetwork::unevenly_padded(const at::Tensor& x, const Layer& layer) const {
    const std::int64_t before = layer.padding;
    return before > 0 && layer.kernel % 2 == 0 ? at::constant_pad_nd(x, {before, before + 1, before, before + 1}) : x;
}

at::Tensor TorchNetwork::convolve(const at::Tensor& given, std::size_t index, const at::Tensor& weight,
                                  const at::Tensor& bias, std::int64_t stride) const {
    const Layer& layer = spec_.layers[index];
    const at::Tensor x = unevenly_padded(given, layer);
    const ConvolutionFrame frame = frame_of(layer);
    if (!place_.is_cpu()) {
        return activated(general_convolution(x, weight, bias, layer, frame, stride), index);
    }
    const bool by_fft = layer.kind == LayerKind::convolution && frame.padding == 0 && stride == 1 && bias.defined() &&
                        fft_is_faster(layer.kernel, x.size(1), layer.channels, (x.size(2) + x.size(3)) / 2);
    at::Tensor y =
        by_fft ? fft_convolution(x, weight, bias)
               : at::convolution(x, weight, bias.defined() ? std::optional(bias) : std::nullopt, {stride, stride},
                                 {frame.padding, frame.padding}, {1, 1}, layer.kind == LayerKind::deconvolution,
                                 {frame.output_padding, frame.output_padding}, 1);
    return activated(std::move(y), index);
}

// By LibTorch's own choice of algorithm, but one that gives the same bits each time, and in full single precision
// whatever the program has allowed for its own networks (TF32 has 10 bits).
at::Tensor TorchNetwork::general_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                             const Layer& layer, const ConvolutionFrame& frame, std::int64_t stride) {
    return at::_convolution(x, weight, bias.defined() ? std::optional(bias) : std::nullopt, {stride, stride},
                            {frame.padding, frame.padding}, {1, 1}, layer.kind == LayerKind::deconvolution,
                            {frame.output_padding, frame.output_padding}, 1, /*benchmark=*/false,
                            /*deterministic=*/true, /*cudnn_enabled=*/true, /*allow_tf32=*/false);
}

at::Tensor TorchNetwork::activated(at::Tensor y, std::size_t index) const {
    const Layer& layer = spec_.layers[index];
    if (index + 1 == spec_.layers.size()) {
        return y; // to_probabilities and the losses start from what comes before the last activation
    }
    if (layer.activation == Activation::relu) {
        y.relu_();
    } else if (layer.activation == Activation::sigmoid) {
        y.sigmoid_();
    }
    return y;
}

at::Tensor TorchNetwork::add_earlier(const at::Tensor& x, const at::Tensor& earlier, const Layer& layer) const {
    at::Tensor y = x.add(without_border(earlier, x));
    if (layer.activation == Activation::relu) {
        y.relu_();
    }
    return y;
}

at::Tensor TorchNetwork::forward(at::Tensor x, std::span<const float* const> masks, Trace* trace) const {
    std::size_t dropouts = 0;
    std::vector<at::Tensor> kept(spec_.layers.size()); // what an add will want
    for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
        const Layer& layer = spec_.layers[i];
        if (trace != nullptr) {
            trace->inputs[i] = x;
        }
        switch (layer.kind) {
        case LayerKind::convolution:
        case LayerKind::deconvolution:
        case LayerKind::dense: {
            x = convolve(x, i, weight_of(i), bias_of(i), layer.stride);
            break;
        }
        case LayerKind::group_norm:
            x = place_.is_cpu() ? group_norm(x, layer, weight_of(i), bias_of(i))
                                : general_group_norm(x, layer, weight_of(i), bias_of(i));
            break;
        case LayerKind::max_pool:
            if (trace != nullptr) {
                std::tie(x, trace->indices[i]) = at::max_pool2d_with_indices(x, layer.kernel);
            } else {
                x = at::max_pool2d(x, layer.kernel);
            }
            break;
        case LayerKind::mean_pool:
            x = place_.is_cpu() ? mean_pool(x, layer.kernel) : at::avg_pool2d(x, layer.kernel);
            break;
        case LayerKind::dropout: {
            const float* mask = dropouts < masks.size() ? masks[dropouts] : nullptr;
            ++dropouts;
            if (mask != nullptr) {
                x = x.mul(place_.bring(mask, x.sizes()));
            }
            break;
        }
        case LayerKind::add:
            x = add_earlier(x, kept[static_cast<std::size_t>(layer.from)], layer);
            break;
        }
        if (added_[i]) {
            kept[i] = x;
        }
        if (trace != nullptr) {
            trace->outputs[i] = x;
        }
    }
    return x;
}

void TorchNetwork::score(const float* patches, int count, float* probabilities) const {
    require_parameters();
    translated("scoring patches", [&] {
        const c10::InferenceMode guard;
        const std::int64_t size = spec_.input_size;
        for (int first = 0; first < count; first += score_batch) {
            const int number = std::min(score_batch, count - first);
            place_.run([&] {
                const at::Tensor x = place_.bring(patches + first * size * size, {number, 1, size, size});
                to_probabilities(forward(x, {}, nullptr), probabilities + first);
            });
        }
    });
}

} // namespace picker
