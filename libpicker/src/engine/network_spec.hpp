// A network as data: an ordered list of layers with shapes and parameter counts worked out without LibTorch.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace picker {

enum class LayerKind { convolution, max_pool, mean_pool, dropout, dense, add, group_norm, deconvolution };
enum class Activation { none, relu, sigmoid, softmax };

// convolution: valid and of stride 1 where nothing else is said, square kernel. Pools: window = stride = kernel. dense:
// over all that comes before, flattened channel by channel, each row by row. add: the sum with an earlier layer's
// output, whose border is cut off until it fits (a residual block). group_norm: each of `groups` sets of channels is
// brought to mean 0 and deviation 1 over the whole image, the variance being the unbiased one, with 1e-5 added to it;
// then every channel has a scale and a shift of its own. deconvolution: a convolution's way back, from each pixel to
// stride x stride of them.
struct Layer {
    LayerKind kind = LayerKind::convolution;
    int kernel = 0;   // pixels (convolution, pools)
    int channels = 0; // outputs (convolution, dense)
    Activation activation = Activation::none;
    double rate = 0.0; // dropout probability
    int from = -1;     // the earlier layer of an add, counted from 0; of the same scale
    int stride = 1;    // pixels (convolution, deconvolution)
    int padding = 0;   // zeros on each side (convolution); one more behind where the kernel is even
    bool bias = true;  // added to each output (convolution, deconvolution)
    int groups = 0;    // group_norm
};

// A patch classifier: input_size x input_size x 1 in, one probability (sigmoid) or two (softmax, positive class = 1)
// out. Or a segmenter: as one of these, or with one ReLU output, and run at every pixel; no pools. Or a detector: run
// over a whole image, with some outputs for each cell of cell_size pixels (engine/detection.hpp). Only whole networks,
// detectors and segmenters that are run over a whole image too, have strides, group norms and deconvolutions.
struct NetworkSpec {
    int input_size = 0; // pixels; of a detector the crop that it is trained on
    std::vector<Layer> layers;
};

struct LayerShape {
    int channels = 0, size = 0; // size x size pixels; 1 after a dense layer
};

struct ParameterShape {
    std::string name;            // "conv1.weight", "dense1.bias", ...
    std::vector<int> dimensions; // convolution: out, in, k, k; deconvolution: in, out, k, k; dense: out, in
    std::size_t offset = 0;      // into the flat parameter vector
    std::size_t count() const;
    int fan_in = 0, fan_out = 0; // 0 for biases
    bool is_bias = false, is_dense = false, is_norm = false;
};

// Shape after each layer. Error(invalid_argument) where a pool does not divide what it is given, naming the layer,
// the sizes, and the nearest input sizes that work.
std::vector<LayerShape> layer_shapes(const NetworkSpec& spec);
std::vector<ParameterShape> parameter_shapes(const NetworkSpec& spec); // in layer order, weight before bias
std::size_t parameter_count(const NetworkSpec& spec);
// That the network also ends as it must: one sigmoid or ReLU, or two softmax outputs for the whole window; of a
// detector three or four outputs without activation for each cell.
void check_network(const NetworkSpec& spec);
bool is_map(const NetworkSpec& spec);      // a segmenter with a ReLU output, which is a density and no probability
bool is_detector(const NetworkSpec& spec); // its last layer is a convolution of several outputs without activation
// Run over an image in one piece (Network::outputs): it pads, and does not end with a dense layer.
bool is_whole(const NetworkSpec& spec);
bool has_padding(const NetworkSpec& spec);  // such a network has no dense plan: a window is not a part of the image
int cell_size(const NetworkSpec& spec);     // pixels of the input to an output of a whole network; 1 for a segmenter
int grid_multiple(const NetworkSpec& spec); // edges of images that a whole network takes are multiples of this
// Bytes that a whole network's activations take at most at one time, over an image of height x width pixels.
std::size_t activation_bytes(const NetworkSpec& spec, int height, int width);

// How the network runs over a whole image instead of over one window after another. Exact for any step.
struct DensePlan {
    int step = 1;      // pixels between windows asked for
    int rotations = 1; // 4: the mean over the quarter turns of each window
    struct Layer {
        int spacing = 1; // of the windows, in pixels of the layer's input
        int phases = 1;  // of a pool, per axis: so many shifts of its grid serve all windows
    };
    std::vector<Layer> layers; // one per NetworkSpec layer
    int last_spacing = 1;      // of the windows in the network's output; above 1 only without a dense layer
};
DensePlan dense_plan(const NetworkSpec& spec, int step, int rotations = 1);
int total_stride(const NetworkSpec& spec); // product of the pools: the step at which every pool keeps its stride

} // namespace picker
