// A run again: what is done is skipped, what changed is redone, other settings are refused, a cancelled run goes on.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "unit/check.hpp"

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

using namespace picker;

namespace {

struct Counted {
    std::shared_ptr<std::atomic<int>> windows = std::make_shared<std::atomic<int>>(0);
    Scorer scorer = fake::scorer([count = windows](const float* patch) {
        ++*count;
        return fake::correlation(patch);
    });
};

std::vector<std::string> statuses(const RunReport& report) {
    std::vector<std::string> out;
    for (const RunItem& item : report.items) {
        out.push_back(item.status);
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE("a second run skips what is done and current, and redoes the rest") {
    const fake::Folder folder;
    auto inputs = fake::write_micrographs(folder.path() / "in", 4);
    RunOptions options;
    options.output = folder.path() / "out";
    const Counted counted;
    const auto run = [&] { return pick_files(counted.scorer.model(), &counted.scorer, inputs, options, {}); };
    const RunReport first = run();
    const std::string list = read_whole(options.output / "autopick.star");
    *counted.windows = 0;

    const RunReport second = run();
    DOCTEST_CHECK(statuses(second) == std::vector<std::string>(4, "skipped"));
    DOCTEST_CHECK(*counted.windows == 0);
    DOCTEST_CHECK(second.picks == first.picks);
    DOCTEST_CHECK(second.items[0].candidates == first.items[0].candidates);
    DOCTEST_CHECK(second.items[0].removed.threshold == first.items[0].removed.threshold);
    DOCTEST_CHECK(read_whole(options.output / "autopick.star") == list);

    std::filesystem::remove(options.output / "m0.star");                                 // an output is gone
    write_image(inputs[1].path, fake::draw(160, 114, {{50, 50, 1}, {100, 60, 1}}), 2.0); // an input is new
    write_whole(options.output / "journal.jsonl",
                read_whole(options.output / "journal.jsonl") + "{\"stem\": \"m3\", \"st"); // a crash
    inputs.push_back(fake::write_micrographs(folder.path() / "more", 6)[5]);               // and one more
    const RunReport third = run();
    DOCTEST_CHECK(statuses(third) == std::vector<std::string>{"done", "done", "skipped", "skipped", "done"});
    DOCTEST_CHECK(third.items[1].picks == 2);
    DOCTEST_CHECK(statuses(run()) == std::vector<std::string>(5, "skipped"));

    options.overwrite = true;
    DOCTEST_CHECK(statuses(run()) == std::vector<std::string>(5, "done"));
}

DOCTEST_TEST_CASE("failed micrographs are tried again") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 3);
    const std::string good = read_whole(inputs[1].path);
    write_whole(inputs[1].path, good.substr(0, 2000));
    RunOptions options;
    options.output = folder.path() / "out";
    const Counted counted;
    const auto run = [&] { return statuses(pick_files(counted.scorer.model(), &counted.scorer, inputs, options, {})); };
    DOCTEST_CHECK(run() == std::vector<std::string>{"done", "failed", "done"});
    DOCTEST_CHECK(run() == std::vector<std::string>{"skipped", "failed", "skipped"});
    write_whole(inputs[1].path, good);
    DOCTEST_CHECK(run() == std::vector<std::string>{"skipped", "done", "skipped"});
}

DOCTEST_TEST_CASE("other settings in the same folder are refused, and the message says which and how to go on") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 2);
    RunOptions options;
    options.output = folder.path() / "out";
    const Counted counted;
    const auto run = [&](const Scorer& scorer) { return pick_files(scorer.model(), &scorer, inputs, options, {}); };
    run(counted.scorer);
    const std::string before = read_whole(options.output / "m0.star");
    options.settings.threshold = 0.25;
    DOCTEST_CHECK_THROWS_WITH_AS(run(counted.scorer), doctest::Contains("threshold 0.5 (now 0.25)"), Error);
    DOCTEST_CHECK_THROWS_WITH_AS(run(counted.scorer), doctest::Contains("--overwrite"), Error);
    DOCTEST_CHECK(read_whole(options.output / "m0.star") == before);
    options.settings = {};
    Model other = fake::model();
    other.parameters[3] = 1.0F;
    const Scorer retrained(other, std::make_unique<fake::FunctionNetwork>(fake::correlation));
    DOCTEST_CHECK_THROWS_WITH_AS(run(retrained), doctest::Contains("other settings: model"), Error);
    write_whole(options.output / "journal.jsonl", "somebody else's file\n");
    DOCTEST_CHECK_THROWS_WITH_AS(run(counted.scorer), doctest::Contains("not the journal of a pick run"), Error);
}

DOCTEST_TEST_CASE("a cancelled run keeps what is done, says so, and goes on later to the same result") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 8);
    RunOptions options;
    options.output = folder.path() / "out";
    // Every micrograph but the first waits until the caller has asked to stop.
    std::atomic<bool> asked{false};
    std::atomic<int> calls{0};
    const Scorer waiting = fake::scorer([&](const float* patch) {
        if (++calls > 5000) { // the first micrograph has 68 x 48 windows
            while (!asked) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
        return fake::correlation(patch);
    });
    Control control;
    control.threads = 1;
    control.progress = [&](const ProgressEvent& event) {
        DOCTEST_CHECK(std::string(event.stage) == "pick");
        DOCTEST_CHECK(event.total == 8);
        asked = asked || event.done >= 1;
        return asked.load();
    };
    const RunReport report = pick_files(waiting.model(), &waiting, inputs, options, control);
    DOCTEST_CHECK(report.cancelled);
    DOCTEST_CHECK(report.items[0].status == "done");
    DOCTEST_CHECK(report.items[7].status == "cancelled");
    DOCTEST_CHECK(report.failed == 0);
    const auto json = nlohmann::json::parse(read_whole(options.output / "run.json"));
    DOCTEST_CHECK(json["complete"] == false);
    DOCTEST_CHECK(read_whole(options.output / "autopick.star").find("m7.mrc") == std::string::npos);

    const Counted counted;
    const RunReport rest = pick_files(counted.scorer.model(), &counted.scorer, inputs, options, {});
    DOCTEST_CHECK(!rest.cancelled);
    DOCTEST_CHECK(rest.items[0].status == "skipped");
    DOCTEST_CHECK(rest.items[7].status == "done");
    DOCTEST_CHECK(nlohmann::json::parse(read_whole(options.output / "run.json"))["complete"] == true);
    RunOptions fresh = options;
    fresh.output = folder.path() / "fresh";
    pick_files(counted.scorer.model(), &counted.scorer, inputs, fresh, {});
    for (const InputMicrograph& input : inputs) {
        DOCTEST_CHECK(read_whole(options.output / (input.stem + ".star")) ==
                      read_whole(fresh.output / (input.stem + ".star")));
    }
}

DOCTEST_TEST_CASE("an exception of the caller's own callback comes back, and nothing hangs") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 3);
    RunOptions options;
    options.output = folder.path() / "out";
    const Counted counted;
    Control control;
    control.progress = [](const ProgressEvent&) -> bool { throw std::runtime_error("the host is gone"); };
    DOCTEST_CHECK_THROWS_WITH_AS(pick_files(counted.scorer.model(), &counted.scorer, inputs, options, control),
                                 "the host is gone", std::runtime_error);
}
