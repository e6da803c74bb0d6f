// Shapes, counts and refusals of network specifications, without LibTorch.
#include "core/error.hpp"
#include "engine/network_spec.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

#include <string>

using namespace networks;

namespace {

NetworkSpec deepem(int input, std::array<int, 3> kernels, std::array<int, 3> pools) {
    return {input,
            {convolution(kernels[0], 6, Activation::sigmoid), mean_pool(pools[0]),
             convolution(kernels[1], 12, Activation::sigmoid), mean_pool(pools[1]),
             convolution(kernels[2], 12, Activation::sigmoid), mean_pool(pools[2]), dense(1, Activation::sigmoid)}};
}

std::string refusal(const NetworkSpec& spec) {
    try {
        picker::check_network(spec);
    } catch (const picker::Error& error) {
        DOCTEST_CHECK(error.status() == picker::Status::invalid_argument);
        return error.what();
    }
    return "";
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

// The four published configurations of DeepEM (Table 1), counted by hand.
DOCTEST_TEST_CASE("parameter counts of the DeepEM networks") {
    DOCTEST_CHECK(picker::parameter_count(deepem(272, {51, 21, 10}, {3, 2, 2})) == 62761);
    DOCTEST_CHECK(picker::parameter_count(deepem(160, {20, 10, 4}, {3, 2, 2})) == 12703);
    DOCTEST_CHECK(picker::parameter_count(deepem(150, {31, 15, 10}, {2, 2, 2})) == 36985);
    DOCTEST_CHECK(picker::parameter_count(deepem(112, {15, 10, 7}, {2, 2, 2})) == 16225);
}

DOCTEST_TEST_CASE("sizes along DeepEM's KLH network") {
    const auto shapes = picker::layer_shapes(deepem(272, {51, 21, 10}, {3, 2, 2}));
    const std::vector<int> sizes{222, 74, 54, 27, 18, 9, 1};
    DOCTEST_REQUIRE(shapes.size() == sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        DOCTEST_CHECK(shapes[i].size == sizes[i]);
    }
    DOCTEST_CHECK(shapes[5].channels == 12);
}

DOCTEST_TEST_CASE("names, shapes and offsets of parameters") {
    const auto shapes = picker::parameter_shapes(small_softmax());
    DOCTEST_REQUIRE(shapes.size() == 10);
    DOCTEST_CHECK(shapes[0].name == "conv1.weight");
    DOCTEST_CHECK(shapes[0].dimensions == std::vector<int>{4, 1, 3, 3});
    DOCTEST_CHECK(shapes[2].name == "conv2.weight");
    DOCTEST_CHECK(shapes[2].offset == 4 * 9 + 4);
    DOCTEST_CHECK(shapes[2].fan_in == 4 * 9);
    DOCTEST_CHECK(shapes[2].fan_out == 5 * 9);
    DOCTEST_CHECK(shapes[6].name == "dense1.weight");
    DOCTEST_CHECK(shapes[6].dimensions == std::vector<int>{7, 6});
    DOCTEST_CHECK(shapes[6].is_dense);
    DOCTEST_CHECK(shapes[9].name == "dense2.bias");
    DOCTEST_CHECK(shapes[9].is_bias);
    DOCTEST_CHECK(shapes[9].offset + shapes[9].count() == picker::parameter_count(small_softmax()));
}

DOCTEST_TEST_CASE("a pool that does not divide names the layer, the sizes and the nearest inputs that work") {
    NetworkSpec spec = small_softmax(); // works for 18 + 8 n; 10 leaves nothing to the last layers
    for (const int size : {17, 19, 20, 25}) {
        spec.input_size = size;
        const std::string message = refusal(spec);
        DOCTEST_CAPTURE(message);
        DOCTEST_CHECK(contains(message, "max pool of 2"));
        DOCTEST_CHECK(contains(message, size < 18 ? "size that works is 18" : "sizes that work are 18 and 26"));
    }
    spec.input_size = 26;
    DOCTEST_CHECK(refusal(spec).empty());
    spec.input_size = 2;
    DOCTEST_CHECK(contains(refusal(spec), "kernel of 3 pixels, but is given 2 x 2"));
}

DOCTEST_TEST_CASE("an add keeps the later size, and refuses what it cannot lay on top of it") {
    const auto shapes = picker::layer_shapes(residual());
    DOCTEST_CHECK(shapes[2].channels == 4);
    DOCTEST_CHECK(shapes[2].size == 10);
    DOCTEST_CHECK(shapes[5].size == 3);
    DOCTEST_CHECK(picker::is_map(small_map()));
    DOCTEST_CHECK(!picker::is_map(residual()));
    picker::check_network(small_map());
    NetworkSpec spec = residual();
    spec.layers[2].from = 2;
    DOCTEST_CHECK(contains(refusal(spec), "one that comes before"));
    spec.layers[2].from = -1;
    DOCTEST_CHECK(contains(refusal(spec), "one that comes before"));
    spec = residual();
    spec.layers[5].from = 2;
    DOCTEST_CHECK(contains(refusal(spec), "past layer 4 (max pool)"));
    spec = residual();
    spec.layers[0].channels = 5;
    DOCTEST_CHECK(contains(refusal(spec), "as many channels"));
    spec = residual();
    spec.input_size = 15;
    spec.layers[1].kernel = 4;
    DOCTEST_CHECK(contains(refusal(spec), "even border"));
    spec = small_map();
    spec.input_size = 14;
    spec.layers.insert(spec.layers.begin() + 1, max_pool(2));
    spec.layers.resize(2);
    spec.layers.push_back(convolution(6, 1, Activation::relu));
    DOCTEST_CHECK(contains(refusal(spec), "has pools"));
}

DOCTEST_TEST_CASE("networks that make no sense are refused") {
    NetworkSpec spec = small_softmax();
    spec.layers.back().activation = Activation::sigmoid; // two outputs
    DOCTEST_CHECK(contains(refusal(spec), "one sigmoid or two softmax"));
    spec = small_softmax();
    spec.layers.pop_back();
    DOCTEST_CHECK(contains(refusal(spec), "one sigmoid or two softmax"));
    spec = small_softmax();
    spec.layers.push_back(max_pool(1));
    DOCTEST_CHECK(contains(refusal(spec), "after a dense layer"));
    spec = small_softmax();
    spec.layers[6].rate = 1.0;
    DOCTEST_CHECK(contains(refusal(spec), "rate"));
    spec = small_softmax();
    spec.layers[0].activation = Activation::softmax;
    DOCTEST_CHECK(contains(refusal(spec), "only the last"));
    spec = small_softmax();
    spec.layers[0].channels = 0;
    DOCTEST_CHECK(contains(refusal(spec), "outputs"));
    spec = small_softmax();
    spec.layers[0].kernel = -3;
    DOCTEST_CHECK(contains(refusal(spec), "kernel"));
    spec = small_softmax();
    spec.input_size = 1 << 30;
    DOCTEST_CHECK(contains(refusal(spec), "input"));
    DOCTEST_CHECK(contains(refusal(NetworkSpec{64, {}}), "0 layers"));
    // Far more memory than there is, from a few bytes of specification.
    const NetworkSpec huge{
        64, {dense(65536, Activation::relu), dense(65536, Activation::relu), dense(1, Activation::sigmoid)}};
    DOCTEST_CHECK_THROWS_AS(picker::parameter_count(huge), picker::Error);
}
