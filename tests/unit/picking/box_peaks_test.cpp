// DeepEM's two passes: against a plain search over all places, ties, ranges, what lies below the threshold.
#include "core/random.hpp"
#include "maps.hpp"
#include "picking/peaks.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <set>
#include <tuple>

using namespace picker;

namespace {

using Place = std::pair<int, int>; // x, y

// The best of `places` for each of them; the larger x, then the larger y of equal ones.
std::set<Place> pass(const Image& scores, const std::set<Place>& voters, const std::set<Place>& places, int rx,
                     int ry) {
    std::set<Place> out;
    for (const auto& [x, y] : voters) {
        std::tuple<float, int, int> best{-1.0F, -1, -1};
        for (const auto& [i, j] : places) {
            if (std::abs(i - x) <= rx && std::abs(j - y) <= ry) {
                best = std::max(best, {scores.at(i, j), i, j});
            }
        }
        out.insert({std::get<1>(best), std::get<2>(best)});
    }
    return out;
}

Picks naive(const ScoreMap& map, const BoxPeakOptions& options) {
    std::set<Place> all, candidates;
    for (int y = 0; y < map.scores.height; ++y) {
        for (int x = 0; x < map.scores.width; ++x) {
            all.insert({x, y});
            if (static_cast<double>(map.scores.at(x, y)) >= options.threshold) {
                candidates.insert({x, y});
            }
        }
    }
    const int rx = static_cast<int>(options.first_range / map.step_x),
              ry = static_cast<int>(options.first_range / map.step_y);
    const std::set<Place> first = pass(map.scores, candidates, all, rx, ry);
    std::set<Place> result = pass(map.scores, first, first, static_cast<int>(options.second_range / map.step_x),
                                  static_cast<int>(options.second_range / map.step_y));
    for (const Place& place : all) {
        if (!candidates.contains(place) && pass(map.scores, {place}, all, rx, ry).contains(place)) {
            result.insert(place);
        }
    }
    Picks picks;
    for (const auto& [x, y] : result) {
        picks.add(map.origin_x + map.step_x * x, map.origin_y + map.step_y * y,
                  static_cast<double>(map.scores.at(x, y)));
    }
    picks.sort_by_score();
    return picks;
}

} // namespace

DOCTEST_TEST_CASE("two passes are those of a plain search, also with many ties") {
    Random random(11);
    for (const int levels : {1000000, 12, 3}) {
        Image scores(33, 21);
        for (float& score : scores.pixels) {
            score = static_cast<float>(std::floor(random.uniform() * levels) / levels);
        }
        const ScoreMap map = map_of(scores);
        for (const auto& [first, second, threshold] :
             {std::tuple{17.0, 10.0, 0.5}, {30.0, 8.0, 0.8}, {9.0, 9.0, 0.0}, {3.0, 40.0, 0.66}, {500.0, 20.0, 0.3}}) {
            DOCTEST_CAPTURE(levels);
            DOCTEST_CAPTURE(first);
            const BoxPeakOptions options{first, second, threshold};
            const Picks found = find_box_peaks(map, options);
            const Picks expected = naive(map, options);
            DOCTEST_CHECK(found.x == expected.x);
            DOCTEST_CHECK(found.y == expected.y);
            DOCTEST_CHECK(found.score == expected.score);
            DOCTEST_CHECK(!found.empty());
        }
    }
}

DOCTEST_TEST_CASE("of equal neighbours the one with the larger x stays, then the larger y") {
    Image scores(12, 9, 0.1F);
    scores.at(3, 6) = scores.at(4, 2) = 0.9F;                              // one box
    scores.at(9, 3) = scores.at(9, 5) = 0.8F;                              // one box
    const Picks found = find_box_peaks(map_of(scores), {12.0, 12.0, 0.5}); // 3 columns, 2 rows to each side
    // (3, 6) and (4, 2) are 4 rows apart: both stay. (9, 3) and (9, 5) are 2 rows apart: the larger y.
    DOCTEST_REQUIRE(found.size() >= 3);
    DOCTEST_CHECK(found.x[0] == 10.0 + 4.0 * 4);
    DOCTEST_CHECK(found.y[0] == 20.0 + 5.0 * 2);
    DOCTEST_CHECK(found.x[1] == 10.0 + 4.0 * 3);
    DOCTEST_CHECK(found.y[2] == 20.0 + 5.0 * 5);
    DOCTEST_CHECK((found.size() == 3 || found.score[3] < 0.5));
    const Picks wide = find_box_peaks(map_of(scores), {12.0, 20.0, 0.5}); // pass 2 reaches 5 columns, 4 rows
    DOCTEST_CHECK(wide.x[0] == 10.0 + 4.0 * 4);
    DOCTEST_CHECK(wide.score[1] != doctest::Approx(0.9)); // (3, 6) gave its vote to (4, 2)
}

DOCTEST_TEST_CASE("a chain of slopes: the first pass moves each place once, the second joins what is near") {
    // A ridge that falls to the right: places beyond the first range of the summit vote for the slope.
    Image scores(14, 3, 0.0F);
    for (int x = 0; x < 14; ++x) {
        scores.at(x, 1) = static_cast<float>(0.95 - 0.02 * x);
    }
    const ScoreMap map = map_of(scores);
    const Picks found = find_box_peaks(map, {16.0, 8.0, 0.6}); // 4 columns, then 2
    const Picks expected = naive(map, {16.0, 8.0, 0.6});
    DOCTEST_CHECK(found.x == expected.x);
    DOCTEST_CHECK(found.x[0] == 10.0);
    DOCTEST_CHECK(found.size() > 1); // as published: the summit is not the only one
}
