// The forward pass on LibTorch: patches and whole images (torch_network.hpp).
#include "torch/torch_network.hpp"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/max_pool2d_with_indices.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

// Patches in one call. Bounds memory, and makes a score independent of how many patches were asked for.
constexpr int score_batch = 64;

at::Tensor borrow(const float* values, at::IntArrayRef sizes) {
    return at::from_blob(const_cast<float*>(values), sizes); // only ever read
}

// Dilated mean pool at stride 1, which LibTorch lacks: the shifted images, summed.
at::Tensor dilated_mean(const at::Tensor& x, int kernel, int dilation) {
    const std::int64_t rows = x.size(2) - static_cast<std::int64_t>(kernel - 1) * dilation;
    const std::int64_t columns = x.size(3) - static_cast<std::int64_t>(kernel - 1) * dilation;
    at::Tensor sum;
    for (int i = 0; i < kernel; ++i) {
        for (int j = 0; j < kernel; ++j) {
            const at::Tensor part = x.narrow(2, i * dilation, rows).narrow(3, j * dilation, columns);
            if (sum.defined()) {
                sum.add_(part);
            } else {
                sum = part.clone();
            }
        }
    }
    return sum.div_(kernel * kernel);
}

float logistic(float x) {
    const float e = std::exp(-std::abs(x)); // never overflows
    return x >= 0.0F ? 1.0F / (1.0F + e) : e / (1.0F + e);
}

// Outputs 1 x K x rows x columns (or count x K x 1 x 1) of the last layer to probabilities of the positive class.
void to_probabilities(const at::Tensor& outputs, float* probabilities) {
    const at::Tensor flat = outputs.permute({0, 2, 3, 1}).contiguous(); // pixel by pixel, K values each
    const float* values = flat.const_data_ptr<float>();
    const std::int64_t classes = outputs.size(1), count = flat.numel() / classes;
    for (std::int64_t i = 0; i < count; ++i) {
        probabilities[i] = logistic(classes == 1 ? values[i] : values[2 * i + 1] - values[2 * i]);
    }
}

} // namespace

TorchNetwork::TorchNetwork(const NetworkSpec& spec)
    : spec_(spec), shapes_(layer_shapes(spec)), parameters_(parameter_shapes(spec)),
      parameter_count_(picker::parameter_count(spec)) {
    check_network(spec);
    int next = 0;
    for (const Layer& layer : spec_.layers) {
        const bool has = layer.kind == LayerKind::convolution || layer.kind == LayerKind::dense;
        first_parameter_.push_back(has ? next : -1);
        next += has ? 2 : 0;
    }
}

void TorchNetwork::set_parameters(std::span<const float> parameters) {
    if (parameters.size() != parameter_count_) {
        fail(Status::mismatch, "the network has ", parameter_count_, " parameters, but ", parameters.size(),
             " were given");
    }
    translated("setting parameters", [&] {
        const c10::InferenceMode guard;
        std::vector<at::Tensor> values;
        LayerShape before{1, spec_.input_size};
        for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
            if (first_parameter_[i] >= 0) {
                const Layer& layer = spec_.layers[i];
                const std::size_t p = static_cast<std::size_t>(first_parameter_[i]);
                const int kernel = layer.kind == LayerKind::dense ? before.size : layer.kernel;
                values.push_back(
                    borrow(parameters.data() + parameters_[p].offset, {layer.channels, before.channels, kernel, kernel})
                        .clone(at::MemoryFormat::ChannelsLast));
                values.push_back(borrow(parameters.data() + parameters_[p + 1].offset, {layer.channels}).clone());
            }
            before = shapes_[i];
        }
        values_ = std::move(values);
    });
}

void TorchNetwork::require_parameters() const {
    if (values_.empty()) {
        fail(Status::internal, "a network was used before its parameters were set");
    }
}

at::Tensor TorchNetwork::forward(at::Tensor x, const DensePlan* plan, std::span<const float* const> masks,
                                 Trace* trace) const {
    // Over an image, only every `subsample`-th window is wanted: the first dense layer leaves the others out.
    int subsample = plan != nullptr ? plan->subsample : 1;
    std::size_t dropouts = 0;
    for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
        const Layer& layer = spec_.layers[i];
        const int dilation = plan != nullptr ? plan->layers[i].dilation : 1;
        if (trace != nullptr) {
            trace->inputs[i] = x;
        }
        switch (layer.kind) {
        case LayerKind::convolution:
        case LayerKind::dense: {
            const std::size_t p = static_cast<std::size_t>(first_parameter_[i]);
            const int stride = layer.kind == LayerKind::dense ? std::exchange(subsample, 1) : 1;
            x = at::convolution(x, values_[p], values_[p + 1], {stride, stride}, {0, 0}, {dilation, dilation}, false,
                                {0, 0}, 1);
            if (layer.activation == Activation::relu) {
                x.relu_();
            } else if (layer.activation == Activation::sigmoid && i + 1 < spec_.layers.size()) {
                x.sigmoid_();
            }
            break;
        }
        case LayerKind::max_pool:
        case LayerKind::mean_pool: {
            const int stride = plan != nullptr ? plan->layers[i].stride : layer.kernel;
            if (layer.kind == LayerKind::mean_pool) {
                x = stride == layer.kernel ? at::avg_pool2d(x, layer.kernel) : dilated_mean(x, layer.kernel, dilation);
            } else if (trace != nullptr) {
                std::tie(x, trace->indices[i]) = at::max_pool2d_with_indices(x, layer.kernel, stride, 0, dilation);
            } else {
                x = at::max_pool2d(x, layer.kernel, stride, 0, dilation);
            }
            break;
        }
        case LayerKind::dropout: {
            const float* mask = dropouts < masks.size() ? masks[dropouts] : nullptr;
            ++dropouts;
            if (mask != nullptr) {
                x = x.mul(borrow(mask, x.sizes()));
            }
            break;
        }
        }
        if (trace != nullptr) {
            trace->outputs[i] = x;
        }
    }
    if (subsample > 1) { // a network without a dense layer
        x = x.slice(2, 0, x.size(2), subsample).slice(3, 0, x.size(3), subsample);
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
            const at::Tensor x = borrow(patches + first * size * size, {number, 1, size, size});
            to_probabilities(forward(x, nullptr, {}, nullptr), probabilities + first);
        }
    });
}

void TorchNetwork::score_dense(const float* pixels, int height, int width, const DensePlan& plan,
                               float* probabilities) const {
    require_parameters();
    if (plan.layers.size() != spec_.layers.size()) {
        fail(Status::internal, "a dense plan of ", plan.layers.size(), " layers was given to a network of ",
             spec_.layers.size());
    }
    if (height < spec_.input_size || width < spec_.input_size) {
        fail(Status::invalid_argument, "an image of ", width, " x ", height,
             " working pixels is smaller than one window (", spec_.input_size,
             "); use a larger image or a smaller particle diameter");
    }
    translated("scoring an image", [&] {
        const c10::InferenceMode guard;
        const at::Tensor x = borrow(pixels, {1, 1, height, width});
        to_probabilities(forward(x, &plan, {}, nullptr), probabilities);
    });
}

} // namespace picker
