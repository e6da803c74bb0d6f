// Scores as probabilities, and the thresholds that follow from them: against closed forms and plain counting.
#include "core/random.hpp"
#include "evaluation/calibration.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace picker;

namespace {

// Candidates whose score s is a particle with probability s * s.
std::vector<std::pair<double, bool>> squares(int count, std::uint64_t seed) {
    Random random(seed);
    std::vector<std::pair<double, bool>> out;
    for (int i = 0; i < count; ++i) {
        const double score = random.uniform();
        out.emplace_back(score, random.uniform() < score * score);
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE("a calibration finds the probability behind the scores, and keeps their order") {
    const Calibration calibration = fit_calibration(squares(20000, 1), 200);
    DOCTEST_REQUIRE(!calibration.empty());
    DOCTEST_CHECK(is_sound(calibration));
    double before = -1.0;
    for (int i = 0; i <= 1000; ++i) {
        const double score = i / 1000.0, probability = calibration(score);
        DOCTEST_REQUIRE(probability > before);
        DOCTEST_CHECK(std::abs(probability - score * score) < 0.06);
        before = probability;
    }
    // Isotonic regression: on the data themselves the promised number of hits is the counted one, but for the half hit
    // that each block gets beside its own.
    double promised = 0.0, counted = 0.0;
    for (const auto& [score, hit] : squares(20000, 1)) {
        promised += calibration(score);
        counted += hit ? 1.0 : 0.0;
    }
    DOCTEST_CHECK(promised == doctest::Approx(counted).epsilon(0.01));
}

DOCTEST_TEST_CASE("a calibration of too little is none, and none leaves scores as they are") {
    DOCTEST_CHECK(fit_calibration({}).empty());
    DOCTEST_CHECK(fit_calibration({{0.2, false}, {0.7, true}}).empty());
    DOCTEST_CHECK(fit_calibration(std::vector<std::pair<double, bool>>(500, {0.4, false})).empty());
    std::vector<std::pair<double, bool>> no_hit = squares(500, 2);
    for (auto& [score, hit] : no_hit) {
        hit = false;
    }
    DOCTEST_CHECK(fit_calibration(no_hit).empty());
    DOCTEST_CHECK(Calibration()(0.37) == 0.37);
    DOCTEST_CHECK(is_sound(Calibration()));
    DOCTEST_CHECK(!is_sound({{0.0, 0.5, 1.0}, {0.0, 1.0}}));
    DOCTEST_CHECK(!is_sound({{0.0, 0.5, 0.5, 1.0}, {0.0, 0.1, 0.2, 1.0}}));
    DOCTEST_CHECK(!is_sound({{0.1, 1.0}, {0.0, 1.0}}));
}

DOCTEST_TEST_CASE("scores that are no help are pooled: the share of particles, whatever the score") {
    Random random(3);
    std::vector<std::pair<double, bool>> noise;
    for (int i = 0; i < 5000; ++i) {
        noise.emplace_back(random.uniform(0.2, 0.8), random.uniform() < 0.3);
    }
    const Calibration calibration = fit_calibration(noise, 1000);
    for (const double score : {0.35, 0.5, 0.65}) {
        DOCTEST_CHECK(std::abs(calibration(score) - 0.3) < 0.08);
    }
}

// By the definition: the expected F1 of the best k, 2 E[hits] / (k + E[particles]), for each k.
DOCTEST_TEST_CASE("the threshold of the best promised F1 is that of plain counting") {
    Random random(4);
    for (int round = 0; round < 50; ++round) {
        std::vector<double> p;
        for (int i = 0; i < 40; ++i) {
            p.push_back(random.uniform());
        }
        std::sort(p.begin(), p.end(), std::greater<>());
        double all = 0.0;
        for (const double value : p) {
            all += value;
        }
        double best = 0.0;
        std::size_t best_count = 0;
        for (std::size_t k = 1; k <= p.size(); ++k) {
            double hits = 0.0;
            for (std::size_t i = 0; i < k; ++i) {
                hits += p[i];
            }
            const double f1 = 2.0 * hits / (static_cast<double>(k) + all);
            if (f1 > best) {
                best = f1;
                best_count = k;
            }
        }
        const double threshold = threshold_of_best_f1(p);
        DOCTEST_CHECK(static_cast<std::size_t>(
                          std::count_if(p.begin(), p.end(), [&](double v) { return v >= threshold; })) == best_count);
    }
    DOCTEST_CHECK(threshold_of_best_f1({}) == 0.0);
    const std::vector<double> sure(10, 1.0);
    DOCTEST_CHECK(threshold_of_best_f1(sure) == 0.5);
}

DOCTEST_TEST_CASE("the threshold of a share of false picks promises no more than that, and a row more would") {
    const std::vector<double> p{1.0, 0.9, 0.9, 0.8, 0.6, 0.4, 0.1};
    // Shares of false picks down to each row: 0, .05, .067, .1, .16, .233, .329.
    DOCTEST_CHECK(threshold_of_false_share(p, 0.1) == 0.8);
    DOCTEST_CHECK(threshold_of_false_share(p, 0.2) == 0.6);
    DOCTEST_CHECK(threshold_of_false_share(p, 0.9) == 0.1);
    DOCTEST_CHECK(threshold_of_false_share(std::vector<double>{0.7, 0.6}, 0.1) > 1.0);
    DOCTEST_CHECK(threshold_of_false_share({}, 0.1) > 1.0);
}
