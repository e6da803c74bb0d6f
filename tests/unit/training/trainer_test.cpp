// The whole of training with a plain logistic network: it learns, stops, keeps the best, cancels, and repeats exactly.
#include "core/error.hpp"
#include "naive_engine.hpp"
#include "picking/run.hpp"
#include "training/trainer.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

using namespace picker;

namespace {

TrainingReport run(Model& model, const Dataset& set, const Dataset* validation = nullptr, TrainingOptions options = {},
                   Control control = {}) {
    if (control.threads == 0) {
        control.threads = 2;
    }
    return train(model, set, validation, options, control, naive::plain_engine());
}

} // namespace

DOCTEST_TEST_CASE("blobs are learned, picked on another micrograph, and the threshold is chosen there") {
    Model model = naive::model();
    const Dataset set = naive::dataset(4);
    const Dataset validation = naive::dataset(2, 50);
    TrainingOptions options;
    options.seed = 3;
    const TrainingReport report = run(model, set, &validation, options);
    DOCTEST_CHECK(report.epochs.size() == 12);
    DOCTEST_CHECK(report.epochs.back().validation_loss < 0.5 * report.epochs.front().validation_loss);
    DOCTEST_CHECK(report.best_validation_accuracy > 0.95);
    DOCTEST_CHECK(report.validation_f1 > 0.95);
    DOCTEST_CHECK(report.positives == set.positives() - report.outside);
    DOCTEST_CHECK(report.negatives == report.positives);
    DOCTEST_CHECK(report.validation_samples > validation.positives());
    DOCTEST_CHECK(model.trained);
    DOCTEST_CHECK(model.diameter == 24.0);
    DOCTEST_CHECK(model.pixel_size == 2.0);
    DOCTEST_CHECK(model.spec.default_threshold == report.threshold);
    DOCTEST_CHECK(model.provenance.at("seed") == "3");
    DOCTEST_CHECK(model.provenance.at("engine") == "plain loops");
    const auto curve = nlohmann::json::parse(model.provenance.at("curve"));
    DOCTEST_REQUIRE(curve.at("loss").size() == report.epochs.size());
    for (std::size_t i = 0; i < report.epochs.size(); ++i) {
        DOCTEST_CHECK(curve["loss"][i].get<double>() == doctest::Approx(report.epochs[i].loss).epsilon(1e-4));
        DOCTEST_CHECK(curve["validation-loss"][i].get<double>() ==
                      doctest::Approx(report.epochs[i].validation_loss).epsilon(1e-4));
        DOCTEST_CHECK(curve["validation-accuracy"][i].get<double>() ==
                      doctest::Approx(report.epochs[i].validation_accuracy).epsilon(1e-4));
    }

    auto network = std::make_unique<naive::Logistic>();
    network->set_parameters(model.parameters);
    const Scorer scorer(model, std::move(network));
    WorkerPool pool(2);
    const DatasetItem test = naive::item(260, 180, 99);
    const Picks picks = pick(scorer, *test.micrograph, {}, nullptr, pool);
    std::size_t found = 0;
    for (std::size_t i = 0; i < test.positives.size(); ++i) {
        for (std::size_t k = 0; k < picks.size(); ++k) {
            found += std::hypot(picks.x[k] - test.positives.x[i], picks.y[k] - test.positives.y[i]) < 2.5 ? 1 : 0;
        }
    }
    DOCTEST_CHECK(found + 2 >= test.positives.size());
    DOCTEST_CHECK(picks.size() <= found + 4);
}

DOCTEST_TEST_CASE("the same bits for any number of threads; another seed, another model") {
    const Dataset set = naive::dataset(3);
    std::vector<float> first;
    std::vector<double> losses;
    for (const int threads : {1, 2, 3, 5}) {
        Model model = naive::model(0.2);
        Control control;
        control.threads = threads;
        TrainingOptions options;
        options.epochs = 4;
        const TrainingReport report = run(model, set, nullptr, options, control);
        std::vector<double> now;
        for (const EpochReport& epoch : report.epochs) {
            now.push_back(epoch.loss);
            now.push_back(epoch.validation_loss);
        }
        if (first.empty()) {
            first = model.parameters;
            losses = now;
        }
        DOCTEST_CHECK(model.parameters == first);
        DOCTEST_CHECK(now == losses);
        DOCTEST_CHECK(std::isnan(report.validation_f1));
        DOCTEST_CHECK(report.threshold == 0.5);
    }
    Model model = naive::model(0.2);
    TrainingOptions options;
    options.epochs = 4;
    options.seed = 1;
    run(model, set, nullptr, options);
    DOCTEST_CHECK(model.parameters != first);
}

DOCTEST_TEST_CASE("patience stops, and the best weights are kept, not the last") {
    const Dataset set = naive::dataset(2);
    TrainingOptions options;
    options.epochs = 60;
    options.patience = 3;
    options.learning_rate = 2.0; // jumps about
    Model model = naive::model();
    const TrainingReport report = run(model, set, nullptr, options);
    DOCTEST_REQUIRE(report.stopped_early);
    DOCTEST_CHECK(report.epochs.size() == static_cast<std::size_t>(report.best_epoch) + 3);
    for (const EpochReport& epoch : report.epochs) {
        DOCTEST_CHECK(epoch.validation_loss >= report.best_validation_loss);
    }
    // The same run ended at its best epoch has the same weights.
    options.epochs = report.best_epoch;
    Model shorter = naive::model();
    run(shorter, set, nullptr, options);
    DOCTEST_CHECK(shorter.parameters == model.parameters);
}

DOCTEST_TEST_CASE("a trained model is not made worse by going on") {
    const Dataset set = naive::dataset(3), validation = naive::dataset(2, 50);
    Model model = naive::model();
    TrainingOptions options;
    run(model, set, nullptr, options);
    const Model before = model;
    Dataset wrong = set; // coordinates beside the particles
    for (DatasetItem& item : wrong.items) {
        for (double& x : item.positives.x) {
            x += 12.0;
        }
    }
    options.epochs = 3;
    options.keep_better_start = true;
    TrainingReport report = run(model, wrong, &validation, options);
    DOCTEST_CHECK(report.best_epoch == 0);
    DOCTEST_CHECK(report.epochs.size() == 3);
    DOCTEST_CHECK(model.parameters == before.parameters);
    for (const EpochReport& epoch : report.epochs) {
        DOCTEST_CHECK(epoch.validation_loss >= report.best_validation_loss);
    }
    Model spoilt = before;
    options.keep_better_start = false;
    report = run(spoilt, wrong, &validation, options);
    DOCTEST_CHECK(report.best_epoch > 0);
    DOCTEST_CHECK(spoilt.parameters != before.parameters);
    // What helps is taken.
    Model fresh = naive::model();
    options.epochs = 4;
    options.keep_better_start = true;
    DOCTEST_CHECK(run(fresh, set, &validation, options).best_epoch > 0);
}

DOCTEST_TEST_CASE("learning rates: staircase, and after epochs without improvement") {
    const Dataset set = naive::dataset(2);
    Model stairs = naive::model();
    stairs.spec.training.decay_factor = 0.5;
    stairs.spec.training.decay_every = 2;
    TrainingOptions options;
    options.epochs = 5;
    options.learning_rate = 0.08;
    TrainingReport report = run(stairs, set, nullptr, options);
    const double expected[] = {0.08, 0.08, 0.04, 0.04, 0.02};
    for (std::size_t i = 0; i < 5; ++i) {
        DOCTEST_CHECK(report.epochs[i].learning_rate == doctest::Approx(expected[i]));
    }
    Model plateau = naive::model();
    plateau.spec.training.plateau_factor = 0.2;
    plateau.spec.training.plateau_patience = 2;
    options.epochs = 40;
    options.patience = 0;
    options.learning_rate = 2.0;
    report = run(plateau, set, nullptr, options);
    double rate = 2.0;
    double best = INFINITY;
    int waiting = 0;
    bool dropped = false;
    for (const EpochReport& epoch : report.epochs) {
        DOCTEST_CHECK(epoch.learning_rate == doctest::Approx(rate));
        waiting = epoch.validation_loss < best ? 0 : waiting + 1;
        best = std::min(best, epoch.validation_loss);
        if (waiting == 2) {
            rate *= 0.2;
            waiting = 0;
            dropped = true;
        }
    }
    DOCTEST_CHECK(dropped);
}

DOCTEST_TEST_CASE("cancelled: nothing before the first epoch, the best so far after it") {
    const Dataset set = naive::dataset(2);
    Control control;
    control.progress = [](const ProgressEvent& event) { return std::string(event.stage) == "train"; };
    Model model = naive::model();
    TrainingOptions options;
    options.epochs = 50;
    int epochs = 0;
    control.progress = [&](const ProgressEvent& event) {
        epochs += std::string(event.stage) == "train" && event.done > 0 ? 1 : 0;
        return epochs >= 3;
    };
    const TrainingReport report = run(model, set, nullptr, options, control);
    DOCTEST_CHECK(report.cancelled);
    DOCTEST_CHECK(report.epochs.size() >= 1);
    DOCTEST_CHECK(report.epochs.size() <= 3);
    DOCTEST_CHECK(model.trained);
    options.epochs = report.best_epoch;
    Model same = naive::model();
    run(same, set, nullptr, options);
    DOCTEST_CHECK(same.parameters == model.parameters);

    Model untouched = naive::model();
    control.progress = [](const ProgressEvent&) { return true; };
    DOCTEST_CHECK_THROWS_AS(run(untouched, set, nullptr, {}, control), Error);
    DOCTEST_CHECK(untouched.parameters == naive::model().parameters);
    DOCTEST_CHECK(!untouched.trained);
}

DOCTEST_TEST_CASE("progress tells epochs and validation loss") {
    const Dataset set = naive::dataset(2);
    std::vector<double> values;
    Control control;
    control.progress = [&](const ProgressEvent& event) {
        if (std::string(event.stage) == "train" && std::string(event.item).starts_with("epoch ")) {
            DOCTEST_CHECK(event.total == 3);
            values.push_back(event.value);
        }
        return false;
    };
    TrainingOptions options;
    options.epochs = 3;
    Model model = naive::model();
    const TrainingReport report = run(model, set, nullptr, options, control);
    DOCTEST_REQUIRE(values.size() == 3);
    DOCTEST_CHECK(values[2] == report.epochs[2].validation_loss);
}

DOCTEST_TEST_CASE("several molecules of unlike diameter: the model has none of its own") {
    Dataset set = naive::dataset(2);
    set.add(naive::item(400, 300, 77, 5.0));
    set.items[2].molecule = "large";
    set.items[0].molecule = set.items[1].molecule = "small";
    Model model = naive::model();
    TrainingOptions options;
    options.epochs = 2;
    options.max_positives = 40;
    const TrainingReport report = run(model, set, nullptr, options);
    DOCTEST_CHECK(report.positives <= 40);
    DOCTEST_CHECK(report.positives > 30);
    DOCTEST_CHECK(model.diameter == 0.0);
    DOCTEST_CHECK(model.provenance.at("trained-on") == "3 micrographs of small, large");
}

DOCTEST_TEST_CASE("what cannot be trained says why and what to do") {
    Model model = naive::model();
    Dataset none;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, none), doctest::Contains("the training set is empty"), Error);
    Dataset bare = naive::dataset(2);
    bare.items[0].positives = bare.items[1].positives = {};
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, bare), doctest::Contains("no particle coordinates in the 2 training"),
                                 Error);
    const Dataset sound = naive::dataset(2);
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, sound, &bare), doctest::Contains("in the 2 validation micrographs"), Error);
    Dataset few = naive::dataset(1);
    few.items[0].positives = few.items[0].positives.subset({0, 1, 2, 3, 4, 5, 6});
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, few), doctest::Contains("only 7 particles to train on"), Error);
    Dataset unknown = naive::dataset(1);
    unknown.items[0].diameter = 0.0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, unknown), doctest::Contains("no particle diameter"), Error);
    TrainingOptions options;
    options.learning_rate = 0.0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, naive::dataset(1), nullptr, options),
                                 doctest::Contains("learning rate is 0"), Error);
    options = {};
    options.batch = 0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, naive::dataset(1), nullptr, options), doctest::Contains("batch is 0"),
                                 Error);
    DOCTEST_CHECK(!model.trained);
}

DOCTEST_TEST_CASE("a training that diverges is stopped with advice") {
    Model model = naive::model();
    std::fill(model.parameters.begin(), model.parameters.end(), std::nanf(""));
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, naive::dataset(2)), doctest::Contains("diverged in epoch 1"), Error);
    DOCTEST_CHECK(!model.trained);
}
