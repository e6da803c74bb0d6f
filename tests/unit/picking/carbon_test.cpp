// Long edges: the parts against plain sums, dense fields without an edge, a carbon film, a real contaminant.
#include "core/random.hpp"
#include "io/micrograph_file.hpp"
#include "picking/carbon.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

using namespace picker;

namespace {

struct Field {
    Image image;
    std::vector<std::pair<double, double>> particles;
};

// A lattice of dark particles of 30 pixels, a fifth missing, each a little off; signal to noise about 0.1.
Field dense_field(int width, int height, double noise, std::uint64_t seed) {
    constexpr double diameter = 30.0;
    Random random(seed);
    Field field{Image(width, height), {}};
    for (double cy = 8.0; cy < height; cy += 1.2 * diameter) {
        for (double cx = 8.0; cx < width; cx += 1.2 * diameter) {
            if (random.uniform() < 0.2) {
                continue;
            }
            const double x = cx + random.uniform(-4, 4), y = cy + random.uniform(-4, 4);
            const double strength = random.uniform(0.7, 1.3);
            for (int j = std::max(0, static_cast<int>(y) - 20); j < std::min(height, static_cast<int>(y) + 20); ++j) {
                for (int i = std::max(0, static_cast<int>(x) - 20); i < std::min(width, static_cast<int>(x) + 20);
                     ++i) {
                    const double r = std::hypot(i - x, j - y) / (0.45 * diameter);
                    field.image.at(i, j) -= static_cast<float>(strength * std::exp(-std::pow(r, 6)));
                }
            }
            if (x >= 0 && y >= 0 && x < width && y < height) {
                field.particles.emplace_back(x, y);
            }
        }
    }
    for (float& pixel : field.image.pixels) {
        pixel += static_cast<float>(noise * random.normal());
    }
    return field;
}

double share_near(const CarbonEdges& edges, const Field& field) {
    double count = 0.0;
    for (const auto& [x, y] : field.particles) {
        count += edges.near(x, y, 18.0) ? 1.0 : 0.0; // half a window of 1.2 diameters
    }
    return count / static_cast<double>(field.particles.size());
}

// Where the film begins, along y.
double film_edge(double y) {
    return 330.0 + 40.0 * std::sin(y / 120.0);
}

} // namespace

DOCTEST_TEST_CASE("smoothing is a Gaussian mean of what lies inside") {
    Random random(2);
    Image image(23, 14);
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(random.normal());
    }
    const double sigma = 1.7;
    const int reach = static_cast<int>(std::ceil(3 * sigma));
    const Image smoothed = smooth(image, sigma);
    for (const auto& [x, y] : {std::pair{0, 0}, {22, 13}, {11, 6}, {3, 12}}) {
        double sum = 0.0, weights = 0.0;
        for (int j = std::max(0, y - reach); j <= std::min(13, y + reach); ++j) {
            for (int i = std::max(0, x - reach); i <= std::min(22, x + reach); ++i) {
                const double weight = std::exp(-((i - x) * (i - x) + (j - y) * (j - y)) / (2 * sigma * sigma));
                sum += weight * static_cast<double>(image.at(i, j));
                weights += weight;
            }
        }
        DOCTEST_CHECK(static_cast<double>(smoothed.at(x, y)) == doctest::Approx(sum / weights).epsilon(1e-5));
    }
}

DOCTEST_TEST_CASE("an edge is one line where the step is; short and weak ones are none") {
    Random random(4);
    Image image(60, 80);
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 60; ++x) {
            image.at(x, y) = static_cast<float>(0.02 * random.normal() + (x >= 23 ? 1.0 : 0.0));
        }
    }
    const Image smoothed = smooth(image, 2.0);
    const auto edges = canny(smoothed, 4.5, 0.4, 60.0);
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 60; ++x) {
            const bool on = edges[smoothed.index(x, y)] != 0;
            DOCTEST_CHECK((!on || (x >= 21 && x <= 24))); // between 22 and 23
        }
        int in_row = 0;
        for (int x = 0; x < 60; ++x) {
            in_row += edges[smoothed.index(x, y)];
        }
        DOCTEST_CHECK(in_row >= 1);
        DOCTEST_CHECK(in_row <= 2);
    }
    const auto count = [](const std::vector<std::uint8_t>& map) {
        return std::count(map.begin(), map.end(), std::uint8_t{1});
    };
    DOCTEST_CHECK(count(canny(smoothed, 4.5, 0.4, 90.0)) == 0);    // 80 long
    DOCTEST_CHECK(count(canny(smoothed, 1000.0, 0.4, 10.0)) == 0); // no place that strong
    DOCTEST_CHECK(count(canny(Image(20, 10, 3.0F), 4.5, 0.4, 1.0)) == 0);
}

DOCTEST_TEST_CASE("a dense field without carbon loses nothing to speak of, at any contrast") {
    double lost = 0.0, fields = 0.0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        for (const double noise : {0.3, 1.0, 3.0}) {
            const Field field = dense_field(700, 560, noise, seed);
            lost += share_near(CarbonEdges(field.image, 30.0), field);
            fields += 1.0;
        }
    }
    DOCTEST_CHECK(lost / fields < 0.01);
}

DOCTEST_TEST_CASE("particles at the edge of a carbon film are near it, those further away are not") {
    for (const double noise : {0.5, 1.5}) {
        Field field = dense_field(700, 560, noise, 9);
        Random random(10);
        for (int y = 0; y < 560; ++y) {
            for (int x = 0; x < 700; ++x) {
                if (x > film_edge(y)) { // darker
                    field.image.at(x, y) -= 2.0F;
                }
            }
        }
        const CarbonEdges edges(field.image, 30.0);
        DOCTEST_CHECK(edges.any());
        int at_edge = 0, found = 0, away = 0, wrong = 0;
        for (const auto& [x, y] : field.particles) {
            const double distance = std::abs(x - film_edge(y));
            if (distance < 10.0) {
                ++at_edge;
                found += edges.near(x, y, 18.0) ? 1 : 0;
            } else if (distance > 35.0) {
                ++away;
                wrong += edges.near(x, y, 18.0) ? 1 : 0;
            }
        }
        DOCTEST_CHECK(at_edge >= 5);
        DOCTEST_CHECK(found == at_edge);
        DOCTEST_CHECK(away > 150);
        DOCTEST_CHECK(wrong == 0);
    }
}

DOCTEST_TEST_CASE("the outline of a real contaminant is found, and little else") {
    const std::filesystem::path folder =
        std::filesystem::path(PICKER_SOURCE_DIR) / "../shared/data/micrographs/contaminant";
    const std::filesystem::path file = folder / "Ucsf_stack_1142_DW.mrc";
    if (!std::filesystem::exists(file)) {
        DOCTEST_MESSAGE("skipped: there is no ", file.string());
        return;
    }
    const Image image = read_micrograph(file).image;
    const Image mask = read_micrograph(folder / "Ucsf_stack_1142_DW_mask.mrc").image; // others' segmentation
    const CarbonEdges edges(image, 40.0);
    int outline = 0, hit = 0, cells = 0, far = 0;
    for (int y = 10; y < image.height - 10; ++y) {
        for (int x = 10; x < image.width - 10; ++x) {
            // The large drop alone has mask values this high.
            if (mask.at(x, y) > 0.9F && mask.at(x, y + 5) < 0.6F) {
                ++outline;
                hit += edges.near(x, y, 24.0) ? 1 : 0;
            }
        }
    }
    for (int j = 0; j < edges.height(); ++j) {
        for (int i = 0; i < edges.width(); ++i) {
            if (edges.cells()[static_cast<std::size_t>(j * edges.width() + i)] != 0) {
                ++cells;
                const int x = static_cast<int>((i + 0.5) * edges.cell()),
                          y = static_cast<int>((j + 0.5) * edges.cell());
                far += x < 450 || y > 420 ? 1 : 0; // the drop lies at the upper right
            }
        }
    }
    DOCTEST_CHECK(outline > 150);
    DOCTEST_CHECK(hit > 0.9 * outline);
    DOCTEST_CHECK(cells > 50);
    DOCTEST_CHECK(far < 0.1 * cells);
}
