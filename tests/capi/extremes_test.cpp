// Numbers that are finite and yet make no sense, through the C API: coordinates far outside, lengths beyond everything.
// Refused or harmless; the sanitizer build watches for overflow.
#include "capi/hand_made_map.hpp"
#include "capi/support.hpp"

#include <cmath>
#include <limits>

using namespace capi;

namespace {

constexpr double huge = 1e300;

// One pick in the middle, the others where no micrograph ever was.
libpicker::Picks scattered() {
    libpicker::Picks picks;
    picks.append({96, huge, -huge, 96, 3e9, -3e9, 1e18, -1}, {80, 80, 80, huge, 3e9, -3e9, -1e18, 80},
                 {0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9});
    return picks;
}

void refused_or_fine(picker_status status, const std::string& what) {
    DOCTEST_CHECK_MESSAGE((status == PICKER_OK || status == PICKER_INVALID_ARGUMENT), what, ": ", said(status));
}

} // namespace

DOCTEST_TEST_CASE("picks outside the image are removed as edge, drawn nowhere, written as they are") {
    const TempFolder folder;
    const auto picks = scattered();
    const auto sample = libpicker::simulate(small_simulation(), 0);
    auto rules = make<picker_select_rules>();
    rules.width = 192;
    rules.height = 160;
    auto removed = make<picker_removed>();
    for (const double distance : {0.0, 10.0, 1e-12, huge}) {
        rules.min_distance = distance;
        PicksOwner kept;
        ok(picker_picks_select(kept.out(), picks.get(), &rules, &removed));
        DOCTEST_REQUIRE(picker_picks_count(kept.get()) == 1);
        DOCTEST_CHECK(column(kept.get(), "x")[0] == 96);
        DOCTEST_CHECK(removed.edge == 7);
    }
    rules.edge = huge;
    DOCTEST_CHECK(picks.select(rules).size() == 0);

    libpicker::Picks middle;
    middle.add(96, 80, 0.5);
    middle.add(-1, 80, 0.9); // its circle reaches into the image
    const std::string all = folder / "all.png";
    const std::string one = folder / "one.png";
    libpicker::draw(all, sample.micrograph, picks, nullptr, 20);
    libpicker::draw(one, sample.micrograph, middle, nullptr, 20);
    DOCTEST_CHECK(read_bytes(all) == read_bytes(one));
    for (const double diameter : {1e-300, 1e9, huge}) {
        refused_or_fine(picker_draw(all.c_str(), sample.micrograph.get(), picks.get(), nullptr, diameter, 0), "draw");
    }
    auto context = make<picker_picks_context>();
    context.box_size = 20;
    context.width = 192;
    context.height = 160;
    context.micrograph = "m.mrc";
    for (std::int32_t i = 0; i < picker_format_count(); ++i) {
        if (picker_format_name(i) == std::string("eman")) { // read only
            continue;
        }
        const std::string path = folder / (std::string("p") + picker_format_extension(i));
        const picker_status status = picker_picks_write(picks.get(), path.c_str(), nullptr, &context);
        refused_or_fine(status, picker_format_name(i));
        if (status == PICKER_OK) {
            DOCTEST_CHECK(libpicker::Picks::read(path).size() == picks.size());
        }
    }
}

DOCTEST_TEST_CASE("picks outside the image are false positives; radii may have any size") {
    const auto picks = scattered();
    libpicker::Picks truth;
    truth.append({95, 10}, {80, 10}, {});
    auto item = make<picker_evaluate_item>();
    item.predicted = picks.get();
    item.truth = truth.get();
    item.width = 192;
    item.height = 160;
    auto options = make<picker_evaluate_options>();
    options.diameter = 20;
    const auto result = libpicker::Evaluation({item}, options).result();
    DOCTEST_CHECK(result.matched == 1);
    DOCTEST_CHECK(result.picks == 8);
    for (const double radius : {1e-300, 1e-9, 1e9, huge}) {
        for (const std::int32_t optimal : {0, 1}) {
            options.radius = radius;
            options.optimal = optimal;
            EvaluationOwner evaluation;
            refused_or_fine(picker_evaluate(evaluation.out(), &item, 1, &options), "radius " + std::to_string(radius));
        }
    }
    item.radius_scale = huge;
    EvaluationOwner evaluation;
    refused_or_fine(picker_evaluate(evaluation.out(), &item, 1, &options), "radius_scale");
}

DOCTEST_TEST_CASE("score maps whose description is absurd") {
    const TempFolder folder;
    const std::string path = folder / "map.mrc";
    write_score_map_by_hand(path);
    const std::string good = read_bytes(path);
    const auto model = libpicker::Model::create("deeppicker");
    for (const auto& [from, to] : {std::pair{"\"diameter\":8.0", "\"diameter\":1e300"},
                                   {"\"diameter\":8.0", "\"diameter\":1e-9"},
                                   {"\"step_x\":12.0", "\"step_x\":1e-9"},
                                   {"\"step_x\":12.0", "\"step_x\":1e300"},
                                   {"\"origin_x\":5.5", "\"origin_x\":-9e9"},
                                   {"\"pixel_size\":2.5", "\"pixel_size\":9e9"}}) {
        // The longer text takes the place of the spaces behind the description.
        std::string bytes = good;
        const std::size_t at = bytes.find(from);
        DOCTEST_REQUIRE(at != std::string::npos);
        const std::size_t more = std::string(to).size() - std::string(from).size();
        bytes.replace(at, std::string(from).size(), to);
        bytes.erase(bytes.find('}', at) + 1, more);
        write_bytes(path, bytes);
        ScoresOwner scores;
        const picker_status status = picker_scores_read(scores.out(), path.c_str());
        if (status != PICKER_OK) {
            refused(status, PICKER_BAD_FILE, {path, ";"});
            continue;
        }
        PicksOwner picks;
        const picker_status picked = picker_pick_from_scores(picks.out(), model.get(), scores.get(), nullptr, nullptr);
        refused_or_fine(picked, to);
    }
}

DOCTEST_TEST_CASE("lengths beyond everything when picking") {
    if (!has_torch("picking")) {
        return;
    }
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const auto model = libpicker::Model::create("deeppicker");
    const auto attempt = [&](auto change) {
        auto options = make<picker_pick_options>();
        options.diameter = 160;
        change(options);
        PicksOwner picks;
        const picker_status status = picker_pick(picks.out(), model.get(), sample.micrograph.get(), &options, nullptr);
        refused_or_fine(status, "pick");
    };
    attempt([](auto& o) { o.diameter = huge; });
    attempt([](auto& o) { o.diameter = 1e-300; });
    attempt([](auto& o) { o.diameter = 1e-3; });
    attempt([](auto& o) { o.has_min_distance = 1, o.min_distance = huge; });
    attempt([](auto& o) { o.has_edge = 1, o.edge = huge; });
    attempt([](auto& o) { o.top = INT32_MAX; });
}
