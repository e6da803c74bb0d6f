// Picks from one image of a field to another: which scales are believed, and what follows them.
#include "core/error.hpp"
#include "core/map_picks.hpp"
#include "unit/check.hpp"

#include <string>

using picker::ImageSize;
using picker::Picks;
using picker::scale_between;
using picker::scale_picks;

DOCTEST_TEST_CASE("sides that binning cut off agree; each side has its own scale") {
    const auto scale = scale_between({959, 927, 0, "binned"}, {3838, 3710, 0, "raw"});
    DOCTEST_CHECK(scale.x == doctest::Approx(3838.0 / 959));
    DOCTEST_CHECK(scale.y == doctest::Approx(3710.0 / 927));
    DOCTEST_CHECK(scale_between({4096, 3000, 0, "raw"}, {1024, 750, 0, "binned"}).x == doctest::Approx(0.25));
    DOCTEST_CHECK(scale_between({512, 300, 4, "binned"}, {1024, 600, 2, "raw"}).y == doctest::Approx(2.0));
}

DOCTEST_TEST_CASE("images that cannot show one field are refused: transposed, cropped, other pixel sizes, no size") {
    const auto refused = [](const ImageSize& from, const ImageSize& to, const char* part) {
        try {
            scale_between(from, to);
        } catch (const picker::Error& error) {
            return std::string(error.what()).find(part) != std::string::npos &&
                   std::string(error.what()).find("raw") != std::string::npos;
        }
        return false;
    };
    DOCTEST_CHECK(refused({300, 400, 0, "binned"}, {800, 600, 0, "raw"}, "300 x 400"));
    DOCTEST_CHECK(refused({400, 300, 0, "binned"}, {800, 500, 0, "raw"}, "800 x 500"));
    DOCTEST_CHECK(refused({400, 300, 2, "binned"}, {800, 600, 2, "raw"}, "pixel sizes"));
    DOCTEST_CHECK(refused({400, 300, 2, "binned"}, {0, 0, 0, "raw"}, "size"));
}

DOCTEST_TEST_CASE("positions and lengths follow, scores and other columns stay") {
    Picks picks;
    picks.add(10, 20.5, 0.7);
    picks.ensure_column("box_width", 0.0) = {64};
    picks.ensure_column("box_height", 0.0) = {32};
    picks.ensure_column("size", 0.0) = {5};
    picks.ensure_column("class", 0.0) = {3};
    picks.ensure_text_column("rlnOpticsGroup") = {"2"};
    picks.ensure_text_column("location/micrograph_uid") = {"8578565574161745010"}; // of the image that was picked
    const Picks mapped = scale_picks(picks, {2, 3});
    DOCTEST_CHECK(mapped.x[0] == 20);
    DOCTEST_CHECK(mapped.y[0] == 61.5);
    DOCTEST_CHECK(mapped.score[0] == 0.7);
    DOCTEST_CHECK(mapped.column("box_width")->at(0) == 128);
    DOCTEST_CHECK(mapped.column("box_height")->at(0) == 96);
    DOCTEST_CHECK(mapped.column("size")->at(0) == doctest::Approx(5 * 2.449489742783178));
    DOCTEST_CHECK(mapped.column("class")->at(0) == 3);
    DOCTEST_CHECK(mapped.text_column("rlnOpticsGroup")->at(0) == "2");
    DOCTEST_CHECK(mapped.text_column("location/micrograph_uid") == nullptr);
    DOCTEST_CHECK(picks.x[0] == 10);
}
