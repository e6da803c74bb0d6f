// A detector without LibTorch, in plain loops: a body that takes bright and dark pixels apart, and a head that looks at
// one cell; and data sets of single pixels in noise to train it on.
#pragma once

#include "core/error.hpp"
#include "core/random.hpp"
#include "engine/detection.hpp"
#include "engine/engine.hpp"
#include "models/model.hpp"
#include "training/dataset.hpp"
#include "unit/training/plain_engine.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace naive_detector {

constexpr int cell = 4, maps = 2, area = cell * cell, values_each = 3;
constexpr double diameter = 6.0; // working pixels

inline picker::NetworkSpec network() {
    picker::Layer body{picker::LayerKind::convolution, 1, maps, picker::Activation::relu};
    body.bias = false;
    picker::Layer head{picker::LayerKind::convolution, cell, values_each, picker::Activation::none};
    head.stride = cell;
    return {4 * cell, {body, head}};
}

class Network final : public picker::Network {
public:
    void set_parameters(std::span<const float> parameters) override {
        parameters_.assign(parameters.begin(), parameters.end());
    }
    void score(const float*, int, float*) const override { refuse(); }
    void score_dense(const float*, int, int, const picker::DensePlan&, float*) const override { refuse(); }
    void outputs(const float* pixels, int height, int width, float* values) const override {
        const int columns = width / cell, cells = height / cell * columns;
        for (int i = 0; i < cells; ++i) {
            for (int o = 0; o < values_each; ++o) {
                double sum = parameters_[bias(o)];
                for (int k = 0; k < area; ++k) {
                    for (int m = 0; m < maps; ++m) {
                        sum += parameters_[weight(o, m, k)] * response(pixel(pixels, width, columns, i, k), m);
                    }
                }
                values[o * cells + i] = static_cast<float>(sum);
            }
        }
    }
    double gradient(const picker::TrainingShard& shard, std::span<float> gradient) const override {
        const int columns = shard.edge / cell, cells = columns * columns;
        const picker::NetworkSpec spec = network();
        std::vector<double> sums(gradient.size(), 0.0);
        double loss = 0.0;
        for (int n = 0; n < shard.count; ++n) {
            const float* pixels = shard.patches + std::ptrdiff_t{n} * shard.edge * shard.edge;
            const float* labels = shard.labels + std::ptrdiff_t{n} * values_each * cells;
            std::vector<float> values(static_cast<std::size_t>(values_each * cells)), slopes(values.size());
            outputs(pixels, shard.edge, shard.edge, values.data());
            const picker::CellOutputs detection(values.data(), static_cast<std::size_t>(cells), spec);
            for (int i = 0; i < cells; ++i) {
                const picker::CellOutputs::Label label{labels[i], labels[cells + i], labels[2 * cells + i]};
                loss += detection.loss(static_cast<std::size_t>(i), label, shard.offset_weight, slopes.data());
                for (int o = 0; o < values_each; ++o) {
                    const double slope = slopes[static_cast<std::size_t>(o * cells + i)];
                    sums[bias(o)] += slope;
                    for (int k = 0; k < area; ++k) {
                        const double value = pixel(pixels, shard.edge, columns, i, k);
                        for (int m = 0; m < maps; ++m) {
                            const double out = response(value, m);
                            sums[weight(o, m, k)] += slope * out;
                            sums[static_cast<std::size_t>(m)] +=
                                out > 0.0 ? slope * parameters_[weight(o, m, k)] * value : 0.0;
                        }
                    }
                }
            }
        }
        std::transform(sums.begin(), sums.end(), gradient.begin(), [](double sum) { return static_cast<float>(sum); });
        return loss;
    }

private:
    [[noreturn]] static void refuse() { picker::fail(picker::Status::internal, "a detector has no windows"); }
    static std::size_t weight(int output, int map, int k) {
        return static_cast<std::size_t>(maps + (output * maps + map) * area + k);
    }
    static std::size_t bias(int output) { return static_cast<std::size_t>(maps + values_each * maps * area + output); }
    static double pixel(const float* pixels, int width, int columns, int i, int k) {
        return pixels[(i / columns * cell + k / cell) * width + i % columns * cell + k % cell];
    }
    double response(double value, int map) const {
        return std::max(0.0, parameters_[static_cast<std::size_t>(map)] * value);
    }
    std::vector<float> parameters_;
};

using Engine = PlainEngine<Network>;

inline const Engine& plain_engine() {
    static const Engine engine;
    return engine;
}

// Working pixels are the micrograph's, of 2 angstrom; a particle is one pixel.
inline picker::Model model() {
    picker::Model model;
    picker::ModelSpec& spec = model.spec;
    spec.architecture = "detector";
    spec.network = network();
    spec.head_layer = 1;
    spec.recipe.diameter_pixels = diameter;
    spec.recipe.steps = {{"resample", 0.0, 0.0}};
    spec.patch_rule = picker::PatchRule::whole;
    spec.peak_rule = picker::PeakRule::cells;
    spec.window_diameters = 1.0;
    spec.step = cell;
    spec.min_distance = 0.0;
    spec.training.loss = picker::Loss::detection;
    spec.training.optimiser = picker::Optimiser::adam;
    spec.training.learning_rate = 0.05;
    spec.training.crop = 64;
    spec.training.offset_weight = 2.0 * spec.network.input_size;
    spec.training.batch = 4;
    spec.training.epochs = 60;
    spec.training.patience = 0;
    spec.training.heads = {0.01, 30, 0.3};
    spec.training.initialisation = "torch7";
    picker::check_spec(spec);
    picker::Random random(9);
    model.parameters.resize(picker::parameter_count(spec.network));
    for (float& value : model.parameters) {
        value = static_cast<float>(0.1 * random.normal());
    }
    model.parameters[0] = 1.0F; // bright and dark pixels
    model.parameters[1] = -1.0F;
    return model;
}

// Pixels of the given value, one particle each, in noise.
inline picker::DatasetItem item(const std::string& molecule, float value, int width, int height, std::uint64_t seed) {
    picker::Random random(seed);
    auto micrograph = std::make_shared<picker::Micrograph>();
    micrograph->image = picker::Image(width, height);
    for (float& pixel : micrograph->image.pixels) {
        pixel = static_cast<float>(0.2 * random.normal());
    }
    micrograph->name = picker::text(molecule, "-", seed, ".mrc");
    micrograph->pixel_size = 2.0;
    picker::DatasetItem item;
    for (int y = 4; y < height - 4; y += 9) {
        for (int x = 4; x < width - 4; x += 9) {
            const int px = x + static_cast<int>(random.below(4)), py = y + static_cast<int>(random.below(4));
            if (random.uniform() < 0.7) {
                micrograph->image.at(px, py) = value;
                item.positives.add(px, py, 1.0);
            }
        }
    }
    item.micrograph = micrograph;
    item.molecule = molecule;
    item.diameter = 2.0 * diameter;
    return item;
}

// `count` micrographs of each: bright particles, and dark ones.
inline picker::Dataset bright_and_dark(int count, std::uint64_t seed) {
    picker::Dataset out;
    for (int i = 0; i < count; ++i) {
        const auto number = static_cast<std::uint64_t>(i);
        out.add(item("bright", 4.0F, 90 + 10 * i, 70, seed + number));
        out.add(item("dark", -4.0F, 80, 100 + 7 * i, seed + 100 + number));
    }
    return out;
}

} // namespace naive_detector
