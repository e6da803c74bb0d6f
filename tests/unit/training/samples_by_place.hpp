// What tests of the sampler share: images whose pixels say where they are, and the place of a patch read from it.
#pragma once

#include "naive_engine.hpp"
#include "training/sampler.hpp"

#include <memory>
#include <vector>

namespace by_place {

using namespace picker;

inline PatchSet sample(const Dataset& set, const SamplerOptions& options = {}, int threads = 2, Control control = {},
                       const ModelSpec& spec = naive::model().spec) {
    WorkerPool pool(threads);
    return sample_patches(set, spec, options, pool, control);
}

// An image whose pixels say where they are: 1000 y + x, so that a patch's place can be read from it.
inline DatasetItem coded(int width, int height) {
    auto micrograph = std::make_shared<Micrograph>();
    micrograph->image = Image(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            micrograph->image.at(x, y) = static_cast<float>(1000 * y + x);
        }
    }
    micrograph->name = "coded.mrc";
    micrograph->pixel_size = 2.0;
    DatasetItem item;
    item.micrograph = micrograph;
    item.diameter = 24.0; // 12 pixels: the working scale is the micrograph's
    return item;
}

inline ModelSpec plain() {
    ModelSpec spec = naive::model().spec;
    spec.recipe.steps = {{"resample", 0.0, 0.0}};
    return spec;
}

inline std::vector<float> all_pixels(const PatchSet& set) {
    std::vector<float> out;
    for (std::size_t i = 0; i < set.size(); ++i) {
        const std::vector<float> patch = naive::patch(set, i);
        out.insert(out.end(), patch.begin(), patch.end());
    }
    return out;
}

struct Place {
    int x, y; // of the network's window's first pixel
};

inline Place place(const PatchSet& set, std::size_t index) {
    std::vector<float> patch(naive::window * naive::window);
    cut_patch(naive::patch(set, index).data(), set.extent, naive::window, false, 0.0, patch.data());
    const int code = static_cast<int>(patch[0]);
    return {code % 1000, code / 1000};
}

} // namespace by_place
