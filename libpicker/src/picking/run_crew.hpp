// The micrographs of a run in flight: several at a time on one crew of workers, each read, scored tile by tile,
// selected and written by itself.
#pragma once

#include "picking/run_files.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace picker {

// One micrograph to pick. What it points to stays in place until the crew has ended it.
struct PickTask {
    const InputMicrograph* input = nullptr;
    RunItem* item = nullptr;
    nlohmann::json stamps; // of the files that it is made from, taken before they are read
};

class PickCrew {
public:
    // `on_end` runs on a worker when the item of a task is "done" or "failed"; an exception of it stops the crew.
    PickCrew(const RunContext& run, int workers, std::function<void(PickTask&)> on_end);
    PickCrew(const PickCrew&) = delete;
    PickCrew& operator=(const PickCrew&) = delete;

    void add(PickTask& task);     // to the queue; does not wait
    void stop() { stop_ = true; } // what is in flight is given up, and nothing more is started
    bool stopped() const { return stop_; }
    std::int64_t ended() const { return ended_; } // tasks
    const char* newest() const;                   // name of the micrograph begun last, "" before the first
    // Until the queue is empty; `poll` as in WorkerPool. Then, as check(), passes on what stopped the crew.
    void wait_all(const std::function<void()>& poll);
    void check();

private:
    struct Flight;
    void start_next();
    void start(const std::shared_ptr<Flight>& flight);
    void read_and_cut(Flight& flight);
    void tile(const std::shared_ptr<Flight>& flight, int index);
    void finish(Flight& flight);
    void select_and_write(Flight& flight);
    Image take_spare();
    void keep_spare(Image&& image);

    const RunContext& run_;
    std::function<void(PickTask&)> on_end_;
    MaskFiles masks_;
    std::atomic<std::int64_t> ended_{0};
    std::atomic<bool> stop_{false};
    mutable std::mutex mutex_; // guards what follows
    std::deque<PickTask*> queue_;
    const PickTask* newest_ = nullptr;
    int in_flight_ = 0, most_in_flight_ = 0; // the latter 0 before the first task
    std::exception_ptr fatal_;
    std::vector<Image> spare_; // of micrographs that are prepared: their memory is read into again
    WorkerPool pool_;          // last: its threads end before the rest goes
};

} // namespace picker
