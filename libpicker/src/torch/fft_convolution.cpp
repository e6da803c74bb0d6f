// Convolutions by Fourier transforms (fft_convolution.hpp).
//
// Images are cut into blocks that overlap by a kernel (overlap-save): the blocks, their spectra and those of the
// kernels stay in the processor's cache, and the size of the image does not matter. Everything here depends on sizes
// alone and runs on one thread, so the result does not depend on the number of threads.
#include "torch/fft_convolution.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/fft_irfft2.h>
#include <ATen/ops/fft_rfft2.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace picker {
namespace {

// Edges whose transforms are fast, ascending.
constexpr std::array<std::int64_t, 19> fast_sizes{16,  24,  32,  48,  64,  80,  96,  112, 128, 160,
                                                  192, 224, 240, 256, 288, 320, 384, 448, 512};

// Nanoseconds on one core, measured; only their ratios matter.
constexpr double transform_cost = 0.6;    // for each pixel of a block and bit of its edge
constexpr double product_cost = 0.5;      // for each complex product
double direct_cost(std::int64_t inputs) { // for each product; LibTorch is slow with a single input
    return inputs == 1 ? 0.045 : 0.02;
}

struct Blocks {
    std::int64_t size = 0;   // edge of a block; 0: the kernel is too large for any
    std::int64_t useful = 0; // edge of what a block gives
    double cost = HUGE_VAL;
};

std::int64_t pieces(std::int64_t length, std::int64_t piece) {
    return (length + piece - 1) / piece;
}

// The cheapest blocks for an image of which `rows` x `columns` values are wanted.
Blocks choose_blocks(std::int64_t kernel, std::int64_t inputs, std::int64_t outputs, std::int64_t rows,
                     std::int64_t columns) {
    Blocks best;
    for (const std::int64_t size : fast_sizes) {
        const std::int64_t useful = size - kernel + 1;
        if (useful < 1) {
            continue;
        }
        const double area = static_cast<double>(size) * static_cast<double>(size);
        const double each =
            static_cast<double>(inputs + outputs) * transform_cost * std::log2(static_cast<double>(size)) +
            0.5 * static_cast<double>(inputs * outputs) * product_cost;
        const double cost = static_cast<double>(pieces(rows, useful) * pieces(columns, useful)) * area * each;
        if (cost < best.cost) {
            best = {size, useful, cost};
        }
    }
    return best;
}

double transform_of(std::int64_t size) { // of one block
    return transform_cost * static_cast<double>(size) * static_cast<double>(size) *
           std::log2(static_cast<double>(size));
}

// Of a transform of every kernel. With many channels it is most of the work for a small image.
double kernels_cost(std::int64_t inputs, std::int64_t outputs, std::int64_t size) {
    return static_cast<double>(inputs * outputs) * transform_of(size);
}

double direct_convolution_cost(int kernel, std::int64_t inputs, std::int64_t outputs, std::int64_t wanted) {
    return static_cast<double>(wanted) * static_cast<double>(wanted) * static_cast<double>(inputs * outputs) *
           static_cast<double>(kernel) * kernel * direct_cost(inputs);
}

// The edge of one block that holds a whole patch.
std::int64_t one_block(std::int64_t longest) {
    const auto found = std::lower_bound(fast_sizes.begin(), fast_sizes.end(), longest);
    return found == fast_sizes.end() ? longest : *found;
}

at::Tensor spectrum(const at::Tensor& x, std::int64_t size) {
    return at::fft_rfft2(x.contiguous(), at::IntArrayRef{size, size}).contiguous();
}

at::Tensor image(const at::Tensor& x, std::int64_t size) {
    return at::fft_irfft2(x, at::IntArrayRef{size, size});
}

// A version of a loop for each instruction set that is worth one; the loader takes what the processor has.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define PICKER_FOR_EACH_PROCESSOR __attribute__((target_clones("default", "arch=haswell", "arch=x86-64-v4")))
#else
#define PICKER_FOR_EACH_PROCESSOR
#endif

// One run of frequencies: sum[f] += a[f] * b[f]. Real and imaginary parts alternate.
PICKER_FOR_EACH_PROCESSOR
void add_products(const float* __restrict a, const float* __restrict b, float* __restrict sum, std::int64_t count) {
    for (std::int64_t f = 0; f < 2 * count; f += 2) {
        sum[f] += a[f] * b[f] - a[f + 1] * b[f + 1];
        sum[f + 1] += a[f + 1] * b[f] + a[f] * b[f + 1];
    }
}

// The same with the conjugate of b.
PICKER_FOR_EACH_PROCESSOR
void add_correlations(const float* __restrict a, const float* __restrict b, float* __restrict sum, std::int64_t count) {
    for (std::int64_t f = 0; f < 2 * count; f += 2) {
        sum[f] += a[f] * b[f] + a[f + 1] * b[f + 1];
        sum[f + 1] += a[f + 1] * b[f] - a[f] * b[f + 1];
    }
}

// out[p, q] = sum over r of a[q, r] * b[p, r], frequency by frequency; `add` says whether b is conjugated. The last two
// dimensions are a spectrum; the first two may have any strides.
at::Tensor contract(const at::Tensor& a, const at::Tensor& b, decltype(&add_products) add) {
    constexpr std::int64_t run = 64; // frequencies: all that is in hand fits the first-level cache
    const std::int64_t rows = b.size(0), columns = a.size(0), terms = a.size(1), frequencies = a.size(2) * a.size(3);
    at::Tensor out = at::empty({rows, columns, a.size(2), a.size(3)}, a.options());
    const auto* from_a = reinterpret_cast<const float*>(a.const_data_ptr<c10::complex<float>>());
    const auto* from_b = reinterpret_cast<const float*>(b.const_data_ptr<c10::complex<float>>());
    auto* to = reinterpret_cast<float*>(out.mutable_data_ptr<c10::complex<float>>());
    std::array<float, 2 * run> sum{};
    for (std::int64_t first = 0; first < frequencies; first += run) {
        const std::int64_t count = std::min(run, frequencies - first);
        for (std::int64_t q = 0; q < columns; ++q) {
            for (std::int64_t p = 0; p < rows; ++p) {
                sum.fill(0.0F);
                for (std::int64_t r = 0; r < terms; ++r) {
                    add(from_a + 2 * (q * a.stride(0) + r * a.stride(1) + first),
                        from_b + 2 * (p * b.stride(0) + r * b.stride(1) + first), sum.data(), count);
                }
                std::copy_n(sum.data(), 2 * count, to + 2 * ((p * columns + q) * frequencies + first));
            }
        }
    }
    return out;
}

// A constant in space is the zero frequency.
void add_bias(const at::Tensor& spectra, const at::Tensor& bias, std::int64_t size) {
    if (bias.defined()) {
        spectra.select(3, 0).select(2, 0).add_(bias.unsqueeze(1), static_cast<double>(size * size));
    }
}

} // namespace

bool fft_is_faster(int kernel, std::int64_t inputs, std::int64_t outputs, std::int64_t size) {
    const std::int64_t wanted = size - kernel + 1;
    if (wanted < 1) {
        return false;
    }
    const Blocks blocks = choose_blocks(kernel, inputs, outputs, wanted, wanted);
    return blocks.size > 0 && blocks.cost + kernels_cost(inputs, outputs, blocks.size) <
                                  direct_convolution_cost(kernel, inputs, outputs, wanted);
}

bool fft_backward_is_faster(int kernel, std::int64_t inputs, std::int64_t outputs, std::int64_t size,
                            std::int64_t count) {
    const std::int64_t wanted = size - kernel + 1, block = one_block(size);
    const double area = static_cast<double>(block) * static_cast<double>(block);
    const double transforms = 2.0 * static_cast<double>(inputs + outputs) * transform_of(block);
    const double products = 2.0 * 0.5 * area * static_cast<double>(inputs * outputs) * product_cost;
    const double by_fft = static_cast<double>(count) * (transforms + products) +
                          2.0 * kernels_cost(inputs, outputs, block); // to the kernels' spectra and back
    return wanted > 0 &&
           by_fft < static_cast<double>(count) * 2.0 * direct_convolution_cost(kernel, inputs, outputs, wanted);
}

at::Tensor fft_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    const std::int64_t count = x.size(0), inputs = x.size(1), outputs = weight.size(0), kernel = weight.size(2);
    const std::int64_t rows = x.size(2) - kernel + 1, columns = x.size(3) - kernel + 1;
    const Blocks blocks = choose_blocks(kernel, inputs, outputs, rows, columns);
    const std::int64_t down = pieces(rows, blocks.useful), across = pieces(columns, blocks.useful);
    const at::Tensor kernels = spectrum(weight, blocks.size);
    const auto part = [&](std::int64_t at, std::int64_t most, std::int64_t length) {
        return std::min(most, length - at); // the last block is not full
    };
    at::Tensor line = at::zeros({inputs, across, blocks.size, blocks.size}); // a row of blocks at a time
    at::Tensor out = at::empty({count, outputs, rows, columns});
    for (std::int64_t n = 0; n < count; ++n) {
        for (std::int64_t i = 0; i < down; ++i) {
            const std::int64_t top = i * blocks.useful, height = part(top, blocks.size, x.size(2));
            if (height < blocks.size) {
                line.zero_();
            }
            for (std::int64_t j = 0; j < across; ++j) {
                const std::int64_t left = j * blocks.useful, width = part(left, blocks.size, x.size(3));
                line.select(1, j)
                    .narrow(1, 0, height)
                    .narrow(2, 0, width)
                    .copy_(x.select(0, n).narrow(1, top, height).narrow(2, left, width));
            }
            at::Tensor products = contract(spectrum(line, blocks.size).transpose(0, 1), kernels, add_correlations);
            add_bias(products, bias, blocks.size);
            const at::Tensor made = image(products, blocks.size);
            for (std::int64_t j = 0; j < across; ++j) {
                const std::int64_t left = j * blocks.useful;
                const std::int64_t high = part(top, blocks.useful, rows), wide = part(left, blocks.useful, columns);
                out.select(0, n)
                    .narrow(1, top, high)
                    .narrow(2, left, wide)
                    .copy_(made.select(1, j).narrow(1, 0, high).narrow(2, 0, wide));
            }
        }
    }
    return out;
}

ConvolutionSlopes fft_convolution_backward(const at::Tensor& slope, const at::Tensor& x, const at::Tensor& weight,
                                           bool to_input) {
    const std::int64_t kernel = weight.size(2);
    const std::int64_t size = one_block(std::max(x.size(2), x.size(3))); // patches are small
    const at::Tensor slopes = spectrum(slope, size);
    ConvolutionSlopes result;
    result.weight = image(contract(spectrum(x, size).transpose(0, 1), slopes.transpose(0, 1), add_correlations), size)
                        .narrow(2, 0, kernel)
                        .narrow(3, 0, kernel);
    if (to_input) {
        result.input =
            image(contract(slopes, spectrum(weight, size).transpose(0, 1), add_products).transpose(0, 1), size)
                .narrow(2, 0, x.size(2))
                .narrow(3, 0, x.size(3));
    }
    return result;
}

} // namespace picker
