// What a network is for: a patch classifier, a segmenter or a detector, and whether it ends as that must
// (network_spec.hpp).
#include "core/error.hpp"
#include "engine/network_spec.hpp"

#include <algorithm>

namespace picker {

bool is_map(const NetworkSpec& spec) {
    return !spec.layers.empty() && spec.layers.back().kind == LayerKind::convolution &&
           spec.layers.back().activation == Activation::relu;
}

bool is_detector(const NetworkSpec& spec) {
    return !spec.layers.empty() && spec.layers.back().kind == LayerKind::convolution &&
           spec.layers.back().activation == Activation::none && spec.layers.back().channels > 1;
}

bool has_padding(const NetworkSpec& spec) {
    return std::any_of(spec.layers.begin(), spec.layers.end(),
                       [](const Layer& layer) { return layer.padding > 0 || layer.kind == LayerKind::deconvolution; });
}

bool is_whole(const NetworkSpec& spec) {
    return is_detector(spec) ||
           (!spec.layers.empty() && spec.layers.back().kind == LayerKind::convolution && has_padding(spec));
}

int cell_size(const NetworkSpec& spec) {
    int size = total_stride(spec), up = 1;
    for (const Layer& layer : spec.layers) {
        (layer.kind == LayerKind::deconvolution ? up : size) *= layer.stride;
    }
    return std::max(1, size / up);
}

int grid_multiple(const NetworkSpec& spec) {
    int multiple = total_stride(spec);
    for (const Layer& layer : spec.layers) {
        multiple *= layer.kind == LayerKind::deconvolution ? 1 : layer.stride;
    }
    return multiple;
}

std::size_t activation_bytes(const NetworkSpec& spec, int height, int width) {
    const std::vector<LayerShape> shapes = layer_shapes(spec);
    const double share = static_cast<double>(height) * width / spec.input_size / spec.input_size;
    std::vector<double> values; // of each layer's output
    for (const LayerShape& shape : shapes) {
        values.push_back(static_cast<double>(shape.channels) * shape.size * shape.size * share);
    }
    double most = 0.0;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        double kept = values[i] + (i > 0 ? values[i - 1] : static_cast<double>(height) * width);
        for (std::size_t later = i + 1; later < spec.layers.size(); ++later) { // an add wants one from before
            const int from = spec.layers[later].kind == LayerKind::add ? spec.layers[later].from : -1;
            kept += from >= 0 && static_cast<std::size_t>(from) + 1 < i ? values[static_cast<std::size_t>(from)] : 0.0;
        }
        most = std::max(most, kept);
    }
    return static_cast<std::size_t>(most * sizeof(float));
}

namespace {

void check_detector(const NetworkSpec& spec, const LayerShape& last) {
    if (last.channels != 3 && last.channels != 4) {
        fail(Status::invalid_argument, "the network ends with ", last.channels,
             " outputs without activation; a detector has three (particle, and two offsets) or four (no particle, "
             "particle, and two offsets)");
    }
    const int cell = cell_size(spec);
    if (total_stride(spec) != 1 || last.size * cell != spec.input_size) {
        fail(Status::invalid_argument, "the network gives ", last.size, " x ", last.size, " cells of ", cell,
             " pixels for ", spec.input_size, " x ", spec.input_size,
             "; a detector has no pools, and a padding that makes the cells cover its input");
    }
    for (std::size_t i = 0; i < spec.layers.size(); ++i) {
        if (spec.layers[i].kind == LayerKind::dense || spec.layers[i].activation == Activation::softmax) {
            fail(Status::invalid_argument, "layer ", i + 1, " is dense or has a softmax; a detector has neither");
        }
    }
}

} // namespace

void check_network(const NetworkSpec& spec) {
    const LayerShape last = layer_shapes(spec).back();
    if (is_detector(spec)) {
        check_detector(spec, last);
        return;
    }
    const Layer& layer = spec.layers.back();
    const bool whole = is_whole(spec);
    const bool ends = layer.kind == LayerKind::dense || layer.kind == LayerKind::convolution;
    const bool one = last.channels == 1 && (layer.activation == Activation::sigmoid || is_map(spec));
    const bool two = last.channels == 2 && layer.activation == Activation::softmax;
    if (whole && (last.size != spec.input_size || !two)) {
        fail(Status::invalid_argument, "the network ends with ", last.channels, " outputs of ", last.size, " x ",
             last.size, " pixels for ", spec.input_size, " x ", spec.input_size,
             "; a segmenter with padding ends with a convolution of two softmax outputs of its input's size");
    }
    if (!whole && (!ends || last.size != 1 || !(one || two))) {
        fail(Status::invalid_argument, "the network ends with ", last.channels, " outputs of ", last.size, " x ",
             last.size,
             " pixels; a patch classifier ends with a dense layer of one sigmoid or two softmax outputs, a segmenter "
             "with a convolution of one of these or of one ReLU output");
    }
    if (is_map(spec) && total_stride(spec) != 1) {
        fail(Status::invalid_argument, "the network gives a map and has pools; leave them out");
    }
    for (std::size_t i = 0; i < spec.layers.size(); ++i) {
        const Layer& one_layer = spec.layers[i];
        if (i + 1 < spec.layers.size() && one_layer.activation == Activation::softmax) {
            fail(Status::invalid_argument, "layer ", i + 1, " has a softmax; only the last layer may have one");
        }
        if (!whole && (one_layer.stride != 1 || one_layer.kind == LayerKind::group_norm)) {
            fail(Status::invalid_argument, "layer ", i + 1,
                 " has a stride or is a group norm, which only networks run over a whole image have, such as a "
                 "detector");
        }
    }
}

} // namespace picker
