// An engine without LibTorch: logistic regression (one dense layer, dropout before it), in plain loops; and small data
// sets of blobs in noise to train it on.
#pragma once

#include "core/error.hpp"
#include "core/random.hpp"
#include "engine/engine.hpp"
#include "models/model.hpp"
#include "training/sampler.hpp"
#include "unit/training/plain_engine.hpp"

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace naive {

constexpr int window = 16; // working pixels

class Logistic : public picker::Network {
public:
    void set_parameters(std::span<const float> parameters) override {
        parameters_.assign(parameters.begin(), parameters.end());
    }
    void score(const float* patches, int count, float* probabilities) const override {
        for (int i = 0; i < count; ++i) {
            probabilities[i] =
                static_cast<float>(probability(patches + std::ptrdiff_t{i} * window * window, window, nullptr));
        }
    }
    void score_dense(const float* pixels, int height, int width, const picker::DensePlan& plan,
                     float* probabilities) const override {
        for (int y = 0; y + window <= height; y += plan.step) {
            for (int x = 0; x + window <= width; x += plan.step) {
                *probabilities++ =
                    static_cast<float>(probability(pixels + std::ptrdiff_t{y} * width + x, width, nullptr));
            }
        }
    }
    void outputs(const float*, int, int, float*) const override {
        picker::fail(picker::Status::internal, "logistic regression detects nothing");
    }
    double gradient(const picker::TrainingShard& shard, std::span<float> gradient) const override {
        constexpr int area = window * window;
        std::fill(gradient.begin(), gradient.end(), 0.0F);
        double loss = 0.0;
        for (int i = 0; i < shard.count; ++i) {
            const float* patch = shard.patches + std::ptrdiff_t{i} * area;
            const float* mask =
                shard.dropout_masks.empty() ? nullptr : shard.dropout_masks[0] + std::ptrdiff_t{i} * area;
            const double p = probability(patch, window, mask);
            const double label = static_cast<double>(shard.labels[i]);
            const double weight = shard.weights == nullptr ? 1.0 : static_cast<double>(shard.weights[i]);
            loss -= weight * std::log(std::max(1e-12, label > 0.5 ? p : 1.0 - p));
            for (int k = 0; k < area; ++k) {
                const double kept = mask == nullptr ? 1.0 : static_cast<double>(mask[k]);
                gradient[static_cast<std::size_t>(k)] +=
                    static_cast<float>(weight * (p - label) * kept * static_cast<double>(patch[k]));
            }
            gradient[area] += static_cast<float>(weight * (p - label));
        }
        return loss;
    }

private:
    double probability(const float* pixels, int stride, const float* mask) const {
        double sum = static_cast<double>(parameters_[window * window]);
        for (int y = 0; y < window; ++y) {
            for (int x = 0; x < window; ++x) {
                const int k = y * window + x;
                const double kept = mask == nullptr ? 1.0 : static_cast<double>(mask[k]);
                sum += kept * static_cast<double>(parameters_[static_cast<std::size_t>(k)]) *
                       static_cast<double>(pixels[y * stride + x]);
            }
        }
        return 1.0 / (1.0 + std::exp(-sum));
    }
    std::vector<float> parameters_;
};

using Engine = PlainEngine<Logistic>;

inline const Engine& plain_engine() {
    static const Engine engine;
    return engine;
}

// Working pixels are the micrograph's where the diameter is 12 pixels.
inline picker::Model model(double dropout = 0.0) {
    picker::Model model;
    picker::ModelSpec& spec = model.spec;
    spec.architecture = "logistic";
    spec.network.input_size = window;
    if (dropout > 0.0) {
        spec.network.layers.push_back({picker::LayerKind::dropout, 0, 0, picker::Activation::none, dropout});
    }
    spec.network.layers.push_back({picker::LayerKind::dense, 0, 1, picker::Activation::sigmoid, 0.0});
    spec.recipe.diameter_pixels = 12.0;
    spec.recipe.steps = {{"resample", 0.0, 0.0}, {"standardise-global", 0.0, 0.0}};
    spec.window_diameters = window / 12.0;
    spec.step = 2;
    spec.training.epochs = 12;
    spec.training.batch = 20;
    model.parameters.assign(picker::parameter_count(spec.network), 0.0F);
    return model;
}

// Blobs of deviation `sigma` pixels at known places in noise; far enough apart to leave room for negatives.
inline picker::DatasetItem item(int width, int height, std::uint64_t seed, double sigma = 3.0, double noise = 0.3) {
    picker::Random random(seed);
    auto micrograph = std::make_shared<picker::Micrograph>();
    micrograph->image = picker::Image(width, height);
    micrograph->name = picker::text("blobs-", seed, ".mrc");
    micrograph->pixel_size = 2.0;
    picker::DatasetItem item;
    for (int y = 15; y < height - 14; y += 34) {
        for (int x = 15; x < width - 14; x += 34) {
            item.positives.add(x + random.uniform(-5, 5), y + random.uniform(-5, 5), 1.0);
        }
    }
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double value = noise * random.normal();
            for (std::size_t i = 0; i < item.positives.size(); ++i) {
                const double r2 = std::pow(x - item.positives.x[i], 2) + std::pow(y - item.positives.y[i], 2);
                value += std::exp(-r2 / (2 * sigma * sigma));
            }
            micrograph->image.at(x, y) = static_cast<float>(value);
        }
    }
    item.micrograph = micrograph;
    item.diameter = 8.0 * sigma; // angstrom: 4 sigma of 2-angstrom pixels
    return item;
}

// Patches made by hand, of one molecule; and one of a set's patches.
inline picker::PatchSet patch_set(int extent, const std::vector<float>& pixels, std::vector<float> labels) {
    picker::PatchSet set;
    set.extent = extent;
    const auto area = static_cast<std::size_t>(extent) * static_cast<std::size_t>(extent);
    set.store = picker::PatchStore(labels.size(), area, pixels.size() * sizeof(float), {});
    for (std::size_t i = 0; i < labels.size(); ++i) {
        set.store.write(i, pixels.data() + i * area);
        set.place.push_back(i);
    }
    set.molecule.assign(labels.size(), 0);
    set.labels = std::move(labels);
    set.molecules = {""};
    return set;
}
inline std::vector<float> patch(const picker::PatchSet& set, std::size_t index) {
    std::vector<float> buffer;
    const float* values = set.patch(index, buffer);
    return {values, values + std::ptrdiff_t{set.extent} * set.extent};
}

inline picker::Dataset dataset(int count, std::uint64_t seed = 1) {
    picker::Dataset out;
    for (int i = 0; i < count; ++i) {
        out.add(item(200 + 20 * i, 150 + 10 * i, seed + static_cast<std::uint64_t>(i)));
    }
    return out;
}

} // namespace naive
