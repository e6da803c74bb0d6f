// Group normalisation (group_norm.hpp). Channels lie next to each other, so that every loop over pixels runs over
// channels inside.
#include "torch/group_norm.hpp"

#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace picker {
namespace {

constexpr double epsilon = 1e-5;
constexpr std::size_t block = 64; // pixels that are summed in single precision before they go into the double sum

// Sums over pixels for each channel: of `first(value)` and of `second(value)`.
struct ChannelSums {
    std::vector<double> first, second;
};

template <typename First, typename Second>
ChannelSums sums_of(std::size_t pixels, std::size_t channels, First first, Second second) {
    ChannelSums sums{std::vector<double>(channels, 0.0), std::vector<double>(channels, 0.0)};
    std::vector<float> a(channels), b(channels);
    for (std::size_t start = 0; start < pixels; start += block) {
        std::fill(a.begin(), a.end(), 0.0F);
        std::fill(b.begin(), b.end(), 0.0F);
        for (std::size_t p = start; p < std::min(pixels, start + block); ++p) {
            for (std::size_t c = 0; c < channels; ++c) {
                a[c] += first(p * channels + c, c);
                b[c] += second(p * channels + c, c);
            }
        }
        for (std::size_t c = 0; c < channels; ++c) {
            sums.first[c] += a[c];
            sums.second[c] += b[c];
        }
    }
    return sums;
}

struct Moments { // of each channel's group
    std::vector<float> mean, inverse;
    double count = 0.0; // values in a group
};

Moments moments_of(const float* x, std::size_t pixels, std::size_t channels, std::size_t groups) {
    const std::size_t each = channels / groups;
    Moments moments{std::vector<float>(channels), std::vector<float>(channels), static_cast<double>(pixels * each)};
    const auto zero = [](std::size_t, std::size_t) { return 0.0F; };
    const ChannelSums sums = sums_of(
        pixels, channels, [x](std::size_t i, std::size_t) { return x[i]; }, zero);
    for (std::size_t g = 0; g < groups; ++g) {
        double sum = 0.0;
        for (std::size_t c = g * each; c < (g + 1) * each; ++c) {
            sum += sums.first[c];
        }
        std::fill_n(moments.mean.begin() + static_cast<std::ptrdiff_t>(g * each), each,
                    static_cast<float>(sum / moments.count));
    }
    // Around the mean, so that nothing is lost where that is far from 0.
    const float* mean = moments.mean.data();
    const ChannelSums squares = sums_of(
        pixels, channels,
        [x, mean](std::size_t i, std::size_t c) {
            const float off = x[i] - mean[c];
            return off * off;
        },
        zero);
    for (std::size_t g = 0; g < groups; ++g) {
        double sum = 0.0;
        for (std::size_t c = g * each; c < (g + 1) * each; ++c) {
            sum += squares.first[c];
        }
        const double variance = sum / std::max(1.0, moments.count - 1.0);
        std::fill_n(moments.inverse.begin() + static_cast<std::ptrdiff_t>(g * each), each,
                    static_cast<float>(1.0 / std::sqrt(variance + epsilon)));
    }
    return moments;
}

std::size_t size_of(const at::Tensor& x, std::int64_t axis) {
    return static_cast<std::size_t>(x.size(axis));
}

} // namespace

at::Tensor group_norm(const at::Tensor& given, const Layer& layer, const at::Tensor& scale, const at::Tensor& shift) {
    const at::Tensor x = given.contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor y = at::empty_like(x);
    const std::size_t channels = size_of(x, 1), pixels = size_of(x, 2) * size_of(x, 3);
    const float *scales = scale.const_data_ptr<float>(), *shifts = shift.const_data_ptr<float>();
    const float least = layer.activation == Activation::relu ? 0.0F : -HUGE_VALF;
    std::vector<float> factor(channels), constant(channels);
    for (std::size_t n = 0; n < size_of(x, 0); ++n) {
        const float* from = x.const_data_ptr<float>() + n * pixels * channels;
        float* to = y.mutable_data_ptr<float>() + n * pixels * channels;
        const Moments moments = moments_of(from, pixels, channels, static_cast<std::size_t>(layer.groups));
        for (std::size_t c = 0; c < channels; ++c) {
            factor[c] = scales[c] * moments.inverse[c];
            constant[c] = shifts[c] - factor[c] * moments.mean[c];
        }
        for (std::size_t p = 0; p < pixels; ++p, from += channels, to += channels) {
            for (std::size_t c = 0; c < channels; ++c) {
                const float value = factor[c] * from[c] + constant[c];
                to[c] = value < least ? least : value; // keeps NaN, which the caller finds
            }
        }
    }
    return y;
}

// With r the inverse deviation, h the normalised values, g the slopes times scale and n values in a group:
// slope of x = r * (g - mean(g) - h * sum(g * h) / (n - 1)).
at::Tensor group_norm_backward(const at::Tensor& slope, const at::Tensor& given, const at::Tensor& y,
                               const Layer& layer, const at::Tensor& scale, float* to_scale, float* to_shift) {
    const at::Tensor x = given.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor slopes = slope.contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor outputs = y.contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor result = at::empty_like(x);
    const std::size_t channels = size_of(x, 1), pixels = size_of(x, 2) * size_of(x, 3);
    const auto groups = static_cast<std::size_t>(layer.groups);
    const std::size_t each = channels / groups;
    const bool relu = layer.activation == Activation::relu;
    const float* scales = scale.const_data_ptr<float>();
    std::vector<double> scale_sums(channels, 0.0), shift_sums(channels, 0.0);
    std::vector<float> mean_slope(channels), share(channels);
    for (std::size_t n = 0; n < size_of(x, 0); ++n) {
        const std::size_t start = n * pixels * channels;
        const float *values = x.const_data_ptr<float>() + start, *out = outputs.const_data_ptr<float>() + start,
                    *back = slopes.const_data_ptr<float>() + start;
        float* to = result.mutable_data_ptr<float>() + start;
        const Moments moments = moments_of(values, pixels, channels, groups);
        const float *mean = moments.mean.data(), *inverse = moments.inverse.data();
        const auto before_relu = [&](std::size_t i) { return relu && out[i] <= 0.0F ? 0.0F : back[i]; };
        const ChannelSums sums = sums_of(
            pixels, channels, [&](std::size_t i, std::size_t) { return before_relu(i); },
            [&](std::size_t i, std::size_t c) { return before_relu(i) * (values[i] - mean[c]) * inverse[c]; });
        for (std::size_t g = 0; g < groups; ++g) {
            double of_slopes = 0.0, of_products = 0.0;
            for (std::size_t c = g * each; c < (g + 1) * each; ++c) {
                of_slopes += scales[c] * sums.first[c];
                of_products += scales[c] * sums.second[c];
                shift_sums[c] += sums.first[c];
                scale_sums[c] += sums.second[c];
            }
            for (std::size_t c = g * each; c < (g + 1) * each; ++c) {
                mean_slope[c] = static_cast<float>(of_slopes / moments.count);
                share[c] = static_cast<float>(of_products / std::max(1.0, moments.count - 1.0));
            }
        }
        for (std::size_t p = 0; p < pixels; ++p) {
            for (std::size_t c = 0; c < channels; ++c) {
                const std::size_t i = p * channels + c;
                const float normalised = (values[i] - mean[c]) * inverse[c];
                to[i] = inverse[c] * (scales[c] * before_relu(i) - mean_slope[c] - normalised * share[c]);
            }
        }
    }
    std::transform(scale_sums.begin(), scale_sums.end(), to_scale, [](double sum) { return static_cast<float>(sum); });
    std::transform(shift_sums.begin(), shift_sums.end(), to_shift, [](double sum) { return static_cast<float>(sum); });
    return result;
}

} // namespace picker
