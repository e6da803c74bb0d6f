// Steps of body, general head and specialised heads, worked out by hand.
#include "core/error.hpp"
#include "models/heads.hpp"
#include "naive_detector.hpp"
#include "training/head_steps.hpp"
#include "unit/check.hpp"

using namespace picker;

namespace {

struct Fixture {
    ModelSpec spec = naive_detector::model().spec;
    std::size_t body = head_offset(spec), head = parameter_count(spec.network) - body;
    std::vector<float> parameters;
    HeadStepOptions options;

    // Body 1, general head 2, two heads of 2.5 and 1.
    Fixture() {
        parameters.assign(body, 1.0F);
        for (const float value : {2.0F, 2.5F, 1.0F}) {
            parameters.insert(parameters.end(), head, value);
        }
        options.stepper = {Optimiser::momentum, 0.9};
        options.bias_weight = 3.0;
    }
    std::vector<float> slopes() const {
        std::vector<float> out(body, 10.0F);
        out.insert(out.end(), head, 20.0F);
        return out;
    }
};

} // namespace

DOCTEST_TEST_CASE("the head at hand and the general one are drawn to each other; the others rest") {
    Fixture f;
    HeadSteps steps(f.spec, f.parameters, 2, f.options);
    DOCTEST_CHECK(steps.network_parameters(0)[f.body] == 2.5F);
    DOCTEST_CHECK(steps.network_parameters(1)[f.body] == 1.0F);
    DOCTEST_CHECK(steps.network_parameters(1)[0] == 1.0F);
    steps.step(0, f.slopes(), 0.01);
    // The norm of the difference is 0.5 sqrt(head): each component of its slope is 3 * 0.5 / that.
    const double bias = 3.0 / std::sqrt(static_cast<double>(f.head));
    const std::vector<float>& after = steps.parameters();
    DOCTEST_CHECK(after[0] == doctest::Approx(1.0 - 0.1));
    DOCTEST_CHECK(after[f.body] == doctest::Approx(2.0 + 0.01 * bias));
    DOCTEST_CHECK(after[f.body + f.head] == doctest::Approx(2.5 - 0.01 * (20.0 + bias)));
    DOCTEST_CHECK(after[f.body + 2 * f.head] == 1.0F);
    // The second step has momentum, also that of the general head.
    steps.step(1, f.slopes(), 0.01);
    DOCTEST_CHECK(after[0] == doctest::Approx(0.9 - 0.09 - 0.1));
    DOCTEST_CHECK(after[f.body] == doctest::Approx(2.0 + 0.01 * bias + 0.009 * bias - 0.01 * bias).epsilon(1e-5));
}

DOCTEST_TEST_CASE("frozen, only the head at hand moves, to the bit") {
    Fixture f;
    f.options.freeze = true;
    HeadSteps steps(f.spec, f.parameters, 2, f.options);
    for (int i = 0; i < 3; ++i) {
        steps.step(1, f.slopes(), 0.01);
    }
    const std::vector<float>& after = steps.parameters();
    DOCTEST_CHECK(std::equal(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(f.body + 2 * f.head),
                             f.parameters.begin()));
    DOCTEST_CHECK(after.back() < 1.0F);
}

DOCTEST_TEST_CASE("a head that equals the general one is not drawn anywhere; without heads all is one network") {
    Fixture f;
    std::fill(f.parameters.begin() + static_cast<std::ptrdiff_t>(f.body), f.parameters.end(), 2.0F);
    HeadSteps steps(f.spec, f.parameters, 2, f.options);
    steps.step(0, std::vector<float>(f.body + f.head, 0.0F), 0.01);
    DOCTEST_CHECK(steps.parameters() == f.parameters);
    f.parameters.resize(f.body + f.head);
    HeadSteps plain(f.spec, f.parameters, 0, f.options);
    plain.step(0, f.slopes(), 0.01);
    DOCTEST_CHECK(plain.parameters()[0] == doctest::Approx(0.9));
    DOCTEST_CHECK(plain.parameters()[f.body] == doctest::Approx(1.8));
    DOCTEST_CHECK(plain.network_parameters(0).size() == f.parameters.size());
}

DOCTEST_TEST_CASE("steps go on from what was remembered, and not from another training's") {
    Fixture f;
    f.options.stepper.optimiser = Optimiser::adam;
    HeadSteps steps(f.spec, f.parameters, 2, f.options), again(f.spec, f.parameters, 2, f.options);
    steps.step(0, f.slopes(), 0.01);
    again.restore(steps.parameters(), steps.memory());
    steps.step(1, f.slopes(), 0.01);
    again.step(1, f.slopes(), 0.01);
    DOCTEST_CHECK(again.parameters() == steps.parameters());
    HeadSteps fewer(f.spec, {f.parameters.begin(), f.parameters.end() - static_cast<std::ptrdiff_t>(f.head)}, 1,
                    f.options);
    DOCTEST_CHECK_THROWS_AS(fewer.restore(steps.parameters(), steps.memory()), Error);
    DOCTEST_CHECK_THROWS_AS(HeadSteps(f.spec, f.parameters, 1, f.options), Error);
}
