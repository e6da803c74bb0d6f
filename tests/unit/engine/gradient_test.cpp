// Gradients against finite differences of plain loops in double precision.
#include "core/error.hpp"
#include "engine/engine.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

#include <thread>

using namespace networks;

namespace {

constexpr int samples = 6;

struct Problem {
    NetworkSpec spec;
    std::vector<float> parameters, patches, labels, weights, mask;
    std::size_t features = 0; // of the dropout layer; 0 without one

    explicit Problem(const NetworkSpec& network) : spec(network) {
        parameters = random_parameters(spec, 21);
        patches = random_values(samples * area(), 22, 1.0);
        labels = {1.0F, 0.0F, 0.0F, 1.0F, 1.0F, 0.0F};
        weights = {1.0F, 2.0F, 0.5F, 1.0F, 0.0F, 1.5F};
        const auto shapes = picker::layer_shapes(spec);
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            if (spec.layers[i].kind == LayerKind::dropout) {
                features = static_cast<std::size_t>(shapes[i].channels * shapes[i].size * shapes[i].size);
            }
        }
        picker::Random random(23);
        for (std::size_t i = 0; i < samples * features; ++i) {
            mask.push_back(random.uniform() < 0.5 ? 0.0F : 2.0F);
        }
    }

    std::size_t area() const {
        return static_cast<std::size_t>(spec.input_size) * static_cast<std::size_t>(spec.input_size);
    }

    double naive_loss(const std::vector<double>& at, picker::Loss loss) const {
        double total = 0.0;
        for (std::size_t i = 0; i < samples; ++i) {
            std::vector<const float*> masks;
            if (features > 0) {
                masks.push_back(mask.data() + i * features);
            }
            const double p = 1.0 / (1.0 + std::exp(-naive_logit(spec, at, patches.data() + i * area(), masks)));
            const double y = labels[i];
            total +=
                weights[i] * (loss == picker::Loss::cross_entropy ? -(y * std::log(p) + (1.0 - y) * std::log(1.0 - p))
                                                                  : 0.5 * (p - y) * (p - y));
        }
        return total;
    }
};

double gradient_of(const picker::Network& network, const Problem& problem, picker::Loss loss, int first, int count,
                   std::vector<float>& gradient) {
    const std::size_t start = static_cast<std::size_t>(first);
    const float* mask = problem.mask.data() + start * problem.features;
    picker::TrainingShard shard;
    shard.patches = problem.patches.data() + start * problem.area();
    shard.count = count;
    shard.labels = problem.labels.data() + start;
    shard.weights = problem.weights.data() + start;
    if (problem.features > 0) {
        shard.dropout_masks = std::span<const float* const>(&mask, 1);
    }
    shard.loss = loss;
    gradient.assign(problem.parameters.size(), -99.0F); // must be overwritten
    return network.gradient(shard, gradient);
}

} // namespace

DOCTEST_TEST_CASE("gradients equal finite differences") {
    picker::engine().prepare_thread();
    for (const NetworkSpec& spec : all()) {
        for (const picker::Loss loss : {picker::Loss::cross_entropy, picker::Loss::half_square}) {
            const Problem problem(spec);
            const auto network = picker::engine().create(spec, "cpu");
            network->set_parameters(problem.parameters);
            std::vector<float> gradient;
            const double value = gradient_of(*network, problem, loss, 0, samples, gradient);
            std::vector<double> at(problem.parameters.begin(), problem.parameters.end());
            DOCTEST_CHECK(value == doctest::Approx(problem.naive_loss(at, loss)).epsilon(1e-5));
            double largest = 0.0, worst = 0.0;
            std::size_t moving = 0;
            for (std::size_t i = 0; i < at.size(); i += 1 + i % 13) {
                const double kept = at[i], h = 1e-6;
                at[i] = kept + h;
                const double above = problem.naive_loss(at, loss);
                at[i] = kept - h;
                const double below = problem.naive_loss(at, loss);
                at[i] = kept;
                const double expected = (above - below) / (2 * h);
                largest = std::max(largest, std::abs(expected));
                worst = std::max(worst, std::abs(expected - static_cast<double>(gradient[i])));
                moving += expected != 0.0 ? 1 : 0;
            }
            DOCTEST_CHECK(largest > 1e-3);
            DOCTEST_CHECK(moving > 20);
            DOCTEST_CHECK(worst < 2e-4 * (1.0 + largest));
        }
    }
}

DOCTEST_TEST_CASE("shards add up, on two threads at once, to the same bits") {
    const Problem problem(small_softmax());
    const auto network = picker::engine().create(problem.spec, "cpu");
    network->set_parameters(problem.parameters);
    std::vector<float> whole, first, second, again;
    const auto loss = picker::Loss::cross_entropy;
    double a = 0.0, b = 0.0;
    const double total = gradient_of(*network, problem, loss, 0, samples, whole);
    std::thread left([&] {
        picker::engine().prepare_thread();
        a = gradient_of(*network, problem, loss, 0, 2, first);
    });
    std::thread right([&] {
        picker::engine().prepare_thread();
        b = gradient_of(*network, problem, loss, 2, samples - 2, second);
    });
    left.join();
    right.join();
    DOCTEST_CHECK(a + b == doctest::Approx(total).epsilon(1e-6));
    for (std::size_t i = 0; i < whole.size(); ++i) {
        DOCTEST_CHECK(first[i] + second[i] == doctest::Approx(whole[i]).epsilon(1e-4));
    }
    std::thread([&] {
        picker::engine().prepare_thread();
        DOCTEST_CHECK(gradient_of(*network, problem, loss, 2, samples - 2, again) == b);
    }).join();
    DOCTEST_CHECK(again == second);
}

DOCTEST_TEST_CASE("losses stay finite for hopeless samples") {
    const Problem problem(small_sigmoid());
    const auto network = picker::engine().create(problem.spec, "cpu");
    std::vector<float> parameters = problem.parameters;
    parameters.back() = 200.0F; // bias of the output: probability 1 to any precision
    network->set_parameters(parameters);
    std::vector<float> gradient;
    const double value = gradient_of(*network, problem, picker::Loss::cross_entropy, 0, samples, gradient);
    DOCTEST_CHECK(value > 700.0); // weights of the negatives: 2 + 0.5 + 1.5
    DOCTEST_CHECK(value < 900.0);
    DOCTEST_CHECK(gradient.back() == doctest::Approx(4.0));
}

DOCTEST_TEST_CASE("shards that do not fit are refused") {
    const Problem problem(small_softmax());
    const auto network = picker::engine().create(problem.spec, "cpu");
    network->set_parameters(problem.parameters);
    picker::TrainingShard shard;
    shard.patches = problem.patches.data();
    shard.labels = problem.labels.data();
    std::vector<float> gradient(problem.parameters.size());
    DOCTEST_CHECK_THROWS_AS((void)network->gradient(shard, gradient), picker::Error); // no sample
    shard.count = 2;
    DOCTEST_CHECK_THROWS_AS((void)network->gradient(shard, std::span(gradient).first(5)), picker::Error);
    const std::vector<const float*> masks(2, problem.mask.data());
    shard.dropout_masks = masks; // the network has one dropout layer
    DOCTEST_CHECK_THROWS_AS((void)network->gradient(shard, gradient), picker::Error);
}
