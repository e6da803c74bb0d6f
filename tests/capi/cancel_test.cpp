// Cancelling from the progress callback: what is done is kept, what is said is true, the caller's thread is the one
// used.
#include "capi/support.hpp"

#include <thread>

using namespace capi;

namespace {

// Cancels at the first event of `stage` with at least `done` items done.
struct Canceller {
    std::string stage;
    std::int64_t done = 0;
    int events = 0, after = 0;
    bool cancelled = false, other_thread = false;
    std::thread::id caller = std::this_thread::get_id();

    static std::int32_t call(void* user, const picker_progress* progress) {
        auto& self = *static_cast<Canceller*>(user);
        ++self.events;
        self.after += self.cancelled ? 1 : 0;
        self.other_thread = self.other_thread || std::this_thread::get_id() != self.caller;
        self.cancelled =
            self.cancelled || ((self.stage.empty() || self.stage == progress->stage) && progress->done >= self.done);
        return self.cancelled ? 1 : 0;
    }
    picker_control control() {
        auto made = make<picker_control>();
        made.progress = call;
        made.user = this;
        made.threads = 1;
        return made;
    }
};

struct Training {
    libpicker::Model model = libpicker::Model::create("deeppicker", 4);
    libpicker::Dataset data;
    picker_train_options options = make<picker_train_options>();
    picker_train_report report = make<picker_train_report>();
    Training() {
        const auto sample = libpicker::simulate(small_simulation(31), 0);
        data.add(sample.micrograph, sample.truth);
        options.diameter = 160;
        options.epochs = 50;
    }
    picker_status run(Canceller& canceller) {
        const auto control = canceller.control();
        return picker_train(model.get(), data.get(), nullptr, &options, &report, &control);
    }
};

struct Files {
    TempFolder folder;
    std::string micrographs = folder / "micrographs", candidates = folder / "candidates", output = folder / "out";
    picker_pick_options pick = make<picker_pick_options>();
    picker_run_options run = make<picker_run_options>();
    explicit Files(int count) {
        std::filesystem::create_directory(micrographs);
        std::filesystem::create_directory(candidates);
        for (int i = 0; i < count; ++i) {
            const auto sample = libpicker::simulate(small_simulation(41), static_cast<std::uint64_t>(i));
            sample.micrograph.write(micrographs + "/m" + std::to_string(i) + ".mrc");
            sample.truth.write(candidates + "/m" + std::to_string(i) + ".star");
        }
        pick.diameter = 160;
        run.pick = &pick;
        run.output = output.c_str();
        run.source_folder = candidates.c_str();
    }
};

// Cancels a run after two micrographs, looks at what is there, and lets it finish.
void cancel_and_go_on(Files& f) {
    constexpr std::int64_t count = 12;
    const auto model = libpicker::Model::create("deeppicker", 4);
    const libpicker::Inputs inputs({f.micrographs});
    Canceller canceller{"pick", 2};
    auto control = canceller.control();
    ReportOwner report;
    ok(picker_pick_files(report.out(), model.get(), inputs.get(), &f.run, &control)); // cancelled is no failure
    auto first = make<picker_run_summary>();
    ok(picker_run_report_summary(report.get(), &first));
    DOCTEST_CHECK(canceller.cancelled);
    DOCTEST_CHECK(!canceller.other_thread);
    std::int64_t done = 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto item = make<picker_run_item>();
        ok(picker_run_report_item(report.get(), i, &item));
        const bool is_done = item.status == std::string("done");
        DOCTEST_CHECK((is_done || item.status == std::string("cancelled")));
        DOCTEST_CHECK(std::filesystem::exists(f.output + "/" + item.stem + ".star") == is_done);
        done += is_done ? 1 : 0;
    }
    DOCTEST_CHECK(first.done == done);
    DOCTEST_CHECK(first.cancelled == (done < count ? 1 : 0));
    DOCTEST_CHECK(done >= 2);

    ok(picker_pick_files(report.out(), model.get(), inputs.get(), &f.run, nullptr));
    auto second = make<picker_run_summary>();
    ok(picker_run_report_summary(report.get(), &second));
    DOCTEST_CHECK(second.cancelled == 0);
    DOCTEST_CHECK(second.skipped == done);
    DOCTEST_CHECK(second.done == count - done);
}

} // namespace

DOCTEST_TEST_CASE("a run cancelled before its first micrograph has done nothing, and says so") {
    Files f(2);
    f.run.source = PICKER_SOURCE_CANDIDATES;
    const auto model = libpicker::Model::create("deeppicker", 4);
    Canceller canceller;
    const auto control = canceller.control();
    ReportOwner report;
    ok(picker_pick_files(report.out(), model.get(), libpicker::Inputs({f.micrographs}).get(), &f.run, &control));
    auto summary = make<picker_run_summary>();
    ok(picker_run_report_summary(report.get(), &summary));
    DOCTEST_CHECK(summary.cancelled == 1);
    DOCTEST_CHECK(summary.done == 0);
    DOCTEST_CHECK(summary.micrographs == 2);
    DOCTEST_CHECK(!std::filesystem::exists(f.output + "/m0.star"));
    DOCTEST_CHECK(canceller.after == 0); // asked to stop, it asks no more
}

DOCTEST_TEST_CASE("a run from candidates, cancelled on the way, goes on where it stopped") {
    Files f(12);
    f.run.source = PICKER_SOURCE_CANDIDATES;
    cancel_and_go_on(f);
}

DOCTEST_TEST_CASE("a run with the network, cancelled on the way, goes on where it stopped") {
    if (!has_torch("picking")) {
        return;
    }
    Files f(12);
    cancel_and_go_on(f);
}

DOCTEST_TEST_CASE("training cancelled before an epoch is done leaves the model as it was") {
    if (!has_torch("training")) {
        return;
    }
    Training t;
    const std::string before = t.model.info().hash;
    Canceller canceller; // the first event of all
    refused(t.run(canceller), PICKER_CANCELLED, {});
    DOCTEST_CHECK(canceller.events == 1);
    DOCTEST_CHECK(before == t.model.info().hash);
    DOCTEST_CHECK(t.model.info().trained == 0);
}

DOCTEST_TEST_CASE("training cancelled later keeps the best weights so far") {
    if (!has_torch("training")) {
        return;
    }
    Training t;
    const std::string before = t.model.info().hash;
    Canceller canceller{"train", 2};
    ok(t.run(canceller));
    DOCTEST_CHECK(!canceller.other_thread);
    DOCTEST_CHECK(t.report.cancelled == 1);
    DOCTEST_CHECK((t.report.epochs >= 2 && t.report.epochs < 50));
    DOCTEST_CHECK((t.report.best_epoch >= 1 && t.report.best_epoch <= t.report.epochs));
    DOCTEST_CHECK(before != t.model.info().hash);
    DOCTEST_CHECK(t.model.info().trained == 1);
    DOCTEST_CHECK(t.model.info().diameter == 160);
}

DOCTEST_TEST_CASE("a single pick cancelled gives nothing") {
    if (!has_torch("picking")) {
        return;
    }
    const auto sample = libpicker::simulate(small_simulation(31), 0);
    const auto model = libpicker::Model::create("deeppicker", 4);
    auto options = make<picker_pick_options>();
    options.diameter = 160;
    Canceller canceller;
    const auto control = canceller.control();
    PicksOwner picks;
    refused(picker_pick(picks.out(), model.get(), sample.micrograph.get(), &options, &control), PICKER_CANCELLED, {});
    DOCTEST_CHECK(picks.get() == nullptr);
}

DOCTEST_TEST_CASE("an exception of a C++ callback comes out of the C++ call") {
    Files f(2);
    f.run.source = PICKER_SOURCE_CANDIDATES;
    libpicker::Control control;
    control.progress = [](const picker_progress&) -> bool { throw std::out_of_range("the caller's own"); };
    const auto model = libpicker::Model::create("deeppicker", 4);
    DOCTEST_CHECK_THROWS_AS(model.pick_files(libpicker::Inputs({f.micrographs}), f.run, control), std::out_of_range);
}

DOCTEST_TEST_CASE("the C++ control hands its device on") {
    Files f(2);
    f.run.source = PICKER_SOURCE_CANDIDATES;
    libpicker::Control control;
    control.device = picker_device_count(); // one more than there are
    const auto model = libpicker::Model::create("deeppicker", 4);
    DOCTEST_CHECK_THROWS_WITH_AS(model.pick_files(libpicker::Inputs({f.micrographs}), f.run, control),
                                 doctest::Contains("device"), libpicker::Error);
}

DOCTEST_TEST_CASE("scoring one micrograph ends in the middle when the caller has had enough") {
    if (!has_torch("scoring")) {
        return;
    }
    auto simulation = small_simulation(51);
    simulation.width = simulation.height = 1400; // naive scoring takes seconds, and asks every 50 ms
    const auto sample = libpicker::simulate(simulation, 0);
    const auto model = libpicker::Model::create("deeppicker", 1);
    auto options = make<picker_pick_options>();
    options.diameter = 160;
    struct Impatient {
        int events = 0;
        static std::int32_t call(void* user, const picker_progress*) {
            return ++static_cast<Impatient*>(user)->events >= 3 ? 1 : 0;
        }
    } impatient;
    auto control = make<picker_control>();
    control.progress = Impatient::call;
    control.user = &impatient;
    control.threads = 1;
    picker_scores* scores = nullptr;
    DOCTEST_CHECK(picker_score_naive(&scores, model.get(), sample.micrograph.get(), &options, &control) ==
                  PICKER_CANCELLED);
    DOCTEST_CHECK(scores == nullptr);
    DOCTEST_CHECK(impatient.events == 3);
}
