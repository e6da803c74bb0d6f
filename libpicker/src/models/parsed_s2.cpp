// PARSED as in its supplement, Table S2: a classifier of particles and non-particles, whose layers are then the first
// ones of a segmenter (Yao et al. 2020, Fig. S1). Where each number comes from is in docs/models.md.
#include "models/layers.hpp"
#include "models/presets.hpp"

namespace picker {
namespace {

constexpr int channels = 32, patch = 32, crop = 192; // of the maps; working pixels

constexpr int pool1 = 3; // its place among the layers

std::vector<Layer> common() {
    return {padded_convolution(3, channels, Activation::relu),                              // conv1
            padded_convolution(3, channels, Activation::none), sum_with(0),     halving(),  // conv2_1, conv2, pool1
            padded_convolution(3, channels, Activation::none), sum_with(pool1),             // conv3_1, conv3
            padded_convolution(3, channels, Activation::none), sum_with(5),     halving()}; // conv4_1, conv4, pool2
}

// What both have beside their networks, from the network that the authors ship.
ModelSpec base(const char* name) {
    ModelSpec spec = parsed();
    spec.architecture = name;
    spec.padded = false;
    spec.training.loss = Loss::cross_entropy;
    return spec;
}

} // namespace

ModelSpec parsed_s2() {
    ModelSpec spec = base("parsed-s2");
    std::vector<Layer> layers = common();
    layers.push_back(doubling(3, channels, Activation::none));        // dconv2d_1
    layers.push_back(sum_with(pool1));                                // pool2_re
    layers.push_back(doubling(3, channels, Activation::relu));        // deconv2d_2
    layers.push_back(padded_convolution(32, 2, Activation::softmax)); // conv2d_ip2
    spec.network = {crop, layers};
    spec.patch_rule = PatchRule::whole;
    spec.window_diameters = 1.2;
    spec.training.crop = crop;
    spec.training.batch = 2;
    return spec;
}

ModelSpec parsed_s2_classifier() {
    ModelSpec spec = base("parsed-s2-classifier");
    std::vector<Layer> layers = common();
    for (int i = 0; i < 2; ++i) { // ip1, ip2
        layers.push_back({LayerKind::dense, 0, 128, Activation::relu});
    }
    layers.push_back({LayerKind::dense, 0, 2, Activation::softmax});
    spec.network = {patch, layers};
    spec.patch_rule = PatchRule::windows;
    spec.window_diameters = patch / spec.recipe.diameter_pixels;
    spec.step = 4;
    spec.peak_rule = PeakRule::window_maximum;
    spec.aperture = 0.0;
    spec.peak_window = 0.4;
    spec.min_distance = 0.3;
    spec.default_threshold = 0.5;
    spec.training.crop = 0;
    spec.training.batch = 100;
    spec.training.negative_distance = 0.5;
    return spec;
}

} // namespace picker
