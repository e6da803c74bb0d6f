// Fast normal and Poisson numbers against their distributions in closed form: classes, moments, tails.
#include "core/fast_draws.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

using picker::FastNormal;
using picker::FastPoisson;
using picker::Random;

namespace {

// Of numbers with these expected counts per class (at least 20 each): whether chi-square is usual.
void check_counts(const std::vector<double>& found, const std::vector<double>& expected, double name) {
    double chi2 = 0, classes = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (expected[i] >= 20) {
            chi2 += (found[i] - expected[i]) * (found[i] - expected[i]) / expected[i];
            classes += 1;
        }
    }
    DOCTEST_CHECK(classes > 5);
    DOCTEST_CHECK_MESSAGE(chi2 < classes + 5 * std::sqrt(2 * classes), name, ": ", chi2, " of ", classes);
}

} // namespace

DOCTEST_TEST_CASE("fast normal numbers have the normal distribution, in every class and in the tail") {
    const FastNormal normal;
    Random random(5);
    constexpr int n = 2000000;
    constexpr int classes = 200; // of 0.05, from -5 to 5
    std::vector<double> found(classes), expected(classes);
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0, beyond = 0;
    for (int i = 0; i < n; ++i) {
        const double z = normal(random);
        m1 += z / n;
        m2 += z * z / n;
        m3 += z * z * z / n;
        m4 += z * z * z * z / n;
        beyond += std::abs(z) > 3.6541528853610088 ? 1 : 0;
        const double place = std::floor((z + 5.0) / 0.05);
        if (place >= 0 && place < classes) {
            found[static_cast<std::size_t>(place)] += 1;
        }
    }
    const auto below = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
    for (int i = 0; i < classes; ++i) {
        expected[static_cast<std::size_t>(i)] = n * (below(-5.0 + 0.05 * (i + 1)) - below(-5.0 + 0.05 * i));
    }
    check_counts(found, expected, 0);
    const double tail = n * 2 * below(-3.6541528853610088); // about 516
    DOCTEST_CHECK(std::abs(beyond - tail) < 5 * std::sqrt(tail));
    // Variances of the means of powers: 1, 2, 15 and 96 over n.
    DOCTEST_CHECK(std::abs(m1) < 5 * std::sqrt(1.0 / n));
    DOCTEST_CHECK(std::abs(m2 - 1) < 5 * std::sqrt(2.0 / n));
    DOCTEST_CHECK(std::abs(m3) < 5 * std::sqrt(15.0 / n));
    DOCTEST_CHECK(std::abs(m4 - 3) < 5 * std::sqrt(96.0 / n));
}

DOCTEST_TEST_CASE("fast Poisson numbers have the probabilities of the distribution, between the grid's means too") {
    for (const double mean : {1.3, 9.97, 37.0, 44.81, 263.2, 1400.0}) {
        const FastPoisson poisson(0.6 * mean, 1.5 * mean);
        Random random(17);
        constexpr int n = 1000000;
        std::vector<double> found(2000), expected(2000);
        double m1 = 0, m2 = 0, m3 = 0;
        for (int i = 0; i < n; ++i) {
            const double k = poisson(random, mean);
            DOCTEST_REQUIRE((k >= 0 && k == std::floor(k)));
            found[std::min<std::size_t>(1999, static_cast<std::size_t>(k))] += 1;
            const double d = k - mean;
            m1 += d / n;
            m2 += d * d / n;
            m3 += d * d * d / n;
        }
        for (std::size_t k = 0; k < expected.size(); ++k) {
            const double x = static_cast<double>(k);
            expected[k] = n * std::exp(x * std::log(mean) - mean - std::lgamma(x + 1));
        }
        check_counts(found, expected, mean);
        // Second and third central moments are the mean; the sixth bounds the third's error.
        DOCTEST_CHECK(std::abs(m1) < 5 * std::sqrt(mean / n));
        DOCTEST_CHECK(std::abs(m2 - mean) < 5 * std::sqrt((2 * mean * mean + mean) / n));
        const double sixth = 15 * mean * mean * mean + 25 * mean * mean + mean;
        DOCTEST_CHECK(std::abs(m3 - mean) < 5 * std::sqrt(sixth / n));
    }
}

DOCTEST_TEST_CASE("means beyond the tables, and tables of none, give Random's own numbers") {
    const FastPoisson poisson(20.0, 40.0);
    const FastPoisson none(5.0, 5.0);
    for (const double mean : {0.0, 3.0, 19.9, 41.0, 1e6}) {
        Random a(3), b(3), c(3);
        for (int i = 0; i < 100; ++i) {
            const double k = b.poisson(mean);
            DOCTEST_REQUIRE(poisson(a, mean) == k);
            DOCTEST_REQUIRE(none(c, mean) == k);
        }
    }
}
