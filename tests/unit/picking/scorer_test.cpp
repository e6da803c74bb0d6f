// Score maps: frame, tiles against the whole, and every way to get the same bits.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "picking/peaks.hpp"
#include "picking/score_map.hpp"
#include "unit/check.hpp"

using namespace picker;

DOCTEST_TEST_CASE("a blob is found where it is, at every scale, on micrographs that are not square") {
    const Scorer scorer = fake::scorer();
    // Diameters of 12, 17 and 8 pixels: the micrograph stays, shrinks and grows.
    for (const double diameter : {12.0, 17.0, 8.0}) {
        DOCTEST_CAPTURE(diameter);
        const double sigma = fake::blob * diameter / 12.0;
        const fake::Blob truth{101.3, 57.8, 0.95};
        const ScoreMap map = scorer.score(fake::micrograph(fake::draw(190, 130, {truth}, sigma)), diameter, nullptr);
        DOCTEST_CHECK(map.width == 190);
        DOCTEST_CHECK(map.height == 130);
        DOCTEST_CHECK(map.diameter == diameter);
        PeakOptions options;
        options.window = diameter;
        options.keep = 0.3;
        const Picks peaks = find_peaks(map, options);
        DOCTEST_REQUIRE(peaks.size() == 1);
        DOCTEST_CHECK(std::abs(peaks.x[0] - truth.x) < 0.1);
        DOCTEST_CHECK(std::abs(peaks.y[0] - truth.y) < 0.1);
        DOCTEST_CHECK(peaks.score[0] > 0.8);
    }
}

DOCTEST_TEST_CASE("window centres: (n - 1) / 2 pixels from the first pixel, in pixels of the micrograph") {
    const ScoreMap map = fake::scorer().score(fake::micrograph(fake::draw(96, 64, {{40, 30, 1}})), 12.0, nullptr);
    DOCTEST_CHECK(map.origin_x == doctest::Approx(7.5));
    DOCTEST_CHECK(map.origin_y == doctest::Approx(7.5));
    DOCTEST_CHECK(map.step_x == doctest::Approx(2.0));
    DOCTEST_CHECK(map.scores.width == (96 - 16) / 2 + 1);
    DOCTEST_CHECK(map.scores.height == (64 - 16) / 2 + 1);
}

DOCTEST_TEST_CASE("a padded micrograph has a value at every pixel, those beyond the border mirrored") {
    Model model = fake::model();
    model.spec.network.input_size = 15; // odd: a window has a middle pixel
    model.spec.padded = true;
    model.spec.step = 1;
    const auto middle = [](const float* pixels, int stride) { return pixels[7 * stride + 7] + pixels[7 * stride]; };
    class Sum : public fake::FunctionNetwork { // the middle pixel and the one seven to its left
    public:
        using Value = float (*)(const float*, int);
        explicit Sum(Value value) : FunctionNetwork({}), value_(value) {}
        void score_dense(const float* pixels, int height, int width, const DensePlan&, float* out) const override {
            for (int y = 0; y + 15 <= height; ++y) {
                for (int x = 0; x + 15 <= width; ++x) {
                    *out++ = value_(pixels + std::ptrdiff_t{y} * width + x, width);
                }
            }
        }

    private:
        Value value_;
    };
    const Scorer scorer(model, std::make_unique<Sum>(middle));
    const Image image = fake::draw(96, 64, {{40, 30, 0.4}, {2, 3, 0.3}});
    const ScoreMap map = scorer.score(fake::micrograph(image), 12.0, nullptr);
    DOCTEST_CHECK(map.scores.width == 96);
    DOCTEST_CHECK(map.scores.height == 64);
    DOCTEST_CHECK(map.origin_x == 0.0);
    DOCTEST_CHECK(map.origin_y == 0.0);
    DOCTEST_CHECK(map.scores.at(43, 31) == doctest::Approx(image.at(43, 31) + image.at(36, 31)));
    DOCTEST_CHECK(map.scores.at(3, 2) == doctest::Approx(image.at(3, 2) + image.at(4, 2))); // -4 is 4
}

DOCTEST_TEST_CASE("tiles equal the whole and the naive sliding window, bit for bit, for any number of threads") {
    // Several tiles along both axes: 512 working pixels lie between the starts of two.
    const Image image = fake::draw(540, 1070, fake::blobs(540, 1070, 5));
    const Scorer scorer = fake::scorer([](const float* patch) {
        return std::clamp(0.1F + patch[0] * 0.3F + patch[37] * 0.2F + patch[255] * 0.3F, 0.0F, 1.0F);
    });
    Micrograph given = fake::micrograph(image);
    ScoreJob job = scorer.begin(given, 12.0);
    DOCTEST_CHECK(job.tile_columns == 2);
    DOCTEST_CHECK(job.tile_rows == 3);
    const ScoreMap alone = scorer.score(fake::micrograph(image), 12.0, nullptr);
    for (const int threads : {1, 2, 3}) {
        WorkerPool pool(threads);
        DOCTEST_CHECK(scorer.score(fake::micrograph(image), 12.0, &pool).scores.pixels == alone.scores.pixels);
    }
    WorkerPool pool(2);
    DOCTEST_CHECK(scorer.score_naive(fake::micrograph(image), 12.0, &pool).scores.pixels == alone.scores.pixels);
    // A closed form: the window's own pixels.
    const float* row = &image.pixels[image.index(2 * 251, 2 * 417)];
    const float expected = 0.1F + row[0] * 0.3F + row[2 * 540 + 5] * 0.2F + row[15 * 540 + 15] * 0.3F;
    DOCTEST_CHECK(alone.scores.at(251, 417) == doctest::Approx(expected));
}

DOCTEST_TEST_CASE("the last window of every size lies inside") {
    for (int size = 16; size < 24; ++size) {
        const ScoreMap map = fake::scorer().score(fake::micrograph(fake::draw(size, 40, {{8, 8, 1}})), 12.0, nullptr);
        DOCTEST_CHECK(map.scores.width >= 1);
        DOCTEST_CHECK(map.origin_x + (map.scores.width - 1) * map.step_x + 7.5 * map.step_x / 2 <= size - 0.5 + 1e-9);
    }
}

DOCTEST_TEST_CASE("a micrograph smaller than a window, an absurd diameter and a broken network are told apart") {
    const Scorer scorer = fake::scorer();
    DOCTEST_CHECK_THROWS_WITH_AS(scorer.score(fake::micrograph(fake::draw(60, 10, {{30, 5, 1}})), 12.0, nullptr),
                                 doctest::Contains("12 pixels, more than the image has along an edge"), Error);
    const Image small = fake::draw(60, 13, {{30, 5, 1}});
    DOCTEST_CHECK_THROWS_WITH_AS(
        scorer.score(fake::micrograph(small), 12.0, nullptr),
        doctest::Contains("test.mrc is 60 x 13 pixels, smaller than one window of the model (16 x 16"), Error);
    const Image image = fake::draw(60, 60, {{30, 30, 1}});
    DOCTEST_CHECK_THROWS_WITH_AS(scorer.score(fake::micrograph(image), 0.0, nullptr), doctest::Contains("diameter"),
                                 Error);
    const Scorer broken = fake::scorer([](const float*) { return std::nanf(""); });
    DOCTEST_CHECK_THROWS_WITH_AS(broken.score(fake::micrograph(image), 12.0, nullptr),
                                 doctest::Contains("no probability"), Error);
}

DOCTEST_TEST_CASE("window by window: each patch is cut, resized and standardised by itself") {
    Model model = fake::model();
    model.spec.patch_rule = PatchRule::per_patch;
    model.spec.recipe.diameter_pixels = 18.0; // windows of 24 working pixels, resized to 16
    model.spec.step = 3;
    // A smooth function of standardised pixels, which brightness and contrast do not change.
    const auto bright = [](const float* patch) { return 1.0F / (1.0F + std::exp(-patch[8 * 16 + 8] - patch[100])); };
    const Scorer scorer(model, std::make_unique<fake::FunctionNetwork>(bright));
    Image image = fake::draw(120, 80, {{60, 40, 1}}, 4.0);
    for (int y = 0; y < 80; ++y) { // no flat window
        for (int x = 0; x < 120; ++x) {
            image.at(x, y) += static_cast<float>(0.3 * std::sin(0.31 * x + 0.17 * y));
        }
    }
    Image brighter = image;
    for (float& pixel : brighter.pixels) {
        pixel = 3.0F * pixel + 10.0F;
    }
    WorkerPool pool(2);
    const ScoreMap map = scorer.score(fake::micrograph(image), 18.0, &pool);
    DOCTEST_CHECK(map.origin_x == doctest::Approx(11.5));
    DOCTEST_CHECK(map.scores.width == (120 - 24) / 3 + 1);
    DOCTEST_CHECK(scorer.score_naive(fake::micrograph(image), 18.0, nullptr).scores.pixels == map.scores.pixels);
    const ScoreMap other = scorer.score(fake::micrograph(brighter), 18.0, nullptr);
    double worst = 0.0;
    for (std::size_t i = 0; i < map.scores.size(); ++i) {
        worst = std::max(worst, static_cast<double>(std::abs(other.scores.pixels[i] - map.scores.pixels[i])));
    }
    DOCTEST_CHECK(worst < 0.02);
}
