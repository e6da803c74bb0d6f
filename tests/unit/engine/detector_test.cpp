// Detectors, and segmenters run over a whole image, on LibTorch: outputs and gradients against plain loops in double
// precision.
#include "core/error.hpp"
#include "engine/detection.hpp"
#include "engine/engine.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

#include <cmath>

using namespace networks;

namespace {

constexpr int edge = 16, cells = 16, samples = 2;
constexpr double offset_weight = 0.3;

std::vector<float> parameters_of(const NetworkSpec& spec) {
    std::vector<float> values = random_values(picker::parameter_count(spec), 5, 1.0);
    for (const picker::ParameterShape& shape : picker::parameter_shapes(spec)) {
        const double scale = shape.is_norm || shape.is_bias ? 0.3 : std::sqrt(2.0 / shape.fan_in);
        for (std::size_t i = shape.offset; i < shape.offset + shape.count(); ++i) {
            values[i] = static_cast<float>(scale * values[i] + (shape.is_norm && !shape.is_bias ? 1.0 : 0.0));
        }
    }
    return values;
}

struct Sample {
    std::vector<float> pixels, labels;
    std::vector<std::vector<float>> masks;
};

std::vector<Sample> make_samples(const NetworkSpec& spec) {
    picker::Random random(8);
    std::vector<Sample> all(samples);
    const auto shapes = picker::layer_shapes(spec);
    for (Sample& sample : all) {
        sample.pixels = random_values(edge * edge, random.bits(), 1.0);
        for (int i = 0; i < cells; ++i) {
            sample.labels.push_back(i % 5 == 0 ? -1.0F : i % 3 == 0 ? 1.0F : 0.0F);
        }
        for (int i = 0; i < 2 * cells; ++i) {
            sample.labels.push_back(static_cast<float>(random.uniform(-2.0, 2.0)));
        }
        for (std::size_t l = 0; l < shapes.size(); ++l) {
            if (spec.layers[l].kind == LayerKind::dropout) {
                std::vector<float> mask(static_cast<std::size_t>(shapes[l].channels * shapes[l].size * shapes[l].size));
                for (float& value : mask) {
                    value = random.uniform() < 0.3 ? 0.0F : static_cast<float>(1.0 / 0.7);
                }
                sample.masks.push_back(mask);
            }
        }
    }
    return all;
}

// The paper's losses, written out: focal with alpha 1/4 and gamma 2 for each logit, and the absolute errors.
double naive_loss(const NetworkSpec& spec, const std::vector<double>& parameters, const std::vector<Sample>& all) {
    const int outputs = spec.layers.back().channels;
    double total = 0.0;
    for (const Sample& sample : all) {
        std::vector<const float*> masks;
        for (const auto& mask : sample.masks) {
            masks.push_back(mask.data());
        }
        const std::vector<double> y = naive_outputs(spec, parameters, sample.pixels.data(), masks);
        const auto value = [&](int output, int cell) { return y[static_cast<std::size_t>(output * cells + cell)]; };
        for (int c = 0; c < cells; ++c) {
            const double label = sample.labels[static_cast<std::size_t>(c)];
            if (label < 0.0) {
                continue;
            }
            for (int logit = 0; logit < outputs - 2; ++logit) {
                const bool wanted = (logit == outputs - 3) == (label > 0.5);
                const double p = 1.0 / (1.0 + std::exp(-value(logit, c)));
                total -= wanted ? 0.25 * (1 - p) * (1 - p) * std::log(p) : 0.75 * p * p * std::log(1 - p);
            }
            for (int axis = 0; label > 0.5 && axis < 2; ++axis) {
                const double offset = 0.75 * 4 * std::tanh(value(outputs - 2 + axis, c));
                total +=
                    offset_weight * std::abs(offset - sample.labels[static_cast<std::size_t>((1 + axis) * cells + c)]);
            }
        }
    }
    return total;
}

} // namespace

DOCTEST_TEST_CASE("a detector's outputs equal plain loops") {
    picker::engine().prepare_thread();
    for (const int outputs : {3, 4}) {
        DOCTEST_CAPTURE(outputs);
        const NetworkSpec spec = small_detector(outputs);
        const std::vector<float> parameters = parameters_of(spec);
        const auto network = picker::engine().create(spec, "cpu");
        network->set_parameters(parameters);
        const std::vector<double> exact(parameters.begin(), parameters.end());
        const std::vector<float> pixels = random_values(edge * edge, 3, 1.0);
        std::vector<float> found(static_cast<std::size_t>(outputs * cells));
        network->outputs(pixels.data(), edge, edge, found.data());
        const std::vector<double> expected = naive_outputs(spec, exact, pixels.data());
        DOCTEST_REQUIRE(expected.size() == found.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            DOCTEST_CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4).scale(1.0));
        }
        // A wider image has more columns of cells; what lies far to the right reaches every cell through the norms.
        std::vector<float> wide(edge * 2 * edge, 0.0F), more(found.size() * 2);
        for (int y = 0; y < edge; ++y) {
            std::copy_n(pixels.begin() + y * edge, edge, wide.begin() + y * 2 * edge);
        }
        network->outputs(wide.data(), edge, 2 * edge, more.data());
        DOCTEST_CHECK(std::abs(more[0] - found[0]) > 1e-3F);
        DOCTEST_CHECK_THROWS(network->outputs(pixels.data(), edge - 1, edge, found.data()));
    }
}

DOCTEST_TEST_CASE("a detector's gradients equal finite differences") {
    picker::engine().prepare_thread();
    for (const int outputs : {3, 4}) {
        DOCTEST_CAPTURE(outputs);
        const NetworkSpec spec = small_detector(outputs);
        const std::vector<float> parameters = parameters_of(spec);
        const std::vector<Sample> all = make_samples(spec);
        const auto network = picker::engine().create(spec, "cpu");
        network->set_parameters(parameters);
        std::vector<float> pixels, labels;
        std::vector<std::vector<float>> masks(all[0].masks.size());
        for (const Sample& sample : all) {
            pixels.insert(pixels.end(), sample.pixels.begin(), sample.pixels.end());
            labels.insert(labels.end(), sample.labels.begin(), sample.labels.end());
            for (std::size_t d = 0; d < masks.size(); ++d) {
                masks[d].insert(masks[d].end(), sample.masks[d].begin(), sample.masks[d].end());
            }
        }
        std::vector<const float*> pointers;
        for (const auto& mask : masks) {
            pointers.push_back(mask.data());
        }
        picker::TrainingShard shard;
        shard.patches = pixels.data();
        shard.count = samples;
        shard.labels = labels.data();
        shard.dropout_masks = pointers;
        shard.loss = picker::Loss::detection;
        shard.offset_weight = offset_weight;
        std::vector<float> gradient(parameters.size(), -99.0F);
        const double loss = network->gradient(shard, gradient);
        std::vector<double> at(parameters.begin(), parameters.end());
        DOCTEST_CHECK(loss == doctest::Approx(naive_loss(spec, at, all)).epsilon(1e-5));
        constexpr double step = 1e-6;
        std::size_t checked = 0;
        for (std::size_t i = 0; i < at.size(); i += 7) {
            const double before = at[i];
            at[i] = before + step;
            const double above = naive_loss(spec, at, all);
            at[i] = before - step;
            const double below = naive_loss(spec, at, all);
            at[i] = before;
            const double expected = (above - below) / (2 * step);
            DOCTEST_CAPTURE(i);
            DOCTEST_CHECK(gradient[i] == doctest::Approx(expected).epsilon(2e-3).scale(0.3));
            ++checked;
        }
        DOCTEST_CHECK(checked > 100);
        // With the body frozen the head's slopes are the same, and the body's are 0.
        shard.first_trained = 6;
        std::vector<float> of_head(parameters.size(), -99.0F);
        DOCTEST_CHECK(network->gradient(shard, of_head) == loss);
        NetworkSpec body = spec;
        body.layers.resize(6);
        const std::size_t first = picker::parameter_count(body);
        for (std::size_t i = 0; i < of_head.size(); ++i) {
            DOCTEST_REQUIRE(of_head[i] == (i < first ? 0.0F : gradient[i]));
        }
        shard.first_trained = 0;
        shard.loss = picker::Loss::cross_entropy;
        DOCTEST_CHECK_THROWS_AS(network->gradient(shard, gradient), picker::Error);
    }
}

DOCTEST_TEST_CASE("a segmenter of pools and deconvolutions: outputs and gradients equal plain loops") {
    picker::engine().prepare_thread();
    const NetworkSpec spec = small_whole_map();
    picker::check_network(spec);
    DOCTEST_CHECK(picker::is_whole(spec));
    DOCTEST_CHECK(picker::grid_multiple(spec) == 4);
    DOCTEST_CHECK(picker::cell_size(spec) == 1);
    const std::vector<float> parameters = parameters_of(spec);
    const auto network = picker::engine().create(spec, "cpu");
    network->set_parameters(parameters);
    std::vector<double> at(parameters.begin(), parameters.end());
    const std::vector<float> pixels = random_values(edge * edge, 3, 1.0);
    std::vector<float> found(2 * edge * edge);
    network->outputs(pixels.data(), edge, edge, found.data());
    const std::vector<double> expected = naive_outputs(spec, at, pixels.data());
    DOCTEST_REQUIRE(expected.size() == found.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        DOCTEST_CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4).scale(1.0));
    }
    DOCTEST_CHECK_THROWS(network->outputs(pixels.data(), edge - 2, edge, found.data()));
    std::vector<float> labels(edge * edge);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        labels[i] = i % 7 == 0 ? -1.0F : i % 3 == 0 ? 1.0F : 0.0F;
    }
    const auto naive = [&] { // cross-entropy of the known pixels, over all of them
        const std::vector<double> y = naive_outputs(spec, at, pixels.data());
        double total = 0.0;
        for (std::size_t i = 0; i < labels.size(); ++i) {
            const double logit = y[labels.size() + i] - y[i];
            total += labels[i] < 0.0F ? 0.0 : std::log1p(std::exp(labels[i] > 0.5F ? -logit : logit));
        }
        return total / static_cast<double>(labels.size());
    };
    picker::TrainingShard shard;
    shard.patches = pixels.data();
    shard.count = 1;
    shard.labels = labels.data();
    std::vector<float> gradient(parameters.size(), -99.0F);
    DOCTEST_CHECK(network->gradient(shard, gradient) == doctest::Approx(naive()).epsilon(1e-5));
    constexpr double step = 1e-6;
    for (std::size_t i = 0; i < at.size(); i += 5) {
        const double before = at[i];
        at[i] = before + step;
        const double above = naive();
        at[i] = before - step;
        const double below = naive();
        at[i] = before;
        DOCTEST_CAPTURE(i);
        DOCTEST_CHECK(gradient[i] == doctest::Approx((above - below) / (2 * step)).epsilon(2e-3).scale(0.01));
    }
}
