// Rounds without a person: what is mined from picks and labels, how micrographs are dealt, when the rounds end.
#include "core/error.hpp"
#include "naive_engine.hpp"
#include "training/rounds.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>

using namespace picker;

namespace {

RoundsReport run(Model& model, const Dataset& set, const MiningOptions& options, Control control = {}) {
    control.threads = control.threads == 0 ? 2 : control.threads;
    return train_in_rounds(model, set, nullptr, options, control, naive::plain_engine());
}

// Labels at known places; picks best first.
DatasetItem labelled() {
    DatasetItem item;
    item.positives.add(50, 80, 1);
    item.positives.add(150, 30, 1);
    item.negatives.add(90, 20, 1);
    item.avoid.add(20, 140, 1);
    return item;
}

Picks hand_made() {
    Picks picks;
    picks.add(51, 81, 0.95);  // on a label
    picks.add(100, 100, 0.9); // high, far from every label
    picks.add(62, 80, 0.7);   // high, 12 pixels from a label
    picks.add(200, 90, 0.45); // between
    picks.add(93, 22, 0.4);   // on a given negative
    picks.add(24, 141, 0.35); // on a place to avoid
    picks.add(180, 150, 0.3); // between
    picks.add(120, 60, 0.05); // low
    return picks;
}

} // namespace

DOCTEST_TEST_CASE("incomplete labels: high scorers without a label are left alone") {
    MiningOptions options;
    const MinedPlaces found = mine_negatives(hand_made(), labelled(), 15.0, 10, options);
    DOCTEST_REQUIRE(found.negatives.size() == 2);
    DOCTEST_CHECK(found.negatives.x == std::vector<double>{200, 180});
    DOCTEST_CHECK(found.negatives.y == std::vector<double>{90, 150});
    DOCTEST_REQUIRE(found.unknown.size() == 1);
    DOCTEST_CHECK(found.unknown.x[0] == 100);
}

DOCTEST_TEST_CASE("complete labels: they are the hardest negatives; the best come first; near labels nothing does") {
    MiningOptions options;
    options.complete_labels = true;
    MinedPlaces found = mine_negatives(hand_made(), labelled(), 15.0, 2, options);
    DOCTEST_CHECK(found.negatives.x == std::vector<double>{100, 200});
    DOCTEST_CHECK(found.unknown.empty());
    found = mine_negatives(hand_made(), labelled(), 10.0, 10, options);
    DOCTEST_CHECK(found.negatives.x == std::vector<double>{100, 62, 200, 180});
    options.lowest = 0.01;
    found = mine_negatives(hand_made(), labelled(), 15.0, 10, options);
    DOCTEST_CHECK(found.negatives.x == std::vector<double>{100, 200, 180, 120});
}

DOCTEST_TEST_CASE("each round takes micrographs that were not used before") {
    const Dataset set = naive::dataset(6);
    Model model = naive::model();
    MiningOptions options;
    options.rounds = 2;
    options.until = 0.0;
    options.training.epochs = 6;
    std::vector<std::string> warnings;
    Control control;
    control.log = [&](int, const std::string& line) { warnings.push_back(line); };
    const RoundsReport report = run(model, set, options, control);
    DOCTEST_REQUIRE(report.rounds.size() == 3);
    DOCTEST_CHECK(report.rounds[0].micrographs == 0);
    DOCTEST_CHECK(std::isnan(report.rounds[0].accuracy));
    std::size_t positives = 0;
    for (const RoundReport& round : report.rounds) {
        DOCTEST_CHECK(round.trained);
        positives += round.positives;
        DOCTEST_CHECK(round.training.positives + round.training.outside == positives);
    }
    DOCTEST_CHECK(positives == set.positives());
    for (std::size_t r = 1; r < 3; ++r) {
        const RoundReport& round = report.rounds[r];
        DOCTEST_CHECK(round.micrographs == 2);
        DOCTEST_CHECK(round.picks > 0);
        DOCTEST_CHECK(round.confirmed <= round.picks);
        DOCTEST_CHECK(round.accuracy ==
                      doctest::Approx(static_cast<double>(round.confirmed) / static_cast<double>(round.picks)));
    }
    DOCTEST_CHECK(!report.reached);
    DOCTEST_CHECK(model.provenance.at("rounds") == "3 trainings with hard negatives, labels incomplete");
    DOCTEST_CHECK(std::none_of(warnings.begin(), warnings.end(),
                               [](const std::string& line) { return line.find("fewer micrographs") != line.npos; }));
}

DOCTEST_TEST_CASE("the rounds end at the accuracy asked for") {
    const Dataset set = naive::dataset(6);
    MiningOptions options;
    options.rounds = 2;
    options.until = 0.5;
    options.training.epochs = 12;
    Model model = naive::model();
    const RoundsReport report = run(model, set, options);
    DOCTEST_CHECK(report.reached);
    DOCTEST_REQUIRE(report.rounds.size() == 2);
    DOCTEST_CHECK(report.rounds[1].accuracy >= 0.5);
    DOCTEST_CHECK(!report.rounds[1].trained);
}

DOCTEST_TEST_CASE("labels that lack half of the particles: those are not made negatives by default") {
    Dataset full = naive::dataset(4);
    Dataset halves = full;
    for (DatasetItem& item : halves.items) {
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < item.positives.size(); i += 2) {
            rows.push_back(i);
        }
        item.positives = item.positives.subset(rows);
    }
    MiningOptions options;
    options.until = 0.0;
    options.training.epochs = 10;
    Model model = naive::model();
    const RoundReport skipping = run(model, halves, options).rounds[1];
    options.complete_labels = true;
    model = naive::model();
    const RoundReport taking = run(model, halves, options).rounds[1];
    DOCTEST_CHECK(skipping.avoided > 10);
    DOCTEST_CHECK(taking.avoided == 0);
    DOCTEST_CHECK(taking.negatives > skipping.negatives);
    DOCTEST_CHECK(skipping.accuracy < 0.8); // the other half counts against it
}

DOCTEST_TEST_CASE("fewer micrographs than rounds: all in every round, with a warning") {
    const Dataset set = naive::dataset(2);
    MiningOptions options;
    options.rounds = 2;
    options.until = 0.0;
    options.training.epochs = 4;
    std::string warnings;
    Control control;
    control.log = [&](int, const std::string& line) { warnings += line; };
    Model model = naive::model();
    const RoundsReport report = run(model, set, options, control);
    DOCTEST_CHECK(warnings.find("fewer micrographs than rounds") != std::string::npos);
    DOCTEST_REQUIRE(report.rounds.size() == 3);
    DOCTEST_CHECK(report.rounds[0].positives == set.positives());
    DOCTEST_CHECK(report.rounds[1].micrographs == 2);
    DOCTEST_CHECK(report.rounds[2].positives == 0);
    DOCTEST_CHECK(report.rounds[2].training.positives == report.rounds[0].training.positives);
}

DOCTEST_TEST_CASE("cancelled while a later round picks: the training before is kept; wrong options are refused") {
    const Dataset set = naive::dataset(4);
    MiningOptions options;
    options.training.epochs = 3;
    Control control;
    control.progress = [](const ProgressEvent& event) { return std::string(event.stage) == "pick"; };
    Model model = naive::model();
    const RoundsReport report = run(model, set, options, control);
    DOCTEST_CHECK(report.cancelled);
    DOCTEST_CHECK(report.rounds.size() == 1);
    DOCTEST_CHECK(model.trained);
    options.lowest = 0.7;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, set, options), doctest::Contains("above the threshold"), Error);
    options = {};
    options.rounds = 0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, set, options), doctest::Contains("rounds is 0"), Error);
    options = {};
    options.until = 1.5;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, set, options), doctest::Contains("accuracy"), Error);
}
