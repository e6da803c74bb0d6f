// PARSED (Yao et al. 2020). Where each number comes from is in docs/models.md.
#include "models/layers.hpp"
#include "models/presets.hpp"

#include <numbers>

namespace picker {
namespace {

constexpr double working_pixel = 15.0; // angstrom
constexpr double longest = 500.0;      // angstrom, of the periods kept
constexpr int window = 47;             // pixels that one value of the map depends on

Layer convolution(int kernel, int channels, Activation activation) {
    return {LayerKind::convolution, kernel, channels, activation, 0.0, -1};
}

// The authors' network keeps the size of its input by zeros around every layer; here the convolutions are valid and the
// micrograph is extended once, so that tiles and crops give the values of the whole. A transposed convolution of
// stride 1 is a convolution.
NetworkSpec network() {
    constexpr Activation relu = Activation::relu, none = Activation::none;
    return {window,
            {convolution(9, 32, relu),                                        // conv1
             convolution(9, 32, relu), convolution(9, 32, none), sum_with(0), // conv2_1, conv2_2
             convolution(9, 32, relu), convolution(9, 32, none), sum_with(3), // conv3_1, conv3_2
             convolution(3, 32, relu), sum_with(3),                           // deconv1_1
             convolution(3, 32, relu), convolution(3, 1, relu)}};             // deconv2, deconv3
}

} // namespace

ModelSpec parsed() {
    ModelSpec spec;
    spec.architecture = "parsed";
    spec.network = network();
    spec.recipe.pixel_size = working_pixel;
    spec.recipe.diameter_pixels = 16.0; // what the authors' examples have, about
    // A blur of 30 * 3 / (2 pi) angstrom; behind the resampling it is the same filter of fewer frequencies.
    spec.recipe.steps = {{"clip", 6.0, 0.0},
                         {"resample", 0.0, 0.0},
                         {"gaussian", 90.0 / (2.0 * std::numbers::pi) / working_pixel, 0.0},
                         {"invert", 0.0, 0.0},
                         {"band-pass-pixels", longest / working_pixel, 0.0},
                         {"standardise-without-dust", 5.0, 225.0},
                         {"clip", 5.0, 0.0}};
    spec.window_diameters = window / spec.recipe.diameter_pixels;
    spec.step = 1;
    spec.peak_rule = PeakRule::blobs;
    spec.peak_window = 0.0;
    spec.min_distance = 0.0; // blobs are apart by more than their aperture
    spec.aperture = 0.5;
    spec.padded = true;
    spec.default_threshold = 0.3;
    spec.training.learning_rate = 0.001;
    spec.training.optimiser = Optimiser::adam;
    spec.training.loss = Loss::half_square;
    spec.training.crop = 64;
    spec.training.batch = 8;
    spec.training.epochs = 60;
    spec.training.patience = 10;
    spec.training.initialisation = "glorot-uniform";
    return spec;
}

// A map that is divided by its own highest values looks the same with particles and without.
ModelSpec parsed_enhanced() {
    ModelSpec spec = parsed();
    spec.architecture = "parsed-enhanced";
    spec.enhance = true;
    return spec;
}

} // namespace picker
