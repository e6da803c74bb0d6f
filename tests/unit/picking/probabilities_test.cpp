// Scores that are probabilities, and thresholds that follow from them, for one micrograph and for a run.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_file.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

using namespace picker;

namespace {

// Half of what it was at .5, and a line from there on.
Model calibrated_model() {
    Model model = fake::model();
    model.spec.calibration = {{0.0, 0.5, 1.0}, {0.0, 0.25, 1.0}};
    return model;
}

Scorer calibrated() {
    return Scorer(calibrated_model(), std::make_unique<fake::FunctionNetwork>(fake::correlation));
}

Micrograph blobs() {
    return fake::micrograph(fake::draw(220, 160, fake::blobs(220, 160, 5)));
}

Picks at(const Picks& picks, double threshold) {
    Picks out;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        if (picks.score[i] >= threshold) {
            out.add(picks.x[i], picks.y[i], picks.score[i]);
        }
    }
    return out;
}

double share_of_false(const Picks& picks) {
    double sum = 0.0;
    for (const double score : picks.score) {
        sum += 1.0 - score;
    }
    return sum / static_cast<double>(picks.size());
}

} // namespace

DOCTEST_TEST_CASE("scores are put through the calibration once, whatever they are picked from") {
    WorkerPool pool(2);
    PickSettings settings;
    settings.keep = 0.0;
    settings.threshold = 0.25;
    const Picks raw = pick(fake::scorer(), blobs(), settings, nullptr, pool);
    const Scorer scorer = calibrated();
    const Picks picks = pick(scorer, blobs(), settings, nullptr, pool);
    DOCTEST_REQUIRE(picks.size() == raw.size());
    const Calibration calibration = calibrated_model().spec.calibration;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        DOCTEST_CHECK(picks.score[i] == doctest::Approx(calibration(raw.score[i])).epsilon(1e-6));
        DOCTEST_CHECK(picks.x[i] == raw.x[i]);
    }
    const ScoreMap map = scorer.score(blobs(), 12.0, &pool);
    DOCTEST_CHECK(pick_from_scores(scorer.model(), map, settings, nullptr).score == picks.score);
}

DOCTEST_TEST_CASE("a share of false picks is what the probabilities promise, and as many picks as it allows") {
    WorkerPool pool(2);
    const Scorer scorer = calibrated();
    PickSettings all;
    all.threshold = all.keep = 0.0;
    const Picks candidates = pick(scorer, blobs(), all, nullptr, pool);
    for (const double share : {0.3, 0.45, 0.55}) {
        PickSettings settings;
        settings.false_share = share;
        RemovedCounts removed;
        const Picks picks = pick(scorer, blobs(), settings, nullptr, pool, nullptr, &removed);
        DOCTEST_REQUIRE(picks.size() > 1);
        DOCTEST_CHECK(share_of_false(picks) <= share);
        DOCTEST_REQUIRE(picks.size() < candidates.size());
        Picks one_more = picks;
        one_more.add(0, 0, candidates.score[picks.size()]);
        DOCTEST_CHECK(share_of_false(one_more) > share);
        DOCTEST_CHECK(removed.threshold > 0);
    }
    PickSettings strict;
    strict.false_share = 1e-4; // not even the best is so sure: no pick, which is a result
    DOCTEST_CHECK(pick(scorer, blobs(), strict, nullptr, pool).empty());
}

DOCTEST_TEST_CASE("an automatic threshold lies at half the best F1 promised, and not below .3") {
    WorkerPool pool(2);
    const Scorer scorer = calibrated();
    PickSettings settings;
    settings.threshold = settings.keep = 0.0;
    const Picks candidates = pick(scorer, blobs(), settings, nullptr, pool);
    const double expected = std::max(0.3, threshold_of_best_f1(candidates.score));
    settings = {};
    settings.automatic_threshold = true;
    const Picks picks = pick(scorer, blobs(), settings, nullptr, pool);
    DOCTEST_CHECK(picks.size() ==
                  static_cast<std::size_t>(std::count_if(candidates.score.begin(), candidates.score.end(),
                                                         [&](double score) { return score >= expected; })));
    DOCTEST_CHECK(picks.size() < candidates.size());
    // More is kept where that is asked for; the best N come from what is above the threshold.
    settings.keep = 0.05;
    DOCTEST_CHECK(pick(scorer, blobs(), settings, nullptr, pool).size() > picks.size());
    settings.keep.reset();
    settings.top_per_micrograph = 2;
    DOCTEST_CHECK(pick(scorer, blobs(), settings, nullptr, pool).size() == 2);
    // A micrograph without anything: all probabilities are small, and so would be the threshold.
    const auto empty = [] { return fake::micrograph(fake::draw(220, 160, {{60.0, 60.0, 0.3}, {130.0, 90.0, 0.25}})); };
    settings = {};
    settings.automatic_threshold = true;
    DOCTEST_CHECK(pick(scorer, empty(), settings, nullptr, pool).empty());
}

DOCTEST_TEST_CASE("thresholds that follow from scores are refused where they make no sense") {
    WorkerPool pool(1);
    PickSettings settings;
    settings.automatic_threshold = true;
    DOCTEST_CHECK_THROWS_WITH_AS(pick(fake::scorer(), blobs(), settings, nullptr, pool),
                                 doctest::Contains("those of this model (test) are not"), Error);
    const Scorer scorer = calibrated();
    settings.threshold = 0.4;
    DOCTEST_CHECK_THROWS_WITH_AS(pick(scorer, blobs(), settings, nullptr, pool), doctest::Contains("give one of them"),
                                 Error);
    settings.threshold.reset();
    settings.false_share = 0.1;
    DOCTEST_CHECK_THROWS_WITH_AS(pick(scorer, blobs(), settings, nullptr, pool), doctest::Contains("give one"), Error);
    settings.automatic_threshold = false;
    settings.false_share = 1.5;
    DOCTEST_CHECK_THROWS_WITH_AS(pick(scorer, blobs(), settings, nullptr, pool), doctest::Contains("between 0 and 1"),
                                 Error);
}

DOCTEST_TEST_CASE("every micrograph of a run has its own threshold, which is recorded and used for every format") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 4);
    RunOptions options;
    options.output = folder.path() / "out";
    options.formats = {"star", "box", "csv"};
    options.settings.automatic_threshold = true;
    options.settings.keep = 0.01;
    const Scorer scorer = calibrated();
    Control control;
    control.threads = 2;
    const RunReport report = pick_files(scorer.model(), &scorer, inputs, options, control);
    DOCTEST_CHECK(report.failed == 0);
    for (const RunItem& item : report.items) {
        DOCTEST_REQUIRE(item.threshold.has_value());
        const Picks star = read_picks_single(options.output / (item.stem + ".star"));
        const auto above =
            std::count_if(star.score.begin(), star.score.end(), [&](double score) { return score >= *item.threshold; });
        DOCTEST_CHECK(item.picks == static_cast<std::size_t>(above));
        DOCTEST_CHECK(read_picks_single(options.output / (item.stem + ".box")).size() == item.picks);
        DOCTEST_CHECK(item.false_share.has_value() == (item.picks > 0));
        if (item.picks > 0) {
            DOCTEST_CHECK(*item.false_share == doctest::Approx(share_of_false(at(star, *item.threshold))));
        }
    }
    const std::string lines = read_whole(options.output / "picks.csv"); // a header, and a line for each pick
    DOCTEST_CHECK(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')) == report.picks + 1);
    DOCTEST_CHECK(report.items[0].threshold != report.items[1].threshold);
    // Again: nothing to do, and the thresholds are read back.
    const std::string record = read_whole(options.output / "run.json");
    const RunReport again = pick_files(scorer.model(), &scorer, inputs, options, control);
    DOCTEST_CHECK(again.items[1].status == "skipped");
    DOCTEST_CHECK(again.items[1].threshold == report.items[1].threshold);
    DOCTEST_CHECK(again.threshold == report.threshold);
    DOCTEST_CHECK(nlohmann::json::parse(record)["settings"]["threshold"] == "auto");
    // The candidates of a run without keep lack what another threshold might want.
    options.output = folder.path() / "short";
    options.settings.keep.reset();
    pick_files(scorer.model(), &scorer, inputs, options, control);
    RunOptions from_candidates = options;
    from_candidates.source = CandidateSource::candidates;
    from_candidates.source_folder = options.output;
    from_candidates.output = folder.path() / "again";
    DOCTEST_CHECK_THROWS_WITH_AS(pick_files(scorer.model(), nullptr, inputs, from_candidates, control),
                                 doctest::Contains("is asked for"), Error);
}

DOCTEST_TEST_CASE("an expected number of particles is what the probabilities sum up to, and moves the threshold") {
    WorkerPool pool(2);
    const Scorer scorer = calibrated();
    PickSettings settings;
    settings.threshold = settings.keep = 0.0;
    const Picks before = pick(scorer, blobs(), settings, nullptr, pool);
    const double sum = std::accumulate(before.score.begin(), before.score.end(), 0.0);
    std::size_t last = 0;
    for (const double expected : {0.3 * sum, sum, 1.6 * sum}) {
        settings.expected = expected;
        settings.threshold = settings.keep = 0.0;
        const Picks after = pick(scorer, blobs(), settings, nullptr, pool);
        DOCTEST_REQUIRE(after.size() == before.size());
        DOCTEST_CHECK(std::accumulate(after.score.begin(), after.score.end(), 0.0) ==
                      doctest::Approx(expected).epsilon(1e-4));
        // One factor for all odds.
        const auto odds = [](double p) { return p / (1.0 - p); };
        const double factor = odds(after.score[0]) / odds(before.score[0]);
        for (std::size_t i = 0; i < before.size(); ++i) {
            DOCTEST_CHECK(after.x[i] == before.x[i]);
            DOCTEST_CHECK(odds(after.score[i]) == doctest::Approx(factor * odds(before.score[i])).epsilon(1e-3));
        }
        DOCTEST_CHECK((factor > 1.0) == (expected > 1.0001 * sum));
        settings.threshold.reset();
        settings.keep.reset();
        settings.automatic_threshold = true;
        const std::size_t picks = pick(scorer, blobs(), settings, nullptr, pool).size();
        DOCTEST_CHECK(picks >= last);
        last = picks;
        settings.automatic_threshold = false;
    }
    DOCTEST_CHECK(last > 0);
    settings = {};
    settings.expected = 10.0;
    DOCTEST_CHECK_THROWS_WITH_AS(
        pick(fake::scorer(), blobs(), settings, nullptr, pool),
        doctest::Contains("an expected number of particles needs scores that are probabilities"), Error);
    settings.expected = -3.0;
    DOCTEST_CHECK_THROWS_WITH_AS(pick(scorer, blobs(), settings, nullptr, pool), doctest::Contains("above 0"), Error);
}

DOCTEST_TEST_CASE("candidates of a run that expected a number serve for another number, not for none") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 3);
    RunOptions options;
    options.output = folder.path() / "ten";
    options.settings.expected = 10.0;
    options.settings.threshold = options.settings.keep = 0.0;
    options.settings.min_distance = 0.0;
    const Scorer scorer = calibrated();
    Control control;
    control.threads = 1;
    pick_files(scorer.model(), &scorer, inputs, options, control);
    options.settings.expected = 4.0;
    options.output = folder.path() / "four";
    pick_files(scorer.model(), &scorer, inputs, options, control);
    options.source = CandidateSource::candidates;
    options.source_folder = folder.path() / "ten";
    options.output = folder.path() / "again";
    const RunReport again = pick_files(scorer.model(), nullptr, inputs, options, control);
    DOCTEST_CHECK(again.failed == 0);
    const Picks direct = read_picks_single(folder.path() / "four" / "m0.star");
    const Picks derived = read_picks_single(folder.path() / "again" / "m0.star");
    DOCTEST_REQUIRE(direct.size() == derived.size());
    for (std::size_t i = 0; i < direct.size(); ++i) {
        DOCTEST_CHECK(derived.score[i] == doctest::Approx(direct.score[i]).epsilon(1e-4));
    }
    DOCTEST_CHECK(nlohmann::json::parse(read_whole(options.output / "run.json"))["settings"]["expect"] == 4.0);
    options.settings.expected.reset();
    options.output = folder.path() / "none";
    DOCTEST_CHECK_THROWS_WITH_AS(pick_files(scorer.model(), nullptr, inputs, options, control),
                                 doctest::Contains("expecting 10 particles"), Error);
}
