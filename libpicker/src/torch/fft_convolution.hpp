// Convolutions with large kernels by Fourier transforms. A direct convolution costs kernel^2 for each pixel: DeepEM's
// 51 x 51 kernels would be nearly all of its time.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>

namespace picker {

// Whether fft_convolution is the faster way, by the sizes alone. `size` is the edge of the image, or the mean of two.
bool fft_is_faster(int kernel, std::int64_t inputs, std::int64_t outputs, std::int64_t size);
// The same of fft_convolution_backward, over `count` patches in one call.
bool fft_backward_is_faster(int kernel, std::int64_t inputs, std::int64_t outputs, std::int64_t size,
                            std::int64_t count);

// As at::convolution without stride, padding and dilation: x is count x inputs x height x width, weight is outputs x
// inputs x kernel x kernel, bias may be undefined.
at::Tensor fft_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

struct ConvolutionSlopes {
    at::Tensor input, weight; // input is undefined where it was not asked for
};
// The slopes of a loss by input and weight, from `slope`, the one by the output.
ConvolutionSlopes fft_convolution_backward(const at::Tensor& slope, const at::Tensor& x, const at::Tensor& weight,
                                           bool to_input);

} // namespace picker
