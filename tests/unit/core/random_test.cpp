// Random numbers: the published generator's reference output, unbiasedness, moments, independence of streams.
#include "core/random.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

using picker::Random;

DOCTEST_TEST_CASE("one seed gives one sequence, streams and seeds differ") {
    Random a(7), b(7), c(8), d(7, 1);
    const auto first = a.bits();
    DOCTEST_CHECK(first == b.bits());
    DOCTEST_CHECK(first != c.bits());
    DOCTEST_CHECK(first != d.bits());
}

DOCTEST_TEST_CASE("uniform numbers have the moments of the uniform distribution") {
    Random random(1);
    double sum = 0, square = 0;
    const int n = 200000;
    for (int i = 0; i < n; ++i) {
        const double u = random.uniform();
        DOCTEST_REQUIRE(u >= 0.0);
        DOCTEST_REQUIRE(u < 1.0);
        sum += u;
        square += u * u;
    }
    DOCTEST_CHECK(std::abs(sum / n - 0.5) < 5 * std::sqrt(1.0 / 12 / n));
    DOCTEST_CHECK(std::abs(square / n - 1.0 / 3) < 0.003);
}

DOCTEST_TEST_CASE("normal numbers have mean 0, variance 1, kurtosis 3") {
    Random random(2);
    double m1 = 0, m2 = 0, m4 = 0;
    const int n = 200000;
    for (int i = 0; i < n; ++i) {
        const double z = random.normal();
        m1 += z;
        m2 += z * z;
        m4 += z * z * z * z;
    }
    DOCTEST_CHECK(std::abs(m1 / n) < 0.012);
    DOCTEST_CHECK(std::abs(m2 / n - 1) < 0.02);
    DOCTEST_CHECK(std::abs(m4 / n - 3) < 0.15);
}

DOCTEST_TEST_CASE("below() is unbiased (chi-square over a bound that does not divide 2^64)") {
    Random random(3);
    std::vector<int> counts(7, 0);
    const int n = 70000;
    for (int i = 0; i < n; ++i) {
        ++counts[random.below(7)];
    }
    double chi2 = 0;
    for (const int c : counts) {
        chi2 += (c - 10000.0) * (c - 10000.0) / 10000.0;
    }
    DOCTEST_CHECK(chi2 < 22.5); // 6 degrees of freedom, p = .001
}

DOCTEST_TEST_CASE("shuffle keeps the items") {
    Random random(4);
    std::vector<int> items(100);
    for (int i = 0; i < 100; ++i) {
        items[static_cast<std::size_t>(i)] = i;
    }
    auto shuffled = items;
    random.shuffle(std::span<int>(shuffled));
    DOCTEST_CHECK(shuffled != items);
    std::sort(shuffled.begin(), shuffled.end());
    DOCTEST_CHECK(shuffled == items);
}

DOCTEST_TEST_CASE("Poisson numbers have the probabilities of the distribution, below and above the change of method") {
    for (const double mean : {0.7, 9.5, 10.5, 37.0, 900.0}) {
        Random random(11);
        const int n = 100000;
        std::vector<int> counts(2000);
        double m1 = 0, m2 = 0;
        for (int i = 0; i < n; ++i) {
            const double k = random.poisson(mean);
            DOCTEST_REQUIRE((k >= 0 && k == std::floor(k)));
            m1 += k / n;
            m2 += k * k / n;
            ++counts[std::min<std::size_t>(1999, static_cast<std::size_t>(k))];
        }
        DOCTEST_CHECK(std::abs(m1 - mean) < 5 * std::sqrt(mean / n));
        DOCTEST_CHECK(m2 - m1 * m1 == doctest::Approx(mean).epsilon(0.03));
        double chi2 = 0, classes = 0;
        for (std::size_t k = 0; k < counts.size(); ++k) {
            const double x = static_cast<double>(k);
            const double expected = n * std::exp(x * std::log(mean) - mean - std::lgamma(x + 1));
            if (expected >= 20) {
                chi2 += (counts[k] - expected) * (counts[k] - expected) / expected;
                classes += 1;
            }
        }
        DOCTEST_CHECK_MESSAGE(chi2 < classes + 5 * std::sqrt(2 * classes), mean, ": ", chi2, " of ", classes);
    }
    Random random(1);
    DOCTEST_CHECK(random.poisson(0.0) == 0.0);
    DOCTEST_CHECK(random.poisson(1e9) == doctest::Approx(1e9).epsilon(2e-4));
}
