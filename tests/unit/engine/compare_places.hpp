// One network at two places: everything that it is asked for agrees within rounding.
#pragma once

#include "engine/detection.hpp"
#include "engine/engine.hpp"
#include "picking/peaks.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace compare {

using networks::LayerKind;
using networks::NetworkSpec;
using networks::random_values;
using Create = std::function<std::unique_ptr<picker::Network>(const NetworkSpec&)>;

// The largest difference, over the largest value or 1.
inline double difference(const std::vector<float>& a, const std::vector<float>& b) {
    DOCTEST_REQUIRE(a.size() == b.size());
    double largest = 1.0, worst = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        DOCTEST_REQUIRE(std::isfinite(a[i]));
        DOCTEST_REQUIRE(std::isfinite(b[i]));
        largest = std::max(largest, static_cast<double>(std::abs(a[i])));
        worst = std::max(worst, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    }
    return worst / largest;
}

inline std::vector<float> parameters_of(const NetworkSpec& spec) {
    std::vector<float> values = random_values(picker::parameter_count(spec), 5, 1.0);
    for (const picker::ParameterShape& shape : picker::parameter_shapes(spec)) {
        const double scale = shape.is_norm || shape.is_bias ? 0.3 : std::sqrt(2.0 / shape.fan_in);
        for (std::size_t i = shape.offset; i < shape.offset + shape.count(); ++i) {
            values[i] = static_cast<float>(scale * values[i] + (shape.is_norm && !shape.is_bias ? 1.0 : 0.0));
        }
    }
    return values;
}

inline std::vector<float> gradient_of(const picker::Network& network, const NetworkSpec& spec, double& loss) {
    const int count = 3, edge = spec.input_size, cell = picker::is_whole(spec) ? picker::cell_size(spec) : edge;
    const auto area = static_cast<std::size_t>(edge) * static_cast<std::size_t>(edge);
    const auto cells = static_cast<std::size_t>((edge / cell) * (edge / cell));
    const bool detector = picker::is_detector(spec);
    const std::vector<float> patches = random_values(count * area, 11, 1.0);
    std::vector<float> labels(count * cells * (detector ? picker::detection_labels : 1));
    for (std::size_t i = 0; i < labels.size(); ++i) {
        labels[i] = i % 3 == 0 ? 1.0F : 0.0F;
    }
    std::vector<std::vector<float>> masks;
    std::vector<const float*> mask_places;
    const auto shapes = picker::layer_shapes(spec);
    for (std::size_t l = 0; l < shapes.size(); ++l) {
        if (spec.layers[l].kind == LayerKind::dropout) {
            masks.emplace_back(static_cast<std::size_t>(count * shapes[l].channels * shapes[l].size * shapes[l].size));
            for (std::size_t i = 0; i < masks.back().size(); ++i) {
                masks.back()[i] = i % 4 == 0 ? 0.0F : 4.0F / 3.0F;
            }
        }
    }
    std::transform(masks.begin(), masks.end(), std::back_inserter(mask_places), [](const auto& m) { return m.data(); });
    picker::TrainingShard shard;
    shard.patches = patches.data();
    shard.count = count;
    shard.labels = labels.data();
    shard.dropout_masks = mask_places;
    shard.loss = detector               ? picker::Loss::detection
                 : picker::is_map(spec) ? picker::Loss::half_square
                                        : picker::Loss::cross_entropy;
    shard.offset_weight = detector ? 0.3 : 0.0;
    std::vector<float> gradient(picker::parameter_count(spec), -99.0F); // must be overwritten
    loss = network.gradient(shard, gradient);
    return gradient;
}

// `tolerance` is that of sums in single precision in another order.
inline void networks_agree(const Create& here, const Create& there, double tolerance) {
    std::vector<NetworkSpec> windows = networks::all();
    windows.push_back(networks::large_kernels());
    windows.push_back(networks::small_map());
    std::vector<NetworkSpec> all = windows;
    for (const NetworkSpec& spec :
         {networks::small_detector(3), networks::small_detector(4), networks::small_whole_map()}) {
        all.push_back(spec);
    }
    for (std::size_t number = 0; number < all.size(); ++number) {
        DOCTEST_CAPTURE(number);
        const NetworkSpec& spec = all[number];
        const std::vector<float> parameters = parameters_of(spec);
        const auto a = here(spec), b = there(spec);
        a->set_parameters(parameters);
        b->set_parameters(parameters);
        double loss_a = 0.0, loss_b = 0.0;
        const std::vector<float> gradient = gradient_of(*a, spec, loss_a);
        DOCTEST_CHECK(difference(gradient, gradient_of(*b, spec, loss_b)) < 10.0 * tolerance);
        DOCTEST_CHECK(loss_b == doctest::Approx(loss_a).epsilon(tolerance));
        DOCTEST_CHECK(std::any_of(gradient.begin(), gradient.end(), [](float g) { return std::abs(g) > 1e-3F; }));
        const int multiple = picker::is_whole(spec) ? picker::grid_multiple(spec) : 1;
        const int height = picker::is_whole(spec) ? 5 * multiple : spec.input_size + 23;
        const int width = picker::is_whole(spec) ? 7 * multiple : spec.input_size + 40;
        const std::vector<float> image = random_values(static_cast<std::size_t>(width * height), 3, 1.0);
        if (picker::is_whole(spec)) {
            const int cell = picker::cell_size(spec);
            std::vector<float> one(
                static_cast<std::size_t>((width / cell) * (height / cell) * spec.layers.back().channels));
            std::vector<float> other = one;
            a->outputs(image.data(), height, width, one.data());
            b->outputs(image.data(), height, width, other.data());
            DOCTEST_CHECK(difference(one, other) < tolerance);
            continue;
        }
        const int count = 70; // more than one batch inside
        const std::vector<float> patches =
            random_values(static_cast<std::size_t>(count * spec.input_size * spec.input_size), 4, 1.0);
        std::vector<float> one(count), other(count);
        a->score(patches.data(), count, one.data());
        b->score(patches.data(), count, other.data());
        DOCTEST_CHECK(difference(one, other) < tolerance);
        for (const int step : {1, 2, 3}) {
            for (const int rotations : {1, 4}) {
                DOCTEST_CAPTURE(step);
                const picker::DensePlan plan = picker::dense_plan(spec, step, rotations);
                one.assign(static_cast<std::size_t>(((height - spec.input_size) / step + 1) *
                                                    ((width - spec.input_size) / step + 1)),
                           -1.0F);
                other = one;
                a->score_dense(image.data(), height, width, plan, one.data());
                b->score_dense(image.data(), height, width, plan, other.data());
                DOCTEST_CHECK(difference(one, other) < tolerance);
            }
        }
    }
}

// The maxima that a place finds by itself are those of the outputs that it gives out.
inline void maxima_are_of_the_outputs(const Create& there) {
    const NetworkSpec spec = networks::small_whole_map();
    const auto network = there(spec);
    network->set_parameters(parameters_of(spec));
    DOCTEST_REQUIRE(network->finds_maxima());
    const int width = 12 * picker::grid_multiple(spec), height = 9 * picker::grid_multiple(spec);
    const std::vector<float> image = random_values(static_cast<std::size_t>(width * height), 7, 1.0);
    const auto area = static_cast<std::size_t>(width * height);
    std::vector<float> outputs(2 * area);
    network->outputs(image.data(), height, width, outputs.data());
    picker::ScoreMap map;
    map.step_x = 4.0;
    map.step_y = 5.0;
    map.scores = picker::Image(width - 3, height - 2);
    for (int y = 0; y < map.scores.height; ++y) {
        for (int x = 0; x < map.scores.width; ++x) {
            const auto i = static_cast<std::size_t>(y * width + x);
            map.scores.at(x, y) = picker::second_of_two(outputs[i], outputs[area + i]);
        }
    }
    picker::PeakOptions options;
    for (const double window : {8.0, 30.0}) {
        options.window = window;
        const picker::PeakRadius radius = picker::peak_radius(map, map.scores.width, map.scores.height, options.window);
        std::vector<picker::MapMaximum> maxima;
        DOCTEST_REQUIRE(network->map_maxima(image.data(), height, width,
                                            {map.scores.width, map.scores.height, radius.x, radius.y, 0.0}, maxima));
        const picker::Picks expected = find_peaks(map, options), found = find_peaks(map, std::move(maxima), options);
        DOCTEST_REQUIRE(found.size() == expected.size());
        DOCTEST_CHECK(found.size() > 5);
        for (std::size_t i = 0; i < found.size(); ++i) {
            DOCTEST_CHECK(found.x[i] == doctest::Approx(expected.x[i]).epsilon(1e-4));
            DOCTEST_CHECK(found.y[i] == doctest::Approx(expected.y[i]).epsilon(1e-4));
            DOCTEST_CHECK(found.score[i] == doctest::Approx(expected.score[i]).epsilon(1e-6));
        }
    }
    // Nothing but one plateau: too many for a list, so that the outputs have to be asked for.
    const std::vector<float> nothing(picker::parameter_count(spec), 0.0F);
    network->set_parameters(nothing);
    std::vector<picker::MapMaximum> maxima;
    const int large = 64 * picker::grid_multiple(spec);
    const std::vector<float> flat(static_cast<std::size_t>(large * large), 0.0F);
    DOCTEST_CHECK(!network->map_maxima(flat.data(), large, large, {large, large, 1, 1, 0.0}, maxima));
    DOCTEST_CHECK(network->map_maxima(flat.data(), large, large, {large, large, 1, 1, 0.6}, maxima));
    DOCTEST_CHECK(maxima.empty());
}

// Weights that are no numbers are told, not picked with.
inline void damaged_weights_are_told(const Create& there) {
    const NetworkSpec spec = networks::small_whole_map();
    const auto network = there(spec);
    std::vector<float> parameters = parameters_of(spec);
    parameters.back() = std::nanf("");
    network->set_parameters(parameters);
    const int edge = 4 * picker::grid_multiple(spec);
    const std::vector<float> image(static_cast<std::size_t>(edge * edge), 1.0F);
    std::vector<picker::MapMaximum> maxima;
    DOCTEST_CHECK_THROWS_WITH(network->map_maxima(image.data(), edge, edge, {edge, edge, 1, 1, 0.0}, maxima),
                              doctest::Contains("no number"));
}

} // namespace compare
