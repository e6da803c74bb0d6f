// The valley between two peaks of masses: known mixtures have one where it is, single distributions have none.
#include "core/random.hpp"
#include "picking/mass_cut.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

using namespace picker;

namespace {

std::vector<double> sample(int count, const std::function<double()>& draw) {
    std::vector<double> out(static_cast<std::size_t>(count));
    std::generate(out.begin(), out.end(), draw);
    return out;
}

// Masses of two normal peaks: `share` of them around `low` with deviation 1, the others around `high`.
std::vector<double> mixture(Random& random, int count, double share, double low, double high, double deviation) {
    return sample(
        count, [&] { return random.uniform() < share ? low + random.normal() : high + deviation * random.normal(); });
}

} // namespace

DOCTEST_TEST_CASE("one peak of any shape and size is not cut") {
    Random random(2);
    const auto exponential = [&] { return -std::log(1.0 - random.uniform()); };
    const std::vector<std::function<double()>> shapes = {
        [&] { return 10.0 + random.normal(); },
        [&] { return exponential(); },
        [&] { return exponential() + exponential(); }, // gamma of shape 2
        [&] { return 40.0 + 3.0 * (exponential() + exponential() + exponential() + exponential()); },
    };
    for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
        int cut = 0;
        int tried = 0;
        for (const int count : {20, 25, 40, 70, 150, 400, 1000, 3000, 20000}) {
            for (int repeat = 0; repeat < (count > 1000 ? 3 : 30); ++repeat, ++tried) {
                const MassCut found = mass_valley(sample(count, shapes[shape]));
                cut += found.two_peaks ? 1 : 0;
                DOCTEST_CHECK(found.two_peaks == (found.cut != 0.0));
            }
        }
        DOCTEST_CAPTURE(shape);
        DOCTEST_CHECK(cut <= tried / 50);
    }
}

DOCTEST_TEST_CASE("two equal peaks four deviations apart are cut half-way") {
    Random random(3);
    for (const int count : {500, 2000, 20000}) {
        DOCTEST_CAPTURE(count);
        for (int repeat = 0; repeat < 10; ++repeat) {
            const MassCut found = mass_valley(mixture(random, count, 0.5, 50.0, 54.0, 1.0));
            DOCTEST_CHECK(found.two_peaks);
            DOCTEST_CHECK(std::abs(found.cut - 52.0) < 0.6);
        }
    }
}

DOCTEST_TEST_CASE("unequal peaks are cut in their valley") {
    Random random(4);
    for (int repeat = 0; repeat < 10; ++repeat) {
        // 0.8 exp(-x^2 / 2) + 0.2 exp(-(x - 6)^2 / 2) is lowest at 3.26.
        MassCut found = mass_valley(mixture(random, 1000, 0.8, 20.0, 26.0, 1.0));
        DOCTEST_CHECK(found.two_peaks);
        DOCTEST_CHECK(std::abs(found.cut - 23.26) < 0.6);
        // A narrow peak far below a wide one; nothing lies between 4 and 60.
        found = mass_valley(mixture(random, 300, 0.8, 0.0, 100.0, 10.0));
        DOCTEST_CHECK(found.two_peaks);
        DOCTEST_CHECK(found.cut > 4.0);
        DOCTEST_CHECK(found.cut < 70.0);
    }
}

DOCTEST_TEST_CASE("the cut follows the unit of the masses and not their order; what is no number does not count") {
    Random random(5);
    std::vector<double> masses = mixture(random, 800, 0.6, 30.0, 37.0, 1.5);
    const MassCut first = mass_valley(masses);
    DOCTEST_REQUIRE(first.two_peaks);
    random.shuffle(std::span<double>(masses));
    DOCTEST_CHECK(mass_valley(masses).cut == first.cut);
    for (double& mass : masses) {
        mass *= 1024.0;
    }
    DOCTEST_CHECK(mass_valley(masses).cut == doctest::Approx(1024.0 * first.cut));
    masses.push_back(std::numeric_limits<double>::quiet_NaN());
    masses.push_back(std::numeric_limits<double>::infinity());
    DOCTEST_CHECK(mass_valley(masses).cut == doctest::Approx(1024.0 * first.cut));
}

DOCTEST_TEST_CASE("too few masses, masses without spread and absurd ones are left whole") {
    Random random(6);
    DOCTEST_CHECK(!mass_valley({}).two_peaks);
    DOCTEST_CHECK(!mass_valley(std::vector<double>(100, 3.0)).two_peaks);
    const std::vector<double> few = mixture(random, 19, 0.5, 0.0, 1000.0, 1.0);
    DOCTEST_CHECK(!mass_valley(few).two_peaks);
    std::vector<double> absurd = sample(50, [&] { return random.normal(); });
    absurd.push_back(1e300);
    DOCTEST_CHECK(!mass_valley(absurd).two_peaks);
    // A few heavy ones, ice or aggregates, are no peak of their own.
    std::vector<double> outliers = sample(1000, [&] { return 100.0 + 10.0 * random.normal(); });
    outliers.insert(outliers.end(), 20, 500.0);
    DOCTEST_CHECK(!mass_valley(outliers).two_peaks);
}
