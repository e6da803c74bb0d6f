// Who may work in a run's folder: one run, or shards of one; whoever is refused learns by whom; a killed holder is
// gone.
#include "core/error.hpp"
#include "fake_network.hpp"
#include "picking/run_lock.hpp"
#include "unit/check.hpp"

#include <csignal>
#include <sys/wait.h>

using namespace picker;

namespace {

bool there(const fake::Folder& folder) {
    return std::filesystem::exists(folder.path() / ".picker.lock");
}

} // namespace

DOCTEST_TEST_CASE("the second run in a folder is refused, and told by whom") {
    const fake::Folder folder;
    const Control control;
    {
        const RunLock first(folder.path(), {}, control);
        const std::string process = text("process ", static_cast<long>(::getpid()), " on ");
        DOCTEST_CHECK_THROWS_WITH_AS(RunLock(folder.path(), {}, control), doctest::Contains(process.c_str()), Error);
        DOCTEST_CHECK_THROWS_WITH_AS(RunLock(folder.path(), Shard{2, 3}, control),
                                     doctest::Contains(folder.path().c_str()), Error);
        DOCTEST_CHECK(there(folder));
    }
    DOCTEST_CHECK(!there(folder));
    const RunLock again(folder.path(), {}, control);
}

DOCTEST_TEST_CASE("shards share a folder, none twice and none beside a whole run") {
    const fake::Folder folder;
    const Control control;
    const RunLock first(folder.path(), Shard{1, 3}, control);
    const RunLock third(folder.path(), Shard{3, 3}, control);
    DOCTEST_CHECK_THROWS_WITH_AS(RunLock(folder.path(), Shard{3, 3}, control),
                                 doctest::Contains("shard 3 of 3, process"), Error);
    DOCTEST_CHECK_THROWS_WITH_AS(RunLock(folder.path(), {}, control), doctest::Contains("shard 1 of 3, process"),
                                 Error);
}

DOCTEST_TEST_CASE("of shards that end, the last one gets the whole folder") {
    const fake::Folder folder;
    const Control control;
    RunLock first(folder.path(), Shard{1, 2}, control);
    RunLock second(folder.path(), Shard{2, 2}, control);
    DOCTEST_CHECK(!first.take_whole());
    DOCTEST_CHECK(second.take_whole());
    DOCTEST_CHECK_THROWS_AS(RunLock(folder.path(), Shard{1, 2}, control), Error);
}

DOCTEST_TEST_CASE("a killed process holds nothing") {
    const fake::Folder folder;
    const Control control;
    int ready[2] = {-1, -1};
    DOCTEST_REQUIRE(::pipe(ready) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const RunLock held(folder.path(), {}, control);
        (void)!::write(ready[1], "x", 1);
        ::pause();
        ::_exit(0);
    }
    char byte = 0;
    DOCTEST_REQUIRE(::read(ready[0], &byte, 1) == 1);
    const std::string process = text("process ", static_cast<long>(child), " on ");
    DOCTEST_CHECK_THROWS_WITH_AS(RunLock(folder.path(), {}, control), doctest::Contains(process.c_str()), Error);
    DOCTEST_REQUIRE(::kill(child, SIGKILL) == 0);
    DOCTEST_REQUIRE(::waitpid(child, nullptr, 0) == child);
    DOCTEST_CHECK(there(folder)); // the file is still there, the lock is not
    const RunLock mine(folder.path(), {}, control);
    ::close(ready[0]);
    ::close(ready[1]);
}

DOCTEST_TEST_CASE("a run refuses a folder in which another one is at work, and harms nothing") {
    const fake::Folder folder;
    const auto inputs = fake::write_micrographs(folder.path() / "in", 3);
    RunOptions options;
    options.output = folder.path() / "out";
    const Scorer scorer = fake::scorer();
    std::string refused;
    Control control;
    control.progress = [&](const ProgressEvent&) {
        try {
            RunOptions other = options;
            other.overwrite = true; // would start the journal anew
            pick_files(scorer.model(), &scorer, inputs, other, {});
        } catch (const Error& error) {
            refused = error.what();
        }
        return false;
    };
    const RunReport report = pick_files(scorer.model(), &scorer, inputs, options, control);
    DOCTEST_CHECK(refused.find("another run works in the folder " + options.output.string()) == 0);
    DOCTEST_CHECK(report.failed == 0);
    DOCTEST_CHECK(pick_files(scorer.model(), &scorer, inputs, options, {}).items[2].status == "skipped");
    DOCTEST_CHECK(!std::filesystem::exists(options.output / ".picker.lock"));
}
