// Optimisers against their formulas written out.
#include "core/error.hpp"
#include "training/stepper.hpp"
#include "unit/check.hpp"

#include <array>
#include <cmath>

using namespace picker;

// Kingma & Ba 2015, algorithm 1, with the corrections for the first steps.
DOCTEST_TEST_CASE("Adam's first steps") {
    std::vector<float> parameters{1.0F, -2.0F};
    Stepper stepper(2, {Optimiser::adam, 0.0});
    std::array<double, 2> w{1.0, -2.0}, m{}, v{};
    for (int t = 1; t <= 5; ++t) {
        const std::array<float, 2> slopes{0.5F * static_cast<float>(t), -0.01F};
        stepper.step(parameters, slopes, 0.1);
        for (std::size_t i = 0; i < 2; ++i) {
            const double g = slopes[i];
            m[i] = 0.9 * m[i] + 0.1 * g;
            v[i] = 0.999 * v[i] + 0.001 * g * g;
            w[i] -= 0.1 * (m[i] / (1.0 - std::pow(0.9, t))) / (std::sqrt(v[i] / (1.0 - std::pow(0.999, t))) + 1e-8);
            DOCTEST_CHECK(static_cast<double>(parameters[i]) == doctest::Approx(w[i]).epsilon(1e-5));
        }
    }
    DOCTEST_CHECK(w[1] > -2.0 + 0.49); // a constant slope, however small, gives steps of the rate
}

DOCTEST_TEST_CASE("momentum's steps") {
    std::vector<float> parameters{1.0F};
    Stepper stepper(1, {Optimiser::momentum, 0.5});
    const std::array<float, 1> slope{2.0F};
    stepper.step(parameters, slope, 0.1); // -0.2
    stepper.step(parameters, slope, 0.1); // -0.3
    DOCTEST_CHECK(parameters[0] == doctest::Approx(0.5));
}

DOCTEST_TEST_CASE("a memory that is given back goes on as if nothing had happened") {
    for (const Optimiser optimiser : {Optimiser::adam, Optimiser::momentum}) {
        std::vector<float> straight{1.0F, 2.0F}, resumed{1.0F, 2.0F};
        const std::array<float, 2> slopes{0.3F, -0.7F};
        Stepper one(2, {optimiser, 0.9}), first(2, {optimiser, 0.9}), second(2, {optimiser, 0.9});
        one.step(straight, slopes, 0.1);
        one.step(straight, slopes, 0.1);
        first.step(resumed, slopes, 0.1);
        second.restore(first.memory());
        second.step(resumed, slopes, 0.1);
        DOCTEST_CHECK(straight == resumed);
        DOCTEST_CHECK_THROWS_WITH_AS(second.restore({1.0F}), doctest::Contains("--overwrite"), Error);
    }
}
