// The filters of picking through the C API: what they remove is counted, score maps keep what they need, wrong values.
#include "capi/hand_made_map.hpp"
#include "capi/support.hpp"

using namespace capi;

namespace {

// A micrograph whose right half is ten times as rough, and candidates on both halves.
libpicker::Micrograph half_rough() {
    std::vector<float> pixels(200 * 160);
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        state = state * 1664525U + 1013904223U;
        const float value = static_cast<float>(state >> 8) / 16777216.0F - 0.5F;
        pixels[i] = i % 200 >= 120 ? 10.0F * value : value;
    }
    return libpicker::Micrograph::from_data(pixels.data(), 200, 160, 8.0, "half-rough");
}

} // namespace

DOCTEST_TEST_CASE("a run from candidates measures the micrograph, and counts what each filter removed") {
    const TempFolder folder;
    half_rough().write(folder / "a.mrc");
    libpicker::Picks picks;
    picks.append({40, 40, 90, 160, 170}, {40, 56, 110, 80, 30}, {0.9, 0.8, 0.7, 0.95, 0.6});
    std::filesystem::create_directory(folder / "from");
    picks.write(folder / "from/a.star");
    const auto model = libpicker::Model::create("deeppicker");
    auto pick = make<picker_pick_options>();
    pick.diameter = 160; // 20 pixels
    pick.has_threshold = 1;
    pick.threshold = 0.5;
    pick.has_deviation = 1;
    pick.deviation_low = 0.5;
    pick.deviation_high = 2.0;
    pick.overlaps = PICKER_OVERLAPS_DROP;
    auto run = make<picker_run_options>();
    const std::string output = folder / "out", from = folder / "from";
    run.pick = &pick;
    run.output = output.c_str();
    run.source = PICKER_SOURCE_CANDIDATES;
    run.source_folder = from.c_str();
    const libpicker::Inputs inputs({folder / "a.mrc"});
    const auto report = model.pick_files(inputs, run);
    const picker_run_item item = report.item(0);
    DOCTEST_CHECK(item.candidates == 5);
    DOCTEST_CHECK(item.removed_deviation == 2); // on the right
    DOCTEST_CHECK(item.removed_overlaps == 2);  // 16 pixels apart, closer than a diameter
    DOCTEST_CHECK(item.removed_carbon == 0);
    DOCTEST_CHECK(item.picks == 1);
    DOCTEST_CHECK(column(libpicker::Picks::read(output + "/a.star").get(), "x") == std::vector<double>{90});
    const std::string record = read_bytes(output + "/run.json");
    DOCTEST_CHECK(record.find("\"overlaps\": \"drop\"") != std::string::npos);
    pick.overlap_distance = 100; // angstrom, 12.5 pixels
    run.overwrite = 1;
    DOCTEST_CHECK(model.pick_files(inputs, run).item(0).picks == 3);
    pick.clean = PICKER_CLEANING_PAPER;
    picker_run_report* none = nullptr;
    refused(picker_pick_files(&none, model.get(), inputs.get(), &run, nullptr), PICKER_INVALID_ARGUMENT,
            {"no score map to clean", "start from score maps"});
}

DOCTEST_TEST_CASE("overlapping picks of a table are dropped by select") {
    libpicker::Picks picks;
    picks.append({20, 28, 60}, {30, 30, 40}, {0.9, 0.8, 0.3});
    auto rules = make<picker_select_rules>();
    rules.width = 100;
    rules.height = 70;
    rules.overlap_distance = 8.5;
    auto removed = make<picker_removed>();
    DOCTEST_CHECK(column(picks.select(rules, &removed).get(), "x") == std::vector<double>{60});
    DOCTEST_CHECK(removed.overlaps == 2);
    rules.overlap_distance = 8;
    DOCTEST_CHECK(picks.select(rules).size() == 3);
    rules.overlap_distance = -1;
    PicksOwner none;
    refused(picker_picks_select(none.out(), picks.get(), &rules, nullptr), PICKER_INVALID_ARGUMENT,
            {"picker_select_rules.overlap_distance", "-1"});
}

DOCTEST_TEST_CASE("a score map read from a file has no pixels to measure, and says what to do") {
    const TempFolder folder;
    write_score_map_by_hand(folder / "map.mrc");
    const auto scores = libpicker::Scores::read(folder / "map.mrc");
    const auto model = libpicker::Model::create("deeppicker");
    auto options = make<picker_pick_options>();
    options.carbon = PICKER_CARBON_EDGE;
    PicksOwner picks;
    refused(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, nullptr), PICKER_MISMATCH,
            {"micrograph", "score the micrograph again", "pick from files"});
    options.carbon = PICKER_CARBON_OFF;
    options.clean = PICKER_CLEANING_LUA;
    options.overlaps = PICKER_OVERLAPS_DROP;
    ok(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, nullptr));
    options.clean = 4;
    refused(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"picker_pick_options.clean", "4", "picker_cleaning"});
    options.clean = 0;
    options.carbon = -1;
    refused(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"picker_pick_options.carbon", "-1"});
    options.carbon = 0;
    options.has_deviation = 1;
    options.deviation_low = 2;
    options.deviation_high = 1;
    refused(picker_pick_from_scores(picks.out(), model.get(), scores.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"range of deviations", "2", "1"});
}

DOCTEST_TEST_CASE("scoring and then picking from the scores is picking, with every filter on") {
    if (!has_torch("scoring")) {
        return;
    }
    auto simulation = small_simulation(33);
    simulation.width = 300;
    simulation.height = 220;
    const auto sample = libpicker::simulate(simulation, 0);
    const auto model = libpicker::Model::create("deeppicker", 5);
    auto options = make<picker_pick_options>();
    options.diameter = 160;
    options.has_threshold = options.has_keep = options.has_deviation = options.has_min_distance = 1;
    options.threshold = 0.3; // a model that has learned nothing gives scores near a half
    options.min_distance = 40;
    options.clean = PICKER_CLEANING_PAPER;
    options.extreme_pixels = PICKER_EXTREME_PIXELS_PAPER;
    options.carbon = PICKER_CARBON_EDGE;
    options.overlaps = PICKER_OVERLAPS_DROP;
    options.overlap_distance = 90;
    options.deviation_low = 0.97;
    options.deviation_high = 1.02;
    const auto direct = model.pick(sample.micrograph, options);
    const auto scores = model.score(sample.micrograph, options);
    auto removed = make<picker_removed>();
    const auto again = model.pick_from_scores(scores, options, &removed);
    for (const char* name : {"x", "y", "score"}) {
        DOCTEST_CHECK(column(direct.get(), name) == column(again.get(), name));
    }
    DOCTEST_CHECK(removed.deviation > 0);
    auto plain = make<picker_pick_options>();
    plain.diameter = 160;
    PicksOwner picks;
    const auto without = model.score(sample.micrograph, plain);
    refused(picker_pick_from_scores(picks.out(), model.get(), without.get(), &options, nullptr), PICKER_MISMATCH,
            {"score the micrograph again with these rules"});
}
