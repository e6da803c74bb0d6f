// Data sets with gaps and contradictions: filled in where something says it, else refused by name.
#include "core/error.hpp"
#include "naive_engine.hpp"
#include "training/settings.hpp"
#include "unit/check.hpp"

using namespace picker;

namespace {

Dataset without_pixel_size(Dataset set, std::size_t index) {
    auto unknown = std::make_shared<Micrograph>(*set.items[index].micrograph);
    unknown->pixel_size = 0.0;
    set.items[index].micrograph = unknown;
    return set;
}

} // namespace

DOCTEST_TEST_CASE("diameters and pixel sizes are filled in") {
    Dataset set = naive::dataset(3);
    set.items[1].diameter = 0.0;
    set.items[2].pixel_size = 3.5;
    const Dataset out = settled(set, 77.0, "training", {});
    DOCTEST_CHECK(out.items[0].diameter == 24.0);
    DOCTEST_CHECK(out.items[1].diameter == 77.0);
    DOCTEST_CHECK(out.items[0].pixel_size == 2.0);
    DOCTEST_CHECK(out.items[2].pixel_size == 3.5);
}

DOCTEST_TEST_CASE("a set in which some pixel sizes are known and some are not names the first of these and its row") {
    Dataset set = without_pixel_size(naive::dataset(4), 2);
    set.items[2].source = "molecules.csv:3";
    DOCTEST_CHECK_THROWS_WITH_AS(
        settled(set, 0.0, "training", {}),
        doctest::Contains("the pixel size of 1 of the 4 training micrographs is unknown, and the "
                          "others are no guide, as sets may be mixed; the first is blobs-3.mrc "
                          "(molecules.csv:3): give it"),
        Error);
    set = without_pixel_size(without_pixel_size(naive::dataset(2), 0), 1);
    DOCTEST_CHECK_THROWS_WITH_AS(
        settled(set, 0.0, "validation", {}),
        doctest::Contains("of 2 of the 2 validation micrographs is unknown; the first is blobs-1"), Error);
    set.items[0].pixel_size = set.items[1].pixel_size = 2.0;
    DOCTEST_CHECK(settled(set, 0.0, "validation", {}).items[1].pixel_size == 2.0);
}

DOCTEST_TEST_CASE("one place both as a particle and as a negative is a contradiction") {
    Dataset set = naive::dataset(2); // diameter 12 pixels: the same place is nearer than 1.2
    Picks& positives = set.items[1].positives;
    set.items[1].negatives.add(positives.x[3] + 0.9, positives.y[3] - 0.9, 1.0); // 1.27 away
    DOCTEST_CHECK_NOTHROW(settled(set, 0.0, "training", {}));
    set.items[1].negatives.add(100.5, 71.0, 1.0);
    positives.add(101.5, 71.5, 1.0); // 1.12 away
    DOCTEST_CHECK_THROWS_WITH_AS(settled(set, 0.0, "training", {}),
                                 doctest::Contains("blobs-2.mrc: 1 place is given both as a particle and as a negative "
                                                   "(nearer than 1.2 pixels), the first at x 100.5, y 71; take it out"),
                                 Error);
    set.items[1].negatives.add(positives.x[0], positives.y[0], 1.0);
    DOCTEST_CHECK_THROWS_WITH_AS(settled(set, 0.0, "training", {}), doctest::Contains("2 places are given both"),
                                 Error);
    // In another micrograph the same coordinates are another place.
    std::swap(set.items[0].negatives, set.items[1].negatives);
    set.items[0].positives = set.items[0].positives.subset({0});
    DOCTEST_CHECK_NOTHROW(settled(set, 0.0, "training", {}));
}

DOCTEST_TEST_CASE("reading headers can be cancelled") {
    Control control;
    control.progress = [](const ProgressEvent& event) { return std::string(event.stage) == "read"; };
    DOCTEST_CHECK_THROWS_AS(settled(naive::dataset(2), 0.0, "training", control), Error);
}
