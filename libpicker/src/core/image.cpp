// Pieces of images (image.hpp).
#include "core/image.hpp"

#include <algorithm>

namespace picker {

int mirrored(int i, int size) {
    const int period = size > 1 ? 2 * (size - 1) : 1;
    i = (i % period + period) % period;
    return i < size ? i : period - i;
}

void copy_mirrored(const Image& image, int left, int top, int width, int height, float* out) {
    for (int y = 0; y < height; ++y) {
        const auto row = image.row(mirrored(top + y, image.height));
        for (int x = 0; x < width; ++x) {
            *out++ = row[static_cast<std::size_t>(mirrored(left + x, image.width))];
        }
    }
}

Image filled_up(const Image& image, int multiple) {
    const auto whole = [multiple](int length) { return (length + multiple - 1) / multiple * multiple; };
    Image out(whole(image.width), whole(image.height));
    for (int y = 0; y < image.height; ++y) {
        const auto row = image.row(y);
        std::copy(row.begin(), row.end(), out.row(y).begin());
    }
    return out;
}

} // namespace picker
