// Crops for segmenters: discs where the particles are on micrographs that are not square, and what is unknown.
#include "core/error.hpp"
#include "samples_by_place.hpp"
#include "training/map_samples.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <numeric>

using namespace by_place;

namespace {

constexpr int crop = 20, border = 7;

ModelSpec map_spec() {
    ModelSpec spec = plain();
    spec.network.input_size = 2 * border + 1;
    spec.training.crop = crop;
    spec.aperture = 0.5; // a disc of 6 pixels
    return spec;
}

PatchSet crops_of(const Dataset& set, const SamplerOptions& options = {}) {
    WorkerPool pool(2);
    return sample_maps(set, map_spec(), options, pool, {});
}

struct Sample {
    std::vector<float> values;
    int extent = 0;
    float pixel(int x, int y) const { return values[static_cast<std::size_t>((y + border) * extent + x + border)]; }
    float label(int x, int y) const { return values[static_cast<std::size_t>(extent * extent + y * crop + x)]; }
    int x0() const { return static_cast<int>(pixel(0, 0)) % 1000; }
    int y0() const { return static_cast<int>(pixel(0, 0)) / 1000; }
};

Sample sample_of(const PatchSet& set, std::size_t index) {
    std::vector<float> buffer;
    const float* values = set.patch(index, buffer);
    return {{values, values + set.extent * set.extent + crop * crop}, set.extent};
}

} // namespace

DOCTEST_TEST_CASE("crops cover the micrograph, and each pixel's label is its distance to a particle") {
    DatasetItem item = coded(90, 50);
    item.positives.add(31.0, 12.0, 1.0);
    item.positives.add(70.4, 41.3, 1.0);
    Dataset set;
    set.add(item);
    const PatchSet crops = crops_of(set);
    DOCTEST_CHECK(crops.extent == crop + 2 * border);
    DOCTEST_REQUIRE(crops.size() == 5 * 3);
    std::vector<int> covered(90 * 50, 0);
    double sum = 0.0;
    for (std::size_t i = 0; i < crops.size(); ++i) {
        const Sample one = sample_of(crops, i);
        bool any = false;
        for (int y = 0; y < crop; ++y) {
            for (int x = 0; x < crop; ++x) {
                const int px = one.x0() + x, py = one.y0() + y;
                DOCTEST_REQUIRE(one.pixel(x, y) == static_cast<float>(1000 * py + px));
                const double distance = std::min(std::hypot(px - 31.0, py - 12.0), std::hypot(px - 70.4, py - 41.3));
                if (one.label(x, y) < 0.0F) {
                    DOCTEST_REQUIRE(covered[static_cast<std::size_t>(py * 90 + px)] > 0); // by a crop before
                    continue;
                }
                DOCTEST_REQUIRE(one.label(x, y) == doctest::Approx(std::clamp(3.5 - distance, 0.0, 1.0)));
                sum += covered[static_cast<std::size_t>(py * 90 + px)]++ == 0 ? one.label(x, y) : 0.0;
                any = any || (px == 31 && py == 12) || (px == 70 && py == 41); // the pixels that hold the centres
            }
        }
        DOCTEST_CHECK((crops.labels[i] == 1.0F) == any);
    }
    DOCTEST_CHECK(*std::min_element(covered.begin(), covered.end()) == 1);
    DOCTEST_CHECK(*std::max_element(covered.begin(), covered.end()) == 1);
    DOCTEST_CHECK(crops.particles == 2);
    DOCTEST_CHECK(sum == doctest::Approx(2 * 3.14159 * 9).epsilon(0.05));
    // Beyond the border: mirrored.
    const Sample first = sample_of(crops, 0);
    DOCTEST_CHECK(first.pixel(-3, 2) == first.pixel(3, 2));
    DOCTEST_CHECK(first.pixel(4, -5) == first.pixel(4, 5));
}

DOCTEST_TEST_CASE("a heat map rises to each centre as a Gaussian") {
    DatasetItem item = coded(60, 40);
    item.positives.add(21.0, 12.0, 1.0);
    item.positives.add(40.4, 27.3, 1.0);
    Dataset set;
    set.add(item);
    ModelSpec spec = map_spec();
    spec.aperture = 0.0;
    spec.training.heat = 0.15; // 1.8 pixels
    WorkerPool pool(2);
    const PatchSet crops = sample_maps(set, spec, {}, pool, {});
    double sum = 0.0, highest = 0.0;
    for (std::size_t i = 0; i < crops.size(); ++i) {
        const Sample one = sample_of(crops, i);
        for (int y = 0; y < crop; ++y) {
            for (int x = 0; x < crop; ++x) {
                const int px = one.x0() + x, py = one.y0() + y;
                const double distance = std::min(std::hypot(px - 21.0, py - 12.0), std::hypot(px - 40.4, py - 27.3));
                if (one.label(x, y) >= 0.0F) {
                    const double height = distance < 5.9 ? std::exp(-0.5 * distance * distance / (1.8 * 1.8)) : 0.0;
                    DOCTEST_REQUIRE(one.label(x, y) == doctest::Approx(height).epsilon(1e-5));
                    sum += one.label(x, y);
                    highest = std::max(highest, static_cast<double>(one.label(x, y)));
                }
            }
        }
    }
    DOCTEST_CHECK(highest == 1.0);                                                    // at the centre that is a pixel's
    DOCTEST_CHECK(sum == doctest::Approx(2 * 2 * 3.14159 * 1.8 * 1.8).epsilon(0.02)); // less the tails
}

DOCTEST_TEST_CASE("masked places, places to avoid and overlapping particles are unknown") {
    DatasetItem item = coded(60, 40);
    item.positives.add(15.0, 10.0, 1.0);
    item.positives.add(40.0, 20.0, 1.0);
    item.positives.add(46.0, 20.0, 1.0); // 12 A from the other: nearer than a diameter
    item.avoid.add(15.0, 30.0, 1.0);
    Image mask(60, 40);
    for (int y = 0; y < 40; ++y) {
        mask.at(55, y) = mask.at(56, y) = 1.0F;
    }
    item.mask = std::make_shared<const ExclusionMask>(std::move(mask));
    Dataset set;
    set.add(item);
    SamplerOptions options;
    options.overlap_distance = 0.0;
    const PatchSet crops = crops_of(set, options);
    DOCTEST_CHECK(crops.overlapping == 2);
    const auto label = [&](int px, int py) {
        float known = -1.0F; // in any crop
        for (std::size_t i = 0; i < crops.size(); ++i) {
            const Sample one = sample_of(crops, i);
            if (px >= one.x0() && py >= one.y0() && px < one.x0() + crop && py < one.y0() + crop) {
                const float value = one.label(px - one.x0(), py - one.y0());
                known = std::max(known, value);
            }
        }
        return known;
    };
    DOCTEST_CHECK(label(15, 10) == 1.0F);
    DOCTEST_CHECK(label(15, 17) == 0.0F);
    DOCTEST_CHECK(label(40, 20) == -1.0F);
    DOCTEST_CHECK(label(46, 25) == -1.0F);
    DOCTEST_CHECK(label(15, 30) == -1.0F);
    DOCTEST_CHECK(label(20, 30) == -1.0F); // half a diameter is 6 pixels
    DOCTEST_CHECK(label(22, 30) == 0.0F);
    DOCTEST_CHECK(label(55, 5) == -1.0F);
    DOCTEST_CHECK(label(53, 5) == 0.0F);
}

DOCTEST_TEST_CASE(
    "a number of particles is drawn as crops that hold them; a micrograph smaller than a crop is centred") {
    Dataset set;
    set.add(coded(200, 100));
    for (int i = 0; i < 40; ++i) {
        set.items[0].positives.add(5.0 + 20.0 * (i % 10), 5.0 + 20.0 * (i / 10), 1.0);
    }
    DOCTEST_CHECK(crops_of(set).size() == 50);
    SamplerOptions options;
    options.max_positives = 12;
    const PatchSet some = crops_of(set, options);
    DOCTEST_CHECK(some.size() >= 12);
    DOCTEST_CHECK(some.size() < 40);
    DOCTEST_CHECK(std::accumulate(some.labels.begin(), some.labels.end(), 0.0F) == 12.0F);
    options.unlabelled = true;
    DOCTEST_CHECK_THROWS_WITH_AS(crops_of(set, options), doctest::Contains("learns from maps"), Error);
    Dataset small;
    small.add(coded(14, 12));
    const PatchSet one = crops_of(small);
    DOCTEST_REQUIRE(one.size() == 1);
    DOCTEST_CHECK(sample_of(one, 0).label(2, 10) == -1.0F); // 3 pixels to each side, 4 above and below
    DOCTEST_CHECK(sample_of(one, 0).label(3, 10) == 0.0F);
    DOCTEST_CHECK(sample_of(one, 0).label(10, 3) == -1.0F);
    DOCTEST_CHECK(sample_of(one, 0).pixel(3, 4) == 0.0F);
}
