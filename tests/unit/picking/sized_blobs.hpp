// Micrographs of blobs of one size, and a network that is surest of blobs whose deviation is a quarter of the diameter.
#pragma once

#include "fake_network.hpp"

namespace fake {

// The cosine between the patch and the blob it looks for, to a high power, where there is anything at all.
inline float likeness(const float* patch) {
    double product = 0.0;
    double own = 0.0;
    double wanted = 0.0;
    for (int y = 0; y < window; ++y) {
        for (int x = 0; x < window; ++x) {
            const double dx = x - (window - 1) / 2.0;
            const double dy = y - (window - 1) / 2.0;
            const double weight = std::exp(-(dx * dx + dy * dy) / (2 * blob * blob));
            const double value = static_cast<double>(patch[y * window + x]);
            product += weight * value;
            own += value * value;
            wanted += weight * weight;
        }
    }
    if (own < 0.1 * wanted || product <= 0.0) {
        return 0.0F;
    }
    return static_cast<float>(std::min(0.99, std::pow(product / std::sqrt(own * wanted), 16.0)));
}

inline picker::Model calibrated_model() {
    picker::Model known = model();
    known.spec.calibration = {{0.0, 1.0}, {0.0, 1.0}};
    known.diameter = 0.0;
    return known;
}

inline picker::Scorer sized_scorer() {
    return picker::Scorer(calibrated_model(), std::make_unique<FunctionNetwork>(likeness));
}

// `count` micrographs of 2 angstrom per pixel with blobs of the deviation `sigma`, pixels; 0: nothing in them.
inline std::vector<picker::InputMicrograph> sized_micrographs(const std::filesystem::path& folder, int count,
                                                              double sigma) {
    std::filesystem::create_directories(folder);
    std::vector<picker::InputMicrograph> inputs;
    for (int i = 0; i < count; ++i) {
        const int width = static_cast<int>(sigma > 0.0 ? 52.0 * sigma : 420.0) + 10 * i;
        const int height = static_cast<int>(sigma > 0.0 ? 45.0 * sigma : 360.0) + 4 * i;
        picker::Random random(static_cast<std::uint64_t>(i + 1));
        std::vector<Blob> spots;
        const double spacing = 9.0 * sigma;
        for (double y = spacing; sigma > 0.0 && y < height - spacing; y += spacing) {
            for (double x = spacing; x < width - spacing; x += spacing) {
                spots.push_back({x + random.uniform(-1, 1), y + random.uniform(-1, 1), random.uniform(0.8, 1.0)});
            }
        }
        picker::Image image = draw(width, height, spots, sigma > 0.0 ? sigma : 1.0);
        for (float& pixel : image.pixels) {
            pixel += static_cast<float>(0.01 * random.normal());
        }
        const auto path = folder / picker::text("b", i, ".mrc");
        picker::write_image(path, image, 2.0);
        inputs.push_back({path, path.string(), picker::text("b", i), 0.0, "", {}, {}});
    }
    return inputs;
}

} // namespace fake
