// Picks from one image of a field to another: which scales are believed, and what follows them.
#include "core/error.hpp"
#include "core/map_picks.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

using picker::Binning;
using picker::ImageSize;
using picker::map_picks;
using picker::Mapping;
using picker::mapping_between;
using picker::Picks;

DOCTEST_TEST_CASE("sides that binning cut off agree; each side has its own scale") {
    const auto scale = mapping_between({959, 927, 0, "binned"}, {3838, 3710, 0, "raw"}).scale;
    DOCTEST_CHECK(scale.x == doctest::Approx(3838.0 / 959));
    DOCTEST_CHECK(scale.y == doctest::Approx(3710.0 / 927));
    DOCTEST_CHECK(mapping_between({4096, 3000, 0, "raw"}, {1024, 750, 0, "binned"}).scale.x == doctest::Approx(0.25));
    DOCTEST_CHECK(mapping_between({512, 300, 4, "binned"}, {1024, 600, 2, "raw"}).scale.y == doctest::Approx(2.0));
}

DOCTEST_TEST_CASE("images that cannot show one field are refused: transposed, cropped, other pixel sizes, no size") {
    const auto refused = [](const ImageSize& from, const ImageSize& to, const char* part,
                            Binning binning = Binning::fourier) {
        try {
            mapping_between(from, to, binning);
        } catch (const picker::Error& error) {
            return std::string(error.what()).find(part) != std::string::npos &&
                   std::string(error.what()).find("raw") != std::string::npos;
        }
        return false;
    };
    DOCTEST_CHECK(refused({300, 400, 0, "binned"}, {800, 600, 0, "raw"}, "300 x 400"));
    DOCTEST_CHECK(refused({400, 300, 0, "binned"}, {800, 500, 0, "raw"}, "800 x 500"));
    DOCTEST_CHECK(refused({400, 300, 2, "binned"}, {800, 600, 2, "raw"}, "pixel sizes"));
    DOCTEST_CHECK(refused({400, 300, 2, "binned"}, {0, 0, 0, "raw"}, "size"));
    DOCTEST_CHECK(refused({235, 176, 0, "binned"}, {400, 300, 0, "raw"}, "blocks", Binning::blocks)); // by 1.7
    DOCTEST_CHECK(refused({400, 300, 0, "raw"}, {267, 200, 0, "binned"}, "blocks", Binning::blocks)); // by 1.5
}

DOCTEST_TEST_CASE("positions and lengths follow, scores and other columns stay") {
    Picks picks;
    picks.add(10, 20.5, 0.7);
    picks.ensure_column("box_width", 0.0) = {64};
    picks.ensure_column("box_height", 0.0) = {32};
    picks.ensure_column("size", 0.0) = {5};
    picks.ensure_column("class", 0.0) = {3};
    picks.ensure_text_column("rlnOpticsGroup") = {"2"};
    picks.ensure_text_column("location/micrograph_uid") = {"8578565574161745010"}; // of the image that was picked
    const Picks mapped = map_picks(picks, Mapping{{2, 3}, {0, 0}});
    DOCTEST_CHECK(mapped.x[0] == 20);
    DOCTEST_CHECK(mapped.y[0] == 61.5);
    DOCTEST_CHECK(mapped.score[0] == 0.7);
    DOCTEST_CHECK(mapped.column("box_width")->at(0) == 128);
    DOCTEST_CHECK(mapped.column("box_height")->at(0) == 96);
    DOCTEST_CHECK(mapped.column("size")->at(0) == doctest::Approx(5 * 2.449489742783178));
    DOCTEST_CHECK(mapped.column("class")->at(0) == 3);
    DOCTEST_CHECK(mapped.text_column("rlnOpticsGroup")->at(0) == "2");
    DOCTEST_CHECK(mapped.text_column("location/micrograph_uid") == nullptr);
    DOCTEST_CHECK(picks.x[0] == 10);
}

namespace {

// One side of an image with a particle (a Gaussian of 8 pixels' deviation) at `centre`.
std::vector<double> profile(int size, double centre) {
    std::vector<double> out(static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i) {
        out[static_cast<std::size_t>(i)] = std::exp(-(i - centre) * (i - centre) / 128.0);
    }
    return out;
}

double centroid(const std::vector<double>& values) {
    double sum = 0, moment = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        sum += values[i];
        moment += values[i] * static_cast<double>(i);
    }
    return moment / sum;
}

std::vector<double> block_means(const std::vector<double>& values, std::size_t edge) {
    std::vector<double> out(values.size() / edge, 0.0);
    for (std::size_t i = 0; i < out.size() * edge; ++i) {
        out[i / edge] += values[i] / static_cast<double>(edge);
    }
    return out;
}

// Frequencies up to that of the smaller image, by their sums.
std::vector<double> fourier_cropped(const std::vector<double>& values, std::size_t size) {
    std::vector<double> out(size, 0.0);
    const auto full = static_cast<double>(values.size()), small = static_cast<double>(size);
    for (int k = -static_cast<int>(size / 2) + 1; k < static_cast<int>(size / 2); ++k) {
        double real = 0, imaginary = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double turn = 2 * std::numbers::pi * k * static_cast<double>(i) / full;
            real += values[i] * std::cos(turn);
            imaginary -= values[i] * std::sin(turn);
        }
        for (std::size_t i = 0; i < size; ++i) {
            const double turn = 2 * std::numbers::pi * k * static_cast<double>(i) / small;
            out[i] += (real * std::cos(turn) - imaginary * std::sin(turn)) / full;
        }
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE("a particle of an image that was binned either way stands where it does in the raw one, and back") {
    const ImageSize raw = {403, 302, 0, "raw"}; // no multiples of 4: three columns and two rows fill no block
    const double x = 171.3, y = 88.6;
    const auto wide = profile(raw.width, x), high = profile(raw.height, y);
    const ImageSize blocks = {100, 75, 0, "averaged"};
    Picks averaged;
    averaged.add(centroid(block_means(wide, 4)), centroid(block_means(high, 4)), 1);
    const Picks up = map_picks(averaged, mapping_between(blocks, raw, Binning::blocks));
    DOCTEST_CHECK(up.x[0] == doctest::Approx(x).epsilon(1e-6));
    DOCTEST_CHECK(up.y[0] == doctest::Approx(y).epsilon(1e-6));
    // Taken for the other kind it would be off, here by 1.5 pixels less what the rim adds.
    const Picks other = map_picks(averaged, mapping_between(blocks, raw));
    DOCTEST_CHECK(std::abs(other.y[0] - y) > 0.5);
    const Picks down = map_picks(up, mapping_between(raw, blocks, Binning::blocks));
    DOCTEST_CHECK(down.x[0] == doctest::Approx(averaged.x[0]).epsilon(1e-12));

    const ImageSize even = {400, 304, 0, "raw"}, cropped = {100, 76, 0, "cropped"};
    Picks small;
    small.add(centroid(fourier_cropped(profile(even.width, x), 100)),
              centroid(fourier_cropped(profile(even.height, y), 76)), 1);
    const Picks full = map_picks(small, mapping_between(cropped, even));
    DOCTEST_CHECK(full.x[0] == doctest::Approx(x).epsilon(1e-4));
    DOCTEST_CHECK(full.y[0] == doctest::Approx(y).epsilon(1e-4));
}
