// Convolutions by Fourier transforms against LibTorch's direct ones, and the mean pool against LibTorch's.
#include "core/random.hpp"
#include "torch/fft_convolution.hpp"
#include "torch/mean_pool.hpp"
#include "unit/check.hpp"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

at::Tensor random_tensor(at::IntArrayRef sizes, std::uint64_t seed) {
    picker::Random random(seed);
    std::int64_t count = 1;
    for (const std::int64_t size : sizes) {
        count *= size;
    }
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) {
        value = static_cast<float>(random.normal());
    }
    return at::from_blob(values.data(), sizes).clone();
}

// Largest difference in units of the largest value.
double difference(const at::Tensor& a, const at::Tensor& b) {
    DOCTEST_REQUIRE(a.sizes() == b.sizes());
    const at::Tensor left = a.contiguous(), right = b.contiguous();
    double worst = 0.0, largest = 0.0;
    for (std::int64_t i = 0; i < left.numel(); ++i) {
        const double value = right.const_data_ptr<float>()[i];
        worst = std::max(worst, std::abs(static_cast<double>(left.const_data_ptr<float>()[i]) - value));
        largest = std::max(largest, std::abs(value));
    }
    return worst / largest;
}

struct Case {
    std::int64_t count, inputs, outputs, kernel, height, width;
};

// One block, several blocks along one axis and along both, an image of exactly one kernel, more than one channel.
const std::vector<Case> cases{{1, 1, 6, 51, 272, 251}, {2, 1, 3, 25, 60, 97},  {1, 6, 12, 21, 74, 171},
                              {3, 2, 4, 13, 13, 40},   {1, 3, 2, 16, 333, 90}, {1, 1, 1, 4, 700, 9}};

} // namespace

DOCTEST_TEST_CASE("a convolution by transforms is the direct one") {
    for (const Case& c : cases) {
        DOCTEST_CAPTURE(c.kernel);
        const at::Tensor x = random_tensor({c.count, c.inputs, c.height, c.width}, 1);
        const at::Tensor weight = random_tensor({c.outputs, c.inputs, c.kernel, c.kernel}, 2);
        const at::Tensor bias = random_tensor({c.outputs}, 3);
        const at::Tensor direct = at::convolution(x, weight, bias, {1, 1}, {0, 0}, {1, 1}, false, {0, 0}, 1);
        DOCTEST_CHECK(difference(picker::fft_convolution(x, weight, bias), direct) < 5e-6);
        // Memory in another order changes nothing.
        const at::Tensor turned = x.transpose(2, 3).contiguous().transpose(2, 3);
        DOCTEST_CHECK(
            difference(picker::fft_convolution(turned, weight.contiguous(at::MemoryFormat::ChannelsLast), bias),
                       direct) < 5e-6);
    }
}

DOCTEST_TEST_CASE("and so are its slopes") {
    for (const Case& c : cases) {
        DOCTEST_CAPTURE(c.kernel);
        const at::Tensor x = random_tensor({c.count, c.inputs, c.height, c.width}, 4);
        const at::Tensor weight = random_tensor({c.outputs, c.inputs, c.kernel, c.kernel}, 5);
        const at::Tensor slope =
            random_tensor({c.count, c.outputs, c.height - c.kernel + 1, c.width - c.kernel + 1}, 6);
        const auto [to_input, to_weight, to_bias] = at::convolution_backward(
            slope, x, weight, at::IntArrayRef{c.outputs}, {1, 1}, {0, 0}, {1, 1}, false, {0, 0}, 1, {true, true, true});
        const auto slopes = picker::fft_convolution_backward(slope, x, weight, true);
        DOCTEST_CHECK(difference(slopes.input, to_input) < 5e-6);
        DOCTEST_CHECK(difference(slopes.weight, to_weight) < 5e-6);
        DOCTEST_CHECK(!picker::fft_convolution_backward(slope, x, weight, false).input.defined());
    }
}

DOCTEST_TEST_CASE("transforms are for large kernels") {
    DOCTEST_CHECK(picker::fft_is_faster(51, 1, 6, 272));
    DOCTEST_CHECK(picker::fft_is_faster(51, 1, 6, 2048));
    DOCTEST_CHECK(picker::fft_is_faster(21, 6, 12, 666));
    DOCTEST_CHECK(!picker::fft_is_faster(3, 16, 32, 64));
    DOCTEST_CHECK(!picker::fft_is_faster(9, 1, 8, 600));   // DeepPicker's largest
    DOCTEST_CHECK(!picker::fft_is_faster(600, 1, 1, 700)); // more than the largest block
    DOCTEST_CHECK(!picker::fft_is_faster(51, 1, 6, 40));   // no window fits
}

DOCTEST_TEST_CASE("mean pools are LibTorch's, of any size and order of memory") {
    for (const std::int64_t kernel : {1, 2, 3, 5}) {
        const at::Tensor x = random_tensor({2, 3, 31, 47}, 7);
        const at::Tensor expected = at::avg_pool2d(x, kernel);
        DOCTEST_CHECK(difference(picker::mean_pool(x, kernel), expected) < 1e-6);
        DOCTEST_CHECK(difference(picker::mean_pool(x.contiguous(at::MemoryFormat::ChannelsLast), kernel), expected) <
                      1e-6);
        DOCTEST_CHECK(difference(picker::mean_pool(x.narrow(3, 2, 40), kernel),
                                 at::avg_pool2d(x.narrow(3, 2, 40), kernel)) < 1e-6);
    }
}
