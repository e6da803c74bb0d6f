// HydraPicker (Masoumzadeh & Brubaker 2019). Where each number comes from is in docs/models.md.
#include "models/presets.hpp"

namespace picker {
namespace {

constexpr int channels = 64; // of the body
constexpr int groups = 32;
constexpr int crop = 368;            // pixels
constexpr double particle = 21.0;    // pixels
constexpr double dropout_rate = 0.3; // the code's
constexpr int head_blocks = 4;

Layer convolution(int outputs, int stride, bool bias, Activation activation = Activation::none) {
    Layer layer{LayerKind::convolution, 3, outputs, activation};
    layer.stride = stride;
    layer.padding = 1;
    layer.bias = bias;
    return layer;
}

Layer norm(Activation activation) {
    Layer layer{LayerKind::group_norm, 0, 0, activation};
    layer.groups = groups;
    return layer;
}

Layer dropout() {
    return {LayerKind::dropout, 0, 0, Activation::none, dropout_rate};
}

// Pairs of convolutions without anything between them, for larger kernels of fewer parameters.
void add_pair(std::vector<Layer>& layers, Activation activation) {
    layers.push_back(convolution(channels, 1, false));
    layers.push_back(convolution(channels, 1, false));
    layers.push_back(norm(activation));
}

std::vector<Layer> body() {
    std::vector<Layer> layers;
    add_pair(layers, Activation::relu);
    for (int block = 0; block < 3; ++block) {
        const int before = static_cast<int>(layers.size()) - 1;
        add_pair(layers, Activation::relu);
        add_pair(layers, Activation::none);
        layers.push_back({LayerKind::add, 0, 0, Activation::relu, 0.0, before});
    }
    return layers;
}

// The paper's blocks are convolution, ReLU, norm, dropout.
void add_paper_head(std::vector<Layer>& layers) {
    for (int block = 0; block < head_blocks; ++block) {
        layers.push_back(convolution((2 << block) * channels, 2, true, Activation::relu));
        layers.push_back(norm(Activation::none));
        layers.push_back(dropout());
    }
    layers.push_back(convolution(3, 1, true));
}

// The code's: convolution, norm, ReLU, dropout, and a dropout before all. (Its ReLU there finds nothing below 0.)
void add_code_head(std::vector<Layer>& layers) {
    layers.push_back(dropout());
    for (int block = 0; block < head_blocks; ++block) {
        layers.push_back(convolution((2 << block) * channels, 2, true));
        layers.push_back(norm(Activation::relu));
        layers.push_back(dropout());
    }
    layers.push_back(convolution(4, 1, true)); // the two convolutions of the code, one beside the other
}

ModelSpec published(const char* name, void (*add_head)(std::vector<Layer>&)) {
    ModelSpec spec;
    spec.architecture = name;
    spec.network = {crop, body()};
    spec.head_layer = static_cast<int>(spec.network.layers.size());
    add_head(spec.network.layers);
    spec.recipe.diameter_pixels = particle;
    spec.recipe.steps = {
        {"clip", 6.0, 0.0}, {"resample", 0.0, 0.0}, {"standardise-global", 0.0, 0.0}, {"clip", 5.0, 0.0}};
    spec.patch_rule = PatchRule::whole;
    spec.window_diameters = 1.0; // the box
    spec.step = cell_size(spec.network);
    spec.peak_rule = PeakRule::cells;
    spec.peak_window = 0.0;
    spec.min_distance = 0.0; // the paper lets neighbouring cells report the same particle
    spec.default_threshold = 0.5;
    spec.training.learning_rate = 0.001;
    spec.training.optimiser = Optimiser::adam;
    spec.training.loss = Loss::detection;
    spec.training.crop = crop;
    spec.training.cycle = 40;
    spec.training.offset_weight = 13500.0;
    spec.training.batch = 4;
    spec.training.epochs = 250;
    spec.training.patience = 0;
    spec.training.heads = {0.001, 100, 1.0};
    spec.training.initialisation = "he-fan-out";
    return spec;
}

} // namespace

ModelSpec hydrapicker() {
    return published("hydrapicker", add_paper_head);
}

ModelSpec hydrapicker_code() {
    return published("hydrapicker-code", add_code_head);
}

} // namespace picker
