// Group normalisation by LibTorch's operations (group_norm.hpp), for devices.
#include "torch/group_norm.hpp"

#include <ATen/ops/from_blob.h>
#include <ATen/ops/threshold_backward.h>

#include <algorithm>
#include <cstdint>

namespace picker {
namespace {

// The normalised values, count x groups x all values of a group, and what they were divided by.
struct Normalised {
    at::Tensor values, inverse;
};

double one_less(std::int64_t count) {
    return static_cast<double>(std::max<std::int64_t>(1, count - 1));
}

Normalised normalised(const at::Tensor& x, int groups) {
    const at::Tensor grouped = x.contiguous().reshape({x.size(0), groups, -1});
    const at::Tensor centred = grouped.sub(grouped.mean({2}, /*keepdim=*/true));
    const at::Tensor variance = centred.square().sum({2}, /*keepdim=*/true).div(one_less(grouped.size(2)));
    const at::Tensor inverse = variance.add(1e-5).rsqrt();
    return {centred.mul(inverse), inverse};
}

at::Tensor for_channels(const at::Tensor& values) {
    return values.reshape({1, values.size(0), 1, 1});
}

void write(const at::Tensor& values, float* to) {
    at::from_blob(to, values.sizes()).copy_(values);
}

} // namespace

at::Tensor general_group_norm(const at::Tensor& x, const Layer& layer, const at::Tensor& scale,
                              const at::Tensor& shift) {
    const at::Tensor values = normalised(x, layer.groups).values.reshape(x.sizes());
    const at::Tensor y = values.mul(for_channels(scale)).add(for_channels(shift));
    return layer.activation == Activation::relu ? y.relu() : y;
}

// The formula of group_norm_backward.
at::Tensor general_group_norm_backward(const at::Tensor& given, const at::Tensor& x, const at::Tensor& y,
                                       const Layer& layer, const at::Tensor& scale, float* to_scale, float* to_shift) {
    const at::Tensor slope = layer.activation == Activation::relu ? at::threshold_backward(given, y, 0) : given;
    const auto [values, inverse] = normalised(x, layer.groups);
    write(slope.mul(values.reshape(x.sizes())).sum({0, 2, 3}), to_scale);
    write(slope.sum({0, 2, 3}), to_shift);
    const at::Tensor scaled = slope.mul(for_channels(scale)).contiguous().reshape(values.sizes());
    const at::Tensor share = scaled.mul(values).sum({2}, /*keepdim=*/true).div(one_less(values.size(2)));
    return scaled.sub(scaled.mean({2}, /*keepdim=*/true)).sub(values.mul(share)).mul(inverse).reshape(x.sizes());
}

} // namespace picker
