// Segmenters: a value for every pixel, and gradients from crops with a label for every pixel.
#include "core/error.hpp"
#include "engine/engine.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

using namespace networks;

namespace {

// The window of an image whose first pixel is (x, y).
std::vector<float> window(const std::vector<float>& image, int width, int x, int y, int size) {
    std::vector<float> out;
    for (int i = 0; i < size; ++i) {
        const float* row = image.data() + static_cast<std::ptrdiff_t>(y + i) * width + x;
        out.insert(out.end(), row, row + size);
    }
    return out;
}

struct Crops {
    static constexpr int edge = 17, count = 3, map = 5; // map: of 17 - 13 + 1 windows along an edge
    NetworkSpec spec = small_map();
    std::vector<float> parameters = random_parameters(spec, 31);
    std::vector<float> patches = random_values(count * edge * edge, 32, 1.0);
    std::vector<float> labels;

    Crops() {
        picker::Random random(33);
        for (int i = 0; i < count * map * map; ++i) {
            const double kind = random.uniform();
            labels.push_back(kind < 0.2 ? -1.0F : kind < 0.6 ? 0.0F : static_cast<float>(random.uniform()));
        }
    }
    // The mean over a crop's places of half the squared error, 0 where the label is unknown; summed over the crops.
    // Below 0, where the ReLU is, background costs nothing.
    double naive_loss(const std::vector<double>& at) const {
        double total = 0.0;
        for (int n = 0; n < count; ++n) {
            const std::vector<float> patch(patches.begin() + n * edge * edge, patches.begin() + (n + 1) * edge * edge);
            for (int y = 0; y < map; ++y) {
                for (int x = 0; x < map; ++x) {
                    const double label = labels[static_cast<std::size_t>((n * map + y) * map + x)];
                    const auto pixels = window(patch, edge, x, y, spec.input_size);
                    const double value = naive_outputs(spec, at, pixels.data())[0];
                    const double error = label > 0.0 ? value - label : std::max(0.0, value);
                    total += label < 0.0 ? 0.0 : 0.5 * error * error / (map * map);
                }
            }
        }
        return total;
    }
    picker::TrainingShard shard() const {
        picker::TrainingShard shard;
        shard.patches = patches.data();
        shard.count = count;
        shard.edge = edge;
        shard.labels = labels.data();
        shard.loss = picker::Loss::half_square;
        return shard;
    }
};

} // namespace

DOCTEST_TEST_CASE("a map has the value of each window, at most 1") {
    picker::engine().prepare_thread();
    const NetworkSpec spec = small_map();
    const std::vector<float> parameters = random_parameters(spec, 3);
    const std::vector<double> exact(parameters.begin(), parameters.end());
    const auto network = picker::engine().create(spec, "cpu");
    network->set_parameters(parameters);
    const int width = 30, height = 21, columns = width - 12, rows = height - 12;
    const std::vector<float> image = random_values(static_cast<std::size_t>(width * height), 4, 1.0);
    std::vector<float> map(static_cast<std::size_t>(rows * columns));
    network->score_dense(image.data(), height, width, picker::dense_plan(spec, 1), map.data());
    double worst = 0.0;
    int zeros = 0, ones = 0, between = 0;
    for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) {
            const std::vector<float> pixels = window(image, width, x, y, spec.input_size);
            const double expected = std::clamp(naive_outputs(spec, exact, pixels.data())[0], 0.0, 1.0);
            const float value = map[static_cast<std::size_t>(y * columns + x)];
            worst = std::max(worst, std::abs(expected - static_cast<double>(value)));
            zeros += value == 0.0F ? 1 : 0;
            ones += value == 1.0F ? 1 : 0;
            between += value > 0.0F && value < 1.0F ? 1 : 0;
            float alone = -1.0F;
            network->score(pixels.data(), 1, &alone);
            DOCTEST_CHECK(alone == doctest::Approx(value).epsilon(1e-4));
        }
    }
    DOCTEST_CHECK(worst < 5e-6);
    DOCTEST_CHECK(zeros > 0);
    DOCTEST_CHECK(ones > 0);
    DOCTEST_CHECK(between > 10);
}

DOCTEST_TEST_CASE("gradients of crops equal finite differences; unknown labels count nothing") {
    picker::engine().prepare_thread();
    Crops crops;
    const auto network = picker::engine().create(crops.spec, "cpu");
    network->set_parameters(crops.parameters);
    std::vector<float> gradient(crops.parameters.size(), -99.0F);
    const double loss = network->gradient(crops.shard(), gradient);
    std::vector<double> at(crops.parameters.begin(), crops.parameters.end());
    DOCTEST_CHECK(loss == doctest::Approx(crops.naive_loss(at)).epsilon(1e-5));
    double largest = 0.0, worst = 0.0;
    for (std::size_t i = 0; i < at.size(); i += 3) {
        const double kept = at[i], h = 1e-6;
        at[i] = kept + h;
        const double above = crops.naive_loss(at);
        at[i] = kept - h;
        const double below = crops.naive_loss(at);
        at[i] = kept;
        largest = std::max(largest, std::abs((above - below) / (2 * h)));
        worst = std::max(worst, std::abs((above - below) / (2 * h) - static_cast<double>(gradient[i])));
    }
    DOCTEST_CHECK(largest > 1e-2);
    DOCTEST_CHECK(worst < 1e-3 * (1.0 + largest));
    std::fill(crops.labels.begin(), crops.labels.end(), -1.0F);
    DOCTEST_CHECK(network->gradient(crops.shard(), gradient) == 0.0);
    DOCTEST_CHECK(std::all_of(gradient.begin(), gradient.end(), [](float value) { return value == 0.0F; }));
}

DOCTEST_TEST_CASE("crops go with a network without pools, and maps with squared errors") {
    const Crops crops;
    const auto network = picker::engine().create(crops.spec, "cpu");
    network->set_parameters(crops.parameters);
    std::vector<float> gradient(crops.parameters.size());
    picker::TrainingShard shard = crops.shard();
    shard.loss = picker::Loss::cross_entropy;
    DOCTEST_CHECK_THROWS_AS((void)network->gradient(shard, gradient), picker::Error);
    const NetworkSpec pooled = residual();
    const auto other = picker::engine().create(pooled, "cpu");
    const std::vector<float> parameters = random_parameters(pooled, 1);
    other->set_parameters(parameters);
    gradient.resize(parameters.size());
    DOCTEST_CHECK_THROWS_AS((void)other->gradient(crops.shard(), gradient), picker::Error);
}
