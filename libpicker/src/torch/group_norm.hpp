// Group normalisation with the unbiased variance (HydraPicker's code; LibTorch's own takes the biased one).
#pragma once

#include "engine/network_spec.hpp"

#include <ATen/core/Tensor.h>

namespace picker {

// x: count x channels x rows x columns, channels-last; scale and shift: one value per channel. With a ReLU where
// `layer` says so. Sums are in double precision and in a fixed order.
at::Tensor group_norm(const at::Tensor& x, const Layer& layer, const at::Tensor& scale, const at::Tensor& shift);

// The way back: from the slopes of the output (behind its ReLU, whose output is `y`) to those of the input. Overwrites
// `to_scale` and `to_shift`, one value per channel.
at::Tensor group_norm_backward(const at::Tensor& slope, const at::Tensor& x, const at::Tensor& y, const Layer& layer,
                               const at::Tensor& scale, float* to_scale, float* to_shift);

// The same by LibTorch's operations, on any device; sums are those of LibTorch.
at::Tensor general_group_norm(const at::Tensor& x, const Layer& layer, const at::Tensor& scale,
                              const at::Tensor& shift);
at::Tensor general_group_norm_backward(const at::Tensor& slope, const at::Tensor& x, const at::Tensor& y,
                                       const Layer& layer, const at::Tensor& scale, float* to_scale, float* to_shift);

} // namespace picker
