// A C++17 program as a user would write it, on picker.hpp alone: every class once, exceptions, progress, move.
// Argument: a folder to write to.
#include "picker/picker.hpp"

#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

int faults = 0;

void expect(bool condition, const char* what) {
    if (!condition) {
        std::printf("not so: %s\n", what);
        ++faults;
    }
}

// A call that must throw libpicker::Error with this status and a message.
template <typename Call> void expect_error(picker_status status, Call&& call, const char* what) {
    try {
        call();
    } catch (const libpicker::Error& error) {
        expect(error.status() == status, what);
        expect(std::string(error.what()).size() > 10, what);
        return;
    }
    expect(false, what);
}

libpicker::Simulated simulate(std::uint64_t index) {
    auto settings = libpicker::make<picker_simulation>();
    settings.width = 192;
    settings.height = 160;
    settings.pixel_size = 8;
    settings.diameter = 160;
    settings.particles = 12;
    settings.has_snr = 1;
    settings.snr = 4;
    return libpicker::simulate(settings, index);
}

void files_and_tables(const std::string& folder) {
    const auto sample = simulate(0);
    expect(sample.diameter == 160, "the phantom is as asked for");
    const std::string image = folder + "/cpp.mrc";
    const std::string star = folder + "/cpp.star";
    sample.micrograph.write(image);
    sample.truth.write(star);
    auto read = libpicker::Micrograph::read(image);
    const auto moved = std::move(read);
    expect(moved.info().width == 192 && read.get() == nullptr, "handles move");
    expect_error(
        PICKER_INVALID_ARGUMENT, [&] { read.info(); }, "a handle that was moved away is refused");
    const auto picks = libpicker::Picks::read(star);
    expect(picks.size() == sample.truth.size(), "picks there and back");
    expect(picks.column("x")[0] > 0, "columns are borrowed");
    auto rules = libpicker::make<picker_select_rules>();
    rules.width = 192;
    rules.height = 160;
    rules.top = 3;
    auto removed = libpicker::make<picker_removed>();
    expect(picks.select(rules, &removed).size() == 3 && removed.top > 0, "the best three");
    libpicker::draw(folder + "/cpp.png", moved, picks, &sample.truth, 20, 256);
    libpicker::Inputs inputs({image});
    inputs.match_picks({star});
    expect(inputs.size() == 1 && inputs.stem(0) == "cpp" && inputs.has_picks(0), "inputs and their picks");
    expect(inputs.picks(0).size() == picks.size() && inputs.unmatched().empty(), "picks matched by stem");
    expect(inputs.path(0) == image && inputs.pixel_size(0) == 0, "paths as given");
    expect(inputs.name(7).empty(), "past the end there is nothing");
    expect_error(
        PICKER_NOT_FOUND, [&] { inputs.column(0, "rlnDefocusU"); }, "no such column");
    expect_error(
        PICKER_INVALID_ARGUMENT,
        [] {
            libpicker::Picks().append({1, 2}, {1}, {});
        },
        "unequal columns");
    expect_error(
        PICKER_NOT_FOUND, [&] { libpicker::Picks::read(folder + "/none.star"); }, "no such file");

    auto item = libpicker::make<picker_evaluate_item>();
    item.predicted = picks.get();
    item.truth = sample.truth.get();
    item.width = 192;
    item.height = 160;
    item.group = "g";
    auto options = libpicker::make<picker_evaluate_options>();
    options.diameter = 20;
    const libpicker::Evaluation evaluation({item}, options);
    expect(evaluation.result().recall == 1 && evaluation.result("g").recall == 1, "truth equals itself");
    expect(evaluation.groups() == std::vector<std::string>{"", "g"}, "all, and the group");
    expect(evaluation.curve("recall").back() == 1, "the curve ends with everything found");
}

void model_without_network(const std::string& folder) {
    auto model = libpicker::Model::create("deeppicker", 5);
    model.set_threshold(0.25);
    const std::string path = folder + "/cpp.safetensors";
    model.save(path);
    const auto loaded = libpicker::Model::load(path);
    expect(loaded.info().threshold == 0.25 && loaded.metadata() == model.metadata(), "checkpoints there and back");
}

void train_and_pick(const std::string& folder) {
    const auto sample = simulate(1);
    libpicker::Dataset data;
    data.add(sample.micrograph, sample.truth);
    expect(data.size() == 1 && data.positives() == sample.truth.size(), "data sets count");
    auto model = libpicker::Model::create("deeppicker", 5);
    auto options = libpicker::make<picker_train_options>();
    options.diameter = 160;
    options.epochs = 2;
    libpicker::Control control;
    int events = 0;
    control.progress = [&](const picker_progress&) {
        ++events;
        return false;
    };
    control.threads = 1;
    expect(model.train(data, nullptr, options, control).epochs == 2 && events >= 2, "two epochs, each reported");
    auto pick = libpicker::make<picker_pick_options>();
    pick.has_threshold = 1; // all candidates
    const auto picks = model.pick(sample.micrograph, pick, control);
    const auto scores = model.score(sample.micrograph, pick);
    scores.write(folder + "/cpp.scores.mrc");
    const auto again = model.pick_from_scores(libpicker::Scores::read(folder + "/cpp.scores.mrc"), pick);
    expect(picks.size() > 0 && again.size() == picks.size(), "the same picks from a score map");
    expect(scores.info().micrograph_height == 160 && scores.data() != nullptr, "a score map knows its micrograph");
    const std::string image = folder + "/picked.mrc";
    const std::string output = folder + "/picked";
    sample.micrograph.write(image);
    auto run = libpicker::make<picker_run_options>();
    run.pick = &pick;
    run.output = output.c_str();
    run.overwrite = 1;
    const auto report = model.pick_files(libpicker::Inputs({image}), run);
    expect(report.summary().done == 1 && std::string(report.item(0).stem) == "picked", "a run over files");
    // What a callback throws comes out of the call, and the call is cancelled.
    control.progress = [](const picker_progress&) -> bool { throw std::range_error("mine"); };
    try {
        model.train(data, nullptr, options, control);
        expect(false, "the callback's exception comes out");
    } catch (const std::range_error& error) {
        expect(std::string(error.what()) == "mine", "the callback's exception comes out as it was");
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::printf("give a folder to write to\n");
        return 2;
    }
    try {
        files_and_tables(argv[1]);
        model_without_network(argv[1]);
        if (picker_has_feature("torch") != 0) {
            train_and_pick(argv[1]);
        } else {
            std::printf("skipped: training and picking need LibTorch\n");
        }
    } catch (const std::exception& error) {
        std::printf("%s\n", error.what());
        ++faults;
    }
    return faults > 0 ? 1 : 0;
}
