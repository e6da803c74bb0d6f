// Fourier resampling, pruned: rows in batches through a small buffer, the columns that remain one after another,
// then rows again. The spectrum is kept transposed, so that a column is contiguous.
#include "signal/resample.hpp"

#include "core/error.hpp"
#include "signal/fftw_plan.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdlib>

namespace picker {
namespace {

using Complex = std::complex<float>;

constexpr int batch = 16; // rows per transform: 128 bytes of each column are written or read at a time

int padded(int n) {
    return (n + 7) / 8 * 8;
} // keeps every row and column aligned for FFTW's vector code

std::size_t offset(int row, int distance) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(distance);
}

// A constant near the mean: taken out before the transform and put back after it, so that single precision is spent
// on the contrast and not on the background. Any constant is right; a few rows are enough to choose it.
float background(const Image& image) {
    double sum = 0.0;
    const int rows = std::min(image.height, 16);
    for (int i = 0; i < rows; ++i) {
        const auto y = static_cast<int>(static_cast<std::int64_t>(i) * image.height / rows);
        for (const float pixel : image.row(y)) {
            sum += pixel;
        }
    }
    const auto mean = static_cast<float>(sum / (static_cast<double>(rows) * image.width));
    return std::isfinite(mean) ? mean : 0.0F;
}

// The spectrum of every row, transposed: column x starts at x * distance.
struct Columns {
    int count;    // columns that remain
    int distance; // complex values from one column to the next
    FftBuffer<Complex> values;
    Columns(int count_, int distance_) : count(count_), distance(distance_), values(offset(count_, distance_)) {}
    Complex* column(int x) const { return values.data() + offset(x, distance); }
};

// The Nyquist frequency of an even size is one coefficient that stands for both +n/2 and -n/2. Going down to an even
// size, both neighbours fall on it and are added: a cosine comes out as sampled. Going up from an even size, it is
// halved onto both. For real rows the other one is the conjugate.
void rows_forward(const Image& image, int width_out, float constant, Columns& columns) {
    const int width = image.width;
    const int in_distance = padded(width), out_distance = padded(width / 2 + 1);
    FftBuffer<float> rows(offset(batch, in_distance));
    FftBuffer<Complex> spectra(offset(batch, out_distance));
    rows.clear();
    const FftPlan plan = FftPlan::rows_to_spectra(width, batch, rows.data(), in_distance, spectra.data(), out_distance);
    for (int y = 0; y < image.height; y += batch) {
        const int count = std::min(batch, image.height - y);
        for (int b = 0; b < count; ++b) {
            const auto from = image.row(y + b);
            float* to = rows.data() + offset(b, in_distance);
            for (int x = 0; x < width; ++x) {
                to[x] = from[static_cast<std::size_t>(x)] - constant;
            }
        }
        plan.execute();
        for (int x = 0; x < columns.count; ++x) {
            Complex* to = columns.column(x) + y;
            const Complex* from = spectra.data() + x;
            for (int b = 0; b < count; ++b) {
                to[b] = from[offset(b, out_distance)];
            }
        }
    }
    if (std::min(width, width_out) % 2 == 0 && width != width_out) {
        const bool down = width_out < width;
        Complex* nyquist = columns.column(columns.count - 1);
        for (int y = 0; y < image.height; ++y) {
            nyquist[y] = down ? Complex(2.0F * nyquist[y].real(), 0.0F) : 0.5F * nyquist[y];
        }
    }
}

// The same along y, for complex columns: to the spectrum of `height`, cut or pad, back to `height_out` rows.
void resample_columns(Columns& columns, int height, int height_out) {
    FftBuffer<Complex> full(static_cast<std::size_t>(height)), cut(static_cast<std::size_t>(height_out));
    const FftPlan forward = FftPlan::line(height, FftDirection::forward, columns.column(0), full.data());
    const FftPlan inverse = FftPlan::line(height_out, FftDirection::inverse, cut.data(), columns.column(0));
    const int smaller = std::min(height, height_out);
    const int half = smaller / 2;
    const int positive = (smaller - 1) / 2; // frequencies on either side of zero, the Nyquist frequency left out
    for (int x = 0; x < columns.count; ++x) {
        forward.execute_line(columns.column(x), full.data());
        const Complex* from = full.data();
        Complex* to = cut.data();
        std::copy(from, from + positive + 1, to);
        std::fill(to + positive + 1, to + height_out - positive, Complex{});
        std::copy(from + height - positive, from + height, to + height_out - positive);
        if (smaller % 2 == 0) {
            if (height_out < height) {
                to[half] = from[half] + from[height - half];
            } else {
                to[half] = to[height_out - half] = 0.5F * from[half];
            }
        }
        inverse.execute_line(cut.data(), columns.column(x));
    }
}

void rows_inverse(const Columns& columns, float scale, float constant, Image& image) {
    const int in_distance = padded(image.width / 2 + 1), out_distance = padded(image.width);
    FftBuffer<Complex> spectra(offset(batch, in_distance));
    FftBuffer<float> rows(offset(batch, out_distance));
    const FftPlan plan =
        FftPlan::spectra_to_rows(image.width, batch, spectra.data(), in_distance, rows.data(), out_distance);
    for (int y = 0; y < image.height; y += batch) {
        const int count = std::min(batch, image.height - y);
        spectra.clear(); // the transform destroys its input, padding included
        for (int x = 0; x < columns.count; ++x) {
            const Complex* from = columns.column(x) + y;
            Complex* to = spectra.data() + x;
            for (int b = 0; b < count; ++b) {
                to[offset(b, in_distance)] = from[b];
            }
        }
        plan.execute();
        for (int b = 0; b < count; ++b) {
            const float* from = rows.data() + offset(b, out_distance);
            const auto to = image.row(y + b);
            for (int x = 0; x < image.width; ++x) {
                to[static_cast<std::size_t>(x)] = from[x] * scale + constant;
            }
        }
    }
}

bool is_fast(int n) {
    for (const int factor : {2, 3, 5, 7}) {
        while (n % factor == 0) {
            n /= factor;
        }
    }
    return n == 1;
}

// The fast size with the smallest ratio to `wanted`; of two equally near ones the larger.
int nearest_fast_size(double wanted) {
    if (wanted <= 1.0) {
        return 1;
    }
    int above = static_cast<int>(std::ceil(wanted)), below = static_cast<int>(std::floor(wanted));
    while (!is_fast(above)) {
        ++above;
    }
    while (!is_fast(below)) {
        --below;
    }
    return above / wanted <= wanted / below ? above : below;
}

} // namespace

Image fourier_resample(const Image& image, int width, int height) {
    if (image.width < 1 || image.height < 1 || width < 1 || height < 1 ||
        image.size() != offset(image.height, image.width)) {
        fail(Status::invalid_argument, "cannot resample an image of ", image.width, " x ", image.height, " pixels (",
             image.size(), " values) to ", width, " x ", height, "; both sizes must be at least 1 x 1");
    }
    if (width == image.width && height == image.height) {
        return image;
    }
    const float constant = background(image);
    Columns columns(std::min(width, image.width) / 2 + 1, padded(std::max(height, image.height)) + 8);
    rows_forward(image, width, constant, columns);
    double scale = 1.0 / image.width;
    if (height != image.height) {
        resample_columns(columns, image.height, height);
        scale /= image.height;
    }
    Image result(width, height);
    rows_inverse(columns, static_cast<float>(scale), constant, result);
    return result;
}

ResampledSize resampled_size(int width, int height, double scale) {
    constexpr double largest = 1 << 30;
    if (width < 1 || height < 1 || !(scale > 0.0) || !(std::max(width, height) * scale <= largest)) {
        fail(Status::invalid_argument, "cannot scale ", width, " x ", height, " pixels by ", scale,
             "; give a positive scale with at most ", static_cast<std::int64_t>(largest), " pixels along an edge");
    }
    // Less than half a pixel of change over the whole image is none: the sizes stay, and no transform is needed.
    if (std::abs(width * scale - width) < 0.5 && std::abs(height * scale - height) < 0.5) {
        return {width, height};
    }
    return {nearest_fast_size(width * scale), nearest_fast_size(height * scale)};
}

} // namespace picker
