// Data sets: what add() refuses, and how the pixel size is settled.
#include "core/error.hpp"
#include "naive_engine.hpp"
#include "unit/check.hpp"

#include <limits>

using namespace picker;

DOCTEST_TEST_CASE("items that cannot be trained on are refused with their name") {
    Dataset set;
    DOCTEST_CHECK_THROWS_WITH_AS(set.add({}), doctest::Contains("neither a file nor a micrograph"), Error);
    DatasetItem item;
    item.path = "some/where.mrc";
    item.pixel_size = 5000.0;
    DOCTEST_CHECK_THROWS_WITH_AS(set.add(item), doctest::Contains("where.mrc"), Error);
    item.pixel_size = 0.0;
    item.diameter = -3.0;
    DOCTEST_CHECK_THROWS_WITH_AS(set.add(item), doctest::Contains("where.mrc is -3 angstrom"), Error);
    item.diameter = 100.0;
    item.positives.add(1.0, std::numeric_limits<double>::quiet_NaN(), 1.0);
    DOCTEST_CHECK_THROWS_WITH_AS(set.add(item), doctest::Contains("particle 1 of some/where.mrc"), Error);
    DOCTEST_CHECK(set.items.empty());
}

DOCTEST_TEST_CASE("the pixel size: the item's, else the micrograph's, else an error that says how to give it") {
    Dataset set = naive::dataset(2);
    DOCTEST_CHECK(set.load(0).pixel_size == 2.0);
    DOCTEST_CHECK(set.load(0).image.width == 200);
    set.items[0].pixel_size = 3.5;
    DOCTEST_CHECK(set.load(0).pixel_size == 3.5);
    DOCTEST_CHECK(set.pixel_size(0) == 3.5);
    DOCTEST_CHECK(set.pixel_size(1) == 2.0);
    auto unknown = std::make_shared<Micrograph>(*set.items[1].micrograph);
    unknown->pixel_size = 0.0;
    set.items[1].micrograph = unknown;
    DOCTEST_CHECK_THROWS_WITH_AS(set.load(1), doctest::Contains("blobs-2.mrc"), Error);
}
