// Networks for tests, and a forward pass written as plain loops in double precision to compare with.
#pragma once

#include "core/random.hpp"
#include "engine/network_spec.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace networks {

using picker::Activation;
using picker::Layer;
using picker::LayerKind;
using picker::NetworkSpec;

inline Layer convolution(int kernel, int channels, Activation activation) {
    return {LayerKind::convolution, kernel, channels, activation, 0.0};
}
inline Layer max_pool(int kernel) {
    return {LayerKind::max_pool, kernel, 0, Activation::none, 0.0};
}
inline Layer mean_pool(int kernel) {
    return {LayerKind::mean_pool, kernel, 0, Activation::none, 0.0};
}
inline Layer dropout(double rate) {
    return {LayerKind::dropout, 0, 0, Activation::none, rate};
}
inline Layer dense(int outputs, Activation activation) {
    return {LayerKind::dense, 0, outputs, activation, 0.0};
}

inline Layer add(int from, Activation activation = Activation::relu) {
    return {LayerKind::add, 0, 0, activation, 0.0, from};
}

// DeepPicker's shape in small: pools of 2, ReLU, dropout, softmax. 18 -> 16 -> 8 -> 6 -> 3 -> 2.
inline NetworkSpec small_softmax() {
    return {18,
            {convolution(3, 4, Activation::relu), max_pool(2), convolution(3, 5, Activation::relu), max_pool(2),
             convolution(2, 6, Activation::relu), max_pool(2), dropout(0.5), dense(7, Activation::relu),
             dense(2, Activation::softmax)}};
}

// DeepEM's shape in small: mean pools of 3 and 2, sigmoid everywhere. 23 -> 18 -> 6 -> 4 -> 2.
inline NetworkSpec small_sigmoid() {
    return {23,
            {convolution(6, 3, Activation::sigmoid), mean_pool(3), convolution(3, 4, Activation::sigmoid), mean_pool(2),
             dense(1, Activation::sigmoid)}};
}

// Two pools in a row, an odd kernel, and a convolution at the end. 14 -> 12 -> 6 -> 3 -> 1.
inline NetworkSpec all_convolutions() {
    return {14,
            {convolution(3, 8, Activation::none), max_pool(2), mean_pool(2), convolution(3, 1, Activation::sigmoid)}};
}

// The first layers of DeepPicker. 28 -> 20 -> 10 -> 6 -> 3.
inline NetworkSpec first_layers() {
    return {28,
            {convolution(9, 8, Activation::relu), max_pool(2), convolution(5, 4, Activation::relu), max_pool(2),
             dense(2, Activation::softmax)}};
}

// Kernels that are convolved by Fourier transforms. 60 -> 36 -> 18 -> 6 -> 3.
inline NetworkSpec large_kernels() {
    return {60,
            {convolution(25, 3, Activation::sigmoid), mean_pool(2), convolution(13, 4, Activation::sigmoid),
             mean_pool(2), dense(1, Activation::sigmoid)}};
}

// Residual blocks before and behind a pool. 14 -> 12 -> 10 -> 5 -> 3.
inline NetworkSpec residual() {
    return {14,
            {convolution(3, 4, Activation::relu), convolution(3, 4, Activation::none), add(0), max_pool(2),
             convolution(3, 4, Activation::sigmoid), add(3, Activation::none), dense(1, Activation::sigmoid)}};
}

inline std::vector<NetworkSpec> all() {
    return {small_softmax(), small_sigmoid(), all_convolutions(), first_layers(), residual()};
}

// PARSED's shape in small: a block that another adds again, and a ReLU at the end. 13 -> 11 -> 9 -> 7 -> 5 -> 3 -> 1.
inline NetworkSpec small_map() {
    return {13,
            {convolution(3, 3, Activation::relu), convolution(3, 3, Activation::relu),
             convolution(3, 3, Activation::none), add(0), convolution(3, 3, Activation::relu), add(3),
             convolution(3, 2, Activation::relu), convolution(3, 1, Activation::relu)}};
}

inline Layer padded(int kernel, int channels, int stride, bool bias, Activation activation = Activation::none) {
    Layer layer = convolution(kernel, channels, activation);
    layer.stride = stride;
    layer.padding = kernel / 2;
    layer.bias = bias;
    return layer;
}
inline Layer norm(int groups, Activation activation) {
    Layer layer{LayerKind::group_norm, 0, 0, activation, 0.0};
    layer.groups = groups;
    return layer;
}

// HydraPicker's shape in small, with cells of 4 pixels and either head: three outputs or four. 16 -> 16 -> 8 -> 4.
inline NetworkSpec small_detector(int outputs) {
    const Activation relu = Activation::relu, none = Activation::none;
    NetworkSpec spec{
        16,
        {padded(3, 4, 1, false), padded(3, 4, 1, false), norm(2, relu), padded(3, 4, 1, false), norm(2, none), add(2)}};
    if (outputs == 4) {
        spec.layers.insert(spec.layers.end(), {dropout(0.3), padded(3, 6, 2, true), norm(3, relu), dropout(0.3),
                                               padded(3, 8, 2, true), norm(2, relu)});
    } else {
        spec.layers.insert(spec.layers.end(), {padded(3, 6, 2, true, relu), norm(3, none), dropout(0.3),
                                               padded(3, 8, 2, true, relu), norm(2, none), dropout(0.3)});
    }
    spec.layers.push_back(padded(3, outputs, 1, true));
    return spec;
}

// The shape of PARSED's Table S2 in small: pools, deconvolutions back to the size of the input, an even kernel at the
// end. 16 -> 8 -> 4 -> 8 -> 16.
inline NetworkSpec small_whole_map() {
    Layer up{LayerKind::deconvolution, 3, 4, Activation::none, 0.0};
    up.stride = 2;
    Layer last = padded(6, 2, 1, true, Activation::softmax);
    last.padding = 2;
    NetworkSpec spec{16,
                     {padded(3, 4, 1, true, Activation::relu), padded(3, 4, 1, true), add(0), max_pool(2),
                      padded(3, 4, 1, true), add(3), max_pool(2), up, add(3), up, last}};
    spec.layers[9].activation = Activation::relu;
    return spec;
}

inline std::vector<float> random_values(std::size_t count, std::uint64_t seed, double scale) {
    picker::Random random(seed);
    std::vector<float> values(count);
    for (float& value : values) {
        value = static_cast<float>(scale * random.normal());
    }
    return values;
}

// The outputs of the last layer before its activation, for one patch. `masks` as in TrainingShard, of this sample.
inline std::vector<double> naive_outputs(const NetworkSpec& spec, const std::vector<double>& parameters,
                                         const float* patch, const std::vector<const float*>& masks = {}) {
    int channels = 1, size = spec.input_size;
    std::vector<double> x(patch, patch + size * size);
    std::size_t next = 0, dropouts = 0;
    const auto shapes = picker::parameter_shapes(spec);
    std::vector<std::vector<double>> kept; // every layer's output, and its edge
    std::vector<int> edges;
    const auto at = [&](const std::vector<double>& v, int c, int i, int j, int edge) {
        return v[static_cast<std::size_t>((c * edge + i) * edge + j)];
    };
    for (std::size_t l = 0; l < spec.layers.size(); ++l) {
        const Layer& layer = spec.layers[l];
        std::vector<double> y;
        if (layer.kind == LayerKind::convolution || layer.kind == LayerKind::dense) {
            const double* weight = parameters.data() + shapes[next++].offset;
            const double* bias = layer.bias ? parameters.data() + shapes[next++].offset : nullptr;
            const int k = layer.kind == LayerKind::dense ? size : layer.kernel;
            const int behind = layer.padding > 0 && k % 2 == 0 ? 1 : 0;
            const int out = (size + 2 * layer.padding + behind - k) / layer.stride + 1;
            const auto inside = [&](int i, int j) { return i >= 0 && j >= 0 && i < size && j < size; };
            for (int o = 0; o < layer.channels; ++o) {
                for (int i = 0; i < out; ++i) {
                    for (int j = 0; j < out; ++j) {
                        double sum = bias != nullptr ? bias[o] : 0.0;
                        for (int c = 0; c < channels; ++c) {
                            for (int di = 0; di < k; ++di) {
                                for (int dj = 0; dj < k; ++dj) {
                                    const int y_in = i * layer.stride + di - layer.padding;
                                    const int x_in = j * layer.stride + dj - layer.padding;
                                    if (inside(y_in, x_in)) {
                                        sum +=
                                            weight[((o * channels + c) * k + di) * k + dj] * at(x, c, y_in, x_in, size);
                                    }
                                }
                            }
                        }
                        if (layer.activation == Activation::relu && l + 1 < spec.layers.size()) {
                            sum = std::max(sum, 0.0);
                        } else if (layer.activation == Activation::sigmoid && l + 1 < spec.layers.size()) {
                            sum = 1.0 / (1.0 + std::exp(-sum));
                        }
                        y.push_back(sum);
                    }
                }
            }
            channels = layer.channels;
            size = out;
        } else if (layer.kind == LayerKind::add) {
            const auto from = static_cast<std::size_t>(layer.from);
            const int border = (edges[from] - size) / 2;
            for (int c = 0; c < channels; ++c) {
                for (int i = 0; i < size; ++i) {
                    for (int j = 0; j < size; ++j) {
                        const double sum =
                            at(x, c, i, j, size) + at(kept[from], c, i + border, j + border, edges[from]);
                        y.push_back(layer.activation == Activation::relu ? std::max(sum, 0.0) : sum);
                    }
                }
            }
        } else if (layer.kind == LayerKind::deconvolution) {
            // What a convolution of this stride would have been given: every input is spread over a kernel.
            const double* weight = parameters.data() + shapes[next++].offset;
            const double* bias = parameters.data() + shapes[next++].offset;
            const int k = layer.kernel, out = size * layer.stride, cut = (k - layer.stride + 1) / 2;
            y.resize(static_cast<std::size_t>(layer.channels * out * out));
            for (int o = 0; o < layer.channels; ++o) {
                std::fill_n(y.begin() + o * out * out, out * out, bias[o]);
                for (int c = 0; c < channels; ++c) {
                    for (int i = 0; i < size * size; ++i) {
                        for (int d = 0; d < k * k; ++d) {
                            const int to_y = i / size * layer.stride + d / k - cut;
                            const int to_x = i % size * layer.stride + d % k - cut;
                            if (to_y >= 0 && to_x >= 0 && to_y < out && to_x < out) {
                                y[static_cast<std::size_t>((o * out + to_y) * out + to_x)] +=
                                    weight[(c * layer.channels + o) * k * k + d] *
                                    x[static_cast<std::size_t>(c * size * size + i)];
                            }
                        }
                    }
                }
            }
            for (double& value : y) {
                value = layer.activation == Activation::relu ? std::max(value, 0.0) : value;
            }
            channels = layer.channels;
            size = out;
        } else if (layer.kind == LayerKind::group_norm) {
            const double* scale = parameters.data() + shapes[next++].offset;
            const double* shift = parameters.data() + shapes[next++].offset;
            const int each = channels / layer.groups, area = size * size;
            y = x;
            for (int g = 0; g < layer.groups; ++g) {
                const int first = g * each * area, count = each * area;
                double mean = 0.0, squares = 0.0;
                for (int i = first; i < first + count; ++i) {
                    mean += x[static_cast<std::size_t>(i)] / count;
                }
                for (int i = first; i < first + count; ++i) {
                    const double off = x[static_cast<std::size_t>(i)] - mean;
                    squares += off * off;
                }
                const double deviation = std::sqrt(squares / (count - 1) + 1e-5); // unbiased
                for (int i = first; i < first + count; ++i) {
                    double& value = y[static_cast<std::size_t>(i)];
                    value = scale[i / area] * (value - mean) / deviation + shift[i / area];
                    value = layer.activation == Activation::relu ? std::max(value, 0.0) : value;
                }
            }
        } else if (layer.kind == LayerKind::dropout) {
            const float* mask = dropouts < masks.size() ? masks[dropouts] : nullptr;
            ++dropouts;
            y = x;
            for (std::size_t i = 0; mask != nullptr && i < y.size(); ++i) {
                y[i] *= mask[i];
            }
        } else {
            const int k = layer.kernel, out = size / k;
            for (int c = 0; c < channels; ++c) {
                for (int i = 0; i < out; ++i) {
                    for (int j = 0; j < out; ++j) {
                        double best = -1e300, sum = 0.0;
                        for (int di = 0; di < k; ++di) {
                            for (int dj = 0; dj < k; ++dj) {
                                best = std::max(best, at(x, c, i * k + di, j * k + dj, size));
                                sum += at(x, c, i * k + di, j * k + dj, size);
                            }
                        }
                        y.push_back(layer.kind == LayerKind::max_pool ? best : sum / (k * k));
                    }
                }
            }
            size = out;
        }
        x = std::move(y);
        kept.push_back(x);
        edges.push_back(size);
    }
    return x;
}

inline double naive_logit(const NetworkSpec& spec, const std::vector<double>& parameters, const float* patch,
                          const std::vector<const float*>& masks = {}) {
    const std::vector<double> outputs = naive_outputs(spec, parameters, patch, masks);
    return outputs.size() == 2 ? outputs[1] - outputs[0] : outputs[0];
}

inline double naive_probability(const NetworkSpec& spec, const std::vector<double>& parameters, const float* patch) {
    return 1.0 / (1.0 + std::exp(-naive_logit(spec, parameters, patch)));
}

// Parameters that keep values of about 1 through the layers, and whose last bias centres the logits of random patches:
// no output saturates and none is dead.
inline std::vector<float> random_parameters(const NetworkSpec& spec, std::uint64_t seed) {
    std::vector<float> values = random_values(picker::parameter_count(spec), seed, 1.0);
    const bool sigmoids = spec.layers.front().activation == Activation::sigmoid;
    for (const picker::ParameterShape& shape : picker::parameter_shapes(spec)) {
        const double scale = shape.is_bias ? 0.2 : std::sqrt((sigmoids ? 20.0 : 2.0) / shape.fan_in);
        for (std::size_t i = shape.offset; i < shape.offset + shape.count(); ++i) {
            values[i] = static_cast<float>(scale * values[i]);
        }
    }
    const std::vector<double> exact(values.begin(), values.end());
    constexpr std::size_t tries = 5;
    const std::size_t area = static_cast<std::size_t>(spec.input_size) * static_cast<std::size_t>(spec.input_size);
    const std::vector<float> patches = random_values(tries * area, seed + 1000, 1.0);
    double mean = 0.0;
    for (std::size_t i = 0; i < tries; ++i) {
        mean += naive_logit(spec, exact, patches.data() + i * area) / tries;
    }
    values.back() -= static_cast<float>(mean);
    return values;
}

} // namespace networks
