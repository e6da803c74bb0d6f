// Mean pool in two passes: rows are added up first, which vectorises (mean_pool.hpp).
#include "torch/mean_pool.hpp"

#include <ATen/ops/empty.h>

#include <vector>

namespace picker {
namespace {

// `fixed` is the usual kernel that the compiler then unrolls.
template <std::int64_t fixed = 0>
void add_columns(const std::vector<float>& sums, float share, float* to, std::int64_t columns,
                 std::int64_t kernel = fixed) {
    const std::int64_t width = fixed > 0 ? fixed : kernel;
    const float* from = sums.data();
    for (std::int64_t column = 0; column < columns; ++column) {
        float sum = 0.0F;
        for (std::int64_t k = 0; k < width; ++k) {
            sum += from[column * width + k];
        }
        to[column] = share * sum;
    }
}

} // namespace

at::Tensor mean_pool(const at::Tensor& given, std::int64_t kernel) {
    const at::Tensor x = given.stride(3) == 1 ? given : given.contiguous();
    const std::int64_t rows = x.size(2) / kernel, columns = x.size(3) / kernel;
    at::Tensor out = at::empty({x.size(0), x.size(1), rows, columns});
    float* to = out.mutable_data_ptr<float>();
    std::vector<float> sums(static_cast<std::size_t>(columns * kernel));
    const float share = 1.0F / static_cast<float>(kernel * kernel);
    for (std::int64_t n = 0; n < x.size(0); ++n) {
        for (std::int64_t channel = 0; channel < x.size(1); ++channel) {
            const float* from = x.const_data_ptr<float>() + n * x.stride(0) + channel * x.stride(1);
            for (std::int64_t row = 0; row < rows; ++row) {
                sums.assign(sums.size(), 0.0F);
                for (std::int64_t k = 0; k < kernel; ++k, from += x.stride(2)) {
                    for (std::size_t i = 0; i < sums.size(); ++i) {
                        sums[i] += from[i];
                    }
                }
                kernel == 2   ? add_columns<2>(sums, share, to, columns)
                : kernel == 3 ? add_columns<3>(sums, share, to, columns)
                              : add_columns(sums, share, to, columns, kernel);
                to += columns;
            }
        }
    }
    return out;
}

} // namespace picker
