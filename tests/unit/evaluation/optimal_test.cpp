// Both matching rules against plain second implementations on random micrographs.
#include "evaluation/matching.hpp"
#include "unit/check.hpp"
#include "unit/evaluation/second_opinion.hpp"

using picker::match;
using picker::MatchOptions;
using picker::MatchRule;
using picker::MatchShape;
using picker::Picks;

namespace {

// Number of pairs and sum of their distances; checks on the way that it is one-to-one and within reach.
std::pair<int, double> value(const Picks& picks, const Picks& truth, const MatchOptions& options) {
    const auto result = match(picks, truth, options);
    std::pair<int, double> total{0, 0.0};
    std::set<int> used;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        const int t = result.truth_of_pick[i];
        if (t >= 0) {
            DOCTEST_CHECK(used.insert(t).second);
            DOCTEST_CHECK(second::allowed(picks, i, truth, static_cast<std::size_t>(t), options));
            DOCTEST_CHECK(result.distance[i] ==
                          doctest::Approx(second::distance(picks, i, truth, static_cast<std::size_t>(t))));
            total.first += 1;
            total.second += result.distance[i];
        }
    }
    return total;
}

MatchOptions random_options(picker::Random& random, MatchRule rule, double reach) {
    MatchOptions options;
    options.rule = rule;
    options.shape = random.uniform() < 0.5 ? MatchShape::disc : MatchShape::box;
    options.radius = random.uniform(0.3, 1.0) * reach;
    options.box_size = random.uniform(1.0, 4.0) * reach;
    options.iou = random.uniform(0.2, 0.8);
    return options;
}

} // namespace

DOCTEST_TEST_CASE("optimal equals the best of all assignments, up to 7 x 7") {
    picker::Random random(11);
    int differs_from_greedy = 0;
    for (int round = 0; round < 600; ++round) {
        const Picks truth = second::scatter(random, random.below(8), 60, 30, 0);
        const Picks picks = second::scatter(random, random.below(8), 60, 30, 4);
        MatchOptions options = random_options(random, MatchRule::optimal, 40);
        const auto expected = second::best_assignment(picks, truth, options);
        const auto got = value(picks, truth, options);
        DOCTEST_CHECK(got.first == expected.first);
        DOCTEST_CHECK(got.second == doctest::Approx(expected.second).epsilon(1e-10));
        options.rule = MatchRule::greedy;
        const auto greedy = value(picks, truth, options);
        DOCTEST_CHECK(greedy.first <= got.first);
        differs_from_greedy += greedy.first < got.first || greedy.second > got.second + 1e-9 ? 1 : 0;
    }
    DOCTEST_CHECK(differs_from_greedy > 100); // the cases do tell the rules apart
}

DOCTEST_TEST_CASE("optimal equals an independent solver on crowded fields that form one large component") {
    picker::Random random(12);
    for (int round = 0; round < 12; ++round) {
        const Picks truth = second::scatter(random, 40 + random.below(60), 300, 120, 0);
        const Picks picks = second::scatter(random, 40 + random.below(60), 300, 120, 0);
        MatchOptions options;
        options.rule = MatchRule::optimal;
        options.radius = round % 3 == 0 ? 15 : round % 3 == 1 ? 40 : 1000;
        const auto expected = second::best_by_augmentation(picks, truth, options);
        const auto got = value(picks, truth, options);
        DOCTEST_CHECK(got.first == expected.first);
        DOCTEST_CHECK(got.second == doctest::Approx(expected.second).epsilon(1e-9));
    }
}

DOCTEST_TEST_CASE("greedy equals the plain search over all pairs") {
    picker::Random random(13);
    for (int round = 0; round < 150; ++round) {
        const double width = round % 2 == 0 ? 500 : 90, height = round % 2 == 0 ? 70 : 800;
        const Picks truth = second::scatter(random, random.below(90), width, height, 0);
        const Picks picks = second::scatter(random, random.below(120), width, height, round % 3 == 0 ? 5 : 0);
        const MatchOptions options = random_options(random, MatchRule::greedy, 30);
        DOCTEST_CHECK(match(picks, truth, options).truth_of_pick == second::greedy(picks, truth, options));
    }
}

DOCTEST_TEST_CASE("mirrored, swapped and shifted fields give the same matches") {
    picker::Random random(14);
    for (const MatchRule rule : {MatchRule::greedy, MatchRule::optimal}) {
        for (int round = 0; round < 20; ++round) {
            Picks truth = second::scatter(random, 80, 700, 200, 0), picks = second::scatter(random, 100, 700, 200, 0);
            const MatchOptions options = random_options(random, rule, 40);
            const auto original = match(picks, truth, options).truth_of_pick;
            for (Picks* table : {&picks, &truth}) {
                for (double& x : table->x) {
                    x = 699 - x;
                }
            }
            DOCTEST_CHECK(match(picks, truth, options).truth_of_pick == original);
            for (Picks* table : {&picks, &truth}) {
                std::swap(table->x, table->y);
            }
            DOCTEST_CHECK(match(picks, truth, options).truth_of_pick == original);
            for (Picks* table : {&picks, &truth}) {
                for (double& x : table->x) {
                    x -= 1000;
                }
            }
            DOCTEST_CHECK(match(picks, truth, options).truth_of_pick == original);
        }
    }
}

DOCTEST_TEST_CASE("optimal keeps its word on thousands of picks: no pair could be added, none swapped to advantage") {
    picker::Random random(15);
    const Picks truth = second::scatter(random, 2000, 4000, 3800, 0),
                picks = second::scatter(random, 5000, 4000, 3800, 0);
    MatchOptions options;
    options.rule = MatchRule::optimal;
    options.radius = 60;
    const auto result = match(picks, truth, options);
    std::vector<int> pick_of(truth.size(), -1);
    for (std::size_t i = 0; i < picks.size(); ++i) {
        if (result.truth_of_pick[i] >= 0) {
            pick_of[static_cast<std::size_t>(result.truth_of_pick[i])] = static_cast<int>(i);
        }
    }
    int better = 0;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        for (std::size_t j = 0; j < truth.size(); ++j) {
            if (second::distance(picks, i, truth, j) > options.radius) {
                continue;
            }
            const int mine = result.truth_of_pick[i], other = pick_of[j];
            if (mine < 0) { // free: the truth must be taken, and not by someone farther away
                better += other < 0 || result.distance[static_cast<std::size_t>(other)] >
                                           second::distance(picks, i, truth, j) + 1e-9;
            } else if (other < 0) { // a free truth nearer than one's own
                better += result.distance[i] > second::distance(picks, i, truth, j) + 1e-9;
            }
        }
    }
    DOCTEST_CHECK(better == 0);
    options.rule = MatchRule::greedy;
    const auto greedy = match(picks, truth, options).truth_of_pick;
    const auto count = [](const std::vector<int>& v) {
        return std::count_if(v.begin(), v.end(), [](int t) { return t >= 0; });
    };
    DOCTEST_CHECK(count(result.truth_of_pick) > count(greedy));
}
