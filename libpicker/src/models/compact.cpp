// A small network of our own that is trained once, on simulations, for particles of any kind: a U-Net (Ronneberger et
// al. 2015) whose skips add instead of being stacked, and which gives a heat map (Zhou et al. 2019, CenterNet). Why it
// is as it is: docs/models.md.
#include "models/layers.hpp"
#include "models/presets.hpp"

namespace picker {
namespace {

constexpr int crop = 96;          // working pixels
constexpr double particle = 16.0; // working pixels

class Builder {
public:
    int convolve(int channels, Activation activation = Activation::relu, int kernel = 3) {
        return push(padded_convolution(kernel, channels, activation));
    }
    // Two convolutions whose result is added to what they were given.
    int block(int channels) {
        const int before = last();
        convolve(channels);
        convolve(channels, Activation::none);
        return add(before);
    }
    int pool() { return push(halving()); }
    // To twice the edge, and what was there before the pool added.
    int up(int channels, int skip) {
        push(doubling(2, channels, Activation::none));
        return add(skip);
    }
    std::vector<Layer> take() { return std::move(layers_); }

private:
    int add(int from) { return push(sum_with(from)); }
    int last() const { return static_cast<int>(layers_.size()) - 1; }
    int push(const Layer& layer) {
        layers_.push_back(layer);
        return last();
    }
    std::vector<Layer> layers_;
};

// No normalisation over the image: what is seen at one place must not depend on what else the micrograph holds.
NetworkSpec network() {
    Builder net;
    net.convolve(16, Activation::relu, 5);
    const int full = net.convolve(16);
    net.pool();
    net.convolve(32);
    const int half = net.convolve(32);
    net.pool();
    net.convolve(64);
    const int quarter = net.block(64);
    net.pool();
    net.block(64);
    net.block(64);
    net.up(64, quarter);
    net.convolve(64);
    net.up(32, half);
    net.convolve(32);
    net.up(16, full);
    net.convolve(16);
    net.convolve(2, Activation::softmax);
    return {crop, net.take()};
}

} // namespace

ModelSpec compact() {
    ModelSpec spec;
    spec.architecture = "compact";
    spec.network = network();
    spec.recipe.diameter_pixels = particle;
    spec.recipe.steps = {
        {"clip", 10.0, 0.0}, {"resample", 0.0, 0.0}, {"standardise-local", 5.0, 0.0}, {"clip", 8.0, 0.0}};
    spec.patch_rule = PatchRule::whole;
    spec.window_diameters = 1.2;
    spec.step = 1;
    spec.peak_window = 0.5;
    spec.min_distance = 0.4;
    spec.default_threshold = 0.3;
    spec.training.learning_rate = 0.001;
    spec.training.optimiser = Optimiser::adam;
    spec.training.loss = Loss::cross_entropy;
    spec.training.crop = crop;
    spec.training.heat = 0.1;
    spec.training.calibrates = true;
    spec.training.batch = 24;
    spec.training.epochs = 12;
    spec.training.cycle = 12;
    spec.training.patience = 0;
    spec.training.initialisation = "he-fan-out";
    return spec;
}

} // namespace picker
