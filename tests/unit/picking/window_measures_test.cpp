// Deviations and extreme pixels of windows: against plain loops, at borders, and on images whose answer is known.
#include "core/random.hpp"
#include "picking/window_measures.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>

using namespace picker;

namespace {

Image noise(int width, int height, double mean, double deviation, std::uint64_t seed) {
    Random random(seed);
    Image image(width, height);
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(mean + deviation * random.normal());
    }
    return image;
}

double naive_deviation(const Image& image, int left, int top, int width, int height) {
    double mean = 0.0, squares = 0.0;
    for (int y = top; y < top + height; ++y) {
        for (int x = left; x < left + width; ++x) {
            mean += static_cast<double>(image.at(x, y)) / (static_cast<double>(width) * height);
        }
    }
    for (int y = top; y < top + height; ++y) {
        for (int x = left; x < left + width; ++x) {
            squares += std::pow(static_cast<double>(image.at(x, y)) - mean, 2);
        }
    }
    return std::sqrt(squares / (static_cast<double>(width) * height - 1));
}

} // namespace

DOCTEST_TEST_CASE("windows begin at whole pixels nearest to their centre, and stay inside") {
    DOCTEST_CHECK(window_start(10.0, 5, 100) == 8); // 8 .. 12
    DOCTEST_CHECK(window_start(10.5, 4, 100) == 9); // 9 .. 12
    DOCTEST_CHECK(window_start(10.4, 4, 100) == 9); // 8.9
    DOCTEST_CHECK(window_start(1.0, 9, 100) == 0);
    DOCTEST_CHECK(window_start(99.0, 9, 100) == 91);
    DOCTEST_CHECK(window_start(3.0, 20, 10) == 0);
}

DOCTEST_TEST_CASE("the sample deviation of a window is that of a plain sum, also on a large mean") {
    for (const double mean : {0.0, 6800.0}) {
        const Image image = noise(83, 59, mean, 9.0, 3);
        for (const int edge : {2, 7, 15, 16, 17, 30, 33, 59, 70}) {
            const WindowDeviations deviations(image, edge);
            const int width = std::min(edge, 83), height = std::min(edge, 59);
            for (const auto& [x, y] :
                 {std::pair{41.3, 20.9}, {0.0, 58.0}, {82.0, 0.0}, {70.2, 51.7}, {24.0, 30.0}, {39.6, 30.0}}) {
                const double expected =
                    naive_deviation(image, window_start(x, width, 83), window_start(y, height, 59), width, height);
                DOCTEST_CHECK(deviations.at(x, y) == doctest::Approx(expected).epsilon(1e-9));
            }
        }
    }
    DOCTEST_CHECK(WindowDeviations(Image(20, 10, 3.0F), 5).at(4, 4) == 0.0);
}

DOCTEST_TEST_CASE("the median deviation is that of the larger part of the image, whatever the rest") {
    Image image = noise(400, 300, 50.0, 2.0, 4);
    DOCTEST_CHECK(WindowDeviations(image, 40).median() == doctest::Approx(2.0).epsilon(0.02));
    for (int y = 0; y < 300; ++y) {
        for (int x = 280; x < 400; ++x) { // a third is much rougher
            image.at(x, y) = static_cast<float>(50.0 + 5.0 * (static_cast<double>(image.at(x, y)) - 50.0));
        }
    }
    DOCTEST_CHECK(WindowDeviations(image, 40).median() == doctest::Approx(2.0).epsilon(0.04));
    DOCTEST_CHECK(WindowDeviations(image, 40).at(340.0, 100.0) == doctest::Approx(10.0).epsilon(0.1));
}

DOCTEST_TEST_CASE("bins are means, and what does not fill one is left out") {
    Image image(7, 5);
    for (int y = 0; y < 5; ++y) {
        for (int x = 0; x < 7; ++x) {
            image.at(x, y) = static_cast<float>(x + 10 * y);
        }
    }
    const Image binned = bin_mean(image, 2);
    DOCTEST_REQUIRE(binned.width == 3);
    DOCTEST_REQUIRE(binned.height == 2);
    DOCTEST_CHECK(binned.at(0, 0) == 5.5F);
    DOCTEST_CHECK(binned.at(2, 1) == 4.5F + 25.0F);
    DOCTEST_CHECK(bin_mean(image, 1).pixels == image.pixels);
}

DOCTEST_TEST_CASE("the Wiener filter is its formula, window by window") {
    const Image image = noise(31, 22, 100.0, 3.0, 6);
    const int size = 5;
    std::vector<double> means, variances;
    double all = 0.0;
    for (int y = 0; y < 22; ++y) {
        for (int x = 0; x < 31; ++x) {
            double sum = 0.0, squares = 0.0, count = 0.0;
            for (int j = std::max(0, y - 2); j <= std::min(21, y + 2); ++j) {
                for (int i = std::max(0, x - 2); i <= std::min(30, x + 2); ++i) {
                    sum += static_cast<double>(image.at(i, j));
                    squares += std::pow(static_cast<double>(image.at(i, j)), 2);
                    count += 1.0;
                }
            }
            means.push_back(sum / count);
            variances.push_back(squares / count - std::pow(sum / count, 2));
            all += variances.back();
        }
    }
    const double power = all / static_cast<double>(means.size());
    const Image filtered = wiener(image, size);
    for (std::size_t i = 0; i < means.size(); ++i) {
        const double share = std::max(0.0, variances[i] - power) / std::max(variances[i], power);
        const double expected = means[i] + share * (static_cast<double>(image.pixels[i]) - means[i]);
        DOCTEST_CHECK(static_cast<double>(filtered.pixels[i]) == doctest::Approx(expected).epsilon(1e-5));
    }
}

DOCTEST_TEST_CASE("extreme pixels are those of a plain count: both sides, and the dark side after the filter") {
    Image image = noise(120, 90, 10.0, 1.0, 7);
    for (int n = 0; n < 60; ++n) {
        image.at(50 + n % 10, 40 + n / 10) += n % 2 == 0 ? 8.0F : -8.0F;
    }
    for (const auto rule : {ExtremeRule::paper, ExtremeRule::lua}) {
        for (const int binning : {1, 2}) {
            Image seen = bin_mean(image, binning);
            seen = rule == ExtremeRule::lua ? wiener(seen, 9) : seen;
            double mean = 0.0, squares = 0.0;
            for (const float pixel : seen.pixels) {
                mean += static_cast<double>(pixel) / static_cast<double>(seen.size());
            }
            for (const float pixel : seen.pixels) {
                squares += std::pow(static_cast<double>(pixel) - mean, 2) / static_cast<double>(seen.size());
            }
            const double reach = 3.0 * std::sqrt(squares);
            const ExtremePixels extreme(image, 30.0, binning, rule);
            const int edge = 30 / binning;
            int most = 0;
            for (const auto& [x, y] : {std::pair{55.0, 43.0}, {20.0, 70.0}, {119.0, 0.0}, {0.0, 89.0}, {63.7, 33.2}}) {
                int count = 0;
                const int left = window_start((x + 0.5) / binning - 0.5, edge, seen.width);
                const int top = window_start((y + 0.5) / binning - 0.5, edge, seen.height);
                for (int j = top; j < top + edge; ++j) {
                    for (int i = left; i < left + edge; ++i) {
                        const double off = static_cast<double>(seen.at(i, j)) - mean;
                        count += off < -reach || (rule == ExtremeRule::paper && off > reach) ? 1 : 0;
                    }
                }
                DOCTEST_CHECK(extreme.at(x, y) == count);
                most = std::max(most, count);
            }
            DOCTEST_CHECK((most > 5 || binning == 2 || rule == ExtremeRule::lua));
        }
    }
}

DOCTEST_TEST_CASE("too many is more than mean + 3 deviations of the counts") {
    std::vector<int> counts(15, 4);
    counts.push_back(20); // mean 5, deviation 4, limit 17
    DOCTEST_CHECK(extreme_limit(counts) == doctest::Approx(17.0));
    DOCTEST_CHECK(extreme_limit({7}) == 7.0);
}
