// What a detector's outputs mean, and its losses, against values worked out by hand.
#include "engine/detection.hpp"
#include "unit/check.hpp"
#include "unit/engine/networks.hpp"

#include <cmath>

using picker::CellOutputs;
using picker::focal_loss;

DOCTEST_TEST_CASE("focal loss by hand") {
    // Probability 1/2: alpha (1 - p)^2 ln 2 = 1/4 * 1/4 * ln 2 for a particle, 3/4 * 1/4 * ln 2 for none.
    DOCTEST_CHECK(focal_loss(0.0, true).loss == doctest::Approx(std::log(2.0) / 16));
    DOCTEST_CHECK(focal_loss(0.0, false).loss == doctest::Approx(3 * std::log(2.0) / 16));
    // Odds of 3: p = 3/4. A particle costs 1/4 * (1/4)^2 * ln(4/3), an empty cell 3/4 * (3/4)^2 * ln 4.
    DOCTEST_CHECK(focal_loss(std::log(3.0), true).loss == doctest::Approx(std::log(4.0 / 3) / 64));
    DOCTEST_CHECK(focal_loss(std::log(3.0), false).loss == doctest::Approx(27.0 / 64 * std::log(4.0)));
    for (const bool positive : {true, false}) {
        for (const double logit : {-30.0, -2.0, -0.1, 0.0, 0.7, 4.0, 30.0}) {
            DOCTEST_CAPTURE(logit);
            const double step = 1e-5;
            const double slope =
                (focal_loss(logit + step, positive).loss - focal_loss(logit - step, positive).loss) / (2 * step);
            DOCTEST_CHECK(focal_loss(logit, positive).slope == doctest::Approx(slope).epsilon(1e-6).scale(1e-4));
        }
        DOCTEST_CHECK(std::isfinite(focal_loss(800.0, positive).loss));
        DOCTEST_CHECK(std::isfinite(focal_loss(-800.0, positive).slope));
    }
}

DOCTEST_TEST_CASE("three outputs: logit and offsets") {
    const auto spec = networks::small_detector(3);
    DOCTEST_REQUIRE(picker::cell_size(spec) == 4);
    const float outputs[] = {0.0F, std::log(3.0F), 0.5F, -20.0F, 20.0F, 0.0F}; // two cells
    const CellOutputs cells(outputs, 2, spec);
    DOCTEST_CHECK(cells.probability(0) == doctest::Approx(0.5));
    DOCTEST_CHECK(cells.probability(1) == doctest::Approx(0.75));
    DOCTEST_CHECK(cells.offset_x(0) == doctest::Approx(3.0 * std::tanh(0.5))); // at most 0.75 cells of 4 pixels
    DOCTEST_CHECK(cells.offset_x(1) == doctest::Approx(-3.0));
    DOCTEST_CHECK(cells.offset_y(0) == doctest::Approx(3.0));
    DOCTEST_CHECK(cells.offset_y(1) == 0.0F);
    // Cell 1 holds a particle at (1, -1): 4 pixels off in x, 1 in y.
    float slopes[6] = {9, 9, 9, 9, 9, 9};
    const double loss = cells.loss(1, {1.0F, 1.0F, -1.0F}, 2.0, slopes);
    DOCTEST_CHECK(loss == doctest::Approx(std::log(4.0 / 3) / 64 + 2.0 * (4.0 + 1.0)));
    DOCTEST_CHECK(slopes[1] == doctest::Approx(focal_loss(std::log(3.0), true).slope));
    DOCTEST_CHECK(slopes[3] == doctest::Approx(0.0)); // its tanh is at the end
    DOCTEST_CHECK(slopes[5] == doctest::Approx(2.0 * 3.0));
    DOCTEST_CHECK(slopes[0] == 9.0F); // the other cell's
    // An empty cell has no offset, an unknown one costs nothing.
    DOCTEST_CHECK(cells.loss(0, {0.0F, 5.0F, 5.0F}, 2.0, slopes) == doctest::Approx(3 * std::log(2.0) / 16));
    DOCTEST_CHECK(slopes[2] == 0.0F);
    DOCTEST_CHECK(cells.loss(0, {-1.0F, 0.0F, 0.0F}, 2.0, slopes) == 0.0);
    DOCTEST_CHECK(slopes[0] == 0.0F);
}

DOCTEST_TEST_CASE("four outputs: a cell is a detection where that is the likelier") {
    const auto spec = networks::small_detector(4);
    const float outputs[] = {-1.0F, 2.0F, 0.0F, 1.0F, 0.25F, 0.0F, 0.0F, 0.0F}; // two cells
    const CellOutputs cells(outputs, 2, spec);
    DOCTEST_CHECK(cells.probability(0) == doctest::Approx(0.5)); // 0 is above -1
    DOCTEST_CHECK(cells.probability(1) == 0.0F);                 // 1 is below 2
    DOCTEST_CHECK(cells.offset_x(0) == doctest::Approx(3.0 * std::tanh(0.25)));
    const double loss = cells.loss(0, {1.0F, 0.0F, 0.0F}, 0.0, nullptr);
    DOCTEST_CHECK(loss == doctest::Approx(focal_loss(-1.0, false).loss + focal_loss(0.0, true).loss));
}

DOCTEST_TEST_CASE("which networks are detectors, and what they need") {
    const auto spec = networks::small_detector(3);
    DOCTEST_CHECK(picker::is_detector(spec));
    picker::check_network(spec);
    // The largest moment is the first head layer: 4 x 16 x 16 in, 6 x 8 x 8 out; or the norm before the add, which has
    // 4 x 16 x 16 in and out and keeps as many for it.
    DOCTEST_CHECK(picker::activation_bytes(spec, 16, 16) == 3 * 4 * 16 * 16 * sizeof(float));
    DOCTEST_CHECK(picker::activation_bytes(spec, 32, 16) == 2 * 3 * 4 * 16 * 16 * sizeof(float));
    const auto refused = [](picker::NetworkSpec wrong, const char* why) {
        DOCTEST_CAPTURE(why);
        try {
            picker::check_network(wrong);
            DOCTEST_FAIL("it was taken");
        } catch (const std::exception& error) {
            DOCTEST_CHECK(std::string(error.what()).find(why) != std::string::npos);
        }
    };
    picker::NetworkSpec wrong = spec;
    wrong.input_size = 18;
    refused(wrong, "cells");
    wrong = spec;
    wrong.layers.back().channels = 5;
    refused(wrong, "three");
    wrong = spec;
    wrong.layers[2].groups = 3;
    refused(wrong, "divides");
    wrong = spec;
    wrong.layers[0].padding = 3;
    refused(wrong, "padding");
    wrong = networks::small_softmax();
    wrong.layers.insert(wrong.layers.begin() + 1, networks::norm(2, picker::Activation::none));
    refused(wrong, "detector");
}
