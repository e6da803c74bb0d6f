// Mean pool over squares that tile the image. On the CPU, where LibTorch's own takes longer than the convolution before
// it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace picker {

// x is count x channels x height x width; what is left over at the end of a row or column does not count.
at::Tensor mean_pool(const at::Tensor& x, std::int64_t kernel);

} // namespace picker
