// Matching by hand-made cases: who takes whom, borders, axes, boxes, presets and bad input.
#include "core/error.hpp"
#include "evaluation/matching.hpp"
#include "unit/check.hpp"
#include "unit/evaluation/second_opinion.hpp"
#include "unit/evaluation/tables.hpp"

using namespace evaluation_testing;
using picker::match;
using picker::MatchOptions;
using picker::MatchRule;
using picker::MatchShape;
using picker::Picks;
using Truths = std::vector<int>;

namespace {

MatchOptions disc(double radius, MatchRule rule = MatchRule::greedy) {
    MatchOptions options;
    options.rule = rule;
    options.radius = radius;
    return options;
}

} // namespace

DOCTEST_TEST_CASE("the best score takes the nearest free truth, a second pick on it gets nothing") {
    const Picks truth = table({{100, 50, no_score}, {300, 60, no_score}});
    const Picks picks = table({{101, 50, 0.5}, {103, 54, 0.9}, {300, 61, 0.1}});
    const auto result = match(picks, truth, disc(10));
    DOCTEST_CHECK(result.truth_of_pick == Truths{-1, 0, 1});
    DOCTEST_CHECK(std::isnan(result.distance[0]));
    DOCTEST_CHECK(result.distance[1] == doctest::Approx(5.0)); // 3-4-5
    DOCTEST_CHECK(result.distance[2] == doctest::Approx(1.0));
    // The optimal rule leaves the scores aside: the nearer of the two.
    DOCTEST_CHECK(match(picks, truth, disc(10, MatchRule::optimal)).truth_of_pick == Truths{0, -1, 1});
}

DOCTEST_TEST_CASE("greedy can lose a pair that optimal keeps") {
    // Truths at 0 and 10. The best pick at 6 takes 10, so the pick at 14 finds nothing; optimal pairs both.
    const Picks truth = table({{0, 0, no_score}, {10, 0, no_score}});
    const Picks picks = table({{6, 0, 0.9}, {14, 0, 0.8}});
    DOCTEST_CHECK(match(picks, truth, disc(7)).truth_of_pick == Truths{1, -1});
    DOCTEST_CHECK(match(picks, truth, disc(7, MatchRule::optimal)).truth_of_pick == Truths{0, 1});
}

DOCTEST_TEST_CASE("optimal prefers the least sum of distances among the largest matchings") {
    const Picks truth = table({{0, 0, no_score}, {10, 0, no_score}});
    const Picks picks = table({{4, 0, 0.9}, {3, 0, 0.8}}); // crossing costs 7 + 4, straight 3 + 6 is less
    const auto result = match(picks, truth, disc(8, MatchRule::optimal));
    DOCTEST_CHECK(result.truth_of_pick == Truths{1, 0});
    DOCTEST_CHECK(result.distance[0] + result.distance[1] == doctest::Approx(9.0));
    DOCTEST_CHECK(match(picks, truth, disc(8)).truth_of_pick == Truths{0, 1});
}

DOCTEST_TEST_CASE("the radius belongs to the match") {
    const Picks truth = table({{7, 3, no_score}});
    for (const MatchRule rule : {MatchRule::greedy, MatchRule::optimal}) {
        DOCTEST_CHECK(match(table({{10, 7, 1}}), truth, disc(5, rule)).truth_of_pick == Truths{0});
        DOCTEST_CHECK(match(table({{10, 7, 1}}), truth, disc(4.999, rule)).truth_of_pick == Truths{-1});
    }
}

DOCTEST_TEST_CASE("swapped axes match nothing on a long image") {
    Picks truth, swapped;
    for (int i = 0; i < 40; ++i) {
        truth.add(3000 + 20 * i, 40 + 7 * i, no_score);
        swapped.add(truth.y.back(), truth.x.back(), 1.0);
    }
    const auto right = match(truth, truth, disc(5)).truth_of_pick;
    for (int i = 0; i < 40; ++i) {
        DOCTEST_CHECK(right[static_cast<std::size_t>(i)] == i);
    }
    DOCTEST_CHECK(match(swapped, truth, disc(5)).truth_of_pick == Truths(40, -1));
}

DOCTEST_TEST_CASE("equal scores choose by y, then x; picks without scores in the order of the file, after the scored") {
    const Picks truth = table({{0, 0, no_score}});
    DOCTEST_CHECK(match(table({{1, 2, 0.5}, {3, 1, 0.5}, {2, 1, 0.5}}), truth, disc(9)).truth_of_pick ==
                  Truths{-1, -1, 0});
    DOCTEST_CHECK(match(table({{3, 3, no_score}, {1, 1, no_score}}), truth, disc(9)).truth_of_pick == Truths{0, -1});
    DOCTEST_CHECK(match(table({{3, 3, no_score}, {1, 1, no_score}, {4, 4, -7}}), truth, disc(9)).truth_of_pick ==
                  Truths{-1, -1, 0});
    DOCTEST_CHECK(
        match(table({{3, 3, no_score}, {1, 1, no_score}}), truth, disc(9, MatchRule::optimal)).truth_of_pick ==
        Truths{-1, 0});
}

DOCTEST_TEST_CASE("boxes match by intersection over union") {
    // Boxes of 21 shifted by d along an axis: IoU (21 - d) / (21 + d), 0.6 at 5.25.
    MatchOptions box = picker::match_preset("hydrapicker", 21, 0, 0);
    DOCTEST_CHECK(picker::match_radius(box) == doctest::Approx(5.25));
    const Picks truth = table({{500, 80, no_score}});
    for (const MatchRule rule : {MatchRule::greedy, MatchRule::optimal}) {
        box.rule = rule;
        DOCTEST_CHECK(match(table({{505.24, 80, 1}}), truth, box).truth_of_pick == Truths{0});
        DOCTEST_CHECK(match(table({{505.26, 80, 1}}), truth, box).truth_of_pick == Truths{-1});
        DOCTEST_CHECK(match(table({{500, 74.76, 1}}), truth, box).truth_of_pick == Truths{0});
        // Along the diagonal (21 - d)^2 = 0.75 * 441, d = 2.813: the region is not a disc.
        DOCTEST_CHECK(match(table({{502.80, 82.80, 1}}), truth, box).truth_of_pick == Truths{0});
        DOCTEST_CHECK(match(table({{502.83, 82.83, 1}}), truth, box).truth_of_pick == Truths{-1});
    }
    box.iou = 1.0;
    DOCTEST_CHECK(match(table({{500, 80, 1}, {500.1, 80, 2}}), truth, box).truth_of_pick == Truths{0, -1});
}

DOCTEST_TEST_CASE("nothing to match") {
    for (const MatchRule rule : {MatchRule::greedy, MatchRule::optimal}) {
        DOCTEST_CHECK(match(Picks(), table({{1, 1, no_score}}), disc(5, rule)).truth_of_pick.empty());
        DOCTEST_CHECK(match(table({{1, 1, 0}}), Picks(), disc(5, rule)).truth_of_pick == Truths{-1});
        DOCTEST_CHECK(match(Picks(), Picks(), disc(5, rule)).truth_of_pick.empty());
    }
}

DOCTEST_TEST_CASE("far-away and coinciding coordinates do not harm the cell list") {
    const Picks truth = table({{0, 0, no_score}, {0, 0, no_score}, {1e12, -1e9, no_score}});
    const Picks picks = table({{0, 0, 1}, {0, 1, 2}, {1e12, -1e9, 3}, {-1e300, 1e300, 4}});
    DOCTEST_CHECK(match(picks, truth, disc(2)).truth_of_pick == Truths{1, 0, 2, -1});
    DOCTEST_CHECK(match(table({{4, 4, 1}}), table({{4, 4, no_score}, {4, 4, no_score}}), disc(1e-9)).truth_of_pick ==
                  Truths{0});
}

DOCTEST_TEST_CASE("presets give pixels") {
    DOCTEST_CHECK(picker::match_preset("half-diameter", 108, 180, 56).radius == doctest::Approx(54.0));
    DOCTEST_CHECK(picker::match_preset("deeppicker", 108, 180, 56).radius == doctest::Approx(36.0));
    DOCTEST_CHECK(picker::match_preset("parsed", 108, 180, 56).radius == doctest::Approx(16.8));
    const MatchOptions box = picker::match_preset("hydrapicker", 108, 180, 56);
    DOCTEST_CHECK(box.shape == MatchShape::box);
    DOCTEST_CHECK(box.box_size == doctest::Approx(108.0));
    DOCTEST_CHECK(box.iou == doctest::Approx(0.6));
    for (const std::string& name : picker::match_preset_names()) {
        DOCTEST_CHECK(picker::match_preset(name, 10, 10, 10).rule == MatchRule::greedy);
    }
    DOCTEST_CHECK_THROWS_WITH_AS(
        picker::match_preset("topaz", 1, 1, 1),
        "no matching preset is called 'topaz'; there are half-diameter, deeppicker, parsed, hydrapicker",
        picker::Error);
    DOCTEST_CHECK_THROWS_WITH_AS(
        picker::match_preset("parsed", 108, 180, 0),
        "matching preset 'parsed' needs the aperture in pixels, got 0; give it, or use a matching "
        "radius in pixels",
        picker::Error);
}

DOCTEST_TEST_CASE("options and coordinates that make no sense are refused") {
    const Picks one = table({{1, 1, 1}});
    for (const double radius : {0.0, -3.0, no_score, std::numeric_limits<double>::infinity()}) {
        DOCTEST_CHECK_THROWS_AS(match(one, one, disc(radius)), picker::Error);
    }
    MatchOptions box = picker::match_preset("hydrapicker", 21, 0, 0);
    box.iou = 0.0;
    DOCTEST_CHECK_THROWS_AS(match(one, one, box), picker::Error);
    DOCTEST_CHECK_THROWS_WITH_AS(match(table({{1, 1, 1}, {5, no_score, 1}}), one, disc(5)),
                                 "pick 2 of 2 lies at x 5, y nan; remove it, or mend its coordinates", picker::Error);
    DOCTEST_CHECK_THROWS_AS(match(one, table({{no_score, 2, 1}}), disc(5)), picker::Error);
}
