// The rules: each by itself, their order and counts, greedy distance against a naive search, the best N of a run.
#include "core/random.hpp"
#include "picking/select.hpp"
#include "unit/check.hpp"

#include <cmath>

using namespace picker;

namespace {

Picks random_picks(int count, double width, double height, std::uint64_t seed) {
    Random random(seed);
    Picks picks;
    for (int i = 0; i < count; ++i) {
        const double x = random.uniform(0, width - 1);
        const double y = random.uniform(0, height - 1);
        picks.add(x, y, random.uniform());
    }
    return picks;
}

} // namespace

DOCTEST_TEST_CASE("the better of two close ones stays: the same as looking at all pairs") {
    const Picks picks = random_picks(1500, 900, 400, 7);
    SelectRules rules;
    rules.min_distance = 17.5;
    RemovedCounts removed;
    const Picks kept = select_picks(picks, 900, 400, rules, &removed);
    Picks sorted = picks;
    sorted.sort_by_score();
    Picks naive;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        bool free = true;
        for (std::size_t k = 0; k < naive.size(); ++k) {
            free = free && std::hypot(sorted.x[i] - naive.x[k], sorted.y[i] - naive.y[k]) >= 17.5;
        }
        if (free) {
            naive.add(sorted.x[i], sorted.y[i], sorted.score[i]);
        }
    }
    DOCTEST_CHECK(kept.x == naive.x);
    DOCTEST_CHECK(kept.y == naive.y);
    DOCTEST_CHECK(removed.distance == picks.size() - kept.size());
}

DOCTEST_TEST_CASE("a lower threshold only adds rows behind") {
    const Picks picks = random_picks(800, 300, 500, 8);
    SelectRules rules;
    rules.min_distance = 20;
    const Picks all = select_picks(picks, 300, 500, rules);
    rules.threshold = 0.6;
    const Picks best = select_picks(picks, 300, 500, rules);
    DOCTEST_REQUIRE(best.size() < all.size());
    for (std::size_t i = 0; i < best.size(); ++i) {
        DOCTEST_CHECK(best.x[i] == all.x[i]);
    }
    DOCTEST_CHECK(all.score[best.size()] < 0.6);
}

DOCTEST_TEST_CASE("edge, mask, threshold, distance and top count what they remove, in this order") {
    ExclusionMask mask;
    mask.image = Image(10, 5);  // of a 200 x 50 micrograph: 20 x 10 pixels each
    mask.image.at(5, 1) = 1.0F; // x 100..119, y 10..19
    Picks picks;
    picks.add(3, 25, 0.99);   // edge, left
    picks.add(195, 25, 0.98); // edge, right
    picks.add(60, 46, 0.97);  // edge, bottom: not if width and height were swapped
    picks.add(-7, 25, 0.96);  // outside
    picks.add(110, 15, 0.95); // masked
    picks.add(15, 25, 0.9);   // stays
    picks.add(18, 25, 0.8);   // too close
    picks.add(110, 30, 0.7);  // stays; masked if x and y were swapped or the mask not stretched
    picks.add(60, 25, 0.6);   // stays but for top
    picks.add(80, 25, 0.2);   // below the threshold
    SelectRules rules;
    rules.threshold = 0.5;
    rules.min_distance = 5;
    rules.edge = 5;
    rules.mask = &mask;
    rules.top = 2;
    RemovedCounts removed;
    const Picks kept = select_picks(picks, 200, 50, rules, &removed);
    DOCTEST_CHECK(kept.x == std::vector<double>{15, 110});
    DOCTEST_CHECK(removed.edge == 4);
    DOCTEST_CHECK(removed.mask == 1);
    DOCTEST_CHECK(removed.threshold == 1);
    DOCTEST_CHECK(removed.distance == 1);
    DOCTEST_CHECK(removed.top == 1);
}

DOCTEST_TEST_CASE("limits belong to the kept side: score at the threshold, distance and edge as given") {
    Picks picks;
    picks.add(10, 20, 0.5);
    picks.add(14, 20, 0.5);
    SelectRules rules;
    rules.threshold = 0.5;
    rules.min_distance = 4.0;
    rules.edge = 10.5; // the border is half a pixel outside pixel 0
    DOCTEST_CHECK(select_picks(picks, 100, 100, rules).size() == 2);
    rules.edge = 10.6;
    DOCTEST_CHECK(select_picks(picks, 100, 100, rules).size() == 1);
}

DOCTEST_TEST_CASE("the best N of a run, over micrographs") {
    std::vector<Picks> all(3);
    all[0].add(1, 1, 0.9);
    all[0].add(2, 2, 0.3);
    all[2].add(3, 3, 0.8);
    all[2].add(4, 4, 0.3);
    all[2].add(5, 5, 0.1);
    std::vector<Picks> copy = all;
    DOCTEST_CHECK(keep_top(copy, 3) == std::vector<std::size_t>{0, 0, 2}); // a tie goes to the first micrograph
    DOCTEST_CHECK(copy[0].x == std::vector<double>{1, 2});
    DOCTEST_CHECK(copy[2].x == std::vector<double>{3});
    DOCTEST_CHECK(keep_top(all, 5) == std::vector<std::size_t>{0, 0, 0});
    DOCTEST_CHECK(all[2].size() == 3);
}

DOCTEST_TEST_CASE("masks of 0/1, of 0/255 and soft ones exclude the same places; an empty one excludes nothing") {
    for (const float full : {1.0F, 255.0F}) {
        for (const float background : {0.0F, 0.018F}) {
            Image image(4, 2, background * full);
            image.at(3, 0) = full;
            const ExclusionMask mask(image);
            DOCTEST_CHECK(mask.excludes(35, 5, 40, 20));
            DOCTEST_CHECK_FALSE(mask.excludes(5, 5, 40, 20));
            DOCTEST_CHECK_FALSE(mask.excludes(35, 15, 40, 20));
        }
    }
    DOCTEST_CHECK_FALSE(ExclusionMask(Image(4, 2)).excludes(5, 5, 40, 20));
}
