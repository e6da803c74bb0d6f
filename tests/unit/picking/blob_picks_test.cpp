// Blobs of a map as picks: frame, score, aperture.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "maps.hpp"
#include "picking/blob_picks.hpp"
#include "unit/check.hpp"

using namespace picker;

namespace {

// Discs of 1 with soft edges, in pixels of the map.
Image discs(int width, int height, double radius, const std::vector<fake::Blob>& places) {
    Image image(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (const fake::Blob& place : places) {
                const double inside = std::clamp(radius - std::hypot(x - place.x, y - place.y) + 0.5, 0.0, 1.0);
                image.at(x, y) = std::max(image.at(x, y), static_cast<float>(place.height * inside));
            }
        }
    }
    return image;
}

} // namespace

DOCTEST_TEST_CASE("blobs come out at their places on the micrograph, the heavier first") {
    // A grid of its own along each axis; the aperture is the discs' diameter. A quarter of a step is what whole pixels
    // of the enlarged map cost.
    const ScoreMap map = map_of(discs(90, 60, 4.0, {{20.3, 14.8, 0.6}, {70.0, 40.0, 0.9}}));
    const double step = std::sqrt(4.0 * 5.0);
    const Picks picks = find_blob_picks(map, {8.2 * step, false});
    DOCTEST_REQUIRE(picks.size() == 2);
    DOCTEST_CHECK(std::abs(picks.x[0] - (10.0 + 4.0 * 70.0)) < 1.3);
    DOCTEST_CHECK(std::abs(picks.y[0] - (20.0 + 5.0 * 40.0)) < 1.3);
    DOCTEST_CHECK(std::abs(picks.x[1] - (10.0 + 4.0 * 20.3)) < 1.3);
    DOCTEST_CHECK(std::abs(picks.y[1] - (20.0 + 5.0 * 14.8)) < 1.3);
    DOCTEST_CHECK(picks.score[1] / picks.score[0] == doctest::Approx(0.6 / 0.9).epsilon(0.03));
    DOCTEST_CHECK(picks.score[0] == doctest::Approx(0.9).epsilon(0.05)); // a full disc of .9
    DOCTEST_REQUIRE(picks.column("mass") != nullptr);
    DOCTEST_CHECK((*picks.column("mass"))[0] > 60.0); // of a disc of 17 pixels
    DOCTEST_REQUIRE(picks.column("size") != nullptr);
    DOCTEST_CHECK((*picks.column("size"))[0] == doctest::Approx(4.0 / std::sqrt(2.0) * step).epsilon(0.2)); // of a disc
    DOCTEST_CHECK((*picks.column("eccentricity"))[0] < 0.1);
}

DOCTEST_TEST_CASE("enhancing makes a faint map as good as a strong one") {
    const std::vector<fake::Blob> places{{20.0, 15.0, 0.2}, {60.0, 40.0, 0.3}};
    const ScoreMap map = map_of(discs(90, 60, 4.0, places));
    const Picks as_is = find_blob_picks(map, {37.0, false}), enhanced = find_blob_picks(map, {37.0, true});
    DOCTEST_REQUIRE(as_is.size() == 2);
    DOCTEST_REQUIRE(enhanced.size() == 2);
    DOCTEST_CHECK(enhanced.score[0] > 1.5 * as_is.score[0]);
    // Divided by mean + 3 deviations of what is above 0, before anything else.
    double sum = 0.0, squares = 0.0, count = 0.0;
    for (const float value : map.scores.pixels) {
        sum += value;
        squares += static_cast<double>(value) * value;
        count += value > 0.0F ? 1.0 : 0.0;
    }
    const double mean = sum / count, divisor = mean + 3.0 * std::sqrt(squares / count - mean * mean);
    ScoreMap divided = map;
    for (float& value : divided.scores.pixels) {
        value = static_cast<float>(value / divisor);
    }
    DOCTEST_CHECK(enhanced.score[0] == doctest::Approx(find_blob_picks(divided, {37.0, false}).score[0]).epsilon(1e-4));
}

DOCTEST_TEST_CASE("a map without a blob gives no picks; an aperture that does not fit is refused") {
    DOCTEST_CHECK(find_blob_picks(map_of(Image(40, 30)), {37.0, true}).empty());
    const ScoreMap map = map_of(discs(40, 30, 4.0, {{20.0, 15.0, 0.6}}));
    DOCTEST_CHECK_THROWS_WITH_AS(find_blob_picks(map, {3.0, false}), doctest::Contains("aperture"), Error);
    DOCTEST_CHECK_THROWS_WITH_AS(find_blob_picks(map, {300.0, false}), doctest::Contains("shorter edge"), Error);
}
