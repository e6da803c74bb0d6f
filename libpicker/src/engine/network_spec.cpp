// Shapes and parameter counts of a network, and everything that can be wrong with one (network_spec.hpp).
#include "engine/network_spec.hpp"

#include "core/error.hpp"

#include <map>
#include <optional>
#include <utility>

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
    case LayerKind::group_norm:
        return "group norm";
    case LayerKind::deconvolution:
        return "deconvolution";
    }
    return "unknown";
}

bool is_pool(LayerKind kind) {
    return kind == LayerKind::max_pool || kind == LayerKind::mean_pool;
}

// Edge behind a convolution that is given `size` pixels.
int convolved(const Layer& layer, int size) {
    const int behind = layer.padding > 0 && layer.kernel % 2 == 0 ? 1 : 0;
    return (size + 2 * layer.padding + behind - layer.kernel) / layer.stride + 1;
}

bool has_kernel(LayerKind kind) {
    return kind == LayerKind::convolution || kind == LayerKind::deconvolution;
}

// Pixels of the input to one of each layer's output.
std::vector<double> scales_of(const NetworkSpec& spec) {
    std::vector<double> scales;
    double scale = 1.0;
    for (const Layer& layer : spec.layers) {
        scale *= is_pool(layer.kind) ? layer.kernel : 1.0;
        scale *= layer.kind == LayerKind::convolution ? layer.stride : 1.0;
        scale /= layer.kind == LayerKind::deconvolution ? layer.stride : 1.0;
        scales.push_back(scale);
    }
    return scales;
}

// Edge after the convolutions and pools for an input of `size` pixels, or nothing where one does not fit.
std::optional<int> final_size(const NetworkSpec& spec, int size) {
    for (const Layer& layer : spec.layers) {
        if (layer.kind == LayerKind::convolution) {
            size = size + 2 * layer.padding < layer.kernel ? 0 : convolved(layer, size);
        } else if (layer.kind == LayerKind::deconvolution) {
            size *= layer.stride;
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
    const bool spatial = has_kernel(layer.kind) || is_pool(layer.kind);
    if (spatial && after_dense) {
        fail(Status::invalid_argument, name, " comes after a dense layer; move it before");
    }
    if (spatial && (layer.kernel < 1 || layer.kernel > max_size)) {
        fail(Status::invalid_argument, name, " has a kernel of ", layer.kernel, " pixels; give 1 to ", max_size);
    }
    if ((has_kernel(layer.kind) || layer.kind == LayerKind::dense) &&
        (layer.channels < 1 || layer.channels > max_channels)) {
        fail(Status::invalid_argument, name, " has ", layer.channels, " outputs; give 1 to ", max_channels);
    }
    if (layer.kind == LayerKind::dropout && !(layer.rate >= 0.0 && layer.rate < 1.0)) {
        fail(Status::invalid_argument, name, " has a rate of ", layer.rate, "; give 0 or more and less than 1");
    }
    if (has_kernel(layer.kind) &&
        (layer.stride < 1 || layer.stride > layer.kernel || layer.padding < 0 || layer.padding >= layer.kernel)) {
        fail(Status::invalid_argument, name, " has a stride of ", layer.stride, " and a padding of ", layer.padding,
             " pixels; give at most its kernel, ", layer.kernel, ", and less than that");
    }
    if (layer.kind == LayerKind::group_norm && (layer.groups < 1 || layer.groups > max_channels || after_dense)) {
        fail(Status::invalid_argument, name, " has ", layer.groups, " groups",
             after_dense ? " and comes after a dense layer" : "; give 1 or more");
    }
    if (layer.kind == LayerKind::group_norm && layer.activation != Activation::none &&
        layer.activation != Activation::relu) {
        fail(Status::invalid_argument, name, " has a sigmoid or softmax; give a ReLU or none");
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
    const std::vector<double> scales = scales_of(spec);
    for (std::size_t i = static_cast<std::size_t>(from) + 1; i < index; ++i) {
        const bool apart = scales[index] != scales[static_cast<std::size_t>(from)]; // some layer here has done that
        if (spec.layers[i].kind == LayerKind::dense || (apart && scales[i] != scales[i - 1])) {
            fail(Status::invalid_argument, "layer ", index + 1, " (add) adds layer ", from + 1, " past layer ", i + 1,
                 " (", kind_name(spec.layers[i].kind), "), behind which pixels lie elsewhere");
        }
    }
    const LayerShape& earlier = shapes[static_cast<std::size_t>(from)];
    const LayerShape& here = shapes.back();
    if (earlier.channels != here.channels || earlier.size < here.size || (earlier.size - here.size) % 2 != 0) {
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
            if (layer.kernel > shape.size + 2 * layer.padding) {
                fail(Status::invalid_argument, "layer ", i + 1, " (convolution) has a kernel of ", layer.kernel,
                     " pixels, but is given ", shape.size, " x ", shape.size, "; for an input of ", spec.input_size,
                     " ", nearest_sizes(spec));
            }
            shape = {layer.channels, convolved(layer, shape.size)};
        } else if (is_pool(layer.kind)) {
            if (shape.size % layer.kernel != 0) {
                fail(Status::invalid_argument, "layer ", i + 1, " (", kind_name(layer.kind), " of ", layer.kernel,
                     ") is given ", shape.size, " x ", shape.size, " pixels, which ", layer.kernel,
                     " does not divide; for an input of ", spec.input_size, " ", nearest_sizes(spec));
            }
            shape.size /= layer.kernel;
        } else if (layer.kind == LayerKind::dense) {
            shape = {layer.channels, 1};
        } else if (layer.kind == LayerKind::deconvolution) {
            shape = {layer.channels, shape.size * layer.stride};
        } else if (layer.kind == LayerKind::add) {
            check_add(spec, i, shapes);
        } else if (layer.kind == LayerKind::group_norm && shape.channels % layer.groups != 0) {
            fail(Status::invalid_argument, "layer ", i + 1, " (group norm) has ", layer.groups, " groups for ",
                 shape.channels, " channels; give a number that divides them");
        }
        shapes.push_back(shape);
    }
    return shapes;
}

namespace {

// What a layer has, without names and offsets: its weight and its bias, as far as it has them.
std::vector<ParameterShape> layer_parameters(const Layer& layer, const LayerShape& before, const std::string& name) {
    const auto square = [](int edge) { return static_cast<std::size_t>(edge) * static_cast<std::size_t>(edge); };
    std::vector<ParameterShape> result;
    ParameterShape weight, bias;
    bias.is_bias = true;
    if (layer.kind == LayerKind::group_norm) {
        weight.dimensions = bias.dimensions = {before.channels};
        weight.is_norm = bias.is_norm = true;
        return {weight, bias};
    }
    if (layer.kind != LayerKind::dense && !has_kernel(layer.kind)) {
        return {};
    }
    const bool dense = layer.kind == LayerKind::dense;
    const std::size_t window = square(dense ? before.size : layer.kernel);
    const std::size_t inputs = window * static_cast<std::size_t>(before.channels);
    if (inputs * static_cast<std::size_t>(layer.channels) > max_parameters) {
        fail(Status::invalid_argument, name, " has more than ", max_parameters, " parameters; make its layers smaller");
    }
    weight.dimensions = dense ? std::vector<int>{layer.channels, static_cast<int>(inputs)}
                              : std::vector<int>{layer.channels, before.channels, layer.kernel, layer.kernel};
    if (layer.kind == LayerKind::deconvolution) {
        std::swap(weight.dimensions[0], weight.dimensions[1]);
    }
    weight.fan_in = static_cast<int>(inputs);
    weight.fan_out = static_cast<int>((dense ? 1 : window) * static_cast<std::size_t>(layer.channels));
    weight.is_dense = bias.is_dense = dense;
    bias.dimensions = {layer.channels};
    result.push_back(weight);
    if (dense || layer.bias) {
        result.push_back(bias);
    }
    return result;
}

} // namespace

std::vector<ParameterShape> parameter_shapes(const NetworkSpec& spec) {
    const std::vector<LayerShape> shapes = layer_shapes(spec);
    std::vector<ParameterShape> result;
    LayerShape before{1, spec.input_size};
    std::size_t offset = 0;
    std::map<LayerKind, int> numbers; // of the layers of each kind so far
    for (std::size_t i = 0; i < spec.layers.size(); ++i) {
        const LayerKind kind = spec.layers[i].kind;
        const char* const word = kind == LayerKind::dense           ? "dense"
                                 : kind == LayerKind::group_norm    ? "norm"
                                 : kind == LayerKind::deconvolution ? "deconv"
                                                                    : "conv";
        const std::string name = text(word, ++numbers[kind]);
        for (ParameterShape& shape : layer_parameters(spec.layers[i], before, name)) {
            shape.name = name + (shape.is_bias ? ".bias" : ".weight");
            shape.offset = offset;
            offset += shape.count();
            if (offset > max_parameters) {
                fail(Status::invalid_argument, name, " brings the network to more than ", max_parameters,
                     " parameters; make its layers smaller");
            }
            result.push_back(std::move(shape));
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

} // namespace picker
