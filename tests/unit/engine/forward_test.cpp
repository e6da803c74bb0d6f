// Scores of single patches against plain loops in double precision.
#include "core/error.hpp"
#include "engine/engine.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

using namespace networks;

DOCTEST_TEST_CASE("scores equal those of plain loops") {
    picker::engine().prepare_thread();
    for (const NetworkSpec& spec : all()) {
        const std::vector<float> parameters = random_parameters(spec, 5);
        const std::vector<double> exact(parameters.begin(), parameters.end());
        const int count = 150; // more than one internal batch
        const std::size_t area = static_cast<std::size_t>(spec.input_size) * static_cast<std::size_t>(spec.input_size);
        const std::vector<float> patches = random_values(count * area, 6, 1.0);
        const auto network = picker::engine().create(spec, "cpu");
        network->set_parameters(parameters);
        std::vector<float> scores(count);
        network->score(patches.data(), count, scores.data());
        double worst = 0.0, least = 1.0, most = 0.0;
        for (std::size_t i = 0; i < count; ++i) {
            const double expected = naive_probability(spec, exact, patches.data() + i * area);
            worst = std::max(worst, std::abs(scores[i] - expected));
            least = std::min(least, expected);
            most = std::max(most, expected);
        }
        DOCTEST_CHECK(worst < 2e-6);
        DOCTEST_CHECK(most > least + 0.005); // the patches are told apart at all
    }
}

DOCTEST_TEST_CASE("a patch's score does not depend on its company") {
    const NetworkSpec spec = small_softmax();
    picker::engine().prepare_thread();
    const auto network = picker::engine().create(spec, "cpu");
    network->set_parameters(random_parameters(spec, 5));
    const int count = 100;
    const std::size_t area = static_cast<std::size_t>(spec.input_size) * static_cast<std::size_t>(spec.input_size);
    const std::vector<float> patches = random_values(count * area, 7, 1.0);
    std::vector<float> together(count), alone(count);
    network->score(patches.data(), count, together.data());
    for (int i = 0; i < count; ++i) {
        network->score(patches.data() + static_cast<std::size_t>(i) * area, 1, &alone[static_cast<std::size_t>(i)]);
    }
    for (std::size_t i = 0; i < count; ++i) {
        DOCTEST_CHECK(together[i] == doctest::Approx(alone[i]).epsilon(1e-6));
    }
}

DOCTEST_TEST_CASE("misuse is an error, and parameters are copied") {
    const NetworkSpec spec = small_softmax();
    const auto network = picker::engine().create(spec, "cpu");
    std::vector<float> patch(18 * 18, 0.5F), parameters = random_parameters(spec, 1);
    float before = 0.0F, after = 0.0F;
    DOCTEST_CHECK_THROWS_AS(network->score(patch.data(), 1, &before), picker::Error); // no parameters yet
    DOCTEST_CHECK_THROWS_AS(network->set_parameters(std::span(parameters).first(10)), picker::Error);
    network->set_parameters(parameters);
    network->score(patch.data(), 1, &before);
    std::fill(parameters.begin(), parameters.end(), 0.0F);
    network->score(patch.data(), 1, &after);
    DOCTEST_CHECK(before == after);
    DOCTEST_CHECK(picker::engine().description().find("LibTorch") == 0);
    NetworkSpec wrong = spec;
    wrong.input_size = 19;
    DOCTEST_CHECK_THROWS_AS((void)picker::engine().create(wrong, "cpu"), picker::Error);
}
