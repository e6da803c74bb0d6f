// Which strides stay when a network runs over a whole image.
#include "core/error.hpp"
#include "engine/network_spec.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

using namespace networks;

// Pools of 2 at layers 1, 3 and 5, so the network's own grid is 8 pixels.
DOCTEST_TEST_CASE("a pool runs once where the step keeps its grid, else once per shift") {
    const NetworkSpec spec = small_softmax();
    DOCTEST_CHECK(picker::total_stride(spec) == 8);
    struct Case {
        int step, first, second, third, spacing; // phases of the three pools, windows at the dense layer
    };
    for (const Case expected :
         {Case{1, 2, 2, 2, 1}, Case{2, 1, 2, 2, 1}, Case{3, 2, 2, 2, 3}, Case{4, 1, 1, 2, 1}, Case{8, 1, 1, 1, 1},
          Case{12, 1, 1, 2, 3}, Case{20, 1, 1, 2, 5}, Case{24, 1, 1, 1, 3}}) {
        const picker::DensePlan plan = picker::dense_plan(spec, expected.step);
        DOCTEST_CAPTURE(expected.step);
        DOCTEST_CHECK(plan.step == expected.step);
        DOCTEST_CHECK(plan.layers[0].spacing == expected.step);
        DOCTEST_CHECK(plan.layers[1].phases == expected.first);
        DOCTEST_CHECK(plan.layers[3].phases == expected.second);
        DOCTEST_CHECK(plan.layers[5].phases == expected.third);
        DOCTEST_CHECK(plan.layers[7].spacing == expected.spacing);
        DOCTEST_CHECK(plan.layers[8].spacing == 1); // one value per window behind the first dense layer
        DOCTEST_CHECK(plan.last_spacing == 1);
    }
}

// KLH's pools of 3, 2 and 2: every 20 pixels, three shifts of the first pool serve, and no more behind it.
DOCTEST_TEST_CASE("the authors' step of 20 on a grid of 12") {
    const NetworkSpec spec{272,
                           {convolution(51, 6, Activation::sigmoid), mean_pool(3),
                            convolution(21, 12, Activation::sigmoid), mean_pool(2),
                            convolution(10, 12, Activation::sigmoid), mean_pool(2), dense(1, Activation::sigmoid)}};
    DOCTEST_CHECK(picker::total_stride(spec) == 12);
    const picker::DensePlan plan = picker::dense_plan(spec, 20, 4);
    DOCTEST_CHECK(plan.rotations == 4);
    DOCTEST_CHECK(plan.layers[1].phases == 3);
    DOCTEST_CHECK(plan.layers[3].phases == 1);
    DOCTEST_CHECK(plan.layers[3].spacing == 20); // of a third of the windows, 60 pixels apart, on a grid of 3
    DOCTEST_CHECK(plan.layers[5].phases == 1);
    DOCTEST_CHECK(plan.layers[6].spacing == 5);
    const picker::DensePlan own = picker::dense_plan(spec, 12);
    for (const picker::DensePlan::Layer& layer : own.layers) {
        DOCTEST_CHECK(layer.phases == 1);
    }
}

DOCTEST_TEST_CASE("without a dense layer the windows stay apart to the end") {
    DOCTEST_CHECK(picker::dense_plan(all_convolutions(), 12).last_spacing == 3); // pools of 2 and 2
    DOCTEST_CHECK(picker::dense_plan(all_convolutions(), 4).last_spacing == 1);
}

DOCTEST_TEST_CASE("other numbers of rotations than 1 and 4 are refused") {
    DOCTEST_CHECK_THROWS_AS(picker::dense_plan(small_softmax(), 4, 2), picker::Error);
}

DOCTEST_TEST_CASE("a step below 1 is refused") {
    DOCTEST_CHECK_THROWS_AS(picker::dense_plan(small_softmax(), 0), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::dense_plan(small_softmax(), -4), picker::Error);
}
