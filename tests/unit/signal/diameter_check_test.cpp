// Diameters that no micrograph can have.
#include "core/error.hpp"
#include "signal/diameter_check.hpp"
#include "unit/check.hpp"

using namespace picker;

DOCTEST_TEST_CASE("a particle of a few pixels, or larger than the micrograph, is refused with what was computed") {
    DOCTEST_CHECK_NOTHROW(check_diameter("a.mrc", 600, 400, 5.0, 4.0));
    DOCTEST_CHECK_NOTHROW(check_diameter("a.mrc", 600, 400, 5.0, 400.0));
    // 180 angstrom at 50 angstrom per pixel: a header in nanometres, or of another image.
    DOCTEST_CHECK_THROWS_WITH_AS(
        check_diameter("a.mrc", 600, 400, 50.0, 3.6),
        doctest::Contains("a.mrc, 600 x 400 pixels: 180 A of diameter at a pixel size of 50 A are "
                          "3.6 pixels, and a particle needs at least 4"),
        Error);
    // 18 nanometres taken for angstrom.
    DOCTEST_CHECK_THROWS_WITH_AS(check_diameter("a.mrc", 600, 400, 5.36, 18.0 / 5.36),
                                 doctest::Contains("18 A of diameter at a pixel size of 5.36 A are 3.36 pixels"),
                                 Error);
    // 1800 for 180.
    DOCTEST_CHECK_THROWS_WITH_AS(
        check_diameter("b.mrc", 600, 400, 1.5, 1200.0),
        doctest::Contains("1800 A of diameter at a pixel size of 1.5 A are 1200 pixels, more than the "
                          "image has along an edge"),
        Error);
    DOCTEST_CHECK_THROWS_WITH_AS(check_diameter("c.mrc", 600, 400, 0.0, 2.0), doctest::Contains("2 pixels of diameter"),
                                 Error);
}
