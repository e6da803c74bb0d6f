// First parameters: their distributions, and that they depend on the seed alone.
#include "core/error.hpp"
#include "models/initialise.hpp"
#include "models/model.hpp"
#include "unit/check.hpp"

#include <cmath>

namespace {

struct Spread {
    double mean = 0.0, deviation = 0.0, largest = 0.0;
};

Spread spread(const std::vector<float>& values, const picker::ParameterShape& shape) {
    Spread result;
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = shape.offset; i < shape.offset + shape.count(); ++i) {
        sum += values[i];
        squares += static_cast<double>(values[i]) * values[i];
        result.largest = std::max(result.largest, std::abs(static_cast<double>(values[i])));
    }
    const double n = static_cast<double>(shape.count());
    result.mean = sum / n;
    result.deviation = std::sqrt(squares / n - result.mean * result.mean);
    return result;
}

} // namespace

DOCTEST_TEST_CASE("each initialisation has its distribution") {
    const picker::NetworkSpec network = picker::architecture("deeppicker").spec().network;
    const auto torch7 = picker::initial_parameters(network, "torch7", 3);
    const auto truncated = picker::initial_parameters(network, "truncated-normal-0.05", 3);
    const auto glorot = picker::initial_parameters(network, "glorot-uniform", 3);
    double fan_in = 0.0;
    for (const picker::ParameterShape& shape : picker::parameter_shapes(network)) {
        fan_in = shape.is_bias ? fan_in : shape.fan_in;
        const double bound = 1.0 / std::sqrt(fan_in);
        DOCTEST_CHECK(spread(torch7, shape).largest <= bound * (1 + 1e-6));
        DOCTEST_CHECK(spread(torch7, shape).largest > 0.0);
        if (shape.is_bias) {
            DOCTEST_CHECK(spread(truncated, shape).largest == 0.0);
            DOCTEST_CHECK(spread(glorot, shape).largest == 0.0);
        } else if (shape.count() > 4000) {
            // Uniform: bound / sqrt(3). Normal cut at 2 deviations: 0.8796 of its deviation.
            DOCTEST_CHECK(spread(torch7, shape).deviation == doctest::Approx(bound / std::sqrt(3.0)).epsilon(0.03));
            DOCTEST_CHECK(spread(truncated, shape).deviation == doctest::Approx(0.05 * 0.8796).epsilon(0.03));
            DOCTEST_CHECK(spread(truncated, shape).largest <= 0.1 * (1 + 1e-6));
            const double sum = shape.fan_in + shape.fan_out;
            DOCTEST_CHECK(spread(glorot, shape).deviation == doctest::Approx(std::sqrt(2.0 / sum)).epsilon(0.03));
            DOCTEST_CHECK(std::abs(spread(glorot, shape).mean) <
                          4.0 * std::sqrt(2.0 / sum / static_cast<double>(shape.count())));
        }
    }
}

DOCTEST_TEST_CASE("a model depends on its seed alone") {
    const picker::Model a = picker::create_model("deeppicker", 5), b = picker::create_model("deeppicker", 5);
    const picker::Model c = picker::create_model("deeppicker", 6);
    DOCTEST_CHECK(a.parameters == b.parameters);
    DOCTEST_CHECK(a.parameters != c.parameters);
    DOCTEST_CHECK(a.parameters.size() == 33346);
    DOCTEST_CHECK_FALSE(a.trained);
}

DOCTEST_TEST_CASE("an unknown initialisation is refused") {
    const picker::NetworkSpec network = picker::architecture("deeppicker").spec().network;
    DOCTEST_CHECK_THROWS_AS(picker::initial_parameters(network, "zeros", 1), picker::Error);
}
