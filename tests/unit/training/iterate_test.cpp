// DeepPicker's iteration: a weak model improves on its own best picks, the choice of picks, what negatives keep away
// from.
#include "core/error.hpp"
#include "naive_engine.hpp"
#include "training/iterate.hpp"
#include "training/sampler.hpp"
#include "unit/check.hpp"

#include <algorithm>
#include <cmath>

using namespace picker;

namespace {

Control two_threads() {
    Control control;
    control.threads = 2;
    return control;
}

// A model of another molecule: blobs of another width.
Model general_model() {
    Model model = naive::model();
    Dataset other;
    for (std::uint64_t seed = 30; seed < 33; ++seed) {
        other.add(naive::item(220, 170, seed, 2.0));
    }
    TrainingOptions options;
    options.epochs = 8;
    train(model, other, nullptr, options, two_threads(), naive::plain_engine());
    return model;
}

Dataset unlabelled(int count, double noise = 0.3) {
    Dataset out;
    for (int i = 0; i < count; ++i) {
        DatasetItem item = naive::item(240 + 20 * i, 190, 60 + static_cast<std::uint64_t>(i), 3.0, noise);
        item.positives = {};
        out.add(std::move(item));
    }
    return out;
}

// The fraction of true blobs that are picked, and of picks that are blobs.
std::pair<double, double> recall_and_precision(const Model& model) {
    auto network = std::make_unique<naive::Logistic>();
    network->set_parameters(model.parameters);
    const Scorer scorer(model, std::move(network));
    WorkerPool pool(2);
    const DatasetItem test = naive::item(300, 230, 99);
    PickSettings settings;
    settings.diameter = test.diameter;
    const Picks picks = pick(scorer, *test.micrograph, settings, nullptr, pool);
    double found = 0;
    for (std::size_t i = 0; i < test.positives.size(); ++i) {
        bool hit = false;
        for (std::size_t k = 0; k < picks.size(); ++k) {
            hit = hit || std::hypot(picks.x[k] - test.positives.x[i], picks.y[k] - test.positives.y[i]) < 3.0;
        }
        found += hit ? 1 : 0;
    }
    return {found / static_cast<double>(test.positives.size()),
            found / std::max(1.0, static_cast<double>(picks.size()))};
}

RoundsReport run(Model& model, const Dataset& set, const IterateOptions& options, Control control = two_threads()) {
    return iterate(model, set, nullptr, options, control, naive::plain_engine());
}

} // namespace

DOCTEST_TEST_CASE("a model of another molecule picks an unseen one without a label and gets better on it") {
    Model model = general_model();
    const auto before = recall_and_precision(model);
    const std::vector<float> weights = model.parameters;
    IterateOptions options;
    options.iterations = 2;
    options.fraction = 0.7; // of its picks before, about as many are blobs
    options.training.diameter = 24.0;
    Dataset set = unlabelled(4);
    for (DatasetItem& item : set.items) {
        item.diameter = 0.0; // the options say it
    }
    const RoundsReport report = run(model, set, options);
    const auto after = recall_and_precision(model);
    DOCTEST_MESSAGE("recall ", before.first, " -> ", after.first, ", precision ", before.second, " -> ", after.second);
    DOCTEST_REQUIRE(report.rounds.size() == 2);
    DOCTEST_CHECK(!report.cancelled);
    for (const RoundReport& round : report.rounds) {
        DOCTEST_CHECK(round.micrographs == 4);
        DOCTEST_CHECK(round.picks > 60);
        DOCTEST_CHECK(round.positives == static_cast<std::size_t>(std::ceil(0.7 * static_cast<double>(round.picks))));
        DOCTEST_CHECK(round.threshold == model.spec.default_threshold);
        DOCTEST_CHECK(round.lowest_score >= round.threshold);
        DOCTEST_CHECK(round.trained);
        DOCTEST_CHECK(round.training.positives + round.training.outside == round.positives);
    }
    DOCTEST_CHECK(after.first > 0.95);
    DOCTEST_CHECK(after.second > before.second + 0.1);
    DOCTEST_CHECK(model.parameters != weights);
    DOCTEST_CHECK(model.diameter == 24.0);
    DOCTEST_CHECK(model.provenance.at("iterations") == "2 on its own best picks of 4 micrographs without labels");
}

DOCTEST_TEST_CASE("training particles by threshold, top count and top fraction") {
    const Model general = general_model();
    const Dataset set = unlabelled(3);
    IterateOptions options;
    options.training.epochs = 1;
    Model model = general;
    const RoundReport all = run(model, set, options).rounds[0];
    options.top = 25;
    model = general;
    const RoundReport top = run(model, set, options).rounds[0];
    DOCTEST_CHECK(top.picks == all.picks);
    DOCTEST_CHECK(top.positives == 25);
    DOCTEST_CHECK(top.avoided == all.avoided + all.positives - 25);
    DOCTEST_CHECK(top.lowest_score > all.lowest_score);
    options.top = 0;
    options.fraction = 0.5;
    model = general;
    const RoundReport half = run(model, set, options).rounds[0];
    DOCTEST_CHECK(half.positives == (all.picks + 1) / 2);
    options.fraction = 1.0;
    options.picking.threshold = top.lowest_score;
    model = general;
    const RoundReport above = run(model, set, options).rounds[0];
    DOCTEST_CHECK(above.picks == 25);
    DOCTEST_CHECK(above.positives == 25);
    DOCTEST_CHECK(above.threshold == top.lowest_score);
}

DOCTEST_TEST_CASE("random negatives keep away from every place to avoid") {
    Dataset set = naive::dataset(1);
    DatasetItem& item = set.items[0];
    item.avoid = item.positives.subset({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    item.positives = item.positives.subset({12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23});
    const Model model = naive::model();
    WorkerPool pool(2);
    SamplerOptions options;
    options.negatives_per_positive = 30; // all the room there is
    options.negative_distance = 0.9;
    const auto blobs = [&](const Dataset& from) { // negatives that have a blob in the middle
        const PatchSet patches = sample_patches(from, model.spec, options, pool, {});
        std::size_t bright = 0;
        for (std::size_t i = 0; i < patches.size(); ++i) {
            const std::vector<float> patch = naive::patch(patches, i);
            const int middle = patches.extent / 2;
            double sum = 0;
            for (int y = -2; y <= 2; ++y) {
                for (int x = -2; x <= 2; ++x) {
                    sum += patch[static_cast<std::size_t>((middle + y) * patches.extent + middle + x)];
                }
            }
            bright += patches.labels[i] < 0.5F && sum > 25 * 1.2 ? 1 : 0;
        }
        return bright;
    };
    DOCTEST_CHECK(blobs(set) == 0);
    set.items[0].avoid = {};
    DOCTEST_CHECK(blobs(set) > 0);
}

DOCTEST_TEST_CASE("labelled micrographs are trained on beside the picks") {
    Model model = general_model();
    Dataset set = unlabelled(2);
    set.add(naive::item(260, 200, 90));
    const std::size_t given = set.items[2].positives.size();
    IterateOptions options;
    options.training.epochs = 1;
    const RoundReport round = run(model, set, options).rounds[0];
    DOCTEST_CHECK(round.micrographs == 2);
    DOCTEST_CHECK(round.training.positives + round.training.outside == round.positives + given);
}

DOCTEST_TEST_CASE("too few picks: a clear error, and the weights so far stay") {
    const Model general = general_model();
    Model model = general;
    IterateOptions options;
    options.picking.threshold = 1.0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, unlabelled(2), options), doctest::Contains("iteration 1 has only 0 picks"),
                                 Error);
    DOCTEST_CHECK(model.parameters == general.parameters);
    options = {};
    options.top = 5;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, unlabelled(2), options), doctest::Contains("only 5 picks to train on"),
                                 Error);
}

DOCTEST_TEST_CASE("cancelled in the second iteration: what the first came to is kept") {
    const Model general = general_model();
    IterateOptions options;
    options.training.epochs = 2;
    Model once = general;
    run(once, unlabelled(3), options);
    options.iterations = 3;
    Control control = two_threads();
    int picking = 0;
    std::int64_t last = 1;
    control.progress = [&](const ProgressEvent& event) {
        const bool pick = std::string(event.stage) == "pick";
        picking += pick && event.done == 0 && last > 0 ? 1 : 0;
        last = pick ? event.done : 1;
        return picking == 2;
    };
    Model model = general;
    const RoundsReport report = run(model, unlabelled(3), options, control);
    DOCTEST_CHECK(report.cancelled);
    DOCTEST_CHECK(report.rounds.size() == 1);
    DOCTEST_CHECK(model.parameters == once.parameters);
    control.progress = [](const ProgressEvent&) { return true; };
    Model untouched = general;
    DOCTEST_CHECK_THROWS_AS(run(untouched, unlabelled(3), options, control), Error);
    DOCTEST_CHECK(untouched.parameters == general.parameters);
}

DOCTEST_TEST_CASE("the same bits for any number of threads, and what is refused") {
    const Model general = general_model();
    IterateOptions options;
    options.training.epochs = 2;
    options.iterations = 2;
    std::vector<float> first;
    for (const int threads : {1, 3}) {
        Control control;
        control.threads = threads;
        Model model = general;
        run(model, unlabelled(3), options, control);
        first = first.empty() ? model.parameters : first;
        DOCTEST_CHECK(model.parameters == first);
    }
    Model model = naive::model();
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, unlabelled(2), {}), doctest::Contains("not trained"), Error);
    model = general;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, naive::dataset(2), {}), doctest::Contains("nothing to iterate on"), Error);
    options.fraction = 0.0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, unlabelled(2), options), doctest::Contains("fraction"), Error);
    options = {};
    options.iterations = 0;
    DOCTEST_CHECK_THROWS_WITH_AS(run(model, unlabelled(2), options), doctest::Contains("iterations is 0"), Error);
}
