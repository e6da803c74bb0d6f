// A network as data: an ordered list of layers with shapes and parameter counts worked out without LibTorch.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace picker {

enum class LayerKind { convolution, max_pool, mean_pool, dropout, dense };
enum class Activation { none, relu, sigmoid, softmax };

// convolution: valid, stride 1, square kernel. Pools: window = stride = kernel. dense: over all that comes before,
// flattened channel by channel, each row by row.
struct Layer {
    LayerKind kind = LayerKind::convolution;
    int kernel = 0;   // pixels (convolution, pools)
    int channels = 0; // outputs (convolution, dense)
    Activation activation = Activation::none;
    double rate = 0.0; // dropout probability
};

// A patch classifier: input_size x input_size x 1 in, one probability (sigmoid) or two (softmax, positive class = 1)
// out.
struct NetworkSpec {
    int input_size = 0; // pixels
    std::vector<Layer> layers;
};

struct LayerShape {
    int channels = 0, size = 0; // size x size pixels; 1 after a dense layer
};

struct ParameterShape {
    std::string name;            // "conv1.weight", "dense1.bias", ...
    std::vector<int> dimensions; // convolution: out, in, k, k; dense: out, in
    std::size_t offset = 0;      // into the flat parameter vector
    std::size_t count() const;
    int fan_in = 0, fan_out = 0; // 0 for biases
    bool is_bias = false, is_dense = false;
};

// Shape after each layer. Error(invalid_argument) where a pool does not divide what it is given, naming the layer,
// the sizes, and the nearest input sizes that work.
std::vector<LayerShape> layer_shapes(const NetworkSpec& spec);
std::vector<ParameterShape> parameter_shapes(const NetworkSpec& spec); // in layer order, weight before bias
std::size_t parameter_count(const NetworkSpec& spec);
// That the network also ends as a patch classifier must: one sigmoid or two softmax outputs for the whole window.
void check_network(const NetworkSpec& spec);

// How the network runs over a whole image instead of over one window after another. The first pools whose strides
// divide the step stay strided; every later pool runs at stride 1 and dilates what follows. Exact for any step.
struct DensePlan {
    int step = 1;      // pixels between windows asked for
    int subsample = 1; // of the last map: step / product of the strides kept
    int stride = 1;    // product of the strides kept
    struct Layer {
        int stride = 1, dilation = 1;
    };
    std::vector<Layer> layers; // one per NetworkSpec layer
};
DensePlan dense_plan(const NetworkSpec& spec, int step);

} // namespace picker
