// Recipes: the working scale, the order and units of the steps, and what is refused with which words.
#include "core/error.hpp"
#include "signal/filter.hpp"
#include "signal/recipe.hpp"
#include "signal/resample.hpp"
#include "unit/check.hpp"
#include "unit/signal/naive.hpp"

#include <limits>
#include <string>

using picker::Image;
using picker::Micrograph;
using picker::Prepared;
using picker::Recipe;
using picker::Status;

namespace {

Recipe recipe_of(double diameter_pixels, std::vector<picker::RecipeStep> steps) {
    Recipe recipe;
    recipe.diameter_pixels = diameter_pixels;
    recipe.steps = std::move(steps);
    return recipe;
}

Micrograph micrograph_of(Image image) {
    return Micrograph{std::move(image), 1.5, "grid1/mic_007.mrc"};
}

template <typename Call> void refused(Status status, const std::vector<std::string>& words, const Call& call) {
    try {
        call();
        DOCTEST_FAIL_CHECK("nothing was thrown");
    } catch (const picker::Error& error) {
        const std::string message = error.what();
        DOCTEST_CAPTURE(message);
        DOCTEST_CHECK(error.status() == status);
        for (const std::string& word : words) {
            DOCTEST_CAPTURE(word);
            DOCTEST_CHECK(message.find(word) != std::string::npos);
        }
    }
}

} // namespace

DOCTEST_TEST_CASE("the micrograph is resampled until the particle has the recipe's diameter") {
    // A particle of 60 pixels at (410, 95) of a wide micrograph; 20 working pixels are wanted.
    const double at_x = 410.0, at_y = 95.0;
    const Image image = naive::sampled(601, 307, [=](int x, int y) {
        return 10.0 - std::exp(-(std::pow(x - at_x, 2) + std::pow(y - at_y, 2)) / (2.0 * 15.0 * 15.0));
    });
    const Prepared prepared = picker::prepare(micrograph_of(image), recipe_of(20.0, {{"resample"}, {"invert"}}), 60.0);
    DOCTEST_CHECK(prepared.image.width == 200);
    DOCTEST_CHECK(prepared.image.height == 100); // 102.3 lies between the fast sizes 100 and 105
    DOCTEST_CHECK(prepared.scale_x == doctest::Approx(200.0 / 601.0));
    DOCTEST_CHECK(prepared.scale_y == doctest::Approx(static_cast<double>(prepared.image.height) / 307.0));
    double weight = 0.0, x_sum = 0.0, y_sum = 0.0;
    for (int y = 0; y < prepared.image.height; ++y) {
        for (int x = 0; x < prepared.image.width; ++x) {
            const double value = std::max(static_cast<double>(prepared.image.at(x, y)) + 9.99, 0.0);
            weight += value;
            x_sum += value * x;
            y_sum += value * y;
        }
    }
    DOCTEST_CHECK(std::abs(x_sum / weight - at_x * prepared.scale_x) < 0.02);
    DOCTEST_CHECK(std::abs(y_sum / weight - at_y * prepared.scale_y) < 0.02);
}

DOCTEST_TEST_CASE("steps run in their order, with lengths in diameters of the image they meet") {
    const Micrograph micrograph = micrograph_of(naive::noise(320, 200, 21, 30.0));
    // 40 pixels become 20: half of the size, exactly.
    const Prepared prepared = picker::prepare(
        micrograph,
        recipe_of(
            20.0,
            {{"clip", 2.0}, {"band-pass", 2.0, 0.2}, {"resample"}, {"gaussian", 1.5}, {"standardise-local", 1.35}}),
        40.0);
    Image expected = micrograph.image;
    picker::clip_outliers(expected, 2.0);
    picker::band_pass(expected, 80.0, 8.0); // before the resampling: of 40 pixels
    expected = picker::fourier_resample(expected, 160, 100);
    picker::gaussian_lowpass(expected, 1.5);
    picker::standardise_local(expected, 27); // after it: of 20
    DOCTEST_CHECK(naive::largest_difference(prepared.image, expected) == 0.0);
    DOCTEST_CHECK(prepared.scale_x == 0.5);
    DOCTEST_CHECK(prepared.scale_y == 0.5);

    // In working pixels: the same filter whatever the diameter, before the resampling and after it.
    for (const double diameter : {40.0, 10.0}) {
        const double working = diameter / 2.0; // so that the scale is a half
        const Prepared before =
            picker::prepare(micrograph, recipe_of(working, {{"band-pass-pixels", 40.0, 4.0}, {"resample"}}), diameter);
        expected = micrograph.image;
        picker::band_pass(expected, 80.0, 8.0);
        DOCTEST_CHECK(naive::largest_difference(before.image, picker::fourier_resample(expected, 160, 100)) == 0.0);
        const Prepared after =
            picker::prepare(micrograph, recipe_of(working, {{"resample"}, {"band-pass-pixels", 40.0, 4.0}}), diameter);
        expected = picker::fourier_resample(micrograph.image, 160, 100);
        picker::band_pass(expected, 40.0, 4.0);
        DOCTEST_CHECK(naive::largest_difference(after.image, expected) == 0.0);
    }

    // Outliers are those of the image as it is by then.
    const Prepared late = picker::prepare(micrograph, recipe_of(20.0, {{"invert"}, {"clip", 2.0}}), 40.0);
    expected = micrograph.image;
    picker::invert(expected);
    picker::clip_outliers(expected, 2.0);
    DOCTEST_CHECK(naive::largest_difference(late.image, expected) == 0.0);
    const Prepared small = picker::prepare(micrograph, recipe_of(20.0, {{"resample"}, {"clip", 2.0}}), 40.0);
    expected = picker::fourier_resample(micrograph.image, 160, 100);
    picker::clip_outliers(expected, 2.0);
    DOCTEST_CHECK(naive::largest_difference(small.image, expected) == 0.0);

    // A sigma is in working pixels wherever the step stands.
    const Prepared early = picker::prepare(micrograph, recipe_of(20.0, {{"gaussian", 1.5}, {"resample"}}), 40.0);
    expected = micrograph.image;
    picker::gaussian_lowpass(expected, 3.0);
    DOCTEST_CHECK(naive::largest_difference(early.image, picker::fourier_resample(expected, 160, 100)) == 0.0);

    // The order matters: a micrograph clipped after standardisation is another one.
    const Prepared first = picker::prepare(micrograph, recipe_of(0.0, {{"standardise-global"}, {"clip", 1.0}}), 40.0);
    const Prepared last = picker::prepare(micrograph, recipe_of(0.0, {{"clip", 1.0}, {"standardise-global"}}), 40.0);
    DOCTEST_CHECK(picker::statistics(last.image).deviation == doctest::Approx(1.0));
    DOCTEST_CHECK(picker::statistics(first.image).deviation < 0.8);
}

DOCTEST_TEST_CASE("without resampling, and at a scale of 1, working pixels are the micrograph's") {
    const Micrograph micrograph = micrograph_of(naive::noise(101, 67, 22)); // sizes that are not fast
    for (const Recipe& recipe :
         {recipe_of(12.0, {{"invert"}}), recipe_of(33.0, {{"invert"}, {"resample"}}), recipe_of(33.0, {})}) {
        const Prepared prepared = picker::prepare(micrograph, recipe, 33.0);
        DOCTEST_CHECK(prepared.scale_x == 1.0);
        DOCTEST_CHECK(prepared.scale_y == 1.0);
        Image expected = micrograph.image;
        if (!recipe.steps.empty()) {
            picker::invert(expected);
        }
        DOCTEST_CHECK(naive::largest_difference(prepared.image, expected) == 0.0);
    }
}

DOCTEST_TEST_CASE("one micrograph at two pixel sizes is prepared to the same working image") {
    // The coarse one is the fine one without the frequencies it cannot hold.
    const Image fine = picker::fourier_resample(naive::noise(50, 40, 23), 400, 320);
    const Image coarse = picker::fourier_resample(fine, 200, 160);
    const Recipe recipe = recipe_of(12.0, {{"resample"}, {"gaussian", 1.0}, {"standardise-local", 2.0}});
    const Prepared a = picker::prepare(micrograph_of(fine), recipe, 48.0);
    const Prepared b = picker::prepare(micrograph_of(coarse), recipe, 24.0);
    DOCTEST_CHECK(naive::largest_difference(a.image, b.image) < 1e-4);
    DOCTEST_CHECK(b.scale_x == doctest::Approx(2.0 * a.scale_x));
}

DOCTEST_TEST_CASE("a micrograph given away gives the same result as one lent, which stays as it was") {
    const Micrograph micrograph = micrograph_of(naive::noise(90, 75, 24, 5.0));
    const Image before = micrograph.image;
    for (const Recipe& recipe :
         {recipe_of(20.0, {{"clip", 2.0}, {"resample"}, {"standardise-local", 2.0}}),
          recipe_of(20.0, {{"clip", 2.0}, {"standardise-global"}}), recipe_of(20.0, {{"resample"}})}) {
        const Prepared lent = picker::prepare(micrograph, recipe, 40.0);
        const Prepared given = picker::prepare(Micrograph(micrograph), recipe, 40.0);
        DOCTEST_CHECK(naive::largest_difference(lent.image, given.image) == 0.0);
        DOCTEST_CHECK(naive::largest_difference(micrograph.image, before) == 0.0);
    }
}

DOCTEST_TEST_CASE("bad pixels are counted and the micrograph named") {
    const Recipe recipe = recipe_of(20.0, {{"resample"}});
    Image image = naive::noise(64, 48, 25);
    image.at(3, 4) = NAN;
    image.at(60, 1) = std::numeric_limits<float>::infinity();
    refused(Status::bad_file, {"grid1/mic_007.mrc", "2 of 3072", "NaN", "leave it out"},
            [&] { picker::prepare(micrograph_of(image), recipe, 40.0); });
    refused(Status::bad_file, {"grid1/mic_007.mrc", "all 3072 pixels have the value 2.5", "leave it out"},
            [&] { picker::prepare(micrograph_of(Image(64, 48, 2.5F)), recipe, 40.0); });
    refused(Status::bad_file, {"grid1/mic_007.mrc", "extremely large"}, [&] {
        picker::prepare(micrograph_of(naive::sampled(64, 48, [](int x, int) { return x % 9 < 4 ? 3e38 : -3e38; })),
                        recipe, 40.0);
    });
    Image damaged(64, 48);
    damaged.height = 47;
    refused(Status::invalid_argument, {"grid1/mic_007.mrc", "64 x 47"},
            [&] { picker::prepare(micrograph_of(damaged), recipe, 40.0); });
    refused(Status::invalid_argument, {"grid1/mic_007.mrc"},
            [&] { picker::prepare(micrograph_of(Image()), recipe, 40.0); });
}

DOCTEST_TEST_CASE("diameters that lead to absurd working images are refused with the sizes") {
    const Micrograph micrograph = micrograph_of(naive::noise(400, 300, 26));
    const Recipe recipe = recipe_of(20.0, {{"resample"}});
    refused(Status::invalid_argument,
            {"grid1/mic_007.mrc", "400 x 300", "diameter of 1600 pixels", "less than 8", "pixel size"},
            [&] { picker::prepare(micrograph, recipe, 1600.0); });
    refused(Status::invalid_argument, {"diameter of 900 pixels", "9 x 7", "less than 8"},
            [&] { picker::prepare(micrograph, recipe, 900.0); });
    refused(Status::invalid_argument, {"diameter of 0.1 pixels", "80000 x 60000", "more than 268435456"},
            [&] { picker::prepare(micrograph, recipe, 0.1); });
    refused(Status::invalid_argument, {"more than 268435456"}, [&] { picker::prepare(micrograph, recipe, 1e-300); });
    refused(Status::invalid_argument, {"less than 8"}, [&] { picker::prepare(micrograph, recipe, 1e300); });
    for (const double diameter : {0.0, -5.0, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
        refused(Status::invalid_argument, {"grid1/mic_007.mrc", "longest axis"},
                [&] { picker::prepare(micrograph, recipe, diameter); });
    }
    refused(Status::invalid_argument, {"7 x 50", "less than 8"},
            [&] { picker::prepare(micrograph_of(naive::noise(7, 50, 1)), recipe_of(20.0, {{"invert"}}), 40.0); });
}

DOCTEST_TEST_CASE("recipes are checked: names, values, one resampling") {
    const auto check = [](double diameter_pixels, std::vector<picker::RecipeStep> steps) {
        return [=] { picker::check_recipe(recipe_of(diameter_pixels, steps)); };
    };
    refused(Status::invalid_argument,
            {"\"sharpen\"", "clip, resample, gaussian, band-pass, band-pass-pixels, standardise-global, "
                            "standardise-without-dust, standardise-local, invert"},
            check(20.0, {{"resample"}, {"sharpen", 1.0}}));
    refused(Status::invalid_argument, {"\"clip\"", "above 0"}, check(20.0, {{"clip", 0.0}}));
    refused(Status::invalid_argument, {"\"gaussian\"", "-1"}, check(20.0, {{"gaussian", -1.0}}));
    refused(Status::invalid_argument, {"\"gaussian\""}, check(20.0, {{"gaussian", NAN}}));
    refused(Status::invalid_argument, {"\"band-pass\"", "longest"}, check(20.0, {{"band-pass", 0.2, 2.0}}));
    refused(Status::invalid_argument, {"\"band-pass\""}, check(20.0, {{"band-pass", 0.0, 0.0}}));
    refused(Status::invalid_argument, {"\"band-pass-pixels\"", "working"},
            check(20.0, {{"band-pass-pixels", 2.0, 3.0}}));
    refused(Status::invalid_argument, {"\"standardise-local\"", "box"}, check(20.0, {{"standardise-local", 0.0}}));
    refused(Status::invalid_argument, {"2 \"resample\""}, check(20.0, {{"resample"}, {"resample"}}));
    refused(Status::invalid_argument, {"diameter above 0"}, check(0.0, {{"resample"}}));
    DOCTEST_CHECK_NOTHROW(
        check(0.0, {{"clip", 3.0}, {"band-pass", 0.0, 0.1}, {"band-pass", 3.0}, {"gaussian"}, {"invert"}})());
    // prepare() checks too, before it looks at the pixels.
    refused(Status::invalid_argument, {"\"sharpen\""},
            [] { picker::prepare(micrograph_of(Image(64, 48)), recipe_of(20.0, {{"sharpen"}}), 40.0); });
}

DOCTEST_TEST_CASE("a recipe of fixed pixel size does not follow the diameter") {
    const Image image = naive::sampled(240, 120, [](int x, int y) { return std::sin(0.3 * x) + std::cos(0.2 * y); });
    Recipe recipe = recipe_of(20.0, {{"resample"}});
    recipe.pixel_size = 3.0; // the micrograph has 1.5 A
    for (const double diameter : {40.0, 61.0}) {
        const Prepared prepared = picker::prepare(micrograph_of(image), recipe, diameter);
        DOCTEST_CHECK(prepared.image.width == 120);
        DOCTEST_CHECK(prepared.image.height == 60);
    }
    recipe.pixel_size = 1.5;
    DOCTEST_CHECK(picker::prepare(micrograph_of(image), recipe, 40.0).image.pixels == image.pixels);
    Micrograph unknown = micrograph_of(image);
    unknown.pixel_size = 0.0;
    refused(Status::invalid_argument, {"grid1/mic_007.mrc", "pixel size is not known", "give the pixel size"},
            [&] { picker::prepare(unknown, recipe, 40.0); });
    recipe.pixel_size = -1.0;
    refused(Status::invalid_argument, {"-1 angstrom per pixel"}, [&] { picker::check_recipe(recipe); });
}
