// A detector's samples: particles where they are in turned crops, cells against the paper's rule, frames and masks.
#include "naive_detector.hpp"
#include "training/detector_crop.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <limits>

using namespace picker;

namespace {

DetectorField field_of(int width, int height) {
    DetectorField field;
    field.image = Image(width, height);
    field.width = width;
    field.height = height;
    field.radius = 10.5;
    return field;
}

// IoU of two boxes of 21 pixels whose centres are this far apart.
double iou(double dx, double dy) {
    const double common = std::max(0.0, 21.0 - std::abs(dx)) * std::max(0.0, 21.0 - std::abs(dy));
    return common / (2 * 21.0 * 21.0 - common);
}

} // namespace

DOCTEST_TEST_CASE("a particle is labelled where it is seen, at every angle, mirrored or not") {
    DetectorField field = field_of(300, 220);
    field.particles = {{101.0, 57.0}, {140.0, 90.0}};
    for (const Mark& mark : field.particles) { // of one pixel, with a rim that survives interpolation
        for (int dy = -2; dy <= 2; ++dy) {
            for (int dx = -2; dx <= 2; ++dx) {
                field.image.at(static_cast<int>(mark.x) + dx, static_cast<int>(mark.y) + dy) =
                    static_cast<float>(std::exp(-0.5 * (dx * dx + dy * dy)));
            }
        }
    }
    constexpr int edge = 96, cell = 16, grid = edge / cell;
    Random random(3);
    std::size_t seen = 0;
    for (int round = 0; round < 60; ++round) {
        const View view = random_view(field, edge, true, round % 3 > 0, random);
        std::vector<float> pixels(edge * edge), labels(3 * grid * grid);
        cut_view(field, view, edge, pixels.data());
        const std::size_t matches = label_view(field, view, grid, grid, cell, labels.data());
        std::size_t found = 0;
        for (int i = 0; i < grid * grid; ++i) {
            if (labels[static_cast<std::size_t>(i)] > 0.5F) {
                const double x = (i % grid + 0.5) * cell - 0.5 + labels[static_cast<std::size_t>(grid * grid + i)];
                const double y = (i / grid + 0.5) * cell - 0.5 + labels[static_cast<std::size_t>(2 * grid * grid + i)];
                const int px = std::clamp(static_cast<int>(std::lround(x)), 0, edge - 1);
                const int py = std::clamp(static_cast<int>(std::lround(y)), 0, edge - 1);
                DOCTEST_CHECK(pixels[static_cast<std::size_t>(py * edge + px)] > 0.6F);
                ++found;
            }
        }
        DOCTEST_CHECK(found == matches);
        // And no bright pixel is without one.
        double brightness = 0.0;
        for (int y = 4; y < edge - 4; ++y) {
            for (int x = 4; x < edge - 4; ++x) {
                brightness += pixels[static_cast<std::size_t>(y * edge + x)];
            }
        }
        DOCTEST_CHECK(static_cast<double>(found) + 0.3 > brightness / 5.6); // one particle's pixels sum to about 5.6
        seen += found;
    }
    DOCTEST_CHECK(seen > 15);
}

DOCTEST_TEST_CASE("what a turned crop shows beyond the border is reflected, and so are the particles") {
    DetectorField field = field_of(64, 64);
    field.particles = {{2.0, 30.0}};
    field.image.at(2, 30) = 1.0F;
    const View view{-10.0, 30.0, false, 0.0}; // its middle beyond the left border
    constexpr int edge = 31;                  // whole pixels
    std::vector<float> pixels(edge * edge);
    cut_view(field, view, edge, pixels.data());
    DOCTEST_CHECK(pixels[15 * edge + 15 + 12] == 1.0F);
    DOCTEST_CHECK(pixels[15 * edge + 15 + 8] == 1.0F); // at -2
    std::vector<float> labels(3 * 8 * 8);
    DOCTEST_CHECK(label_view(field, view, 8, 8, 4, labels.data()) == 2);
}

// Every cell against every particle: those above the threshold, and for each particle the best cell.
DOCTEST_TEST_CASE("cells are matched as in the paper: IoU above 0.6, and the best cell of each particle") {
    DetectorField field = field_of(160, 96);
    Random random(5);
    for (int i = 0; i < 25; ++i) {
        field.particles.push_back({random.uniform(0, 159), random.uniform(0, 95)});
    }
    constexpr int rows = 6, columns = 10, cell = 16, cells = rows * columns;
    std::vector<int> expected(cells, 0);
    std::vector<double> best_distance(cells, std::numeric_limits<double>::infinity());
    for (const Mark& mark : field.particles) {
        int best = 0;
        double best_iou = -1.0;
        for (int i = 0; i < cells; ++i) {
            const double dx = mark.x - ((i % columns + 0.5) * cell - 0.5),
                         dy = mark.y - ((i / columns + 0.5) * cell - 0.5);
            const double distance = std::hypot(dx, dy);
            if (iou(dx, dy) > 0.6) {
                expected[static_cast<std::size_t>(i)] = 1;
                best_distance[static_cast<std::size_t>(i)] =
                    std::min(best_distance[static_cast<std::size_t>(i)], distance);
            }
            if (iou(dx, dy) > best_iou) {
                best_iou = iou(dx, dy);
                best = i;
            }
        }
        expected[static_cast<std::size_t>(best)] = 1;
        const double dx = mark.x - ((best % columns + 0.5) * cell - 0.5),
                     dy = mark.y - ((best / columns + 0.5) * cell - 0.5);
        best_distance[static_cast<std::size_t>(best)] =
            std::min(best_distance[static_cast<std::size_t>(best)], std::hypot(dx, dy));
    }
    std::vector<float> labels(3 * cells);
    label_view(field, {79.5, 47.5, false, 0.0}, rows, columns, cell, labels.data());
    for (std::size_t i = 0; i < cells; ++i) {
        DOCTEST_CAPTURE(i);
        DOCTEST_CHECK(labels[i] == static_cast<float>(expected[i]));
        if (expected[i] == 1) {
            DOCTEST_CHECK(std::hypot(labels[cells + i], labels[2 * cells + i]) == doctest::Approx(best_distance[i]));
        }
    }
}

DOCTEST_TEST_CASE("masked cells and those near what was left out are unknown") {
    DetectorField field = field_of(64, 64);
    field.particles = {{8.0, 8.0}, {40.0, 40.0}};
    field.hidden = {{56.0, 8.0}, {9.0, 9.0}};
    field.masked.assign(64 * 64, false);
    for (std::size_t y = 32; y < 64; ++y) {
        for (std::size_t x = 32; x < 64; ++x) {
            field.masked[y * 64 + x] = true;
        }
    }
    std::vector<float> labels(3 * 16);
    const std::size_t matches = label_view(field, {31.5, 31.5, false, 0.0}, 4, 4, 16, labels.data());
    DOCTEST_CHECK(matches == 1);
    const std::vector<float> expected{1, 0, 0, -1, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, -1, -1};
    DOCTEST_CHECK(std::vector<float>(labels.begin(), labels.begin() + 16) == expected);
}

DOCTEST_TEST_CASE("a small micrograph gets a frame of noise like its background") {
    DatasetItem item = naive_detector::item("set", 40.0F, 60, 44, 2);
    Dataset set;
    set.add(item);
    std::vector<std::size_t> all(item.positives.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = i;
    }
    const DetectorField field = make_field(set, 0, naive_detector::model().spec, all, 100, Random(1));
    DOCTEST_CHECK(field.image.width == 100);
    DOCTEST_CHECK(field.image.height == 100);
    DOCTEST_CHECK(field.left == 20);
    DOCTEST_CHECK(field.top == 28);
    DOCTEST_REQUIRE(field.particles.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        DOCTEST_CHECK(field.particles[i].x == doctest::Approx(item.positives.x[i] + 20));
        DOCTEST_CHECK(field.image.at(static_cast<int>(field.particles[i].x), static_cast<int>(field.particles[i].y)) ==
                      40.0F);
    }
    double sum = 0.0, squares = 0.0;
    for (int y = 0; y < 28; ++y) {
        for (int x = 0; x < 100; ++x) {
            sum += field.image.at(x, y);
            squares += static_cast<double>(field.image.at(x, y)) * field.image.at(x, y);
        }
    }
    DOCTEST_CHECK(std::abs(sum / 2800) < 0.03); // the particles of 40 are no background
    DOCTEST_CHECK(std::sqrt(squares / 2800) == doctest::Approx(0.2).epsilon(0.1));
    const DetectorField large = make_field(set, 0, naive_detector::model().spec, all, 0, Random(1));
    DOCTEST_CHECK(large.image.width == 60);
}
