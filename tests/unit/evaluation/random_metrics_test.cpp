// Metrics on random micrographs against the second implementation, which matches anew at every threshold.
#include "evaluation/metrics.hpp"
#include "unit/check.hpp"
#include "unit/evaluation/second_opinion.hpp"

using doctest::Approx;
using picker::EvaluationItem;
using picker::EvaluationOptions;
using picker::MatchRule;
using picker::MatchShape;
using picker::Picks;

namespace {

struct Field {
    std::vector<Picks> predicted, truth;
    std::vector<EvaluationItem> items;
};

// Picks are noisy copies of truth, duplicates and false ones; scores favour the true ones.
Field field(picker::Random& random, int levels) {
    Field result;
    const int micrographs = 1 + static_cast<int>(random.below(4));
    for (int m = 0; m < micrographs; ++m) {
        result.truth.push_back(second::scatter(random, 5 + random.below(25), 400, 150, 0));
        Picks picks = second::scatter(random, random.below(20), 400, 150, levels);
        for (std::size_t i = 0; i < result.truth.back().size(); ++i) {
            for (std::uint64_t copies = random.below(3); copies > 0; --copies) {
                const double score =
                    levels > 0 ? static_cast<double>(random.below(10)) / levels : random.uniform(0.3, 1.4);
                picks.add(result.truth.back().x[i] + 5 * random.normal(),
                          result.truth.back().y[i] + 5 * random.normal(), score);
            }
        }
        result.predicted.push_back(picks);
    }
    for (std::size_t m = 0; m < result.truth.size(); ++m) {
        EvaluationItem item;
        item.predicted = &result.predicted[m];
        item.truth = &result.truth[m];
        item.width = 400;
        item.height = 150;
        result.items.push_back(item);
    }
    return result;
}

EvaluationOptions options_for(int round) {
    EvaluationOptions options;
    options.match.radius = 12;
    options.match.box_size = 40;
    options.match.shape = round % 3 == 2 ? MatchShape::box : MatchShape::disc;
    options.match.rule = round % 2 == 0 ? MatchRule::greedy : MatchRule::optimal; // the curve is greedy either way
    return options;
}

} // namespace

DOCTEST_TEST_CASE("curve, AP, best F and AUROC equal a new matching at every threshold") {
    picker::Random random(21);
    for (int round = 0; round < 60; ++round) {
        const Field f = field(random, round % 4 == 0 ? 8 : 0);
        const EvaluationOptions options = options_for(round);
        const auto e = picker::evaluate(f.items, options);
        const auto points = second::curve(f.items, options.match, static_cast<double>(e.negatives));
        DOCTEST_REQUIRE(e.curve.threshold.size() == points.size());
        double ap = 0, area = 0, best = 0, best_threshold = 0, last_recall = 0, last_rate = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            DOCTEST_CHECK(e.curve.threshold[i] == points[i].threshold);
            DOCTEST_CHECK(e.curve.precision[i] == Approx(points[i].precision));
            DOCTEST_CHECK(e.curve.recall[i] == Approx(points[i].recall));
            DOCTEST_CHECK(e.curve.false_positive_rate[i] == Approx(points[i].rate));
            DOCTEST_CHECK(e.curve.picked_fraction[i] == Approx(points[i].fraction));
            const double hits = points[i].precision + points[i].recall;
            const double harmonic = hits > 0 ? 2 * points[i].precision * points[i].recall / hits : 0;
            DOCTEST_CHECK(e.curve.f_beta[i] == Approx(harmonic));
            if (harmonic > best + 1e-12) {
                best = harmonic;
                best_threshold = points[i].threshold;
            }
            ap += points[i].precision * (points[i].recall - last_recall);
            area += (points[i].rate - last_rate) * (points[i].recall + last_recall) / 2;
            last_recall = points[i].recall;
            last_rate = points[i].rate;
        }
        area += (1 - last_rate) * (1 + last_recall) / 2;
        DOCTEST_CHECK(e.average_precision == Approx(ap));
        DOCTEST_CHECK(e.auroc == Approx(area));
        DOCTEST_CHECK(e.best_f == Approx(best));
        DOCTEST_CHECK(e.best_threshold == Approx(best_threshold));
    }
}

DOCTEST_TEST_CASE("counts and offsets at a threshold equal those of the picks above it alone") {
    picker::Random random(22);
    for (int round = 0; round < 40; ++round) {
        const Field f = field(random, round % 4 == 0 ? 8 : 0);
        EvaluationOptions options = options_for(round);
        options.has_threshold = true;
        options.threshold = 0.5;
        const auto e = picker::evaluate(f.items, options);
        std::int64_t kept = 0, matched = 0, duplicates = 0;
        double dx = 0, dy = 0;
        std::vector<double> offsets;
        for (const EvaluationItem& item : f.items) {
            Picks rest;
            for (std::size_t i = 0; i < item.predicted->size(); ++i) {
                if (item.predicted->score[i] >= 0.5) {
                    rest.add(item.predicted->x[i], item.predicted->y[i], item.predicted->score[i]);
                }
            }
            kept += static_cast<std::int64_t>(rest.size());
            const std::vector<int> pairs = options.match.rule == MatchRule::greedy
                                               ? second::greedy(rest, *item.truth, options.match)
                                               : picker::match(rest, *item.truth, options.match).truth_of_pick;
            for (std::size_t i = 0; i < rest.size(); ++i) {
                if (pairs[i] >= 0) {
                    ++matched;
                    const auto t = static_cast<std::size_t>(pairs[i]);
                    offsets.push_back(second::distance(rest, i, *item.truth, t));
                    dx += rest.x[i] - item.truth->x[t];
                    dy += rest.y[i] - item.truth->y[t];
                    continue;
                }
                bool close = false;
                for (std::size_t t = 0; t < item.truth->size(); ++t) {
                    close = close || second::allowed(rest, i, *item.truth, t, options.match);
                }
                duplicates += close ? 1 : 0;
            }
        }
        DOCTEST_CHECK(e.picks == kept);
        DOCTEST_CHECK(e.matched == matched);
        DOCTEST_CHECK(e.duplicates == duplicates);
        DOCTEST_REQUIRE(matched > 0);
        const double n = static_cast<double>(matched);
        DOCTEST_CHECK(e.mean_dx == Approx(dx / n));
        DOCTEST_CHECK(e.mean_dy == Approx(dy / n));
        std::nth_element(offsets.begin(), offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2),
                         offsets.end());
        if (offsets.size() % 2 == 1) {
            DOCTEST_CHECK(e.offset_median == Approx(offsets[offsets.size() / 2]));
        }
        const double above = static_cast<double>(
            std::count_if(offsets.begin(), offsets.end(), [&](double o) { return o > e.offset_95; }));
        DOCTEST_CHECK(above / n <= 0.05 + 1.0 / n);
        DOCTEST_CHECK(above / n >= 0.05 - 1.0 / n);
    }
}

DOCTEST_TEST_CASE("mirroring leaves every score and turns the sign of the mean offset") {
    picker::Random random(23);
    for (int round = 0; round < 12; ++round) {
        Field f = field(random, 0);
        const EvaluationOptions options = options_for(round);
        const auto before = picker::evaluate(f.items, options);
        for (auto* tables : {&f.predicted, &f.truth}) {
            for (Picks& table : *tables) {
                for (double& x : table.x) {
                    x = 399 - x;
                }
            }
        }
        const auto after = picker::evaluate(f.items, options);
        DOCTEST_CHECK(after.matched == before.matched);
        DOCTEST_CHECK(after.average_precision == Approx(before.average_precision));
        DOCTEST_CHECK(after.auroc == Approx(before.auroc));
        DOCTEST_CHECK(after.offset_mean == Approx(before.offset_mean));
        DOCTEST_CHECK(after.mean_dx == Approx(-before.mean_dx));
        DOCTEST_CHECK(after.mean_dy == Approx(before.mean_dy));
        DOCTEST_CHECK(after.duplicates == before.duplicates);
        DOCTEST_CHECK(after.curve.precision == before.curve.precision);
    }
}

DOCTEST_TEST_CASE("the order of micrographs and of rows does not matter") {
    picker::Random random(24);
    Field f = field(random, 0);
    const EvaluationOptions options = options_for(0);
    const auto before = picker::evaluate(f.items, options);
    for (Picks& table : f.predicted) {
        std::vector<std::size_t> rows(table.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i] = i;
        }
        random.shuffle(std::span<std::size_t>(rows));
        table = table.subset(rows);
    }
    std::reverse(f.items.begin(), f.items.end());
    const auto after = picker::evaluate(f.items, options);
    DOCTEST_CHECK(after.curve.recall == before.curve.recall);
    DOCTEST_CHECK(after.average_precision == Approx(before.average_precision));
    DOCTEST_CHECK(after.offset_95 == Approx(before.offset_95));
}
