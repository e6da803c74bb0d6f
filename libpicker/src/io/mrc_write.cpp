// Writing MRC: mode 2, pixels as they are, statistics over those that are numbers.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/image_formats.hpp"
#include "io/mrc_header.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace picker {
namespace {

MrcStatistics statistics_of(const Image& image) {
    float low = std::numeric_limits<float>::infinity();
    float high = -low;
    double sum = 0.0;
    double squares = 0.0;
    std::size_t count = 0;
    for (const float value : image.pixels) {
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
            sum += value;
            squares += static_cast<double>(value) * value;
            ++count;
        }
    }
    if (count == 0) {
        return {0.0F, -1.0F, -2.0F, -1.0F}; // MRC2014's marks for "not determined"
    }
    const double mean = sum / static_cast<double>(count);
    const double variance = std::max(0.0, squares / static_cast<double>(count) - mean * mean);
    return {low, high, static_cast<float>(mean), static_cast<float>(std::sqrt(variance))};
}

} // namespace

void write_mrc(const std::filesystem::path& path, const Image& image, double pixel_size) {
    AtomicFile file(path);
    const double known = std::isfinite(pixel_size) && pixel_size > 0.0 ? pixel_size : 0.0;
    const auto header = make_mrc_header(image.width, image.height, known, statistics_of(image));
    file.write(header.data(), header.size());
    file.write(image.pixels.data(), image.pixels.size() * sizeof(float));
    file.commit();
}

} // namespace picker
