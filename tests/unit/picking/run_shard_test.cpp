// Shards of one run in one folder: together the same files as a single run, whatever their order, also when one is
// killed; the last one writes the lists.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "io/atomic_file.hpp"
#include "same_run.hpp"
#include "unit/check.hpp"

#include <atomic>
#include <csignal>
#include <sys/wait.h>
#include <thread>

using namespace picker;

namespace {

struct World {
    fake::Folder folder;
    std::vector<InputMicrograph> inputs;
    RunOptions options;
    explicit World(int count = 8) : inputs(fake::write_micrographs(folder.path() / "in", count)) {
        options.output = folder.path() / "out";
        options.formats = {"box", "csv", "cbox"};
        options.settings.keep = 0.2;
    }
    RunReport run(Shard shard = {}, const Scorer& scorer = fake::scorer()) const {
        RunOptions own = options;
        own.shard = shard;
        Control control;
        control.threads = 2;
        return pick_files(scorer.model(), &scorer, inputs, own, control);
    }
    // The same in one piece, in a folder of its own.
    std::filesystem::path single() const {
        World other = *this;
        other.options.output = folder.path() / "single";
        other.run();
        return other.options.output;
    }
    World(const World& other) : inputs(other.inputs), options(other.options) {}
    World& operator=(const World&) = delete;
    bool has(const char* name) const { return std::filesystem::exists(options.output / name); }
};

std::size_t count(const RunReport& report, const std::string& status) {
    return static_cast<std::size_t>(std::count_if(report.items.begin(), report.items.end(),
                                                  [&](const RunItem& item) { return item.status == status; }));
}

} // namespace

DOCTEST_TEST_CASE("shards one after the other make what a single run makes; the last one writes the lists") {
    const World world;
    for (const int index : {2, 3, 1}) {
        const RunReport report = world.run({index, 3});
        DOCTEST_CHECK(count(report, "done") == (index == 3 ? 3 : index == 1 ? 3 : 2)); // 0 3 6, 1 4 7, 2 5
        DOCTEST_CHECK(report.has_lists == (index == 1));
        DOCTEST_CHECK(world.has("autopick.star") == (index == 1));
        DOCTEST_CHECK(count(report, "elsewhere") == (index == 2 ? 6 : index == 3 ? 3 : 0));
        DOCTEST_CHECK(!report.cancelled);
    }
    fake::check_same_run(world.options.output, world.single());
}

DOCTEST_TEST_CASE("counted from 0 or from 1, the shards are the same") {
    const World zero;
    const World one = zero;
    const RunReport first = zero.run({0, 3});
    RunOptions other = one.options;
    other.output = zero.folder.path() / "one";
    other.shard = {3, 3};
    const Scorer scorer = fake::scorer();
    const RunReport last = pick_files(scorer.model(), &scorer, one.inputs, other, {});
    for (std::size_t i = 0; i < first.items.size(); ++i) {
        DOCTEST_CHECK(first.items[i].status == last.items[i].status);
        DOCTEST_CHECK((first.items[i].status == "done") == (i % 3 == 0));
    }
}

DOCTEST_TEST_CASE("shards at the same time, and the best N over the whole run") {
    World world;
    world.options.settings.top = 25;
    std::atomic<int> lists{0};
    std::vector<std::thread> shards;
    for (int i = 0; i < 4; ++i) {
        shards.emplace_back([&, i] { lists += world.run({i, 4}).has_lists ? 1 : 0; });
    }
    for (std::thread& shard : shards) {
        shard.join();
    }
    DOCTEST_CHECK(lists >= 1);
    fake::check_same_run(world.options.output, world.single());
    std::size_t picks = 0;
    for (const RunItem& item : world.run().items) {
        picks += item.picks;
    }
    DOCTEST_CHECK(picks == 25);
}

DOCTEST_TEST_CASE("a call without a shard completes what shards have left") {
    const World world;
    world.run({1, 3});
    write_whole(world.options.output / ".m0.star.123-4.tmp", "of a process that was killed");
    write_whole(world.options.output / ".notes.123-4.tmp", "somebody else's");
    const RunReport report = world.run();
    DOCTEST_CHECK(!world.has(".m0.star.123-4.tmp"));
    DOCTEST_CHECK(std::filesystem::remove(world.options.output / ".notes.123-4.tmp"));
    DOCTEST_CHECK(count(report, "skipped") == 3);
    DOCTEST_CHECK(count(report, "done") == 5);
    DOCTEST_CHECK(report.has_lists);
    fake::check_same_run(world.options.output, world.single());
}

DOCTEST_TEST_CASE("what failed in another shard is told by the one that writes the lists, and tried again later") {
    const World world;
    const std::string good = read_whole(world.inputs[4].path);
    write_whole(world.inputs[4].path, good.substr(0, 2000));
    DOCTEST_CHECK(world.run({1, 2}).failed == 0);
    const RunReport second = world.run({0, 2}); // 0 2 4 6
    DOCTEST_CHECK(second.failed == 1);
    DOCTEST_CHECK(second.has_lists);
    const RunReport again = world.run({1, 2});
    DOCTEST_CHECK(again.items[4].status == "failed");
    DOCTEST_CHECK(again.items[4].error.find("m4.mrc") != std::string::npos);
    DOCTEST_CHECK(read_whole(world.options.output / "autopick.star").find("m4.mrc") == std::string::npos);
    write_whole(world.inputs[4].path, good);
    DOCTEST_CHECK(world.run({0, 2}).items[4].status == "done");
    fake::check_same_run(world.options.output, world.single());
}

DOCTEST_TEST_CASE("a killed shard costs its current micrograph, and the same call completes it") {
    const World world;
    world.run({2, 2});
    int ready[2] = {-1, -1};
    DOCTEST_REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {                          // hangs in the third of 1, 3, 5, 7
        const int windows = 73 * 50 + 83 * 54; // of m1 and m3: (160 - 16) / 2 + 1 by (114 - 16) / 2 + 1, and so on
        std::atomic<int> calls{0};
        const Scorer hanging = fake::scorer([&](const float* patch) {
            if (++calls > windows) {
                (void)!::write(ready[1], "x", 1);
                ::pause();
            }
            return fake::correlation(patch);
        });
        RunOptions own = world.options;
        own.shard = {1, 2};
        Control control;
        control.threads = 1;
        pick_files(hanging.model(), &hanging, world.inputs, own, control);
        ::_exit(0);
    }
    char byte = 0;
    DOCTEST_REQUIRE(::read(ready[0], &byte, 1) == 1);
    DOCTEST_CHECK_THROWS_WITH_AS(world.run({1, 2}), doctest::Contains("shard 1 of 2, process"), Error);
    DOCTEST_REQUIRE(::kill(child, SIGKILL) == 0);
    DOCTEST_REQUIRE(::waitpid(child, nullptr, 0) == child);
    const RunReport report = world.run({1, 2});
    DOCTEST_CHECK(count(report, "done") == 2); // 5 and 7
    DOCTEST_CHECK(report.has_lists);
    fake::check_same_run(world.options.output, world.single());
    ::close(ready[0]);
    ::close(ready[1]);
}

DOCTEST_TEST_CASE("shards that cannot be, and other settings, are refused") {
    World world(2);
    for (const Shard& wrong : {Shard{4, 3}, Shard{-1, 3}, Shard{1, 0}, Shard{0, -2}}) {
        DOCTEST_CHECK_THROWS_WITH_AS(world.run(wrong), doctest::Contains("give 1 to N of N, or 0 to N-1 of N"), Error);
    }
    world.run({1, 2});
    world.options.settings.keep = 0.3;
    DOCTEST_CHECK_THROWS_WITH_AS(world.run({2, 2}), doctest::Contains("keep 0.2 (now 0.3)"), Error);
    world.options.overwrite = true;
    DOCTEST_CHECK_THROWS_WITH_AS(world.run({2, 2}), doctest::Contains("empty the folder"), Error);
    const RunReport anew = world.run();
    DOCTEST_CHECK(count(anew, "done") == 2);
    DOCTEST_CHECK(!world.has("journal.1-of-2.jsonl"));
}

DOCTEST_TEST_CASE("more shards than micrographs: some have nothing to do") {
    const World world(2);
    DOCTEST_CHECK(!world.run({5, 7}).has_lists);
    DOCTEST_CHECK(!world.run({0, 7}).has_lists);
    DOCTEST_CHECK(world.run({1, 7}).has_lists);
    fake::check_same_run(world.options.output, world.single());
}
