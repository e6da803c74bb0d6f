// Which strides stay when a network runs over a whole image.
#include "core/error.hpp"
#include "engine/network_spec.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

using namespace networks;

DOCTEST_TEST_CASE("strides stay while they divide the step") {
    const NetworkSpec spec = small_softmax(); // pools of 2 at layers 1, 3 and 5
    struct Case {
        int step, stride, subsample;
    };
    for (const Case expected : {Case{1, 1, 1}, Case{2, 2, 1}, Case{3, 1, 3}, Case{4, 4, 1}, Case{5, 1, 5},
                                Case{8, 8, 1}, Case{12, 4, 3}, Case{20, 4, 5}, Case{24, 8, 3}}) {
        const picker::DensePlan plan = picker::dense_plan(spec, expected.step);
        DOCTEST_CAPTURE(expected.step);
        DOCTEST_CHECK(plan.stride == expected.stride);
        DOCTEST_CHECK(plan.subsample == expected.subsample);
        DOCTEST_CHECK(plan.stride * plan.subsample == expected.step);
    }
}

DOCTEST_TEST_CASE("pools that lose their stride dilate what follows") {
    const picker::DensePlan plan = picker::dense_plan(small_softmax(), 4);
    DOCTEST_CHECK(plan.layers[1].stride == 2);
    DOCTEST_CHECK(plan.layers[3].stride == 2);
    DOCTEST_CHECK(plan.layers[4].dilation == 1);
    DOCTEST_CHECK(plan.layers[5].stride == 1);
    DOCTEST_CHECK(plan.layers[5].dilation == 1);
    DOCTEST_CHECK(plan.layers[7].dilation == 2);
    DOCTEST_CHECK(plan.layers[8].dilation == 1);
    const picker::DensePlan every = picker::dense_plan(small_softmax(), 1);
    DOCTEST_CHECK(every.layers[2].dilation == 2);
    DOCTEST_CHECK(every.layers[3].dilation == 2);
    DOCTEST_CHECK(every.layers[4].dilation == 4);
    DOCTEST_CHECK(every.layers[7].dilation == 8);
}

// Once a pool runs at every position, a later one cannot be strided, even where the step would allow its stride.
DOCTEST_TEST_CASE("no stride returns after one was given up") {
    NetworkSpec spec = small_sigmoid(); // pools of 3 and 2
    const picker::DensePlan plan = picker::dense_plan(spec, 2);
    DOCTEST_CHECK(plan.stride == 1);
    DOCTEST_CHECK(plan.subsample == 2);
    DOCTEST_CHECK(plan.layers[3].stride == 1);
    DOCTEST_CHECK(plan.layers[3].dilation == 3);
    DOCTEST_CHECK(plan.layers[4].dilation == 6);
}

DOCTEST_TEST_CASE("a step below 1 is refused") {
    DOCTEST_CHECK_THROWS_AS(picker::dense_plan(small_softmax(), 0), picker::Error);
    DOCTEST_CHECK_THROWS_AS(picker::dense_plan(small_softmax(), -4), picker::Error);
}
