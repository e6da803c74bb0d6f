// Patches: centred on particles at every scale, negatives away from them on micrographs that are not square, shares,
// borders, and the same bits for any number of threads.
#include "core/error.hpp"
#include "naive_engine.hpp"
#include "training/sampler.hpp"
#include "unit/check.hpp"
#include "unit/models/temporary_folder.hpp"

#include <algorithm>
#include <cmath>

using namespace picker;

namespace {

PatchSet sample(const Dataset& set, const SamplerOptions& options = {}, int threads = 2, Control control = {},
                const ModelSpec& spec = naive::model().spec) {
    WorkerPool pool(threads);
    return sample_patches(set, spec, options, pool, control);
}

// An image whose pixels say where they are: 1000 y + x, so that a patch's place can be read from it.
DatasetItem coded(int width, int height) {
    auto micrograph = std::make_shared<Micrograph>();
    micrograph->image = Image(width, height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            micrograph->image.at(x, y) = static_cast<float>(1000 * y + x);
        }
    }
    micrograph->name = "coded.mrc";
    micrograph->pixel_size = 2.0;
    DatasetItem item;
    item.micrograph = micrograph;
    item.diameter = 24.0; // 12 pixels: the working scale is the micrograph's
    return item;
}

ModelSpec plain() {
    ModelSpec spec = naive::model().spec;
    spec.recipe.steps = {{"resample", 0.0, 0.0}};
    return spec;
}

std::vector<float> all_pixels(const PatchSet& set) {
    std::vector<float> out;
    for (std::size_t i = 0; i < set.size(); ++i) {
        const std::vector<float> patch = naive::patch(set, i);
        out.insert(out.end(), patch.begin(), patch.end());
    }
    return out;
}

struct Place {
    int x, y; // of the network's window's first pixel
};

Place place(const PatchSet& set, std::size_t index) {
    std::vector<float> patch(naive::window * naive::window);
    cut_patch(naive::patch(set, index).data(), set.extent, naive::window, false, 0.0, patch.data());
    const int code = static_cast<int>(patch[0]);
    return {code % 1000, code / 1000};
}

} // namespace

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
