// Images: a row-major float raster, and a micrograph, which is an image with a name and a pixel size.
// Row 0 is the first row stored in an MRC file; x is the column, y the row.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace picker {

struct Image {
    int width = 0;             // pixels
    int height = 0;            // pixels
    std::vector<float> pixels; // width * height, row by row

    Image() = default;
    Image(int width_, int height_, float value = 0.0F)
        : width(width_), height(height_),
          pixels(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_), value) {}

    std::size_t size() const { return pixels.size(); }
    bool empty() const { return pixels.empty(); }
    std::size_t index(int x, int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
    }
    float& at(int x, int y) { return pixels[index(x, y)]; }
    float at(int x, int y) const { return pixels[index(x, y)]; }
    std::span<float> row(int y) { return {pixels.data() + index(0, y), static_cast<std::size_t>(width)}; }
    std::span<const float> row(int y) const { return {pixels.data() + index(0, y), static_cast<std::size_t>(width)}; }
};

// Where pixel `i` of an axis of `size` pixels lies when the image is reflected at its borders; the outermost pixel is
// not repeated.
int mirrored(int i, int size);

// Copies the rectangle whose first pixel is (left, top), row by row. Beyond the border the image is reflected, as
// mirrored() says.
void copy_mirrored(const Image& image, int left, int top, int width, int height, float* out);

// With zeros on the right and below, until both edges are multiples of `multiple`.
Image filled_up(const Image& image, int multiple);

struct Micrograph {
    Image image;
    double pixel_size = 0.0; // angstrom per pixel, 0 where unknown
    std::string name;        // path as the user gave it, for messages and outputs
};

} // namespace picker
