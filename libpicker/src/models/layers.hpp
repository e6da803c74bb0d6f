// Layers that several of the architectures' networks are made of.
#pragma once

#include "engine/network_spec.hpp"

namespace picker {

// With zeros around it, so that an odd kernel keeps the size of its input.
inline Layer padded_convolution(int kernel, int outputs, Activation activation) {
    Layer layer{LayerKind::convolution, kernel, outputs, activation};
    layer.padding = (kernel - 1) / 2;
    return layer;
}

// To twice the edge.
inline Layer doubling(int kernel, int outputs, Activation activation) {
    Layer layer{LayerKind::deconvolution, kernel, outputs, activation};
    layer.stride = 2;
    return layer;
}

// To half the edge.
inline Layer halving() {
    return {LayerKind::max_pool, 2, 0, Activation::none};
}

// The sum with what layer `from` (counted from 0) gave, and a ReLU.
inline Layer sum_with(int from) {
    return {LayerKind::add, 0, 0, Activation::relu, 0.0, from};
}

} // namespace picker
