// What blobs are looked for in (blobs.hpp): the image after a band-pass, as whole numbers, and what is bright in it.
#pragma once

#include "core/image.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace picker {

// A filtered image as whole numbers from 0 to 255.
struct Levels {
    int width = 0, height = 0; // pixels
    std::vector<std::uint8_t> values;
    double scale = 1.0; // levels per unit of the image

    const std::uint8_t* row(int y) const {
        return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    }
};

// Gaussian of sigma 1 pixel minus the mean over window x window pixels (odd), what is below 1/255 as 0, and the maximum
// as 255. All 0 where nothing is left.
Levels levels_of(const Image& image, int window);

// The level that 64 % of the pixels above 0 do not exceed, between two neighbours in order where the count asks for it;
// 255 where all are 0.
double bright_level(const Levels& levels);

// Maximum over window x window pixels, of which (window - 1) / 2 lie before the pixel, along each axis.
class Dilation {
public:
    Dilation(const Levels& levels, int window);
    std::uint8_t at(int x, int y) const {
        return values_[static_cast<std::size_t>(y) * stride_ + static_cast<std::size_t>(x)];
    }

private:
    std::size_t stride_ = 0;
    std::vector<std::uint8_t> values_;
};

} // namespace picker
