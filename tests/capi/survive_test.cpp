// What a host puts a library through: a fork after work on many threads, and models loaded and freed all night.
#include "capi/support.hpp"

#include <csignal>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace capi;

namespace {

struct Work {
    libpicker::Simulated sample = libpicker::simulate(small_simulation(), 3);
    libpicker::Model model = libpicker::Model::create("deepem", 1);

    // Every x that comes out of simulating, and of picking where LibTorch is there, on several threads.
    std::vector<double> run() const {
        auto control = make<picker_control>();
        control.threads = 4;
        const auto settings = small_simulation();
        SimulatorOwner simulator;
        MicrographOwner image;
        PicksOwner truth;
        ok(picker_simulator_create(simulator.out(), &settings, &control));
        ok(picker_simulator_make(image.out(), truth.out(), nullptr, nullptr, simulator.get(), 3, &control));
        std::vector<double> out = column(truth.get(), "x");
        if (picker_has_feature("torch") != 0) {
            auto options = make<picker_pick_options>();
            options.diameter = 160;
            options.has_threshold = 1;
            PicksOwner picks;
            ok(picker_pick(picks.out(), model.get(), image.get(), &options, &control));
            const auto found = column(picks.get(), "x");
            out.insert(out.end(), found.begin(), found.end());
        }
        return out;
    }
};

} // namespace

// A child has none of its parent's threads; a library that waits for them hangs (OpenMP's does).
DOCTEST_TEST_CASE("a child that was forked after work on many threads comes to the same") {
    const Work work;
    const std::vector<double> expected = work.run();
    DOCTEST_REQUIRE(!expected.empty());
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(120);
        bool same = false;
        try {
            same = work.run() == expected;
        } catch (...) {
            ::_exit(2);
        }
        ::_exit(same ? 0 : 1);
    }
    int status = 0;
    DOCTEST_REQUIRE(::waitpid(child, &status, 0) == child);
    DOCTEST_CHECK_MESSAGE(!WIFSIGNALED(status), "the child was ended by signal ", WTERMSIG(status), " (14: it hung)");
    DOCTEST_CHECK(WIFEXITED(status));
    DOCTEST_CHECK(WEXITSTATUS(status) == 0);
    DOCTEST_CHECK(work.run() == expected); // the parent is none the worse
}

DOCTEST_TEST_CASE("10,000 models loaded and freed leave nothing behind") {
    const TempFolder folder;
    const std::string path = folder / "model.safetensors";
    libpicker::Model::create("deepem", 1).save(path);
    const auto cycles = [&](int count) {
        for (int i = 0; i < count; ++i) {
            ModelOwner model;
            const char* text = nullptr;
            ok(picker_model_load(model.out(), path.c_str()));
            ok(picker_model_metadata(&text, model.get()));
        }
    };
    cycles(100);
    const auto before = mallinfo2().uordblks; // bytes; the sanitizers count none, and find leaks themselves
    cycles(before > 0 ? 10000 : 200);
    const auto after = mallinfo2().uordblks;
    DOCTEST_CHECK_MESSAGE(after <= before + 4096, "from ", before, " to ", after, " bytes");
}
