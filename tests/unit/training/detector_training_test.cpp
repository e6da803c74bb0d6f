// Training a detector with one head and with many, by a network in plain loops: it learns, the general head follows the
// others, frozen parts stay as they are, and everything repeats exactly.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "models/heads.hpp"
#include "naive_detector.hpp"
#include "picking/run.hpp"
#include "training/trainer.hpp"
#include "unit/check.hpp"
#include "unit/models/temporary_folder.hpp"

#include <cmath>

using namespace picker;

namespace {

TrainingReport run(Model& model, const Dataset& set, const Dataset* validation, TrainingOptions options,
                   int threads = 2, const Control* given = nullptr) {
    Control control = given != nullptr ? *given : Control();
    control.threads = threads;
    options.rotations = false; // particles of one pixel do not survive an interpolation
    options.crop = 64;
    return train(model, set, validation, options, control, naive_detector::plain_engine());
}

// F1 of picking an item: hits within 1.5 pixels.
double quality(const Model& model, const DatasetItem& item, double threshold = 0.4) {
    auto network = std::make_unique<naive_detector::Network>();
    network->set_parameters(model.parameters);
    const Scorer scorer(model, std::move(network));
    WorkerPool pool(1);
    PickSettings settings;
    settings.diameter = item.diameter;
    settings.threshold = threshold;
    const Picks picks = pick(scorer, *item.micrograph, settings, nullptr, pool);
    double hits = 0;
    for (std::size_t i = 0; i < item.positives.size(); ++i) {
        bool hit = false;
        for (std::size_t k = 0; k < picks.size(); ++k) {
            hit = hit || std::hypot(picks.x[k] - item.positives.x[i], picks.y[k] - item.positives.y[i]) < 1.5;
        }
        hits += hit ? 1 : 0;
    }
    return 2 * hits / static_cast<double>(picks.size() + item.positives.size());
}

TrainingOptions heads_of_each() {
    TrainingOptions options;
    options.heads = HeadMode::each_set;
    return options;
}

} // namespace

DOCTEST_TEST_CASE("one head learns one set") {
    Model model = naive_detector::model();
    Dataset set, validation;
    for (std::uint64_t i = 0; i < 3; ++i) {
        set.add(naive_detector::item("bright", 4.0F, 100, 80, i));
    }
    validation.add(naive_detector::item("bright", 4.0F, 70, 90, 50));
    const TrainingReport report = run(model, set, &validation, {});
    DOCTEST_CHECK(report.epochs.size() == 60);
    DOCTEST_CHECK(report.best_validation_loss < 0.4 * report.epochs.front().validation_loss);
    DOCTEST_CHECK(report.validation_samples == 1);
    DOCTEST_CHECK(report.positives == set.positives());
    DOCTEST_CHECK(report.validation_f1 > 0.9); // a linear head of one cell tells noise and particles apart no better
    const DatasetItem test = naive_detector::item("bright", 4.0F, 110, 60, 77);
    DOCTEST_CHECK(quality(model, test, report.threshold) > 0.95);
    DOCTEST_CHECK(quality(naive_detector::model(), test) < 0.5);
}

DOCTEST_TEST_CASE(
    "many heads: each learns its set, and the general one, which has no sample of its own, follows them") {
    const Dataset set = naive_detector::bright_and_dark(3, 1);
    const DatasetItem bright = naive_detector::item("bright", 4.0F, 110, 60, 77);
    const DatasetItem dark = naive_detector::item("dark", -4.0F, 110, 60, 78);
    const Model untrained = naive_detector::model();
    Model model = untrained;
    TrainingOptions options = heads_of_each();
    options.epochs = 120;
    const Dataset validation = naive_detector::bright_and_dark(1, 40);
    run(model, set, &validation, options);
    DOCTEST_REQUIRE(model.heads.size() == 2);
    DOCTEST_CHECK(model.heads[0].name == "bright");
    const double own = quality(with_head(model, "bright"), bright), other = quality(with_head(model, "bright"), dark);
    DOCTEST_CHECK(own > 0.9);
    DOCTEST_CHECK(other < own - 0.3);
    DOCTEST_CHECK(quality(with_head(model, "dark"), dark) > 0.9);
    // The general head has moved, and finds both better than one that was never trained.
    const std::size_t body = head_offset(model.spec);
    double moved = 0.0;
    for (std::size_t i = body; i < model.parameters.size(); ++i) {
        moved += std::abs(model.parameters[i] - untrained.parameters[i]);
    }
    DOCTEST_CHECK(moved > 1.0);
    const auto best = [](const Model& one, const DatasetItem& item) {
        double value = 0.0;
        for (double threshold = 0.05; threshold < 0.9; threshold += 0.05) {
            value = std::max(value, quality(with_head(one, "general"), item, threshold));
        }
        return value;
    };
    DOCTEST_CHECK(best(model, bright) + best(model, dark) > best(untrained, bright) + best(untrained, dark) + 0.3);
}

DOCTEST_TEST_CASE("few-shot: a new head learns behind a frozen body, and nothing else changes by a bit") {
    Model model = naive_detector::model();
    Dataset bright;
    bright.add(naive_detector::item("bright", 4.0F, 100, 80, 1));
    TrainingOptions options = heads_of_each();
    run(model, bright, nullptr, options);
    const Model before = model;
    Dataset dark;
    dark.add(naive_detector::item("whatever", -4.0F, 100, 80, 2));
    TrainingOptions few;
    few.heads = HeadMode::one;
    few.head = "dark";
    few.freeze = true;
    few.epochs = 300;
    run(model, dark, nullptr, few);
    DOCTEST_CHECK(model.parameters == before.parameters);
    DOCTEST_REQUIRE(model.heads.size() == 2);
    DOCTEST_CHECK(model.heads[0].parameters == before.heads[0].parameters);
    DOCTEST_CHECK(model_hash(with_head(model, "bright")) == model_hash(with_head(before, "bright")));
    DOCTEST_CHECK(model.heads[1].name == "dark");
    DOCTEST_CHECK(model.heads[1].diameter == 12.0);
    const DatasetItem test = naive_detector::item("dark", -4.0F, 90, 90, 60);
    DOCTEST_CHECK(quality(with_head(model, "dark"), test) > quality(with_head(before, "general"), test) + 0.3);
    // Its weights stay nearer to the general head's where it is drawn there.
    const auto distance = [&](double weight) {
        Model one = before;
        few.bias_weight = weight;
        run(one, dark, nullptr, few);
        double squares = 0.0;
        for (std::size_t i = 0; i < one.heads[1].parameters.size(); ++i) {
            squares += std::pow(one.heads[1].parameters[i] - before.parameters[head_offset(before.spec) + i], 2);
        }
        return std::sqrt(squares);
    };
    DOCTEST_CHECK(distance(0.5) < 0.9 * distance(0.0));
}

DOCTEST_TEST_CASE("trainings with heads repeat exactly, with other numbers of threads and after a stop") {
    const Dataset set = naive_detector::bright_and_dark(2, 1);
    const Dataset validation = naive_detector::bright_and_dark(1, 40);
    TrainingOptions options = heads_of_each();
    options.epochs = 6;
    Model one = naive_detector::model(), four = one, stopped = one;
    run(one, set, &validation, options, 1);
    run(four, set, &validation, options, 4);
    DOCTEST_CHECK(model_hash(one) == model_hash(four));
    const TemporaryFolder folder;
    options.state_file = folder.path / "state";
    Control control;
    control.progress = [](const ProgressEvent& event) {
        return event.stage == std::string("train") && event.done >= 3;
    };
    const TrainingReport first = run(stopped, set, &validation, options, 2, &control);
    DOCTEST_CHECK(first.cancelled);
    Model again = naive_detector::model();
    options.state_policy = StatePolicy::resume;
    const TrainingReport rest = run(again, set, &validation, options, 2);
    DOCTEST_CHECK(rest.resumed_after > 0);
    DOCTEST_CHECK(model_hash(again) == model_hash(one));
    options.bias_weight = 0.7;
    DOCTEST_CHECK_THROWS_WITH_AS(run(again, set, &validation, options, 2), doctest::Contains("bias weight"), Error);
}

DOCTEST_TEST_CASE("what heads cannot be trained with") {
    const Dataset set = naive_detector::bright_and_dark(2, 1);
    const auto refused = [&](TrainingOptions options, const char* why, Model model = naive_detector::model()) {
        DOCTEST_CAPTURE(why);
        DOCTEST_CHECK_THROWS_WITH_AS(run(model, set, nullptr, options), doctest::Contains(why), Error);
        DOCTEST_CHECK(model.heads.size() < 2);
    };
    TrainingOptions options = heads_of_each();
    options.bias_weight = 0.0;
    refused(options, "would not learn at all");
    options.bias_weight = -1.0;
    refused(options, "above 0");
    options = {};
    options.freeze = true;
    refused(options, "for training heads");
    options = {};
    options.heads = HeadMode::one;
    options.head = "general";
    refused(options, "all sets of particles share");
    options.head = "bright";
    Model one_head = naive_detector::model();
    add_head(one_head, "bright");
    refused(options, "already", one_head);
    options = heads_of_each();
    options.freeze = true;
    refused(options, "exists already", one_head);
    refused({}, "specialised heads", one_head);
    Dataset few = set;
    few.items[1].positives = few.items[1].positives.subset({0, 1, 2});
    few.items[3].positives = Picks();
    Model model = naive_detector::model();
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, few, nullptr, heads_of_each()),
                                 doctest::Contains("only 3 particles to train on of dark"), Error);
    Dataset nameless = set;
    nameless.items[0].molecule = "a b";
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, nameless, nullptr, heads_of_each()), doctest::Contains("a b"), Error);
    options = {};
    options.positive_unlabelled = true;
    refused(options, "cells");
}
