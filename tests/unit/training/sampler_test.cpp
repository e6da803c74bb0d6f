// Patches: centred on particles at every scale, negatives away from them on micrographs that are not square, shares,
// borders, and the same bits for any number of threads.
#include "core/error.hpp"
#include "samples_by_place.hpp"
#include "unit/check.hpp"
#include "unit/models/temporary_folder.hpp"

#include <algorithm>
#include <cmath>

using namespace by_place;

DOCTEST_TEST_CASE("windows are centred on the particles, and on average on neither side") {
    DatasetItem item = coded(400, 300);
    for (int i = 0; i < 60; ++i) {
        item.positives.add(20 + 6 * i + (i % 4) * 0.25, 30 + 4 * i, 1.0);
    }
    Dataset set;
    set.add(item);
    const PatchSet patches = sample(set, {}, 2, {}, plain());
    double sum_x = 0.0;
    double sum_y = 0.0;
    for (std::size_t i = 0; i < 60; ++i) {
        DOCTEST_REQUIRE(patches.labels[i] == 1.0F);
        const Place at = place(patches, i);
        const double dx = at.x + 7.5 - item.positives.x[i];
        const double dy = at.y + 7.5 - item.positives.y[i];
        DOCTEST_CHECK(std::abs(dx) <= 0.5);
        DOCTEST_CHECK(std::abs(dy) <= 0.5);
        sum_x += dx;
        sum_y += dy;
    }
    DOCTEST_CHECK(std::abs(sum_x / 60) < 0.1);
    DOCTEST_CHECK(std::abs(sum_y / 60) < 0.1);
}

DOCTEST_TEST_CASE("each item has its own pixel size and diameter: blobs of any size come out alike") {
    for (const double sigma : {2.0, 3.0, 5.3}) {
        DOCTEST_CAPTURE(sigma);
        Dataset set;
        set.add(naive::item(420, 260, 3, sigma, 0.0));
        const PatchSet patches = sample(set);
        // Second moments of the mean positive patch: deviation 3 working pixels about the centre.
        double mass = 0.0, mean_x = 0.0, mean_y = 0.0, spread = 0.0;
        const double centre = (patches.extent - 1) / 2.0;
        std::size_t positives = 0;
        for (std::size_t i = 0; i < patches.size(); ++i) {
            const std::vector<float> patch = naive::patch(patches, i);
            positives += patches.labels[i] > 0.5F ? 1 : 0;
            for (int y = 0; y < patches.extent && patches.labels[i] > 0.5F; ++y) {
                for (int x = 0; x < patches.extent; ++x) {
                    const double base = static_cast<double>(patch[0]);
                    const double dx = x - centre;
                    const double dy = y - centre;
                    if (dx * dx + dy * dy < 64.0) {
                        const double value =
                            static_cast<double>(patch[static_cast<std::size_t>(y * patches.extent + x)]) - base;
                        mass += value;
                        mean_x += value * dx;
                        mean_y += value * dy;
                        spread += value * (dx * dx + dy * dy) / 2;
                    }
                }
            }
        }
        DOCTEST_CHECK(positives > 20);
        DOCTEST_CHECK(std::abs(mean_x / mass) < 0.12);
        DOCTEST_CHECK(std::abs(mean_y / mass) < 0.12);
        DOCTEST_CHECK(std::sqrt(spread / mass) == doctest::Approx(2.8).epsilon(0.08)); // 3, cut off at 8 pixels
    }
}

DOCTEST_TEST_CASE("negatives keep their distance from every particle and fill both axes of a long micrograph") {
    for (const bool tall : {false, true}) {
        DatasetItem item = coded(tall ? 120 : 500, tall ? 500 : 120);
        for (int i = 0; i < 12; ++i) {
            const double along = 30 + 38 * i;
            const double across = 40 + (i % 3) * 15;
            item.positives.add(tall ? across : along, tall ? along : across, 1.0);
        }
        item.positives.add(2.0, 2.0, 1.0); // too near to the border for a patch, but still a particle
        Dataset set;
        set.add(item);
        SamplerOptions options;
        options.negatives_per_positive = 30.0;
        options.negative_distance = 0.9;
        const PatchSet patches = sample(set, options, 2, {}, plain());
        DOCTEST_CHECK(patches.outside == 1);
        DOCTEST_CHECK(patches.size() == 12 + 360);
        int far_x = 0;
        int far_y = 0;
        std::vector<int> seen;
        for (std::size_t i = 12; i < patches.size(); ++i) {
            DOCTEST_REQUIRE(patches.labels[i] == 0.0F);
            const Place at = place(patches, i);
            far_x = std::max(far_x, at.x);
            far_y = std::max(far_y, at.y);
            seen.push_back(at.y * 1000 + at.x);
            for (std::size_t k = 0; k < item.positives.size(); ++k) {
                DOCTEST_CHECK(std::hypot(at.x + 7.5 - item.positives.x[k], at.y + 7.5 - item.positives.y[k]) >=
                              0.9 * 16);
            }
        }
        DOCTEST_CHECK(far_x > (tall ? 90 : 450));
        DOCTEST_CHECK(far_y > (tall ? 450 : 90));
        std::sort(seen.begin(), seen.end());
        DOCTEST_CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end()); // no window twice
    }
}

DOCTEST_TEST_CASE("where there is no room there are fewer negatives, with a warning") {
    DatasetItem item = coded(80, 60);
    for (int y = 10; y < 60; y += 8) {
        for (int x = 10; x < 76; x += 8) {
            item.positives.add(x, y, 1.0);
        }
    }
    Dataset set;
    set.add(item);
    Control control;
    std::string warning;
    control.log = [&](int level, const std::string& line) { warning += level == 1 ? line : ""; };
    const PatchSet patches = sample(set, {}, 1, control, plain());
    DOCTEST_CHECK(std::count(patches.labels.begin(), patches.labels.end(), 0.0F) == 0);
    DOCTEST_CHECK(warning.find("coded.mrc: room for 0 of ") != std::string::npos);
}

DOCTEST_TEST_CASE("negatives of the user are all taken, in place of up to half of the random ones") {
    DatasetItem item = coded(400, 300);
    for (int i = 0; i < 10; ++i) {
        item.positives.add(30 + 34 * i, 60, 1.0);
    }
    for (int i = 0; i < 4; ++i) {
        item.negatives.add(50 + 20 * i, 200, 1.0);
    }
    Dataset set;
    set.add(item);
    PatchSet patches = sample(set, {}, 1, {}, plain());
    DOCTEST_CHECK(patches.size() == 20);
    for (std::size_t i = 10; i < 14; ++i) {
        DOCTEST_CHECK(std::abs(place(patches, i).y + 7.5 - 200) <= 0.5);
        DOCTEST_CHECK(patches.labels[i] == 0.0F);
    }
    for (int i = 0; i < 10; ++i) {
        set.items[0].negatives.add(50 + 20 * i, 240, 1.0);
    }
    DOCTEST_CHECK(sample(set, {}, 1, {}, plain()).size() == 10 + 14 + 5);
}

DOCTEST_TEST_CASE("the margin beyond the border is a reflection") {
    DatasetItem item = coded(100, 90);
    item.positives.add(8.0, 8.0, 1.0); // the window starts at 0 or 1
    Dataset set;
    set.add(item);
    const PatchSet patches = sample(set, {}, 1, {}, plain());
    DOCTEST_REQUIRE(patches.labels[0] == 1.0F);
    const int margin = (patches.extent - 16) / 2;
    const Place at = place(patches, 0);
    const std::vector<float> first = naive::patch(patches, 0);
    const auto stored = [&](int x, int y) {
        return first[static_cast<std::size_t>((y + margin) * patches.extent + x + margin)];
    };
    for (int k = 1; k <= margin; ++k) { // pixel -k of the image is pixel k
        const int x = std::abs(at.x - k);
        DOCTEST_CHECK(stored(-k, 0) == 1000.0F * static_cast<float>(at.y) + static_cast<float>(x));
        DOCTEST_CHECK(stored(0, -k) == 1000.0F * static_cast<float>(std::abs(at.y - k)) + static_cast<float>(at.x));
    }
}

DOCTEST_TEST_CASE("several molecules give equal shares") {
    Dataset set;
    for (int i = 0; i < 4; ++i) {
        DatasetItem item = naive::item(300, 200, static_cast<std::uint64_t>(10 + i));
        item.molecule = i == 0 ? "small" : "large"; // 1 and 3 micrographs
        set.add(item);
    }
    SamplerOptions options;
    options.max_positives = 41;
    const PatchSet patches = sample(set, options);
    DOCTEST_CHECK(patches.molecules == std::vector<std::string>{"small", "large"});
    std::size_t counts[2] = {0, 0};
    for (std::size_t i = 0; i < patches.size(); ++i) {
        counts[patches.molecule[i]] += patches.labels[i] > 0.5F ? 1 : 0;
    }
    DOCTEST_CHECK(counts[0] == 21);
    DOCTEST_CHECK(counts[1] == 20);
}

DOCTEST_TEST_CASE("the seed decides, the threads do not") {
    const Dataset set = naive::dataset(4);
    SamplerOptions options;
    options.seed = 5;
    options.max_positives = 40;
    const PatchSet one = sample(set, options, 1);
    for (const int threads : {2, 3}) {
        const PatchSet other = sample(set, options, threads);
        DOCTEST_CHECK(all_pixels(other) == all_pixels(one));
        DOCTEST_CHECK(other.labels == one.labels);
    }
    options.seed = 6;
    DOCTEST_CHECK(all_pixels(sample(set, options, 2)) != all_pixels(one));
}

DOCTEST_TEST_CASE("samples on disk are the same as samples in memory, and leave nothing behind") {
    const Dataset set = naive::dataset(3);
    const TemporaryFolder folder;
    SamplerOptions options;
    options.scratch = folder.path;
    const PatchSet in_memory = sample(set, options);
    const std::size_t bytes = static_cast<std::size_t>(in_memory.extent * in_memory.extent) * sizeof(float);
    for (const std::size_t budget : {std::size_t{0}, bytes - 1, 20 * bytes}) {
        options.memory = budget;
        const PatchSet on_disk = sample(set, options);
        DOCTEST_CHECK(on_disk.store.bytes_in_memory() == budget / bytes * bytes);
        DOCTEST_CHECK(all_pixels(on_disk) == all_pixels(in_memory));
        DOCTEST_CHECK(on_disk.labels == in_memory.labels);
        DOCTEST_CHECK(std::filesystem::is_empty(folder.path));
    }
    options.scratch = folder.path / "none";
    DOCTEST_CHECK_THROWS_WITH_AS(sample(set, options), doctest::Contains("none: No such file or directory"), Error);
}

DOCTEST_TEST_CASE("without a margin a patch is the network's window") {
    const Dataset set = naive::dataset(1);
    SamplerOptions options;
    const PatchSet wide = sample(set, options);
    options.margin = false;
    const PatchSet narrow = sample(set, options);
    DOCTEST_REQUIRE(narrow.size() == wide.size());
    DOCTEST_CHECK(narrow.extent == naive::window);
    for (std::size_t i = 0; i < wide.size(); ++i) {
        std::vector<float> cut(naive::window * naive::window);
        cut_patch(naive::patch(wide, i).data(), wide.extent, naive::window, false, 0.0, cut.data());
        DOCTEST_CHECK(naive::patch(narrow, i) == cut);
    }
}

DOCTEST_TEST_CASE("coordinates of another frame, unknown diameters and tiny micrographs are named") {
    Dataset set = naive::dataset(2);
    for (double& x : set.items[1].positives.x) {
        x *= 4.0; // of the unbinned micrograph
    }
    DOCTEST_CHECK_THROWS_WITH_AS(sample(set), doctest::Contains("blobs-2.mrc lie outside of its 220 x 160 pixels"),
                                 Error);
    set = naive::dataset(1);
    set.items[0].diameter = 0.0;
    DOCTEST_CHECK_THROWS_WITH_AS(sample(set), doctest::Contains("no particle diameter for blobs-1.mrc"), Error);
    set.items[0].diameter = 450.0;
    DOCTEST_CHECK_THROWS_WITH_AS(sample(set), doctest::Contains("blobs-1.mrc"), Error);
}

DOCTEST_TEST_CASE("patches of the literal recipe are standardised one by one and have no margin") {
    ModelSpec spec = naive::model().spec;
    spec.patch_rule = PatchRule::per_patch;
    spec.recipe.diameter_pixels = 18.0; // windows of 24 working pixels
    const PatchSet patches = sample(naive::dataset(1), {}, 2, {}, spec);
    DOCTEST_CHECK(patches.extent == naive::window);
    for (std::size_t i = 0; i < patches.size(); ++i) {
        double sum = 0.0;
        double squares = 0.0;
        for (const float value : naive::patch(patches, i)) {
            sum += static_cast<double>(value);
            squares += std::pow(static_cast<double>(value), 2);
        }
        DOCTEST_CHECK(std::abs(sum / 256) < 1e-5);
        DOCTEST_CHECK(squares / 256 == doctest::Approx(1.0).epsilon(1e-4));
    }
}
