// Cleaning by connected areas: against a naive labelling, and the two rules by hand.
#include "core/random.hpp"
#include "picking/clean.hpp"
#include "picking/plan.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <set>

using namespace picker;

namespace {

// Labels spread to neighbours until nothing changes.
std::vector<std::size_t> naive_labels(const Image& map, float above) {
    std::vector<std::size_t> labels(map.size(), 0);
    for (std::size_t i = 0; i < map.size(); ++i) {
        labels[i] = map.pixels[i] > above ? i + 1 : 0;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (int y = 0; y < map.height; ++y) {
            for (int x = 0; x < map.width; ++x) {
                for (int j = std::max(0, y - 1); j <= std::min(map.height - 1, y + 1); ++j) {
                    for (int i = std::max(0, x - 1); i <= std::min(map.width - 1, x + 1); ++i) {
                        std::size_t& here = labels[map.index(x, y)];
                        const std::size_t there = labels[map.index(i, j)];
                        if (here != 0 && there != 0 && there < here) {
                            here = there;
                            changed = true;
                        }
                    }
                }
            }
        }
    }
    return labels;
}

void fill(Image& map, int left, int top, int width, int height, float value) {
    for (int y = top; y < top + height; ++y) {
        std::fill_n(map.row(y).begin() + left, width, value);
    }
}

ScoreMap map_of(Image scores) {
    ScoreMap map;
    map.scores = std::move(scores);
    map.origin_x = 7.0;
    map.origin_y = 9.0;
    map.step_x = 4.0;
    map.step_y = 5.0;
    return map;
}

} // namespace

DOCTEST_TEST_CASE("areas are those of a naive labelling, corners touch") {
    Random random(5);
    Image map(47, 31);
    for (float& value : map.pixels) {
        value = static_cast<float>(random.uniform());
    }
    const float above = 0.62F; // many areas of many shapes
    const Areas areas = connected_areas(map, above);
    const std::vector<std::size_t> naive = naive_labels(map, above);
    std::set<std::pair<std::size_t, std::int32_t>> pairs;
    std::vector<std::size_t> sizes(areas.sizes.size(), 0);
    for (std::size_t i = 0; i < map.size(); ++i) {
        DOCTEST_REQUIRE((naive[i] == 0) == (areas.labels[i] == 0));
        if (naive[i] != 0) {
            pairs.insert({naive[i], areas.labels[i]});
            ++sizes[static_cast<std::size_t>(areas.labels[i] - 1)];
        }
    }
    DOCTEST_CHECK(areas.sizes.size() > 20);
    DOCTEST_CHECK(pairs.size() == areas.sizes.size()); // one to one
    DOCTEST_CHECK(sizes == areas.sizes);
    Image corner(4, 3);
    corner.at(0, 0) = corner.at(1, 1) = corner.at(2, 2) = 0.6F;
    corner.at(3, 0) = 0.5F; // not above
    DOCTEST_CHECK(connected_areas(corner, 0.5F).sizes == std::vector<std::size_t>{3});
}

DOCTEST_TEST_CASE("paper: larger than 4 times the mean area, of all areas") {
    const auto removed = [](std::vector<std::size_t> sizes) {
        Areas areas;
        areas.sizes = std::move(sizes);
        return areas_to_remove(areas, Cleaning::paper);
    };
    // Nine of 10 and one of 60: mean 15, limit 60, not larger.
    DOCTEST_CHECK(removed({10, 10, 10, 10, 10, 10, 10, 10, 10, 60}) == std::vector<bool>(10, false));
    // One of 61: mean 15.1, limit 60.4.
    std::vector<bool> last(10, false);
    last[9] = true;
    DOCTEST_CHECK(removed({10, 10, 10, 10, 10, 10, 10, 10, 10, 61}) == last);
    DOCTEST_CHECK(removed({}).empty());
    DOCTEST_CHECK(removed({1000}) == std::vector<bool>{false});
}

DOCTEST_TEST_CASE("lua: needs more than 20 areas above 10 pixels; mean and deviation are theirs") {
    Areas areas;
    areas.sizes.assign(19, 20);
    areas.sizes.push_back(500);
    areas.sizes.insert(areas.sizes.end(), 40, 10);                                        // too small to count
    DOCTEST_CHECK(areas_to_remove(areas, Cleaning::lua) == std::vector<bool>(60, false)); // 20 areas
    areas.sizes.push_back(20);
    // 20 of 20 and one of 500: mean 42.857, deviation 104.745, limit 357.1
    std::vector<bool> expected(61, false);
    expected[19] = true;
    DOCTEST_CHECK(areas_to_remove(areas, Cleaning::lua) == expected);
    areas.sizes[19] = 357; // pulls mean and deviation with it: mean 36.05, deviation 73.54, limit 256.7
    DOCTEST_CHECK(areas_to_remove(areas, Cleaning::lua) == expected);
    DOCTEST_CHECK(areas_to_remove(areas, Cleaning::off) == std::vector<bool>(61, false));
}

DOCTEST_TEST_CASE("candidates in an area that is too large are gone, its slopes too, the others stay") {
    Image scores(64, 40, 0.05F);
    for (int n = 0; n < 12; ++n) { // particles of 9 pixels
        const int x = 4 + 5 * n, y = n % 2 == 0 ? 4 : 10;
        fill(scores, x - 1, y - 1, 3, 3, 0.7F);
        scores.at(x, y) = static_cast<float>(0.80 + 0.01 * n);
    }
    fill(scores, 20, 20, 14, 12, 0.45F); // the slope of the ice
    fill(scores, 22, 22, 10, 8, 0.95F);
    scores.at(25, 24) = 0.99F;
    PickPlan plan;
    plan.rules.threshold = 0.3; // below the slope
    plan.peak_window = 12.0;
    const Picks all = find_candidates(map_of(scores), plan);
    plan.clean = Cleaning::paper; // mean (12 * 9 + 80) / 13 = 14.5
    std::size_t cleaned = 0;
    const Picks rest = find_candidates(map_of(scores), plan, &cleaned);
    DOCTEST_CHECK(cleaned == 1);
    int particles = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        DOCTEST_CHECK((rest.score[i] > 0.79 || rest.score[i] < 0.1)); // background plateaus are candidates too
        particles += rest.score[i] > 0.79 ? 1 : 0;
        DOCTEST_CHECK(rest.score[i] != 0.99);
    }
    DOCTEST_CHECK(particles == 12);
    DOCTEST_CHECK(std::count_if(all.score.begin(), all.score.end(), [](double s) { return s > 0.895; }) ==
                  3); // .90 .91 .99
}
