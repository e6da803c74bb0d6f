// Shapes and parameter counts of a network, and everything that can be wrong with one (network_spec.hpp).
#include "engine/network_spec.hpp"

#include "core/error.hpp"

#include <optional>

namespace picker {
namespace {

// Bounds that no sensible network meets. They keep the arithmetic below within 64 bits for specifications that come
// from files.
constexpr int max_layers = 256, max_size = 4096, max_channels = 65536;
constexpr std::size_t max_parameters = std::size_t{1} << 31;

const char* kind_name(LayerKind kind) {
    switch (kind) {
    case LayerKind::convolution:
        return "convolution";
    case LayerKind::max_pool:
        return "max pool";
    case LayerKind::mean_pool:
        return "mean pool";
    case LayerKind::dropout:
        return "dropout";
    case LayerKind::dense:
        return "dense";
    case LayerKind::add:
        return "add";
    }
    return "unknown";
}

bool is_pool(LayerKind kind) {
    return kind == LayerKind::max_pool || kind == LayerKind::mean_pool;
}

// Edge after the convolutions and pools for an input of `size` pixels, or nothing where one does not fit.
std::optional<int> final_size(const NetworkSpec& spec, int size) {
    for (const Layer& layer : spec.layers) {
        if (layer.kind == LayerKind::convolution) {
            size -= layer.kernel - 1;
        } else if (is_pool(layer.kind)) {
            if (size % layer.kernel != 0) {
                return std::nullopt;
            }
            size /= layer.kernel;
        } else if (layer.kind == LayerKind::dense) {
            break;
        }
        if (size < 1) {
            return std::nullopt;
        }
    }
    return size;
}

std::string nearest_sizes(const NetworkSpec& spec) {
    std::optional<int> below, above;
    for (int size = spec.input_size - 1; size > 0 && !below; --size) {
        below = final_size(spec, size) ? std::optional(size) : std::nullopt;
    }
    for (int size = spec.input_size + 1; size <= max_size && !above; ++size) {
        above = final_size(spec, size) ? std::optional(size) : std::nullopt;
    }
    if (below && above) {
        return text("the nearest input sizes that work are ", *below, " and ", *above);
    }
    if (below || above) {
        return text("the nearest input size that works is ", below ? *below : *above);
    }
    return "no input size works with these layers";
}

void check_layer(const Layer& layer, const std::string& name, bool after_dense) {
    const bool spatial = layer.kind == LayerKind::convolution || is_pool(layer.kind);
    if (spatial && after_dense) {
        fail(Status::invalid_argument, name, " comes after a dense layer; move it before");
    }
    if (spatial && (layer.kernel < 1 || layer.kernel > max_size)) {
        fail(Status::invalid_argument, name, " has a kernel of ", layer.kernel, " pixels; give 1 to ", max_size);
    }
    if ((layer.kind == LayerKind::convolution || layer.kind == LayerKind::dense) &&
        (layer.channels < 1 || layer.channels > max_channels)) {
        fail(Status::invalid_argument, name, " has ", layer.channels, " outputs; give 1 to ", max_channels);
    }
    if (layer.kind == LayerKind::dropout && !(layer.rate >= 0.0 && layer.rate < 1.0)) {
        fail(Status::invalid_argument, name, " has a rate of ", layer.rate, "; give 0 or more and less than 1");
    }
    if (layer.kind == LayerKind::add && layer.activation != Activation::none && layer.activation != Activation::relu) {
        fail(Status::invalid_argument, name, " has a sigmoid or softmax; give a ReLU or none");
    }
    if ((is_pool(layer.kind) || layer.kind == LayerKind::dropout) && layer.activation != Activation::none) {
        fail(Status::invalid_argument, name, " has an activation; put it on the layer before");
    }
}

// `shapes` are those before layer `index`, an add.
void check_add(const NetworkSpec& spec, std::size_t index, const std::vector<LayerShape>& shapes) {
    const int from = spec.layers[index].from;
    if (from < 0 || static_cast<std::size_t>(from) >= index) {
        fail(Status::invalid_argument, "layer ", index + 1, " (add) adds layer ", from + 1,
             "; give one that comes before it");
    }
    for (std::size_t i = static_cast<std::size_t>(from) + 1; i < index; ++i) {
        if (is_pool(spec.layers[i].kind) || spec.layers[i].kind == LayerKind::dense) {
            fail(Status::invalid_argument, "layer ", index + 1, " (add) adds layer ", from + 1, " past layer ", i + 1,
                 " (", kind_name(spec.layers[i].kind), "), behind which pixels lie elsewhere");
        }
    }
    const LayerShape& earlier = shapes[static_cast<std::size_t>(from)];
    const LayerShape& here = shapes.back();
    if (earlier.channels != here.channels || (earlier.size - here.size) % 2 != 0) {
        fail(Status::invalid_argument, "layer ", index + 1, " (add) adds ", earlier.channels, " x ", earlier.size,
             "² to ", here.channels, " x ", here.size,
             "² values; give as many channels, and kernels that take off an even border");
    }
}

} // namespace

std::size_t ParameterShape::count() const {
    std::size_t product = 1;
    for (const int dimension : dimensions) {
        product *= static_cast<std::size_t>(dimension);
    }
    return product;
}

std::vector<LayerShape> layer_shapes(const NetworkSpec& spec) {
    if (spec.input_size < 1 || spec.input_size > max_size) {
        fail(Status::invalid_argument, "the network's input is ", spec.input_size, " pixels wide; give 1 to ",
             max_size);
    }
    if (spec.layers.empty() || spec.layers.size() > max_layers) {
        fail(Status::invalid_argument, "the network has ", spec.layers.size(), " layers; give 1 to ", max_layers);
    }
    bool after_dense = false;
    for (std::size_t i = 0; i < spec.layers.size(); ++i) {
        check_layer(spec.layers[i], text("layer ", i + 1, " (", kind_name(spec.layers[i].kind), ")"), after_dense);
        after_dense = after_dense || spec.layers[i].kind == LayerKind::dense;
    }
    std::vector<LayerShape> shapes;
    LayerShape shape{1, spec.input_size};
    for (std::size_t i = 0; i < spec.layers.size(); ++i) {
        const Layer& layer = spec.layers[i];
        if (layer.kind == LayerKind::convolution) {
            if (layer.kernel > shape.size) {
                fail(Status::invalid_argument, "layer ", i + 1, " (convolution) has a kernel of ", layer.kernel,
                     " pixels, but is given ", shape.size, " x ", shape.size, "; for an input of ", spec.input_size,
                     " ", nearest_sizes(spec));
            }
            shape = {layer.channels, shape.size - layer.kernel + 1};
        } else if (is_pool(layer.kind)) {
            if (shape.size % layer.kernel != 0) {
                fail(Status::invalid_argument, "layer ", i + 1, " (", kind_name(layer.kind), " of ", layer.kernel,
                     ") is given ", shape.size, " x ", shape.size, " pixels, which ", layer.kernel,
                     " does not divide; for an input of ", spec.input_size, " ", nearest_sizes(spec));
            }
            shape.size /= layer.kernel;
        } else if (layer.kind == LayerKind::dense) {
            shape = {layer.channels, 1};
        } else if (layer.kind == LayerKind::add) {
            check_add(spec, i, shapes);
        }
        shapes.push_back(shape);
    }
    return shapes;
}

std::vector<ParameterShape> parameter_shapes(const NetworkSpec& spec) {
    const std::vector<LayerShape> shapes = layer_shapes(spec);
    std::vector<ParameterShape> result;
    LayerShape before{1, spec.input_size};
    std::size_t offset = 0;
    int convolutions = 0, denses = 0;
    for (std::size_t i = 0; i < spec.layers.size(); ++i) {
        const Layer& layer = spec.layers[i];
        const bool dense = layer.kind == LayerKind::dense;
        if (dense || layer.kind == LayerKind::convolution) {
            const std::string name = dense ? text("dense", ++denses) : text("conv", ++convolutions);
            const std::size_t window =
                dense ? static_cast<std::size_t>(before.size) * static_cast<std::size_t>(before.size)
                      : static_cast<std::size_t>(layer.kernel) * static_cast<std::size_t>(layer.kernel);
            const std::size_t inputs = window * static_cast<std::size_t>(before.channels);
            const std::size_t outputs = dense ? 1 : window;
            if (inputs * static_cast<std::size_t>(layer.channels) > max_parameters - offset) {
                fail(Status::invalid_argument, name, " brings the network to more than ", max_parameters,
                     " parameters; make its layers smaller");
            }
            ParameterShape weight;
            weight.name = name + ".weight";
            weight.dimensions = dense ? std::vector<int>{layer.channels, static_cast<int>(inputs)}
                                      : std::vector<int>{layer.channels, before.channels, layer.kernel, layer.kernel};
            weight.offset = offset;
            weight.fan_in = static_cast<int>(inputs);
            weight.fan_out = static_cast<int>(outputs * static_cast<std::size_t>(layer.channels));
            weight.is_dense = dense;
            offset += weight.count();
            ParameterShape bias;
            bias.name = name + ".bias";
            bias.dimensions = {layer.channels};
            bias.offset = offset;
            bias.is_bias = true;
            bias.is_dense = dense;
            offset += bias.count();
            result.push_back(std::move(weight));
            result.push_back(std::move(bias));
        }
        before = shapes[i];
    }
    return result;
}

std::size_t parameter_count(const NetworkSpec& spec) {
    std::size_t total = 0;
    for (const ParameterShape& shape : parameter_shapes(spec)) {
        total += shape.count();
    }
    return total;
}

bool is_map(const NetworkSpec& spec) {
    return !spec.layers.empty() && spec.layers.back().kind == LayerKind::convolution &&
           spec.layers.back().activation == Activation::relu;
}

void check_network(const NetworkSpec& spec) {
    const LayerShape last = layer_shapes(spec).back();
    const Layer& layer = spec.layers.back();
    const bool ends = layer.kind == LayerKind::dense || layer.kind == LayerKind::convolution;
    const bool one = last.channels == 1 && (layer.activation == Activation::sigmoid || is_map(spec));
    const bool two = last.channels == 2 && layer.activation == Activation::softmax;
    if (!ends || last.size != 1 || !(one || two)) {
        fail(Status::invalid_argument, "the network ends with ", last.channels, " outputs of ", last.size, " x ",
             last.size,
             " pixels; a patch classifier ends with a dense layer of one sigmoid or two softmax outputs, a segmenter "
             "with a convolution of one of these or of one ReLU output");
    }
    if (is_map(spec) && total_stride(spec) != 1) {
        fail(Status::invalid_argument, "the network gives a map and has pools; leave them out");
    }
    for (std::size_t i = 0; i + 1 < spec.layers.size(); ++i) {
        if (spec.layers[i].activation == Activation::softmax) {
            fail(Status::invalid_argument, "layer ", i + 1, " has a softmax; only the last layer may have one");
        }
    }
}

} // namespace picker
