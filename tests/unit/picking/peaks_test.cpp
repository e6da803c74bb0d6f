// Local maxima: against a naive search, plateaus, borders, sub-pixel position.
#include "core/random.hpp"
#include "maps.hpp"
#include "picking/peaks.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>

using namespace picker;

DOCTEST_TEST_CASE("every maximum of its window and nothing else, best first") {
    Random random(3);
    Image scores(61, 37);
    for (float& score : scores.pixels) {
        score = static_cast<float>(random.uniform());
    }
    const ScoreMap map = map_of(scores);
    PeakOptions options;
    options.refine = false;
    options.keep = 0.9;
    for (const double window : {1.0, 8.0, 17.0, 33.0, 80.0, 1000.0}) {
        DOCTEST_CAPTURE(window);
        options.window = window;
        const int rx = std::max(1, static_cast<int>(window / 8.0));
        const int ry = std::max(1, static_cast<int>(window / 10.0));
        Picks naive;
        for (int y = 0; y < scores.height; ++y) {
            for (int x = 0; x < scores.width; ++x) {
                bool best = scores.at(x, y) >= 0.9F;
                for (int j = std::max(0, y - ry); j <= std::min(scores.height - 1, y + ry); ++j) {
                    for (int i = std::max(0, x - rx); i <= std::min(scores.width - 1, x + rx); ++i) {
                        best = best && scores.at(i, j) <= scores.at(x, y);
                    }
                }
                if (best) {
                    naive.add(10.0 + 4.0 * x, 20.0 + 5.0 * y, static_cast<double>(scores.at(x, y)));
                }
            }
        }
        naive.sort_by_score();
        const Picks found = find_peaks(map, options);
        DOCTEST_CHECK(found.x == naive.x);
        DOCTEST_CHECK(found.y == naive.y);
        DOCTEST_CHECK(found.score == naive.score);
        DOCTEST_CHECK(!found.empty());
    }
}

DOCTEST_TEST_CASE("a plateau is one peak, at its centre of mass, and is not refined") {
    Image scores(20, 12, 0.1F);
    for (const auto& [x, y] : {std::pair{5, 4}, {6, 4}, {7, 4}, {7, 5}, {8, 6}}) { // joined by a corner too
        scores.at(x, y) = 1.0F;
    }
    scores.at(4, 4) = 0.9F; // a parabola would lean to this side
    PeakOptions options;
    options.window = 12.0;
    options.keep = 0.5;
    const Picks found = find_peaks(map_of(scores), options);
    DOCTEST_REQUIRE(found.size() == 1);
    DOCTEST_CHECK(found.x[0] == doctest::Approx(10.0 + 4.0 * 33.0 / 5.0));
    DOCTEST_CHECK(found.y[0] == doctest::Approx(20.0 + 5.0 * 23.0 / 5.0));
    DOCTEST_CHECK(found.score[0] == 1.0);
}

DOCTEST_TEST_CASE("a plateau wider than the window is one peak; a shoulder of a higher one is none") {
    Image scores(40, 10, 0.0F);
    for (int x = 3; x <= 30; ++x) {
        scores.at(x, 5) = 0.7F;
    }
    PeakOptions options;
    options.window = 9.0; // one neighbour to each side
    options.keep = 0.1;
    Picks found = find_peaks(map_of(scores), options);
    DOCTEST_REQUIRE(found.size() == 1);
    DOCTEST_CHECK(found.x[0] == doctest::Approx(10.0 + 4.0 * 16.5));
    scores.at(31, 5) = 0.8F;
    found = find_peaks(map_of(scores), options);
    DOCTEST_REQUIRE(found.size() == 1);
    DOCTEST_CHECK(found.score[0] == doctest::Approx(0.8));
}

DOCTEST_TEST_CASE("a map of one value is one candidate in the middle, and keep is a lower bound that counts") {
    PeakOptions options;
    options.window = 20.0;
    options.keep = 0.25;
    const Picks found = find_peaks(map_of(Image(7, 5, 0.25F)), options);
    DOCTEST_REQUIRE(found.size() == 1);
    DOCTEST_CHECK(found.x[0] == doctest::Approx(22.0));
    DOCTEST_CHECK(found.y[0] == doctest::Approx(30.0));
    options.keep = 0.26;
    DOCTEST_CHECK(find_peaks(map_of(Image(7, 5, 0.25F)), options).empty());
}

DOCTEST_TEST_CASE("a parabola is found exactly; at the border the grid stays") {
    Image scores(9, 8);
    for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 9; ++x) {
            scores.at(x, y) = static_cast<float>(0.9 - 0.01 * (x - 4.3) * (x - 4.3) - 0.01 * (y - 2.8) * (y - 2.8));
        }
    }
    PeakOptions options;
    options.window = 100.0;
    Picks found = find_peaks(map_of(scores), options);
    DOCTEST_REQUIRE(found.size() == 1);
    DOCTEST_CHECK(found.x[0] == doctest::Approx(10.0 + 4.0 * 4.3).epsilon(1e-4));
    DOCTEST_CHECK(found.y[0] == doctest::Approx(20.0 + 5.0 * 2.8).epsilon(1e-4));
    Image edge(9, 8, 0.0F);
    edge.at(0, 7) = 0.5F;
    edge.at(1, 7) = 0.4F;
    found = find_peaks(map_of(edge), options);
    DOCTEST_REQUIRE(found.size() == 1);
    DOCTEST_CHECK(found.x[0] == 10.0);
    DOCTEST_CHECK(found.y[0] == 55.0);
}
