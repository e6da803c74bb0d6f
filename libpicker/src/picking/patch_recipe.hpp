// DeepPicker's literal treatment of a window: cut, spread over 8 bits, resize to the network's input, standardise.
// Repeats what the authors' Python code does through scipy.misc.imresize (8-bit bytescale, then Pillow's bilinear
// filter, which widens its support when it shrinks).
#pragma once

#include "core/image.hpp"
#include "models/model.hpp"

#include <vector>

namespace picker {

class PatchRecipe {
public:
    PatchRecipe(int window, int output); // edges in pixels
    int window() const { return window_; }
    // Writes output x output values for the window whose first pixel is (left, top); it must lie inside the image.
    void make(const Image& image, int left, int top, float* out) const;

private:
    struct Span { // the input pixels that make one output pixel
        int first = 0;
        std::vector<double> weights;
    };
    int window_ = 0, output_ = 0;
    std::vector<Span> spans_;
};

// Edge of the network's window in pixels of a prepared micrograph whose scale is `scale` working pixels per pixel.
// `diameter` in pixels of the micrograph.
int window_pixels(const ModelSpec& spec, double diameter, double scale);

} // namespace picker
