// Training and picking through the C API give the same bits with 1, 2 and 3 threads, from memory and from files.
#include "capi/support.hpp"

using namespace capi;

namespace {

struct Outcome {
    std::string checkpoint;
    std::vector<double> x, y, score;
    std::string star;
    bool operator==(const Outcome&) const = default;
};

Outcome train_and_pick(int threads) {
    const TempFolder folder;
    const auto settings = small_simulation(21);
    libpicker::Dataset data;
    for (std::uint64_t i = 0; i < 3; ++i) {
        const auto sample = libpicker::simulate(settings, i);
        data.add(sample.micrograph, sample.truth);
    }
    auto model = libpicker::Model::create("deeppicker", 2);
    auto options = make<picker_train_options>();
    options.diameter = 160;
    options.epochs = 2;
    options.batch = 16;
    options.seed = 9;
    libpicker::Control control;
    control.threads = threads;
    model.train(data, nullptr, options, control);
    Outcome outcome;
    outcome.checkpoint = model.info().hash;
    const auto unseen = libpicker::simulate(settings, 50);
    auto pick = make<picker_pick_options>();
    pick.has_threshold = 1; // all candidates
    const auto picks = model.pick(unseen.micrograph, pick, control);
    outcome.x = column(picks.get(), "x");
    outcome.y = column(picks.get(), "y");
    outcome.score = column(picks.get(), "score");

    unseen.micrograph.write(folder / "m.mrc");
    auto run = make<picker_run_options>();
    const std::string output = folder / "out";
    run.pick = &pick;
    run.output = output.c_str();
    model.pick_files(libpicker::Inputs({folder / "m.mrc"}), run, control);
    const auto from_file = libpicker::Picks::read(output + "/m.star");
    DOCTEST_CHECK(column(from_file.get(), "x") == outcome.x); // files say what memory says
    DOCTEST_CHECK(column(from_file.get(), "y") == outcome.y);
    DOCTEST_CHECK(column(from_file.get(), "score") == outcome.score);
    outcome.star = read_bytes(output + "/m.star");
    return outcome;
}

} // namespace

DOCTEST_TEST_CASE("bit-equal for any number of threads") {
    if (!has_torch("training")) {
        return;
    }
    const Outcome one = train_and_pick(1);
    DOCTEST_CHECK(one.x.size() > 3);
    for (const int threads : {2, 3}) {
        const Outcome more = train_and_pick(threads);
        DOCTEST_CHECK(more.checkpoint == one.checkpoint);
        DOCTEST_CHECK(more.x == one.x);
        DOCTEST_CHECK(more.y == one.y);
        DOCTEST_CHECK(more.score == one.score);
    }
}
