// DeepEM through the C API: other networks, dense scores against the sliding window, screening, pixel sizes.
#include "capi/support.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace capi;

namespace {

libpicker::Micrograph noise(int width, int height, double pixel_size) {
    std::vector<float> pixels;
    std::uint32_t state = 12345;
    for (int i = 0; i < width * height; ++i) {
        state = state * 1664525U + 1013904223U;
        pixels.push_back(static_cast<float>(state >> 8U) * 0x1p-24F +
                         0.2F * std::sin(0.05F * static_cast<float>(i % width)));
    }
    picker_micrograph* out = nullptr;
    ok(picker_micrograph_from_data(&out, pixels.data(), width, height, pixel_size, "noise"));
    return libpicker::Micrograph(out);
}

} // namespace

DOCTEST_TEST_CASE("a network of one's own sizes, and sizes that do not fit") {
    auto options = make<picker_model_options>();
    options.window = 96;
    options.maps[0] = 3;
    options.maps[1] = 5;
    options.maps[2] = 7;
    options.activation = PICKER_ACTIVATION_RELU;
    options.step = 3;
    const auto model = libpicker::Model::create("deepem", options, 7);
    const picker_model_info info = model.info();
    DOCTEST_CHECK(info.window == 96);
    DOCTEST_CHECK(info.step == 3);
    DOCTEST_CHECK(contains(model.metadata(), "\"activation\": \"relu\""));
    picker_model* out = nullptr;
    const auto refuse = [&](std::initializer_list<std::string_view> parts) {
        refused(picker_model_create_with(&out, "deepem", &options, 7), PICKER_INVALID_ARGUMENT, parts);
        DOCTEST_CHECK(out == nullptr);
    };
    options.maps[1] = 0;
    refuse({"picker_model_options.maps", "3, 0 and 7"});
    options.maps[1] = 5;
    options.window = 25;
    refuse({"a box of 25 pixels", "27"});
    options.activation = 9;
    refuse({"picker_model_options.activation is 9"});
}

DOCTEST_TEST_CASE("scores at once are those of the sliding window, at steps 1, 12 and 20, with four rotations") {
    if (!has_torch("scoring")) {
        return;
    }
    // ReLU: the scores of a sigmoid network that is not trained are all about the same.
    auto network = make<picker_model_options>();
    network.activation = PICKER_ACTIVATION_RELU;
    const auto model = libpicker::Model::create("deepem", network, 3);
    const auto micrograph = noise(141, 118, 2.0);
    std::vector<float> finest;
    std::int32_t finest_width = 0;
    for (const int step : {1, 12, 20}) {
        DOCTEST_CAPTURE(step);
        auto options = make<picker_pick_options>();
        options.diameter = 96; // 48 pixels: the working scale is the micrograph's
        options.step = step;
        const auto dense = model.score(micrograph, options);
        picker_scores* slow = nullptr;
        ok(picker_score_naive(&slow, model.get(), micrograph.get(), &options, nullptr));
        const libpicker::Scores naive(slow);
        const picker_scores_info info = dense.info();
        DOCTEST_CHECK(info.width == (141 - 72) / step + 1);
        DOCTEST_CHECK(info.height == (118 - 72) / step + 1);
        DOCTEST_REQUIRE(naive.info().width == info.width);
        const auto count = static_cast<std::size_t>(info.width) * static_cast<std::size_t>(info.height);
        double worst = 0.0;
        for (std::size_t i = 0; i < count; ++i) {
            worst =
                std::max(worst, std::abs(static_cast<double>(dense.data()[i]) - static_cast<double>(naive.data()[i])));
        }
        DOCTEST_CHECK(worst < 1e-4);
        if (step == 1) {
            finest.assign(dense.data(), dense.data() + count);
            finest_width = info.width;
            DOCTEST_CHECK(*std::max_element(finest.begin(), finest.end()) >
                          *std::min_element(finest.begin(), finest.end()) + 0.01F);
        }
        for (std::int32_t y = 0; y < info.height; ++y) { // the coarse grid is part of the fine one
            for (std::int32_t x = 0; x < info.width; ++x) {
                const float fine = finest[static_cast<std::size_t>(y * step * finest_width + x * step)];
                DOCTEST_CHECK(std::abs(dense.data()[y * info.width + x] - fine) < 1e-4F);
            }
        }
    }
}

// The window of the published networks is so many angstrom, whatever the diameter and the pixels.
DOCTEST_TEST_CASE("published networks work at their pixel size") {
    if (!has_torch("scoring")) {
        return;
    }
    const auto model = libpicker::Model::create("deepem-inflammasome", 3); // 112 pixels of 3.44 A
    auto options = make<picker_pick_options>();
    options.diameter = 250;
    const auto own = model.score(noise(150, 130, 3.44), options).info();
    DOCTEST_CHECK(own.origin_x == doctest::Approx(55.5));
    DOCTEST_CHECK(own.width == (150 - 112) / 8 + 1);
    const auto finer = model.score(noise(300, 260, 1.72), options).info();
    DOCTEST_CHECK(finer.origin_x == doctest::Approx(111.0).epsilon(0.01));
    DOCTEST_CHECK(finer.step_x == doctest::Approx(16.0).epsilon(0.01));
    options.diameter = 180;
    DOCTEST_CHECK(model.score(noise(150, 130, 3.44), options).info().origin_x == doctest::Approx(55.5));
    const auto seen = noise(150, 130, 3.44);
    picker_micrograph* prepared = nullptr;
    ok(picker_micrograph_preprocess(&prepared, seen.get(), model.get(), &options));
    DOCTEST_CHECK(libpicker::Micrograph(prepared).info().pixel_size == doctest::Approx(3.44));
}

DOCTEST_TEST_CASE("screening keeps the best of several networks and says how all did") {
    if (!has_torch("training")) {
        return;
    }
    const auto sample = libpicker::simulate(small_simulation(), 0);
    libpicker::Dataset data;
    data.add(sample.micrograph, sample.truth);
    auto options = make<picker_train_options>();
    options.diameter = 160;
    options.epochs = 1;
    options.seed = 5;
    auto model = libpicker::Model::create("deepem", 5);
    model.tune(data, options, 2);
    DOCTEST_CHECK(model.info().trained == 0);
    DOCTEST_CHECK(contains(model.metadata(), "tuning"));
    DOCTEST_CHECK(contains(model.metadata(), "kernels"));
    auto again = libpicker::Model::create("deepem", 5);
    libpicker::Control one;
    one.threads = 1;
    again.tune(data, options, 2, one);
    DOCTEST_CHECK(again.info().window == model.info().window);
    DOCTEST_CHECK(std::string(again.info().hash) == std::string(model.info().hash));
    // Cancelled: as it was.
    auto untouched = libpicker::Model::create("deepem", 5);
    const std::string before = untouched.info().hash;
    libpicker::Control stop;
    stop.progress = [](const picker_progress&) { return true; };
    DOCTEST_CHECK_THROWS_AS(untouched.tune(data, options, 2, stop), libpicker::Error);
    DOCTEST_CHECK(std::string(untouched.info().hash) == before);
    auto fixed = libpicker::Model::create("deeppicker");
    DOCTEST_CHECK_THROWS_WITH_AS(fixed.tune(data, options, 2), doctest::Contains("the network of deeppicker is fixed"),
                                 libpicker::Error);
}
