// Metrics by hand-made cases whose values follow from paper and pencil.
#include "core/error.hpp"
#include "evaluation/metrics.hpp"
#include "unit/check.hpp"
#include "unit/evaluation/tables.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numbers>

using doctest::Approx;
using namespace evaluation_testing;
using picker::evaluate;
using picker::Evaluation;
using picker::EvaluationItem;
using picker::EvaluationOptions;
using picker::MatchRule;
using picker::Picks;

namespace {

EvaluationItem item(const Picks& predicted, const Picks& truth, int width = 1000, int height = 400) {
    EvaluationItem result;
    result.predicted = &predicted;
    result.truth = &truth;
    result.width = width;
    result.height = height;
    return result;
}

EvaluationOptions within(double radius) {
    EvaluationOptions options;
    options.match.radius = radius;
    return options;
}

// 4 truths; hits at scores .9 .7 .5, a miss at .8, a duplicate at .6: one truth is never found.
const Picks four = table({{100, 100, no_score}, {200, 100, no_score}, {300, 100, no_score}, {900, 300, no_score}});
const Picks five = table({{103, 104, 0.9}, {600, 50, 0.8}, {203, 104, 0.7}, {201, 100, 0.6}, {297, 100, 0.5}});

} // namespace

DOCTEST_TEST_CASE("counts, curve, AP and best F by hand") {
    const Evaluation e = evaluate({item(five, four)}, within(10));
    DOCTEST_CHECK(e.picks == 5);
    DOCTEST_CHECK(e.truth == 4);
    DOCTEST_CHECK(e.matched == 3);
    DOCTEST_CHECK(e.duplicates == 1);
    DOCTEST_CHECK(e.radius == 10);
    DOCTEST_CHECK(e.precision == Approx(3.0 / 5));
    DOCTEST_CHECK(e.recall == Approx(3.0 / 4));
    DOCTEST_CHECK(e.f_beta == Approx(2.0 * 0.6 * 0.75 / 1.35));
    DOCTEST_CHECK(e.curve.threshold == std::vector<double>{0.9, 0.8, 0.7, 0.6, 0.5});
    const std::vector<double> precision{1, 1.0 / 2, 2.0 / 3, 2.0 / 4, 3.0 / 5}, recall{0.25, 0.25, 0.5, 0.5, 0.75};
    for (std::size_t i = 0; i < 5; ++i) {
        DOCTEST_CHECK(e.curve.precision[i] == Approx(precision[i]));
        DOCTEST_CHECK(e.curve.recall[i] == Approx(recall[i]));
        DOCTEST_CHECK(e.curve.picked_fraction[i] == Approx(static_cast<double>(i + 1) / 4));
    }
    DOCTEST_CHECK(e.average_precision == Approx(0.25 * (1 + 2.0 / 3 + 3.0 / 5)));
    DOCTEST_CHECK(e.best_threshold == 0.5);
    DOCTEST_CHECK(e.best_f == Approx(2.0 / 3));
    DOCTEST_CHECK(e.precision_at_best == Approx(0.6));
    DOCTEST_CHECK(e.recall_at_best == Approx(0.75));
    DOCTEST_CHECK(picker::precision_at_recall(e.curve, 0.5) == Approx(2.0 / 3));
    DOCTEST_CHECK(picker::precision_at_recall(e.curve, 0.6) == Approx(0.6));
    DOCTEST_CHECK(picker::precision_at_recall(e.curve, 0.8) == 0.0);
    DOCTEST_CHECK(picker::recall_at_precision(e.curve, 0.6) == Approx(0.75));
    DOCTEST_CHECK(picker::recall_at_precision(e.curve, 0.61) == Approx(0.5));
    DOCTEST_CHECK(picker::recall_at_precision(e.curve, 0.7) == Approx(0.25));
}

DOCTEST_TEST_CASE("ROC by hand: negatives by area, trapezoid completed to (1, 1)") {
    const Evaluation e = evaluate({item(five, four)}, within(10));
    const auto negatives = static_cast<std::int64_t>(1000.0 * 400.0 / (std::numbers::pi * 100.0)) - 4; // 1273 - 4
    DOCTEST_CHECK(e.negatives == negatives);
    const double n = static_cast<double>(negatives);
    DOCTEST_CHECK(e.curve.false_positive_rate[4] == Approx(2.0 / n));
    // Steps of 1/n at recall .25 and .5, then a straight line from (2/n, .75) to (1, 1).
    DOCTEST_CHECK(e.auroc == Approx((0.25 + 0.5) / n + (1 - 2.0 / n) * (0.75 + 1) / 2));
    // A tiny area: negatives are never fewer than the false positives, and the curve ends at rate 1.
    const Evaluation tiny = evaluate({item(five, four, 10, 10)}, within(10));
    DOCTEST_CHECK(tiny.negatives == 2);
    DOCTEST_CHECK(tiny.curve.false_positive_rate.back() == 1.0);
    DOCTEST_CHECK(tiny.auroc == Approx(0.5 * 0.25 + 0.5 * 0.5));
    // Boxes: places are boxes.
    EvaluationOptions box;
    box.match = picker::match_preset("hydrapicker", 50, 0, 0);
    DOCTEST_CHECK(evaluate({item(five, four)}, box).negatives == 1000 * 400 / 2500 - 4);
}

DOCTEST_TEST_CASE("a perfect list and a useless one") {
    const Evaluation perfect = evaluate({item(four, four)}, within(10));
    DOCTEST_CHECK(perfect.f_beta == 1.0);
    DOCTEST_CHECK(perfect.average_precision == 1.0);
    DOCTEST_CHECK(perfect.auroc == 1.0);
    DOCTEST_CHECK_FALSE(perfect.average_precision_is_lower_bound);
    const Picks wrong = table({{50, 300, 0.9}, {70, 350, 0.1}});
    const Evaluation useless = evaluate({item(wrong, four)}, within(10));
    DOCTEST_CHECK(useless.matched == 0);
    DOCTEST_CHECK(useless.average_precision == 0.0);
    DOCTEST_CHECK(useless.best_f == 0.0);
    DOCTEST_CHECK(useless.auroc < 0.5);
    DOCTEST_CHECK(std::isnan(useless.offset_mean));
}

DOCTEST_TEST_CASE("the offset is pick minus truth, x and y apart") {
    Picks truth, picks;
    for (int i = 0; i < 20; ++i) {
        truth.add(40 * i, 10 * i, no_score);
        picks.add(40 * i + 3, 10 * i - 4, i); // right of and above the truth
    }
    const Evaluation e = evaluate({item(picks, truth)}, within(6));
    DOCTEST_CHECK(e.matched == 20);
    DOCTEST_CHECK(e.mean_dx == Approx(3.0));
    DOCTEST_CHECK(e.mean_dy == Approx(-4.0));
    DOCTEST_CHECK(e.offset_mean == Approx(5.0));
    DOCTEST_CHECK(e.offset_median == Approx(5.0));
    DOCTEST_CHECK(e.offset_95 == Approx(5.0));
}

DOCTEST_TEST_CASE("offsets 0 to 20: mean, median and 95 % by hand, cut by the threshold") {
    Picks truth, picks;
    for (int i = 0; i <= 20; ++i) {
        truth.add(100 * i, 0, no_score);
        picks.add(100 * i, i, -i);
    }
    Evaluation e = evaluate({item(picks, truth)}, within(25));
    DOCTEST_CHECK(e.offset_mean == Approx(10.0));
    DOCTEST_CHECK(e.offset_median == Approx(10.0));
    DOCTEST_CHECK(e.offset_95 == Approx(19.0));
    EvaluationOptions options = within(25);
    options.has_threshold = true;
    options.threshold = -3;
    e = evaluate({item(picks, truth)}, options);
    DOCTEST_CHECK(e.picks == 4);
    DOCTEST_CHECK(e.recall == Approx(4.0 / 21));
    DOCTEST_CHECK(e.offset_median == Approx(1.5));
    DOCTEST_CHECK(e.offset_95 == Approx(2.85));
    DOCTEST_CHECK(e.curve.recall.back() == 1.0); // the curve keeps every candidate
}

DOCTEST_TEST_CASE("duplicates are false positives under both rules") {
    const Picks truth = table({{100, 100, no_score}});
    const Picks picks = table({{101, 100, 0.9}, {100, 100, 0.8}, {99, 100, 0.7}, {500, 100, 0.6}});
    for (const MatchRule rule : {MatchRule::greedy, MatchRule::optimal}) {
        EvaluationOptions options = within(10);
        options.match.rule = rule;
        const Evaluation e = evaluate({item(picks, truth)}, options);
        DOCTEST_CHECK(e.matched == 1);
        DOCTEST_CHECK(e.duplicates == 2);
        DOCTEST_CHECK(e.precision == 0.25);
        DOCTEST_CHECK(e.offset_mean == Approx(rule == MatchRule::greedy ? 1.0 : 0.0));
    }
}

DOCTEST_TEST_CASE("equal scores make one point, over micrographs too") {
    const Picks a = table({{100, 100, 0.5}, {800, 10, 0.5}}), b = table({{100, 100, 0.5}, {200, 100, 0.25}});
    const Evaluation e = evaluate({item(a, four), item(b, four)}, within(10));
    DOCTEST_CHECK(e.curve.threshold == std::vector<double>{0.5, 0.25});
    DOCTEST_CHECK(e.curve.precision[0] == Approx(2.0 / 3));
    DOCTEST_CHECK(e.curve.recall[0] == Approx(2.0 / 8));
    DOCTEST_CHECK(e.average_precision == Approx(2.0 / 3 * 2 / 8 + 3.0 / 4 / 8));
}

DOCTEST_TEST_CASE("micrographs do not share truth") {
    const Picks nothing;
    const Evaluation e = evaluate({item(four, nothing), item(nothing, four)}, within(10));
    DOCTEST_CHECK(e.picks == 4);
    DOCTEST_CHECK(e.truth == 4);
    DOCTEST_CHECK(e.matched == 0);
}

DOCTEST_TEST_CASE("empty predictions and empty truth") {
    const Picks nothing;
    const Evaluation no_picks = evaluate({item(nothing, four)}, within(10));
    DOCTEST_CHECK(no_picks.truth == 4);
    DOCTEST_CHECK(no_picks.precision == 0.0);
    DOCTEST_CHECK(no_picks.recall == 0.0);
    DOCTEST_CHECK(no_picks.f_beta == 0.0);
    DOCTEST_CHECK(no_picks.curve.threshold.empty());
    DOCTEST_CHECK(no_picks.auroc == 0.5); // knows nothing
    const Evaluation no_truth = evaluate({item(four, nothing)}, within(10));
    DOCTEST_CHECK(no_truth.precision == 0.0);
    DOCTEST_CHECK(no_truth.recall == 0.0);
    DOCTEST_CHECK(no_truth.average_precision == 0.0);
    DOCTEST_CHECK(no_truth.duplicates == 0);
    DOCTEST_CHECK(std::isnan(no_truth.auroc));
    DOCTEST_CHECK_FALSE(no_truth.average_precision_is_lower_bound);
    const Evaluation none = evaluate({}, within(10));
    DOCTEST_CHECK(none.picks == 0);
    DOCTEST_CHECK(none.negatives == 0);
}

DOCTEST_TEST_CASE("picks without scores make one point, after the scored ones, and fall at any threshold") {
    const Picks plain = table({{100, 100, no_score}, {600, 50, no_score}});
    EvaluationOptions options = within(10);
    Evaluation e = evaluate({item(plain, four)}, options);
    DOCTEST_REQUIRE(e.curve.threshold.size() == 1);
    DOCTEST_CHECK(std::isnan(e.curve.threshold[0]));
    DOCTEST_CHECK(e.average_precision == Approx(0.5 * 0.25));
    DOCTEST_CHECK(e.average_precision_is_lower_bound);
    DOCTEST_CHECK(e.best_f == Approx(e.f_beta));
    e = evaluate({item(plain, four), item(five, four)}, options);
    DOCTEST_CHECK(e.curve.threshold.size() == 6);
    DOCTEST_CHECK(e.curve.recall.back() == Approx(0.5));
    options.has_threshold = true;
    options.threshold = -1e30;
    DOCTEST_CHECK(evaluate({item(plain, four)}, options).picks == 0);
}

DOCTEST_TEST_CASE("F-beta weighs recall beta times as much") {
    EvaluationOptions options = within(10);
    options.beta = 2.0;
    const Evaluation e = evaluate({item(five, four)}, options);
    DOCTEST_CHECK(e.f_beta == Approx(5 * 0.6 * 0.75 / (4 * 0.6 + 0.75)));
    DOCTEST_CHECK(e.curve.f_beta.back() == Approx(e.f_beta));
    options.beta = 0.1; // precision counts: the first point wins
    DOCTEST_CHECK(evaluate({item(five, four)}, options).best_threshold == 0.9);
}

DOCTEST_TEST_CASE("a list cut at a threshold is told from a complete one") {
    Picks truth, candidates;
    for (int i = 0; i < 400; ++i) { // scores fall along the list, hits thin out: 100 %, then 50 %, then 5 %
        truth.add(100 * i, 0, no_score);
        const bool hit = i < 100 || (i < 300 && i % 2 == 0) || (i >= 300 && i % 20 == 0);
        candidates.add(100 * i, hit ? 0 : 5000, 400 - i);
    }
    const auto kept = [&](std::size_t count) {
        std::vector<std::size_t> rows(count);
        for (std::size_t i = 0; i < count; ++i) {
            rows[i] = i;
        }
        return candidates.subset(rows);
    };
    const Picks cut_early = kept(100), cut_late = kept(250), complete = kept(400);
    DOCTEST_CHECK(evaluate({item(cut_early, truth)}, within(10)).average_precision_is_lower_bound);
    DOCTEST_CHECK(evaluate({item(cut_late, truth)}, within(10)).average_precision_is_lower_bound);
    DOCTEST_CHECK_FALSE(evaluate({item(complete, truth)}, within(10)).average_precision_is_lower_bound);
}

DOCTEST_TEST_CASE("whether a list looks cut does not hang on the order of equal scores") {
    // 40 hits, then 60 of one score with 10 hits among them: 1 in 6 is right, though 10 in 20 of them may stand last.
    Picks truth;
    for (int i = 0; i < 100; ++i) {
        truth.add(100 * i, 0, no_score);
    }
    for (int shift = 0; shift < 60; shift += 10) {
        Picks candidates;
        for (int i = 0; i < 100; ++i) {
            const bool hit = i < 40 || (i - 40 + shift) % 60 < 10;
            candidates.add(100 * i, hit ? 0 : 5000, i < 40 ? 100 - i : 1);
        }
        const Evaluation e = evaluate({item(candidates, truth)}, within(10));
        DOCTEST_CHECK(e.matched == 50);
        DOCTEST_CHECK_FALSE(e.average_precision_is_lower_bound);
    }
}

DOCTEST_TEST_CASE("micrographs of unlike pixel size share one radius in angstrom") {
    // The second micrograph has half the pixel size: everything is twice as large in its pixels.
    Picks large_truth, large_picks;
    for (std::size_t i = 0; i < four.size(); ++i) {
        large_truth.add(2 * four.x[i], 2 * four.y[i], no_score);
    }
    for (std::size_t i = 0; i < five.size(); ++i) {
        large_picks.add(2 * five.x[i], 2 * five.y[i], five.score[i]);
    }
    EvaluationItem large = item(large_picks, large_truth, 2000, 800);
    DOCTEST_CHECK(evaluate({large}, within(4.5)).matched == 0 + 1); // only the duplicate's 2 pixels are near enough
    large.radius_scale = 2.0;
    const Evaluation one = evaluate({item(five, four)}, within(6)), two = evaluate({large}, within(6));
    DOCTEST_CHECK(two.matched == one.matched);
    DOCTEST_CHECK(two.negatives == one.negatives);
    DOCTEST_CHECK(two.offset_mean == Approx(one.offset_mean));
    DOCTEST_CHECK(two.mean_dx == Approx(one.mean_dx));
    DOCTEST_CHECK(two.average_precision == Approx(one.average_precision));
    const Evaluation both = evaluate({item(five, four), large}, within(6));
    DOCTEST_CHECK(both.matched == 6);
    DOCTEST_CHECK(both.curve.precision == one.curve.precision);
}

DOCTEST_TEST_CASE("groups stand apart, numbers by size before texts") {
    std::vector<EvaluationItem> items(5, item(five, four));
    const std::array<const char*, 5> groups{"12000", "9000", "carbon", "9000", ""};
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i].group = groups[i];
    }
    const Picks nothing;
    items[3].predicted = &nothing;
    const auto results = picker::evaluate_by_group(items, within(10));
    DOCTEST_REQUIRE(results.size() == 4);
    DOCTEST_CHECK(results[0].first == "9000");
    DOCTEST_CHECK(results[0].second.truth == 8);
    DOCTEST_CHECK(results[0].second.recall == Approx(3.0 / 8));
    DOCTEST_CHECK(results[1].first == "12000");
    DOCTEST_CHECK(results[1].second.recall == Approx(3.0 / 4));
    DOCTEST_CHECK(results[2].first == "");
    DOCTEST_CHECK(results[3].first == "carbon");
}

DOCTEST_TEST_CASE("settings that make no sense are refused") {
    DOCTEST_CHECK_THROWS_AS(evaluate({item(five, four)}, within(0)), picker::Error);
    EvaluationOptions options = within(10);
    options.beta = 0.0;
    DOCTEST_CHECK_THROWS_WITH_AS(evaluate({item(five, four)}, options),
                                 "beta of the F-score is 0; it must be above 0 (1 is usual)", picker::Error);
    EvaluationItem broken = item(five, four);
    broken.truth = nullptr;
    DOCTEST_CHECK_THROWS_WITH_AS(evaluate({item(five, four), broken}, within(10)),
                                 "micrograph 2 to evaluate has no truth; give an empty list where there are none",
                                 picker::Error);
    broken = item(five, four);
    broken.radius_scale = 0.0;
    DOCTEST_CHECK_THROWS_AS(evaluate({broken}, within(10)), picker::Error);
}
