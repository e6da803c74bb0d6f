// Score maps through the C API: their file, and picks made from them again with other rules. No network is run here.
#include "capi/hand_made_map.hpp"
#include "capi/support.hpp"

#include <cmath>
#include <tuple>

using namespace capi;

DOCTEST_TEST_CASE("a score map written by hand is read, and written back byte for byte in what counts") {
    const TempFolder folder;
    const std::string path = folder / "by-hand.mrc";
    write_score_map_by_hand(path);
    ScoresOwner scores;
    ok(picker_scores_read(scores.out(), path.c_str()));
    const std::string again = folder / "again.mrc";
    ok(picker_scores_write(scores.get(), again.c_str()));
    for (const std::string& file : {path, again}) {
        ok(picker_scores_read(scores.out(), file.c_str()));
        auto info = make<picker_scores_info>();
        ok(picker_scores_get_info(scores.get(), &info));
        DOCTEST_CHECK(info.width == 5);
        DOCTEST_CHECK(info.height == 2);
        DOCTEST_CHECK(info.micrograph_width == 70);
        DOCTEST_CHECK(info.micrograph_height == 30);
        DOCTEST_CHECK(info.origin_x == 5.5);
        DOCTEST_CHECK(info.origin_y == 4.5);
        DOCTEST_CHECK(info.step_x == 12);
        DOCTEST_CHECK(info.step_y == 10);
        DOCTEST_CHECK(info.diameter == 8);
        DOCTEST_CHECK(info.pixel_size == 2.5);
        const float* data = picker_scores_data(scores.get());
        DOCTEST_CHECK(std::vector<float>(data, data + 10) == hand_made_scores);
    }
    // Any other program sees an image of 5 x 2 pixels.
    auto image = make<picker_micrograph_info>();
    ok(picker_micrograph_inspect(again.c_str(), 0, &image));
    DOCTEST_CHECK(image.width == 5);
    DOCTEST_CHECK(image.height == 2);
}

DOCTEST_TEST_CASE("picks from a score map, with other rules each time") {
    const TempFolder folder;
    const std::string path = folder / "map.mrc";
    write_score_map_by_hand(path);
    const auto scores = libpicker::Scores::read(path);
    const auto model = libpicker::Model::create("deeppicker");
    auto options = make<picker_pick_options>();
    options.has_threshold = options.has_min_distance = 1;
    options.threshold = 0.25;
    auto removed = make<picker_removed>();
    PicksOwner picks;
    ok(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, &removed));
    // .9 and .7 are the highest around; each is moved by less than half a step.
    DOCTEST_REQUIRE(picker_picks_count(picks.get()) == 2);
    DOCTEST_CHECK(column(picks.get(), "score")[0] >= 0.9);
    DOCTEST_CHECK(column(picks.get(), "score")[1] < 0.9);
    for (const auto& [n, x, y] : {std::tuple{0, 17.5, 4.5}, {1, 53.5, 14.5}}) {
        DOCTEST_CHECK(std::abs(column(picks.get(), "x")[static_cast<std::size_t>(n)] - x) <= 6);
        DOCTEST_CHECK(std::abs(column(picks.get(), "y")[static_cast<std::size_t>(n)] - y) <= 5);
    }
    options.top = 1;
    ok(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, &removed));
    DOCTEST_CHECK(picker_picks_count(picks.get()) == 1);
    DOCTEST_CHECK(removed.top == 1);
    options.top = 0;
    options.threshold = 0.8;
    ok(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, &removed));
    DOCTEST_CHECK(picker_picks_count(picks.get()) == 1);
    DOCTEST_CHECK(removed.threshold >= 1);
    options.has_edge = 1;
    options.edge = 25; // angstrom, 10 pixels: the first row is too near to the border then
    ok(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, &removed));
    DOCTEST_CHECK(picker_picks_count(picks.get()) == 0);
    DOCTEST_CHECK(removed.edge >= 1);
    options.has_edge = 0;
    const float everywhere = 1;
    const auto mask = libpicker::Micrograph::from_data(&everywhere, 1, 1, 0, "mask");
    options.mask = mask.get();
    ok(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, &removed));
    DOCTEST_CHECK(picker_picks_count(picks.get()) == 0);
    DOCTEST_CHECK(removed.mask >= 2);

    options.mask = nullptr;
    options.has_keep = 1;
    options.keep = 0.9;
    options.threshold = 0.5;
    refused(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"keep", "threshold"});
    options.keep = 1.5;
    refused(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"keep", "1.5", "between 0 and 1"});
    options.has_keep = 0;
    options.diameter = 100; // the map is for 20 angstrom
    refused(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, nullptr), PICKER_MISMATCH,
            {"20", "100", "score"});
}

DOCTEST_TEST_CASE("a preprocessed micrograph has the model's scale: the particle fills its share of the window") {
    auto simulation = small_simulation(61);
    simulation.width = 300; // not square: a swap of the axes would show
    simulation.height = 180;
    const auto sample = libpicker::simulate(simulation, 0);
    const auto model = libpicker::Model::create("deeppicker", 1);
    auto options = make<picker_pick_options>();
    options.diameter = 160; // 20 pixels of 8 angstrom
    const auto prepared = model.preprocess(sample.micrograph, options);
    const picker_micrograph_info info = prepared.info();
    const picker_model_info network = model.info();
    const double scale = network.window / network.window_diameters / 20.0; // working pixels per pixel
    DOCTEST_CHECK(info.width == doctest::Approx(300 * scale).epsilon(0.03));
    DOCTEST_CHECK(info.height == doctest::Approx(180 * scale).epsilon(0.03));
    DOCTEST_CHECK(info.pixel_size == doctest::Approx(8.0 * 300 / info.width).epsilon(1e-9));
    DOCTEST_CHECK(std::abs(info.mean) < 0.1); // standardised
    DOCTEST_CHECK(info.deviation == doctest::Approx(1.0).epsilon(0.2));
}
