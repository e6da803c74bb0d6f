// Scoring a whole image equals scoring its windows one by one.
#include "core/error.hpp"
#include "engine/engine.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

#include <thread>
#include <utility>

using namespace networks;

namespace {

std::vector<float> dense_scores(const picker::Network& network, const NetworkSpec& spec,
                                const std::vector<float>& image, int height, int width, int step, int rotations = 1) {
    const int rows = (height - spec.input_size) / step + 1, columns = (width - spec.input_size) / step + 1;
    std::vector<float> scores(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) + 1, -7.0F);
    network.score_dense(image.data(), height, width, picker::dense_plan(spec, step, rotations), scores.data());
    DOCTEST_CHECK(scores.back() == -7.0F); // not one value too many
    scores.pop_back();
    return scores;
}

std::vector<float> window_scores(const picker::Network& network, const NetworkSpec& spec,
                                 const std::vector<float>& image, int height, int width, int step) {
    std::vector<float> patches;
    for (int y = 0; y + spec.input_size <= height; y += step) {
        for (int x = 0; x + spec.input_size <= width; x += step) {
            for (int i = 0; i < spec.input_size; ++i) {
                const float* row = image.data() + static_cast<std::size_t>(y + i) * static_cast<std::size_t>(width) + x;
                patches.insert(patches.end(), row, row + spec.input_size);
            }
        }
    }
    const std::size_t area = static_cast<std::size_t>(spec.input_size) * static_cast<std::size_t>(spec.input_size);
    std::vector<float> scores(patches.size() / area);
    network.score(patches.data(), static_cast<int>(scores.size()), scores.data());
    return scores;
}

} // namespace

DOCTEST_TEST_CASE("an image at once equals window by window, at every step and odd sizes") {
    picker::engine().prepare_thread();
    for (const NetworkSpec& spec : all()) {
        const auto network = picker::engine().create(spec, "cpu");
        network->set_parameters(random_parameters(spec, 11));
        const int size = spec.input_size;
        for (const auto& [height, width] : {std::pair{size, size}, std::pair{size + 19, size + 26},
                                            std::pair{size + 31, size + 1}, std::pair{size, size + 17}}) {
            const std::vector<float> image =
                random_values(static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 12, 1.0);
            for (const int step : {1, 2, 3, 4, 5, 6, 8, 12, 20}) {
                const auto dense = dense_scores(*network, spec, image, height, width, step);
                const auto naive = window_scores(*network, spec, image, height, width, step);
                DOCTEST_REQUIRE(dense.size() == naive.size());
                double worst = 0.0;
                for (std::size_t i = 0; i < dense.size(); ++i) {
                    worst = std::max(worst, std::abs(static_cast<double>(dense[i]) - static_cast<double>(naive[i])));
                }
                DOCTEST_CAPTURE(size);
                DOCTEST_CAPTURE(height);
                DOCTEST_CAPTURE(width);
                DOCTEST_CAPTURE(step);
                DOCTEST_CHECK(worst < 2e-6);
            }
        }
    }
}

// The mean over the quarter turns of each window, by turning the windows.
DOCTEST_TEST_CASE("four rotations are the mean of the scores of turned windows, at steps 1, 12 and 20") {
    picker::engine().prepare_thread();
    for (const NetworkSpec& spec : {small_sigmoid(), small_softmax(), all_convolutions(), large_kernels()}) {
        const auto network = picker::engine().create(spec, "cpu");
        network->set_parameters(random_parameters(spec, 31));
        const int size = spec.input_size, height = size + 37, width = size + 22;
        const std::vector<float> image = random_values(static_cast<std::size_t>(height * width), 32, 1.0);
        for (const int step : {1, 12, 20}) {
            const auto dense = dense_scores(*network, spec, image, height, width, step, 4);
            std::vector<float> patch(static_cast<std::size_t>(size * size)), turned(patch.size());
            double worst = 0.0, unturned = 0.0;
            std::size_t next = 0;
            for (int y = 0; y + size <= height; y += step) {
                for (int x = 0; x + size <= width; x += step) {
                    double mean = 0.0;
                    float score = 0.0F, first = 0.0F;
                    for (int turn = 0; turn < 4; ++turn) {
                        for (int v = 0; v < size; ++v) {
                            for (int u = 0; u < size; ++u) {
                                const auto from = turn == 0 ? image[static_cast<std::size_t>((y + v) * width + x + u)]
                                                            : turned[static_cast<std::size_t>(u * size + size - 1 - v)];
                                patch[static_cast<std::size_t>(v * size + u)] = from;
                            }
                        }
                        turned = patch;
                        network->score(patch.data(), 1, &score);
                        mean += 0.25 * static_cast<double>(score);
                        first = turn == 0 ? score : first;
                    }
                    const double found = dense[next++];
                    worst = std::max(worst, std::abs(found - mean));
                    unturned = std::max(unturned, std::abs(found - static_cast<double>(first)));
                }
            }
            DOCTEST_CAPTURE(size);
            DOCTEST_CAPTURE(step);
            DOCTEST_CHECK(next == dense.size());
            DOCTEST_CHECK(worst < 5e-6);
            DOCTEST_CHECK(unturned > 1e-3); // the turns matter
        }
    }
}

DOCTEST_TEST_CASE("two threads at once give the bits of one") {
    for (const NetworkSpec& spec : {small_softmax(), large_kernels()}) {
        const auto network = picker::engine().create(spec, "cpu");
        network->set_parameters(random_parameters(spec, 11));
        const int height = 130, width = 171;
        const std::vector<float> image =
            random_values(static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 3, 1.0);
        std::vector<std::vector<float>> results(3);
        const auto job = [&](std::size_t i) {
            picker::engine().prepare_thread();
            results[i] = dense_scores(*network, spec, image, height, width, 4);
        };
        std::thread(job, 0).join();
        std::thread first(job, 1), second(job, 2);
        first.join();
        second.join();
        DOCTEST_CHECK(results[0] == results[1]);
        DOCTEST_CHECK(results[0] == results[2]);
    }
}

DOCTEST_TEST_CASE("an image smaller than one window is refused") {
    const NetworkSpec spec = small_softmax();
    const auto network = picker::engine().create(spec, "cpu");
    network->set_parameters(random_parameters(spec, 11));
    const std::vector<float> image(17 * 40);
    float score = 0.0F;
    DOCTEST_CHECK_THROWS_AS(network->score_dense(image.data(), 17, 40, picker::dense_plan(spec, 4), &score),
                            picker::Error);
    DOCTEST_CHECK_THROWS_AS(network->score_dense(image.data(), 40, 17, picker::dense_plan(spec, 4), &score),
                            picker::Error);
}
