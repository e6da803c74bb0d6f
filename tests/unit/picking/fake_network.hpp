// A network whose score is a function of the patch, and small micrographs with blobs to find with it.
#pragma once

#include "core/error.hpp"
#include "core/random.hpp"
#include "io/inputs.hpp"
#include "io/micrograph_file.hpp"
#include "models/model.hpp"
#include "picking/run.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace fake {

constexpr int window = 16;   // working pixels
constexpr double blob = 3.0; // deviation of a blob in working pixels

class FunctionNetwork : public picker::Network {
public:
    using Function = std::function<float(const float* patch)>; // window x window values
    explicit FunctionNetwork(Function function) : function_(std::move(function)) {}
    void set_parameters(std::span<const float>) override {}
    void score(const float* patches, int count, float* probabilities) const override {
        for (int i = 0; i < count; ++i) {
            probabilities[i] = function_(patches + static_cast<std::ptrdiff_t>(i) * window * window);
        }
    }
    void score_dense(const float* pixels, int height, int width, const picker::DensePlan& plan,
                     float* probabilities) const override {
        std::vector<float> patch(window * window);
        for (int y = 0; y + window <= height; y += plan.step) {
            for (int x = 0; x + window <= width; x += plan.step) {
                for (int row = 0; row < window; ++row) {
                    const float* from = pixels + static_cast<std::ptrdiff_t>(y + row) * width + x;
                    std::copy(from, from + window, patch.begin() + row * window);
                }
                *probabilities++ = function_(patch.data());
            }
        }
    }
    void outputs(const float*, int, int, float*) const override {
        throw std::logic_error("this network detects nothing");
    }
    double gradient(const picker::TrainingShard&, std::span<float>) const override {
        throw std::logic_error("this network is not trained");
    }

private:
    Function function_;
};

// Centred correlation with a Gaussian of `blob` pixels; .9 for a blob of height 1 in the middle.
inline float correlation(const float* patch) {
    double sum = 0.0;
    double norm = 0.0;
    for (int y = 0; y < window; ++y) {
        for (int x = 0; x < window; ++x) {
            const double dx = x - (window - 1) / 2.0;
            const double dy = y - (window - 1) / 2.0;
            const double weight = std::exp(-(dx * dx + dy * dy) / (2 * blob * blob));
            sum += weight * static_cast<double>(patch[y * window + x]);
            norm += weight * weight;
        }
    }
    return static_cast<float>(std::clamp(0.9 * sum / norm, 0.0, 1.0));
}

// The working scale is that of the micrograph when the diameter is 12 pixels; windows are 16 pixels, 4/3 diameters.
inline picker::Model model() {
    picker::Model model;
    model.spec.architecture = "test";
    model.spec.network.input_size = window;
    model.spec.network.layers = {picker::Layer{picker::LayerKind::dense, 0, 1, picker::Activation::sigmoid, 0.0}};
    model.spec.recipe.diameter_pixels = 12.0;
    model.spec.recipe.steps = {{"resample", 0.0, 0.0}};
    model.spec.window_diameters = window / 12.0;
    model.spec.step = 2;
    model.parameters.assign(picker::parameter_count(model.spec.network), 0.0F);
    model.trained = true;
    model.diameter = 24.0;  // angstrom
    model.pixel_size = 2.0; // angstrom
    return model;
}

inline picker::Scorer scorer(FunctionNetwork::Function function = correlation) {
    return picker::Scorer(model(), std::make_unique<FunctionNetwork>(std::move(function)));
}

struct Blob {
    double x, y, height; // pixels of the micrograph
};

inline picker::Image draw(int width, int height, const std::vector<Blob>& blobs, double sigma = blob) {
    picker::Image image(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double value = 0.0;
            for (const Blob& b : blobs) {
                const double r2 = (x - b.x) * (x - b.x) + (y - b.y) * (y - b.y);
                value += b.height * std::exp(-r2 / (2 * sigma * sigma));
            }
            image.at(x, y) = static_cast<float>(value);
        }
    }
    return image;
}

inline picker::Micrograph micrograph(picker::Image image, double pixel_size = 2.0) {
    return picker::Micrograph{std::move(image), pixel_size, "test.mrc"};
}

// Blobs on a loose grid with heights of their own: no two scores are equal.
inline std::vector<Blob> blobs(int width, int height, std::uint64_t seed) {
    picker::Random random(seed);
    std::vector<Blob> out;
    for (int y = 20; y < height - 15; y += 25) {
        for (int x = 20; x < width - 15; x += 25) {
            if (random.uniform() < 0.8) {
                out.push_back({x + random.uniform(-4, 4), y + random.uniform(-4, 4), random.uniform(0.3, 1.0)});
            }
        }
    }
    return out;
}

// A folder that is gone at the end of a test.
class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "picker-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        path_ = pattern;
    }
    ~Folder() {
        std::error_code none;
        std::filesystem::remove_all(path_, none);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// `count` micrographs m0.mrc, m1.mrc ... of unlike sizes; the last but one holds nothing to pick.
inline std::vector<picker::InputMicrograph> write_micrographs(const std::filesystem::path& folder, int count) {
    std::filesystem::create_directories(folder);
    std::vector<picker::InputMicrograph> inputs;
    for (int i = 0; i < count; ++i) {
        const int width = 150 + 10 * i;
        const int height = 110 + 4 * i;
        std::vector<Blob> spots = blobs(width, height, static_cast<std::uint64_t>(i));
        if (i == count - 2) {
            spots = {{20.0, 20.0, 0.1}};
        }
        const auto path = folder / picker::text("m", i, ".mrc");
        picker::write_image(path, draw(width, height, spots), 2.0);
        inputs.push_back({path, path.string(), picker::text("m", i), 0.0, "", {}, {}});
    }
    return inputs;
}

} // namespace fake
