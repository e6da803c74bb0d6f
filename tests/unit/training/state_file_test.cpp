// Trainings that are stopped and go on: the same bits as in one go, and what is refused instead of being lost.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "naive_engine.hpp"
#include "training/trainer.hpp"
#include "unit/check.hpp"
#include "unit/models/temporary_folder.hpp"

#include <cmath>
#include <filesystem>

using namespace picker;

namespace {

// Everything that has a memory of earlier epochs: momentum, staircase, plateau, patience, dropout.
Model pupil() {
    Model model = naive::model(0.2);
    model.spec.training.decay_factor = 0.9;
    model.spec.training.decay_every = 3;
    model.spec.training.plateau_factor = 0.5;
    model.spec.training.plateau_patience = 1;
    return model;
}

struct Outcome {
    Model model = pupil();
    TrainingReport report;
};

// Stops after `last` epochs of this call; 0: never.
Outcome run(const TrainingOptions& options, int last = 0, const Dataset& set = naive::dataset(3),
            const Dataset* validation = nullptr, const Model& start = pupil()) {
    Outcome out;
    out.model = start;
    int done = 0;
    Control control;
    control.threads = 2;
    control.progress = [&](const ProgressEvent& event) {
        done += std::string(event.stage) == "train" && std::string(event.item).starts_with("epoch") ? 1 : 0;
        return last > 0 && done >= last;
    };
    out.report = train(out.model, set, validation, options, control, naive::plain_engine());
    return out;
}

TrainingOptions options_in(const TemporaryFolder& folder) {
    TrainingOptions options;
    options.epochs = 10;
    options.patience = 4;
    options.learning_rate = 0.8;
    options.state_file = folder.path / "m.state";
    return options;
}

void check_same(const Outcome& one, const Outcome& other) {
    DOCTEST_CHECK(one.model.parameters == other.model.parameters);
    DOCTEST_CHECK(one.model.provenance == other.model.provenance);
    DOCTEST_CHECK(one.report.threshold == other.report.threshold);
    DOCTEST_CHECK(one.report.best_epoch == other.report.best_epoch);
    DOCTEST_CHECK(one.report.stopped_early == other.report.stopped_early);
    DOCTEST_REQUIRE(one.report.epochs.size() == other.report.epochs.size());
    for (std::size_t i = 0; i < one.report.epochs.size(); ++i) {
        DOCTEST_CHECK(one.report.epochs[i].epoch == other.report.epochs[i].epoch);
        DOCTEST_CHECK(one.report.epochs[i].loss == other.report.epochs[i].loss);
        DOCTEST_CHECK(one.report.epochs[i].validation_loss == other.report.epochs[i].validation_loss);
        DOCTEST_CHECK(one.report.epochs[i].learning_rate == other.report.epochs[i].learning_rate);
    }
}

} // namespace

DOCTEST_TEST_CASE("stopped after any epoch, once or again and again, a training ends as in one go") {
    const TemporaryFolder folder;
    TrainingOptions options = options_in(folder);
    options.state_file.clear();
    const Outcome whole = run(options);
    const int epochs = static_cast<int>(whole.report.epochs.size());
    DOCTEST_REQUIRE(epochs > 4);
    options = options_in(folder);
    for (int last = 1; last < epochs; ++last) {
        options.state_policy = StatePolicy::overwrite;
        const Outcome part = run(options, last);
        DOCTEST_CHECK(part.report.cancelled);
        options.state_policy = StatePolicy::resume;
        const Outcome rest = run(options);
        DOCTEST_CHECK(rest.report.resumed_after == last);
        check_same(rest, whole);
    }
    std::filesystem::remove(options.state_file);
    for (int step = 1; step < epochs; ++step) { // one epoch in every call
        DOCTEST_CHECK(run(options, 1).report.resumed_after == step - 1);
    }
    check_same(run(options), whole);
}

DOCTEST_TEST_CASE("with validation micrographs, and from a state that had ended: no further epoch") {
    const TemporaryFolder folder;
    TrainingOptions options = options_in(folder);
    const Dataset validation = naive::dataset(1, 40);
    const Outcome whole = run(options, 0, naive::dataset(3), &validation);
    DOCTEST_CHECK(std::filesystem::exists(options.state_file)); // the caller removes it when the model is saved
    options.state_policy = StatePolicy::resume;
    const Outcome again = run(options, 0, naive::dataset(3), &validation);
    DOCTEST_CHECK(again.report.resumed_after == static_cast<int>(whole.report.epochs.size()));
    DOCTEST_CHECK(std::isfinite(again.report.validation_f1));
    check_same(again, whole);
}

DOCTEST_TEST_CASE("without a held-out sample there is no accuracy, and it survives the file") {
    const TemporaryFolder folder;
    TrainingOptions options = options_in(folder);
    options.validation_fraction = 0.0;
    run(options, 2);
    options.state_policy = StatePolicy::resume;
    const Outcome rest = run(options);
    DOCTEST_CHECK(rest.report.resumed_after == 2);
    DOCTEST_CHECK(std::isnan(rest.report.epochs[0].validation_accuracy));
}

DOCTEST_TEST_CASE("an unfinished training is not overwritten by mistake") {
    const TemporaryFolder folder;
    TrainingOptions options = options_in(folder);
    run(options, 3);
    const std::string state = read_whole(options.state_file);
    DOCTEST_CHECK_THROWS_WITH_AS(run(options), doctest::Contains("not finished (3 epochs done); go on with it"), Error);
    DOCTEST_CHECK(read_whole(options.state_file) == state);
    options.state_policy = StatePolicy::overwrite;
    DOCTEST_CHECK(run(options, 1).report.epochs.size() == 1);
    DOCTEST_CHECK(read_whole(options.state_file) != state);
}

DOCTEST_TEST_CASE("Adam's memory goes on too, and is not taken for momentum's") {
    const TemporaryFolder folder;
    Model start = pupil();
    start.spec.training.optimiser = Optimiser::adam;
    TrainingOptions options = options_in(folder);
    options.learning_rate = 0.01;
    const Dataset set = naive::dataset(3);
    options.state_file.clear();
    const Outcome straight = run(options, 0, set, nullptr, start);
    options = options_in(folder);
    options.learning_rate = 0.01;
    options.state_policy = StatePolicy::resume;
    DOCTEST_CHECK(run(options, 4, set, nullptr, start).report.cancelled);
    const Outcome resumed = run(options, 0, set, nullptr, start);
    DOCTEST_CHECK(resumed.report.resumed_after == 4);
    check_same(straight, resumed);
    DOCTEST_CHECK_THROWS_AS(run(options, 0, set, nullptr, pupil()), Error); // another model
}

DOCTEST_TEST_CASE("other settings and other data are named, and the state stays") {
    const TemporaryFolder folder;
    const TrainingOptions first = options_in(folder);
    run(first, 3);
    const std::string state = read_whole(first.state_file);
    const auto refused = [&](TrainingOptions options, const Dataset& set, const char* part) {
        DOCTEST_CAPTURE(part);
        options.state_policy = StatePolicy::resume;
        DOCTEST_CHECK_THROWS_WITH_AS(run(options, 0, set), doctest::Contains(part), Error);
        DOCTEST_CHECK(read_whole(first.state_file) == state);
    };
    TrainingOptions options = first;
    options.batch = 7;
    options.seed = 3;
    refused(options, naive::dataset(3), "batch 20 (now 7)");
    refused(options, naive::dataset(3), "seed 0 (now 3)");
    options = first;
    options.learning_rate = 0.81;
    refused(options, naive::dataset(3), "learning rate 0.8 (now 0.81)");
    refused(first, naive::dataset(2), "other training micrographs, training particles");
    Dataset moved = naive::dataset(3);
    moved.items[1].positives.x[0] += 0.25;
    refused(first, moved, "started otherwise: other training particles; give");
    Dataset scaled = naive::dataset(3);
    scaled.items[0].pixel_size = 2.01;
    refused(first, scaled, "other training pixel sizes, diameters or molecules; give");
    Dataset bad = naive::dataset(3);
    bad.items[2].negatives.add(60.0, 80.0, 1.0);
    refused(first, bad, "other training negatives; give");
    const Dataset validation = naive::dataset(1, 40);
    options = first;
    options.state_policy = StatePolicy::resume;
    DOCTEST_CHECK_THROWS_WITH_AS(run(options, 0, naive::dataset(3), &validation),
                                 doctest::Contains("other validation micrographs"), Error);
    // Memory is no such setting.
    options.memory = 0;
    DOCTEST_CHECK(run(options).report.resumed_after == 3);
}

DOCTEST_TEST_CASE("damaged and foreign states are refused by name") {
    const TemporaryFolder folder;
    TrainingOptions options = options_in(folder);
    run(options, 2);
    const std::string state = read_whole(options.state_file);
    options.state_policy = StatePolicy::resume;
    for (const std::size_t length : {std::size_t{0}, std::size_t{5}, state.size() / 2, state.size() - 1}) {
        write_whole(options.state_file, std::string_view(state).substr(0, length));
        DOCTEST_CHECK_THROWS_WITH_AS(run(options), doctest::Contains("m.state"), Error);
    }
    const auto changed = [&](const std::string& from, const std::string& to) {
        std::string other = state;
        DOCTEST_REQUIRE(from.size() == to.size());
        other.replace(other.find(from), from.size(), to);
        write_whole(options.state_file, other);
        DOCTEST_CHECK_THROWS_WITH_AS(run(options), doctest::Contains("m.state"), Error);
    };
    changed("best_epoch", "bestXepoch");
    changed("velocity", "velOcity");
    changed("picker.training-state", "picker.training-stXte");
    save_model(options.state_file, naive::model());
    DOCTEST_CHECK_THROWS_WITH_AS(run(options), doctest::Contains("is not the state of a training"), Error);
    DOCTEST_CHECK_THROWS_WITH_AS(load_model(options.state_file.parent_path() / "none"), doctest::Contains("none"),
                                 Error);
    write_whole(options.state_file, state);
    DOCTEST_CHECK_THROWS_WITH_AS(load_model(options.state_file), doctest::Contains("not a picker model"), Error);
}

DOCTEST_TEST_CASE("the memory that samples may take changes no bit of a model") {
    const TemporaryFolder folder;
    TrainingOptions options = options_in(folder);
    options.state_file.clear();
    const Outcome in_memory = run(options);
    options.state_file = folder.path / "m.state"; // the samples lie beside it
    for (const std::size_t memory : {std::size_t{0}, std::size_t{100000}}) {
        options.memory = memory;
        options.state_policy = StatePolicy::overwrite;
        check_same(run(options), in_memory);
    }
}
