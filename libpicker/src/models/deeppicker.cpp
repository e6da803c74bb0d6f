// DeepPicker (Wang et al. 2016). Where each number comes from is in docs/models.md.
#include "models/presets.hpp"

namespace picker {
namespace {

constexpr int window = 64; // pixels, input of the network

NetworkSpec network(int dense_outputs) {
    const auto convolution = [](int kernel, int channels) {
        return Layer{LayerKind::convolution, kernel, channels, Activation::relu, 0.0};
    };
    const Layer pool{LayerKind::max_pool, 2, 0, Activation::none, 0.0};
    return {window,
            {convolution(9, 8), pool, convolution(5, 16), pool, convolution(3, 32), pool, convolution(2, 64), pool,
             Layer{LayerKind::dropout, 0, 0, Activation::none, 0.5},
             Layer{LayerKind::dense, 0, dense_outputs, Activation::relu, 0.0},
             Layer{LayerKind::dense, 0, 2, Activation::softmax, 0.0}}};
}

} // namespace

ModelSpec deeppicker() {
    ModelSpec spec;
    spec.architecture = "deeppicker";
    spec.network = network(64);
    spec.window_diameters = 1.2;
    spec.recipe.diameter_pixels = window / spec.window_diameters;
    spec.recipe.steps = {
        {"clip", 6.0, 0.0}, {"resample", 0.0, 0.0}, {"standardise-local", 2.5, 0.0}, {"clip", 5.0, 0.0}};
    spec.step = 4;
    spec.peak_window = 0.8;
    spec.min_distance = 0.4;
    spec.default_threshold = 0.5;
    spec.training.learning_rate = 0.01;
    spec.training.momentum = 0.9;
    spec.training.plateau_factor = 0.2;
    spec.training.plateau_patience = 4;
    spec.training.batch = 200;
    spec.training.epochs = 200;
    spec.training.patience = 10;
    spec.training.validation_fraction = 0.1;
    spec.training.negative_distance = 0.6;
    spec.training.initialisation = "torch7";
    return spec;
}

ModelSpec deeppicker_tf() {
    ModelSpec spec = deeppicker();
    spec.architecture = "deeppicker-tf";
    spec.network = network(128);
    spec.peak_window = 0.6;
    spec.min_distance = 0.3;
    spec.training.plateau_factor = 1.0;
    spec.training.plateau_patience = 0;
    spec.training.decay_factor = 0.95;
    spec.training.decay_every = 10;
    spec.training.weight_decay_dense = 5e-4;
    spec.training.batch = 100;
    spec.training.negative_distance = 0.5;
    spec.training.initialisation = "truncated-normal-0.05";
    return spec;
}

ModelSpec deeppicker_patch() {
    ModelSpec spec = deeppicker_tf();
    spec.architecture = "deeppicker-patch";
    // The micrograph is standardised as a whole; 8-bit conversion and standardisation follow window by window.
    spec.recipe.steps = {{"resample", 0.0, 0.0}, {"standardise-global", 0.0, 0.0}};
    spec.patch_rule = PatchRule::per_patch;
    return spec;
}

} // namespace picker
