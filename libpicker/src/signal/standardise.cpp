// Standardisation to mean 0 and deviation 1: over the whole image, or over the box around each pixel.
#include "core/error.hpp"
#include "signal/filter.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace picker {
namespace {

// The lower median of values >= 0, exactly and without a copy: such floats are ordered like their bits, so two
// histograms of 16 bits each find it.
float median(const std::vector<float>& values) {
    std::uint64_t rank = (values.size() - 1) / 2;
    std::vector<std::uint64_t> counts(65536);
    const auto find = [&counts, &rank] {
        std::uint32_t bin = 0;
        while (counts[bin] <= rank) {
            rank -= counts[bin];
            ++bin;
        }
        return bin;
    };
    for (const float value : values) {
        ++counts[std::bit_cast<std::uint32_t>(value) >> 16U];
    }
    const std::uint32_t upper = find();
    std::fill(counts.begin(), counts.end(), 0);
    for (const float value : values) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        if (bits >> 16U == upper) {
            ++counts[bits & 0xFFFFU];
        }
    }
    return std::bit_cast<float>(upper << 16U | find());
}

// Sums over the rows of the box, for every column: the row that enters is added, the row that leaves subtracted.
// Rows are remembered here, because the image is overwritten behind the box.
class ColumnSums {
public:
    ColumnSums(const Image& image, int half, double shift)
        : image_(image), half_(half), shift_(shift), ring_rows_(std::min(2 * half + 1, image.height)),
          ring_(static_cast<std::size_t>(ring_rows_) * static_cast<std::size_t>(image.width)),
          sums(static_cast<std::size_t>(image.width)), squares(static_cast<std::size_t>(image.width)) {
        for (int y = 0; y < std::min(half, image.height); ++y) {
            enter(y);
        }
    }

    // To the box around row y; called for y = 0, 1, 2 ... Returns the rows in the box.
    int move_to(int y) {
        if (y - half_ - 1 >= 0) {
            leave(y - half_ - 1);
        }
        if (y + half_ < image_.height) {
            enter(y + half_);
        }
        return std::min(y + half_, image_.height - 1) - std::max(y - half_, 0) + 1;
    }

private:
    float* ring_row(int y) {
        return ring_.data() + static_cast<std::size_t>(y % ring_rows_) * static_cast<std::size_t>(image_.width);
    }
    void enter(int y) {
        const auto row = image_.row(y);
        std::copy(row.begin(), row.end(), ring_row(y));
        for (std::size_t x = 0; x < row.size(); ++x) {
            const double value = static_cast<double>(row[x]) - shift_;
            sums[x] += value;
            squares[x] += value * value;
        }
    }
    void leave(int y) {
        const float* row = ring_row(y);
        for (std::size_t x = 0; x < sums.size(); ++x) {
            const double value = static_cast<double>(row[x]) - shift_;
            sums[x] -= value;
            squares[x] -= value * value;
        }
    }

    const Image& image_;
    int half_;
    double shift_;
    int ring_rows_;
    std::vector<float> ring_;

public:
    std::vector<double> sums, squares;
};

} // namespace

void standardise_global(Image& image) {
    const Statistics known = statistics(image);
    const double factor = known.deviation > 0.0 ? 1.0 / known.deviation : 0.0;
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>((static_cast<double>(pixel) - known.mean) * factor);
    }
}

void standardise_local(Image& image, int size, double floor) {
    if (size < 2 || !(floor >= 0.0) || !std::isfinite(floor)) {
        fail(Status::invalid_argument, "local standardisation over a box of ", size, " pixels with a floor of ", floor,
             "; give a box of at least 2 pixels and a floor of 0 or more");
    }
    const Statistics known = statistics(image);
    if (!(known.deviation > 0.0)) {
        std::fill(image.pixels.begin(), image.pixels.end(), 0.0F);
        return;
    }
    const int width = image.width, half = std::min(size / 2, std::max(width, image.height));
    ColumnSums columns(image, half, known.mean);
    std::vector<float> deviations(image.size());
    std::vector<double> sums(static_cast<std::size_t>(width) + 1), squares(static_cast<std::size_t>(width) + 1);
    for (int y = 0; y < image.height; ++y) {
        const int rows = columns.move_to(y);
        for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x) {
            sums[x + 1] = sums[x] + columns.sums[x];
            squares[x + 1] = squares[x] + columns.squares[x];
        }
        float* pixels = image.row(y).data();
        float* row_deviations = deviations.data() + image.index(0, y);
        const auto pixel = [&](int x, int begin, int end, double share) {
            const double mean = (sums[static_cast<std::size_t>(end)] - sums[static_cast<std::size_t>(begin)]) * share;
            const double square =
                (squares[static_cast<std::size_t>(end)] - squares[static_cast<std::size_t>(begin)]) * share;
            const double variance = square - mean * mean;
            pixels[x] = static_cast<float>(static_cast<double>(pixels[x]) - known.mean - mean);
            // What is left of a flat box are the rounding errors of the sums.
            row_deviations[x] = variance > 1e-12 * square ? static_cast<float>(std::sqrt(variance)) : 0.0F;
        };
        const auto clipped = [&](int x) {
            const int begin = std::max(x - half, 0), end = std::min(x + half + 1, width);
            pixel(x, begin, end, 1.0 / (static_cast<double>(end - begin) * rows));
        };
        const int inner_begin = std::min(half, width), inner_end = std::max(width - half, inner_begin);
        for (int x = 0; x < inner_begin; ++x) {
            clipped(x);
        }
        const double share = 1.0 / ((2.0 * half + 1.0) * rows);
        for (int x = inner_begin; x < inner_end; ++x) {
            pixel(x, x - half, x + half + 1, share);
        }
        for (int x = inner_end; x < width; ++x) {
            clipped(x);
        }
    }
    // More than half of the image may be flat; its overall deviation takes the place of the median then.
    const double typical = static_cast<double>(median(deviations));
    const auto bound = static_cast<float>(floor * (typical > 0.0 ? typical : known.deviation));
    for (std::size_t i = 0; i < deviations.size(); ++i) {
        const float deviation = std::max(deviations[i], bound);
        image.pixels[i] = deviation > 0.0F ? image.pixels[i] / deviation : 0.0F;
    }
}

} // namespace picker
