// The worker crew: every job once, exceptions arrive, polling can stop a run.
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "unit/check.hpp"
#include "unit/core/scarce_memory.hpp"

#include <atomic>
#include <new>
#include <thread>

using picker::WorkerPool;

DOCTEST_TEST_CASE("every job runs exactly once, on a worker") {
    for (const int workers : {1, 2, 5}) {
        WorkerPool pool(workers);
        std::vector<int> hits(1000, 0);
        std::atomic<bool> on_caller{false};
        const auto caller = std::this_thread::get_id();
        pool.run(hits.size(), [&](std::size_t i) {
            ++hits[i];
            if (std::this_thread::get_id() == caller) {
                on_caller = true;
            }
        });
        DOCTEST_CHECK(hits == std::vector<int>(1000, 1));
        DOCTEST_CHECK_FALSE(on_caller);
    }
}

DOCTEST_TEST_CASE("a job's exception reaches the caller and the pool stays usable") {
    WorkerPool pool(2);
    DOCTEST_CHECK_THROWS_WITH_AS(pool.run(100,
                                          [](std::size_t i) {
                                              if (i == 3) {
                                                  picker::fail(picker::Status::io, "job ", i);
                                              }
                                          }),
                                 "job 3", picker::Error);
    std::atomic<int> done{0};
    pool.run(10, [&](std::size_t) { ++done; });
    DOCTEST_CHECK(done == 10);
}

DOCTEST_TEST_CASE("polling runs on the caller and can stop the run") {
    WorkerPool pool(2);
    const auto caller = std::this_thread::get_id();
    std::atomic<int> done{0};
    picker::Control control;
    control.progress = [&](const picker::ProgressEvent&) {
        DOCTEST_CHECK(std::this_thread::get_id() == caller);
        return true;
    };
    const picker::Meter meter(control, "test", 1000000);
    DOCTEST_CHECK_THROWS_AS(pool.run(
                                1000000,
                                [&](std::size_t) {
                                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                    ++done;
                                },
                                [&] { meter.at(done); }),
                            picker::Error);
    DOCTEST_CHECK(done < 1000000);
}

DOCTEST_TEST_CASE("the set-up of a worker runs before its first job") {
    std::atomic<int> starts{0};
    WorkerPool pool(3, [&] { ++starts; });
    std::atomic<bool> early{false};
    pool.run(50, [&](std::size_t) {
        if (starts == 0) {
            early = true;
        }
    });
    DOCTEST_CHECK_FALSE(early);
    DOCTEST_CHECK(starts <= 3);
}

DOCTEST_TEST_CASE("a run that gets no memory for its jobs ends none the less after those that have begun") {
    int refused = 0;
    for (int granted = 0; granted < 6; ++granted) {
        std::atomic<bool> over{false};
        std::atomic<int> late{0}, done{0};
        {
            WorkerPool pool(3);
            granted_allocations = granted; // of the caller alone
            try {
                pool.run(3000, [&](std::size_t) {
                    for (int i = 0; i < 2000; ++i) {
                        late += over ? 1 : 0;
                    }
                    ++done;
                });
                granted_allocations = -1;
                DOCTEST_CHECK(done == 3000);
            } catch (const std::bad_alloc&) {
                granted_allocations = -1;
                ++refused;
            }
            over = true;
        }
        DOCTEST_CHECK(late == 0);
    }
    DOCTEST_CHECK(refused > 0);
}
