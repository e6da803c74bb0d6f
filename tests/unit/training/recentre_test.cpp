// Re-centring: known offsets go, the border and the limit hold, molecules keep apart, and the bits do not depend on
// threads.
#include "core/error.hpp"
#include "naive_engine.hpp"
#include "training/recentre.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace picker;

namespace {

// Lobes around each centre that turn at random from particle to particle: lopsided, as projections are, but round in
// the mean. 2 angstrom per pixel, diameter 48 angstrom = 24 pixels.
DatasetItem lobed(int width, int height, std::uint64_t seed, double noise) {
    Random random(seed);
    auto micrograph = std::make_shared<Micrograph>();
    micrograph->image = Image(width, height);
    micrograph->name = text("lobes-", seed, ".mrc");
    micrograph->pixel_size = 2.0;
    DatasetItem item;
    std::vector<double> angles;
    for (int y = 24; y < height - 23; y += 38) {
        for (int x = 24; x < width - 23; x += 38) {
            item.positives.add(x + random.uniform(-3, 3), y + random.uniform(-3, 3), 1.0);
            angles.push_back(random.uniform(0, 6.2831853));
        }
    }
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            double value = noise * random.normal();
            for (std::size_t i = 0; i < angles.size(); ++i) {
                const double dx = x - item.positives.x[i], dy = y - item.positives.y[i];
                value += std::exp(-(dx * dx + dy * dy) / 50.0);
                const double lx = dx - 5 * std::cos(angles[i]), ly = dy - 5 * std::sin(angles[i]);
                value += 0.4 * std::exp(-(lx * lx + ly * ly) / 8.0);
            }
            micrograph->image.at(x, y) = static_cast<float>(value);
        }
    }
    item.micrograph = micrograph;
    item.diameter = 48.0;
    return item;
}

struct Spread {
    double rms = 0.0, mean_x = 0.0, mean_y = 0.0; // pixels, of the distance from the truth
};

Spread spread(const Dataset& set, const Dataset& truth) {
    Spread out;
    double count = 0.0;
    for (std::size_t i = 0; i < set.items.size(); ++i) {
        for (std::size_t k = 0; k < set.items[i].positives.size(); ++k) {
            const double dx = set.items[i].positives.x[k] - truth.items[i].positives.x[k];
            const double dy = set.items[i].positives.y[k] - truth.items[i].positives.y[k];
            out.rms += dx * dx + dy * dy;
            out.mean_x += dx;
            out.mean_y += dy;
            count += 1.0;
        }
    }
    return {std::sqrt(out.rms / count), out.mean_x / count, out.mean_y / count};
}

Dataset truth_set(double noise, int count = 3) {
    Dataset set;
    for (int i = 0; i < count; ++i) {
        set.add(lobed(420 + 20 * i, 310 - 10 * i, 5 + static_cast<std::uint64_t>(i), noise));
    }
    return set;
}

// Each pick off by up to `random` pixels along x and y, and all by (x, y).
Dataset displaced(const Dataset& truth, double random, double x, double y) {
    Dataset set = truth;
    Random numbers(17);
    for (DatasetItem& item : set.items) {
        for (std::size_t i = 0; i < item.positives.size(); ++i) {
            item.positives.x[i] += x + numbers.uniform(-random, random);
            item.positives.y[i] += y + numbers.uniform(-random, random);
        }
    }
    return set;
}

Picks slice_of(const Picks& picks, std::size_t count) {
    std::vector<std::size_t> rows(count);
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return picks.subset(rows);
}

RecentreReport run(Dataset& set, RecentreOptions options = {}, int threads = 2) {
    WorkerPool pool(threads);
    return recentre(set, options, pool, {});
}

} // namespace

DOCTEST_TEST_CASE("random offsets shrink to a fraction") {
    const Dataset truth = truth_set(0.3);
    Dataset set = displaced(truth, 3.0, 0.0, 0.0);
    const Spread before = spread(set, truth);
    const RecentreReport report = run(set);
    const Spread after = spread(set, truth);
    DOCTEST_MESSAGE("rms ", before.rms, " -> ", after.rms, " pixels of 24");
    DOCTEST_CHECK(before.rms > 2.2);
    DOCTEST_CHECK(after.rms < 0.4 * before.rms);
    DOCTEST_CHECK(report.picks == truth.positives());
    DOCTEST_CHECK(report.moved + report.at_limit + report.at_border == report.picks);
    DOCTEST_CHECK(report.moved > 0.9 * static_cast<double>(report.picks));
    // The report is what happened, in angstrom (2 per pixel).
    DOCTEST_CHECK(report.mean == doctest::Approx(2.0 * 0.765 * 3.0).epsilon(0.15)); // mean length in a square of +-1
    DOCTEST_CHECK(report.median > 0.5 * report.mean);
    DOCTEST_CHECK(report.percentile_95 > report.median);
    DOCTEST_CHECK(report.percentile_95 < 2.0 * 1.5 * 3.0);
}

DOCTEST_TEST_CASE("what remains is the noise's doing, whatever the picks were like before") {
    const Dataset truth = truth_set(1.0); // as high as the particles
    Dataset near = displaced(truth, 2.0, 0.0, 0.0), far = displaced(truth, 3.0, 0.0, 0.0);
    run(near);
    run(far);
    DOCTEST_CHECK(spread(near, truth).rms == doctest::Approx(spread(far, truth).rms).epsilon(0.1));
    DOCTEST_CHECK(spread(far, truth).rms < 1.8);
}

DOCTEST_TEST_CASE("an offset common to all picks goes") {
    const Dataset truth = truth_set(0.3);
    Dataset set = displaced(truth, 1.0, 2.5, -1.5);
    const Spread before = spread(set, truth);
    DOCTEST_CHECK(before.mean_x == doctest::Approx(2.5).epsilon(0.1));
    const RecentreReport report = run(set);
    const Spread after = spread(set, truth);
    DOCTEST_MESSAGE("mean ", before.mean_x, ", ", before.mean_y, " -> ", after.mean_x, ", ", after.mean_y, "; rms ",
                    before.rms, " -> ", after.rms);
    DOCTEST_CHECK(std::abs(after.mean_x) < 0.25);
    DOCTEST_CHECK(std::abs(after.mean_y) < 0.25);
    DOCTEST_CHECK(report.mean_x == doctest::Approx(-5.0).epsilon(0.15));
    DOCTEST_CHECK(report.mean_y == doctest::Approx(3.0).epsilon(0.15));
}

DOCTEST_TEST_CASE("picks that are right hardly move") {
    const Dataset truth = truth_set(0.3);
    Dataset set = truth;
    const RecentreReport report = run(set);
    DOCTEST_CHECK(spread(set, truth).rms < 0.8); // the lobe's own pull: 0.4 of the weight, 5 pixels off, much smaller
    DOCTEST_CHECK(report.mean < 1.6);
}

DOCTEST_TEST_CASE("nothing moves farther than the limit, and what would is left alone and counted") {
    const Dataset truth = truth_set(0.2);
    Dataset set = displaced(truth, 3.0, 0.0, 0.0);
    for (std::size_t i = 0; i < 5; ++i) {
        set.items[0].positives.x[i + 12] = truth.items[0].positives.x[i + 12] + 9.0; // beyond a limit of 4.8 pixels
    }
    const Dataset given = set;
    const RecentreReport report = run(set);
    double farthest = 0.0;
    for (std::size_t i = 0; i < set.items.size(); ++i) {
        for (std::size_t k = 0; k < set.items[i].positives.size(); ++k) {
            farthest = std::max(farthest, std::hypot(set.items[i].positives.x[k] - given.items[i].positives.x[k],
                                                     set.items[i].positives.y[k] - given.items[i].positives.y[k]));
        }
    }
    DOCTEST_CHECK(farthest < 0.2 * 24.0 + 0.5);
    DOCTEST_CHECK(report.at_limit >= 5);
    for (std::size_t i = 12; i < 17; ++i) {
        DOCTEST_CHECK(set.items[0].positives.x[i] == given.items[0].positives.x[i]);
    }
    RecentreOptions tight;
    tight.limit = 2.0; // angstrom: one pixel
    Dataset again = given;
    run(again, tight);
    for (std::size_t k = 0; k < again.items[0].positives.size(); ++k) {
        DOCTEST_CHECK(std::hypot(again.items[0].positives.x[k] - given.items[0].positives.x[k],
                                 again.items[0].positives.y[k] - given.items[0].positives.y[k]) < 1.6);
    }
}

DOCTEST_TEST_CASE("picks at the border stay, other columns and other molecules too") {
    const Dataset truth = truth_set(0.3, 2);
    Dataset set = displaced(truth, 2.0, 0.0, 0.0);
    set.items[0].positives.add(3.0, 150.0, 1.0);
    set.items[0].positives.add(200.0, 305.0, 1.0);
    const std::size_t last = set.items[0].positives.size() - 1;
    set.items[1].molecule = "other";
    const RecentreReport report = run(set);
    DOCTEST_CHECK(report.at_border == 2);
    DOCTEST_CHECK(set.items[0].positives.x[last - 1] == 3.0);
    DOCTEST_CHECK(set.items[0].positives.y[last] == 305.0);
    set.items[0].positives = slice_of(set.items[0].positives, last - 1);
    DOCTEST_CHECK(spread(set, truth).rms < 1.2);
}

DOCTEST_TEST_CASE("the same bits for any number of threads") {
    const Dataset start = displaced(truth_set(0.5, 2), 2.0, 1.0, 0.5);
    Dataset one = start, five = start;
    run(one, {}, 1);
    run(five, {}, 5);
    DOCTEST_CHECK(one.items[1].positives.x == five.items[1].positives.x);
    DOCTEST_CHECK(one.items[0].positives.y == five.items[0].positives.y);
}

DOCTEST_TEST_CASE("what cannot be re-centred says why, and nothing changes") {
    Dataset few;
    few.add(lobed(150, 120, 1, 0.3));
    DOCTEST_CHECK_THROWS_WITH_AS(run(few), doctest::Contains("needs at least 20"), Error);
    Dataset set = truth_set(0.3, 1);
    RecentreOptions options;
    options.limit = 30.0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(set, options), doctest::Contains("more than half the diameter"), Error);
    options = {};
    options.iterations = 0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(set, options), doctest::Contains("iterations is 0"), Error);
    Control cancel;
    cancel.progress = [](const ProgressEvent&) { return true; };
    WorkerPool pool(2);
    const Dataset before = set;
    DOCTEST_CHECK_THROWS_AS(recentre(set, {}, pool, cancel), Error);
    DOCTEST_CHECK(set.items[0].positives.x == before.items[0].positives.x);
}
