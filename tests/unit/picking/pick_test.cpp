// One micrograph in memory: defaults, lengths in angstrom, the rules again from a map, wrong settings.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "unit/check.hpp"

using namespace picker;

namespace {

Micrograph example() {
    return fake::micrograph(fake::draw(260, 170, fake::blobs(260, 170, 1)));
}

} // namespace

DOCTEST_TEST_CASE("every blob above the threshold is picked, once, where it is") {
    const auto truth = fake::blobs(260, 170, 1);
    WorkerPool pool(2);
    RemovedCounts removed;
    Picks candidates;
    StageTimes times;
    const Scorer scorer = fake::scorer();
    const Picks picks = pick(scorer, example(), {}, nullptr, pool, &candidates, &removed, &times);
    std::size_t expected = 0;
    for (const fake::Blob& blob : truth) {
        int near = 0;
        for (std::size_t i = 0; i < picks.size(); ++i) {
            near += std::hypot(picks.x[i] - blob.x, picks.y[i] - blob.y) < 0.5 ? 1 : 0;
        }
        DOCTEST_CHECK(near == (0.9 * blob.height > 0.52 ? 1 : (0.9 * blob.height < 0.49 ? 0 : near)));
        expected += 0.9 * blob.height >= 0.5 ? 1 : 0;
    }
    DOCTEST_CHECK(std::abs(static_cast<int>(picks.size()) - static_cast<int>(expected)) <= 1);
    DOCTEST_CHECK(candidates.size() ==
                  picks.size() + removed.threshold + removed.distance + removed.edge + removed.mask + removed.top);
    DOCTEST_CHECK(times.transform > 0.0);
    DOCTEST_CHECK(times.score > 0.0);
}

DOCTEST_TEST_CASE("lengths are angstrom: half the pixel size means twice the pixels") {
    WorkerPool pool(1);
    const Scorer scorer = fake::scorer();
    PickSettings settings;
    settings.keep = 0.0;
    settings.edge = 60.0; // 30 pixels of 2 angstrom
    const Picks picks = pick(scorer, example(), settings, nullptr, pool);
    DOCTEST_REQUIRE(!picks.empty());
    DOCTEST_CHECK(*std::min_element(picks.x.begin(), picks.x.end()) >= 29.5);
    DOCTEST_CHECK(*std::max_element(picks.x.begin(), picks.x.end()) <= 260 - 30.5);
    DOCTEST_CHECK(*std::max_element(picks.y.begin(), picks.y.end()) <= 170 - 30.5);
    settings.pixel_size = 1.0; // overrides
    settings.diameter = 12.0;
    settings.edge = 30.0;
    const Picks same = pick(scorer, example(), settings, nullptr, pool);
    DOCTEST_CHECK(same.x == picks.x);
    DOCTEST_CHECK(same.score == picks.score);
}

DOCTEST_TEST_CASE("the rules again on the score map give the same numbers as a direct run") {
    WorkerPool pool(2);
    const Scorer scorer = fake::scorer();
    ExclusionMask mask{Image(26, 17)};
    mask.image.at(8, 5) = 1.0F;
    mask.image.at(8, 6) = 1.0F;
    PickSettings settings;
    settings.threshold = 0.4;
    settings.keep = 0.2;
    settings.min_distance = 55.0;
    settings.edge = 40.0;
    settings.top_per_micrograph = 20;
    RemovedCounts first, second;
    const Picks direct = pick(scorer, example(), settings, &mask, pool, nullptr, &first);
    const ScoreMap map = scorer.score(example(), 12.0, &pool);
    const Picks again = pick_from_scores(scorer.model(), map, settings, &mask, nullptr, &second);
    DOCTEST_CHECK(!direct.empty());
    DOCTEST_CHECK(direct.x == again.x);
    DOCTEST_CHECK(direct.y == again.y);
    DOCTEST_CHECK(direct.score == again.score);
    DOCTEST_CHECK(first.distance == second.distance);
    DOCTEST_CHECK(first.distance > 0);
    DOCTEST_CHECK(first.edge > 0);
}

DOCTEST_TEST_CASE("settings that cannot work say what to do") {
    WorkerPool pool(1);
    const Scorer scorer = fake::scorer();
    const auto with = [&](const PickSettings& settings) { pick(scorer, example(), settings, nullptr, pool); };
    PickSettings settings;
    settings.threshold = 1.5;
    DOCTEST_CHECK_THROWS_WITH_AS(with(settings), doctest::Contains("threshold is 1.5"), Error);
    settings.threshold = 0.3;
    settings.keep = 0.4;
    DOCTEST_CHECK_THROWS_WITH_AS(with(settings), doctest::Contains("above the threshold"), Error);
    settings.keep = 0.1;
    settings.edge = -1.0;
    DOCTEST_CHECK_THROWS_WITH_AS(with(settings), doctest::Contains("edge"), Error);
    Model untrained = fake::model();
    untrained.diameter = 0.0;
    DOCTEST_CHECK_THROWS_WITH_AS(pick_diameter(untrained, {}), doctest::Contains("give the diameter"), Error);
    Micrograph unknown = example();
    unknown.pixel_size = 0.0;
    DOCTEST_CHECK_THROWS_WITH_AS(pick(scorer, unknown, {}, nullptr, pool), doctest::Contains("pixel size"), Error);
    const ScoreMap map = scorer.score(example(), 12.0, &pool);
    PickSettings other;
    other.diameter = 30.0;
    DOCTEST_CHECK_THROWS_WITH_AS(pick_from_scores(scorer.model(), map, other, nullptr),
                                 doctest::Contains("made for a particle of 24"), Error);
}
