// What sampling leaves out: masked places and overlapping particles; and what it draws where labels are incomplete.
#include "samples_by_place.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <utility>

using namespace by_place;

namespace {

// Excludes what lies right of column 5 of 8 in its upper three of four rows: 8 x 4 over any micrograph.
std::shared_ptr<const ExclusionMask> corner_mask() {
    Image image(8, 4);
    for (int y = 0; y < 3; ++y) {
        for (int x = 5; x < 8; ++x) {
            image.at(x, y) = 255.0F;
        }
    }
    return std::make_shared<const ExclusionMask>(image);
}

} // namespace

DOCTEST_TEST_CASE("nothing is drawn from masked places, and what was picked there is counted") {
    DatasetItem item = coded(400, 160); // masked: x >= 249.5, y < 119.5
    std::size_t masked = 0;
    for (int i = 0; i < 24; ++i) {
        const double x = 12 + 15.7 * i;
        const double y = i % 2 == 0 ? 20.0 : 140.0;
        item.positives.add(x, y, 1.0);
        masked += x >= 249.5 && y < 119.5 ? 1 : 0;
    }
    item.negatives.add(300.0, 60.0, 1.0); // masked
    item.negatives.add(200.0, 80.0, 1.0);
    item.mask = corner_mask();
    Dataset set;
    set.add(item);
    SamplerOptions options;
    options.negatives_per_positive = 20.0;
    for (const bool unlabelled : {false, true}) {
        options.unlabelled = unlabelled;
        const PatchSet patches = sample(set, options, 2, {}, plain());
        DOCTEST_CHECK(masked > 3);
        DOCTEST_CHECK(patches.masked == masked);
        DOCTEST_CHECK(patches.outside == 0);
        DOCTEST_CHECK(patches.size() == 21 * (24 - masked));
        int right = 0;
        for (std::size_t i = 0; i < patches.size(); ++i) {
            const Place at = place(patches, i);
            DOCTEST_CHECK(!(at.x + 7.5 >= 249.5 && at.y + 7.5 < 119.5));
            right += at.x + 7.5 >= 249.5 ? 1 : 0;
        }
        DOCTEST_CHECK(right > 20); // below the mask
    }
}

DOCTEST_TEST_CASE("unlabelled windows lie anywhere, also on particles; the labelled share is their area") {
    DatasetItem item = coded(300, 180);
    for (int i = 0; i < 14; ++i) {
        item.positives.add(20 + 19.3 * i, 40 + 7.7 * i, 1.0);
    }
    item.positives.add(3.0, 90.0, 1.0); // no whole window around it
    Dataset set;
    set.add(item);
    SamplerOptions options;
    options.negatives_per_positive = 100.0;
    options.unlabelled = true;
    const PatchSet patches = sample(set, options, 2, {}, plain());
    DOCTEST_REQUIRE(patches.size() == 14 + 1400);
    std::size_t on_particles = 0;
    for (std::size_t i = 14; i < patches.size(); ++i) {
        const Place at = place(patches, i);
        bool hit = false;
        for (std::size_t k = 0; k < 14; ++k) {
            hit = hit || std::hypot(at.x + 7.5 - item.positives.x[k], at.y + 7.5 - item.positives.y[k]) < 6.0;
        }
        on_particles += hit ? 1 : 0;
    }
    const double windows = 285.0 * 165.0;
    DOCTEST_CHECK(static_cast<double>(on_particles) / 1400 == doctest::Approx(14 * 113.1 / windows).epsilon(0.3));
    const double radius = 6.0; // half a diameter
    DOCTEST_CHECK(patches.labelled_share == doctest::Approx(14 * 3.14159 * radius * radius / windows).epsilon(1e-4));
}

DOCTEST_TEST_CASE("overlapping particles are left out, both of them, and are no negatives either") {
    DatasetItem item = coded(420, 260); // 2 angstrom per pixel, diameter 12 pixels
    const std::vector<std::pair<double, double>> pairs = {
        {11.0, 0.0}, {0.0, 11.9}, {-8.0, 8.0}, {12.5, 0.0}, {0.0, -13.0}};
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const double x = 40.0 + 80.0 * static_cast<double>(i);
        item.positives.add(x, 60.0, 1.0);
        item.positives.add(x + pairs[i].first, 60.0 + pairs[i].second, 1.0);
        item.positives.add(x, 170.0, 1.0); // alone
    }
    Dataset set;
    set.add(item);
    SamplerOptions options;
    DOCTEST_CHECK(sample(set, options, 1, {}, plain()).size() == 30);
    options.negatives_per_positive = 30.0;
    options.negative_distance = 0.9;
    for (const bool unlabelled : {false, true}) {
        options.unlabelled = unlabelled;
        options.overlap_distance = 0.0; // one diameter: the first three pairs
        const PatchSet patches = sample(set, options, 1, {}, plain());
        DOCTEST_CHECK(patches.overlapping == 6);
        DOCTEST_REQUIRE(patches.size() == 9 * 31);
        for (std::size_t i = 0; i < patches.size(); ++i) {
            const Place at = place(patches, i);
            for (const std::size_t row : {0U, 1U, 3U, 4U, 6U, 7U}) {
                DOCTEST_CHECK(std::hypot(at.x + 7.5 - item.positives.x[row], at.y + 7.5 - item.positives.y[row]) >
                              11.0);
            }
        }
        options.overlap_distance = 25.5; // angstrom: one more pair
        DOCTEST_CHECK(sample(set, options, 1, {}, plain()).overlapping == 8);
    }
}
