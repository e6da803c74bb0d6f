// What the kernels do, run on the host pixel by pixel: against the library's own peak finder and filters, and against
// naive versions.
#include "core/random.hpp"
#include "device/kernels.hpp"
#include "engine/detection.hpp"
#include "picking/peaks.hpp"
#include "unit/check.hpp"
#include "unit/picking/maps.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

using namespace picker;

namespace {

const std::unique_ptr<device::Kernels> kernels = device::host_kernels();

struct Found {
    std::vector<MapMaximum> maxima;
    std::int32_t count = 0; // that there are
};

Found collect(const Image& map, PeakRadius radius, double keep, std::int32_t capacity) {
    std::vector<float> rows(map.size()), maxima(map.size());
    kernels->window_maxima(map.pixels.data(), map.width, map.height, radius.x, radius.y, rows.data(), maxima.data());
    Found found;
    found.maxima.resize(static_cast<std::size_t>(capacity));
    kernels->collect_maxima(map.pixels.data(), maxima.data(), map.width, map.height, keep, found.maxima.data(),
                            capacity, &found.count);
    found.maxima.resize(static_cast<std::size_t>(std::min(found.count, capacity)));
    return found;
}

void check_same_picks(const ScoreMap& map, const PeakOptions& options) {
    const Image& scores = map.scores;
    Found found = collect(scores, peak_radius(map, scores.width, scores.height, options.window), options.keep,
                          static_cast<std::int32_t>(scores.size()));
    std::reverse(found.maxima.begin(), found.maxima.end()); // a GPU gives them in any order
    ScoreMap grid = map;
    grid.scores = {};
    const Picks expected = find_peaks(map, options), picks = find_peaks(grid, std::move(found.maxima), options);
    DOCTEST_CHECK(picks.x == expected.x);
    DOCTEST_CHECK(picks.y == expected.y);
    DOCTEST_CHECK(picks.score == expected.score);
}

Image noise(int width, int height, std::uint64_t seed) {
    Random random(seed);
    Image image(width, height);
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(random.uniform());
    }
    return image;
}

// Of so few values that most maxima have equals near them.
Image steps(int width, int height, int values, std::uint64_t seed) {
    Random random(seed);
    Image image(width, height);
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(std::floor(random.uniform() * values) / values);
    }
    return image;
}

} // namespace

DOCTEST_TEST_CASE("maxima of windows, against every pixel of the window") {
    const Image map = noise(23, 17, 1);
    for (const auto& [rx, ry] : {std::pair{1, 1}, {3, 2}, {22, 1}, {23, 17}, {0, 4}}) {
        std::vector<float> rows(map.size()), maxima(map.size());
        kernels->window_maxima(map.pixels.data(), map.width, map.height, rx, ry, rows.data(), maxima.data());
        for (int y = 0; y < map.height; ++y) {
            for (int x = 0; x < map.width; ++x) {
                float best = -1.0F;
                for (int j = std::max(0, y - ry); j <= std::min(map.height - 1, y + ry); ++j) {
                    for (int i = std::max(0, x - rx); i <= std::min(map.width - 1, x + rx); ++i) {
                        best = std::max(best, map.at(i, j));
                    }
                }
                DOCTEST_CHECK(maxima[map.index(x, y)] == best);
            }
        }
    }
}

DOCTEST_TEST_CASE("the picks of a device's maxima are those of the map") {
    std::size_t some = 0;
    for (const std::uint64_t seed : {1, 2, 3}) {
        for (const double window : {1.0, 9.0, 20.0, 41.0, 1000.0}) {
            for (const double keep : {0.0, 0.6}) {
                for (const bool refine : {true, false}) {
                    DOCTEST_CAPTURE(seed);
                    DOCTEST_CAPTURE(window);
                    PeakOptions options;
                    options.window = window;
                    options.keep = keep;
                    options.refine = refine;
                    check_same_picks(map_of(noise(61, 37, seed)), options);
                    // Plateaus and shoulders of them, at the borders too.
                    for (const int values : {1, 2, 3, 7}) {
                        check_same_picks(map_of(steps(40, 31, values, seed)), options);
                        some += find_peaks(map_of(steps(40, 31, values, seed)), options).size();
                    }
                    check_same_picks(map_of(noise(1, 29, seed)), options);
                    check_same_picks(map_of(noise(29, 1, seed)), options);
                    check_same_picks(map_of(noise(2, 2, seed)), options);
                }
            }
        }
    }
    DOCTEST_CHECK(some > 100);
}

DOCTEST_TEST_CASE("a plateau that a shoulder joins to a higher one is no peak in any of its parts") {
    Image map(40, 9, 0.1F);
    for (int x = 2; x <= 30; ++x) {
        map.at(x, 4) = 0.5F;
    }
    map.at(16, 5) = 0.9F; // the middle of the plateau is none of a window's maxima, its two ends are
    PeakOptions options;
    options.window = 9.0;
    const Picks expected = find_peaks(map_of(map), options);
    DOCTEST_CHECK(std::count(expected.score.begin(), expected.score.end(), static_cast<double>(0.5F)) == 0);
    check_same_picks(map_of(map), options);
}

DOCTEST_TEST_CASE("a list that is too short says how long it would be") {
    const Image map(20, 10, 0.25F);
    const Found found = collect(map, {2, 2}, 0.0, 7);
    DOCTEST_CHECK(found.count == 200);
    DOCTEST_CHECK(found.maxima.size() == 7);
    DOCTEST_CHECK(collect(map, {2, 2}, 0.3, 7).count == 0);
}

DOCTEST_TEST_CASE("the second of two classes, out of planes that are wider and higher than the map") {
    constexpr int columns = 9, width = 7, height = 5;
    Random random(4);
    std::vector<float> values(2 * columns * 8);
    for (float& value : values) {
        value = static_cast<float>(random.uniform(-30, 30));
    }
    values[3] = 800.0F; // far beyond what exp() takes
    values[columns * 8 + 4] = 800.0F;
    std::vector<float> out(width * height);
    kernels->second_of_two(values.data(), values.data() + columns * 8, columns, width, height, out.data());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const std::size_t from = static_cast<std::size_t>(y * columns + x);
            DOCTEST_CHECK(out[static_cast<std::size_t>(y * width + x)] ==
                          second_of_two(values[from], values[columns * 8 + from]));
        }
    }
    DOCTEST_CHECK(out[3] == 0.0F);
    DOCTEST_CHECK(out[4] == 1.0F);
}
