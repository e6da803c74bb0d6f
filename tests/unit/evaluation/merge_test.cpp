// Merging pick sets: hand-made cases, and the rule written out plainly on random sets.
#include "core/error.hpp"
#include "evaluation/merge.hpp"
#include "unit/check.hpp"
#include "unit/evaluation/tables.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

using namespace evaluation_testing;
using picker::merge_picks;
using picker::MergeOptions;
using picker::MergeRule;
using picker::Picks;
using picker::PickSet;

namespace {

MergeOptions rule(MergeRule name, double distance, int sets = 0) {
    MergeOptions options;
    options.rule = name;
    options.distance = distance;
    options.sets = sets;
    return options;
}

using Positions = std::vector<std::pair<double, double>>;

Positions positions(const Picks& picks) {
    Positions out;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        out.emplace_back(picks.x[i], picks.y[i]);
    }
    return out;
}

double apart(const Picks& a, std::size_t i, const Picks& b, std::size_t j) {
    return std::hypot(a.x[i] - b.x[j], a.y[i] - b.y[j]);
}

// The rule as merge.hpp states it, every pair looked at. Scores are different, so that no order is left open.
Positions plainly(const std::vector<Picks>& sets, const MergeOptions& options) {
    Picks particles;
    for (const Picks& set : sets) {
        Picks ordered = set;
        ordered.sort_by_score();
        for (std::size_t i = 0; i < ordered.size(); ++i) {
            bool is_new = true;
            for (std::size_t p = 0; p < particles.size(); ++p) {
                is_new = is_new && apart(ordered, i, particles, p) > options.distance;
            }
            if (is_new) {
                particles.add(ordered.x[i], ordered.y[i], ordered.score[i]);
            }
        }
    }
    Positions kept;
    for (std::size_t p = 0; p < particles.size(); ++p) {
        std::vector<bool> has;
        for (const Picks& set : sets) {
            bool any = false;
            for (std::size_t i = 0; i < set.size(); ++i) {
                any = any || apart(set, i, particles, p) <= options.distance;
            }
            has.push_back(any);
        }
        const auto count = std::count(has.begin(), has.end(), true);
        const auto all = static_cast<std::ptrdiff_t>(sets.size());
        const bool keep = options.rule == MergeRule::unite       ? count >= 1
                          : options.rule == MergeRule::intersect ? count == all
                          : options.rule == MergeRule::subtract  ? has[0] && count == 1
                                                                 : count >= options.sets;
        if (keep) {
            kept.emplace_back(particles.x[p], particles.y[p]);
        }
    }
    return kept;
}

std::vector<PickSet> named(const std::vector<Picks>& sets) {
    std::vector<PickSet> out;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        out.push_back({&sets[i], std::string(1, static_cast<char>('a' + i))});
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE("positions, scores and columns come from the first set that has a particle; sources are told") {
    Picks first = table({{100, 40, 0.5}, {300, 60, 0.9}});
    first.ensure_column("class", 0.0) = {3, 4};
    Picks second = table({{104, 43, 0.8}, {500, 80, 0.7}, {101, 41, 0.1}});
    second.ensure_text_column("rlnCtfMaxResolution") = {"3.1", "3.2", "3.3"};
    const std::vector<PickSet> sets = {{&first, "ours"}, {&second, "log"}};
    picker::MergeCounts counts;
    const Picks merged = merge_picks(sets, rule(MergeRule::unite, 10), &counts);
    DOCTEST_CHECK(positions(merged) == Positions{{300, 60}, {100, 40}, {500, 80}});
    DOCTEST_CHECK(merged.score == std::vector<double>{0.9, 0.5, 0.7});
    DOCTEST_CHECK(*merged.text_column("mergeSources") == std::vector<std::string>{"ours", "ours+log", "log"});
    DOCTEST_CHECK(*merged.column("sets") == std::vector<double>{1, 2, 1});
    DOCTEST_CHECK(merged.column("score2")->at(1) == 0.1); // the nearest, not the best
    DOCTEST_CHECK(std::isnan(merged.column("score1")->at(2)));
    DOCTEST_CHECK(merged.column("class")->at(0) == 4);
    DOCTEST_CHECK(std::isnan(merged.column("class")->at(2)));
    DOCTEST_CHECK(merged.text_column("rlnCtfMaxResolution")->at(2) == "3.2");
    DOCTEST_CHECK(counts.picks == 5);
    DOCTEST_CHECK(counts.particles == 3);
    DOCTEST_CHECK(counts.kept == 3);
}

DOCTEST_TEST_CASE("what an earlier merge said of its sets is replaced") {
    Picks merged = table({{10, 20, 0.5}});
    merged.ensure_column("sets", 0.0) = {3};
    merged.ensure_column("score1", 0.0) = {0.1};
    merged.ensure_text_column("score_2") = {""};
    merged.ensure_text_column("mergeSources") = {"a+b+c"};
    merged.ensure_column("mergeSources", 0.0) = {1}; // as a CSV file of one set has it
    const std::vector<Picks> sets = {merged};
    const Picks again = merge_picks(named(sets), rule(MergeRule::unite, 3));
    DOCTEST_CHECK(again.columns().size() == 2);
    DOCTEST_CHECK(again.column("score1")->at(0) == 0.5);
    DOCTEST_CHECK(again.column("sets")->at(0) == 1);
    DOCTEST_CHECK(again.text_columns().size() == 1);
    DOCTEST_CHECK(again.text_column("mergeSources")->at(0) == "a");
}

DOCTEST_TEST_CASE("a distance is the border: as near is one particle, farther is another") {
    const std::vector<Picks> sets = {table({{10, 20, no_score}}), table({{13, 24, no_score}})};
    DOCTEST_CHECK(merge_picks(named(sets), rule(MergeRule::unite, 5)).size() == 1);
    DOCTEST_CHECK(merge_picks(named(sets), rule(MergeRule::unite, 4.999)).size() == 2);
    DOCTEST_CHECK(merge_picks(named(sets), rule(MergeRule::intersect, 4.999)).empty());
}

DOCTEST_TEST_CASE("duplicates within one set go, and nothing minus itself is left") {
    const std::vector<Picks> twice = {table({{10, 20, 0.2}, {11, 20, 0.9}, {90, 20, 0.5}})};
    DOCTEST_CHECK(positions(merge_picks(named(twice), rule(MergeRule::unite, 3))) == Positions{{11, 20}, {90, 20}});
    const std::vector<Picks> same = {twice[0], twice[0]};
    DOCTEST_CHECK(merge_picks(named(same), rule(MergeRule::subtract, 3)).empty());
    const std::vector<Picks> nothing = {Picks(), Picks()};
    DOCTEST_CHECK(merge_picks(named(nothing), rule(MergeRule::unite, 3)).empty());
    const std::vector<Picks> alone = {twice[0], Picks()};
    DOCTEST_CHECK(merge_picks(named(alone), rule(MergeRule::subtract, 3)).size() == 2);
}

DOCTEST_TEST_CASE("every rule agrees with the rule written out, on crowded random sets") {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> across(0, 400), down(0, 150), score(0, 1);
    for (int trial = 0; trial < 20; ++trial) {
        std::vector<Picks> sets(3);
        for (Picks& set : sets) {
            for (int i = 0; i < 80; ++i) {
                set.add(across(random), down(random), score(random));
            }
        }
        const double distance = 2.0 + trial;
        for (const MergeRule name : {MergeRule::unite, MergeRule::intersect, MergeRule::subtract}) {
            DOCTEST_CHECK(positions(merge_picks(named(sets), rule(name, distance))) ==
                          plainly(sets, rule(name, distance)));
        }
        for (int k = 1; k <= 3; ++k) {
            const MergeOptions options = rule(MergeRule::consensus, distance, k);
            DOCTEST_CHECK(positions(merge_picks(named(sets), options)) == plainly(sets, options));
        }
        DOCTEST_CHECK(positions(merge_picks(named(sets), rule(MergeRule::consensus, distance, 3))) ==
                      positions(merge_picks(named(sets), rule(MergeRule::intersect, distance))));
    }
}

DOCTEST_TEST_CASE("what cannot be merged is refused") {
    const std::vector<Picks> sets = {table({{10, 20, 0.2}})};
    for (const double distance : {0.0, -1.0, no_score}) {
        DOCTEST_CHECK_THROWS_AS(merge_picks(named(sets), rule(MergeRule::unite, distance)), picker::Error);
    }
    DOCTEST_CHECK_THROWS_AS(merge_picks(named(sets), rule(MergeRule::consensus, 5, 2)), picker::Error);
    DOCTEST_CHECK_THROWS_AS(merge_picks(named(sets), rule(MergeRule::consensus, 5, 0)), picker::Error);
    DOCTEST_CHECK_THROWS_AS(merge_picks({}, rule(MergeRule::unite, 5)), picker::Error);
}
