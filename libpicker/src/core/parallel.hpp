// Worker threads that live for one call: a fixed crew takes numbered jobs, the calling thread waits and may poll.
// The split never decides a result: a job's work depends on its number alone.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace picker {

class WorkerPool {
public:
    // `on_start` runs first on every worker (the engine's thread set-up, for example).
    explicit WorkerPool(int workers, std::function<void()> on_start = {});
    ~WorkerPool(); // waits for running jobs
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    int workers() const { return static_cast<int>(threads_.size()); }

    // Runs job(0) .. job(count - 1) on the workers and returns when all are done. `poll` runs on the calling
    // thread about every 50 ms and after the last job; when it throws, no further job starts and the exception is
    // passed on after the running ones end. The first exception of a job is passed on likewise.
    void run(std::size_t count, const std::function<void(std::size_t)>& job, const std::function<void()>& poll = {});

    // A job by itself, without waiting; its exceptions are rethrown by wait_all().
    void submit(std::function<void()> job);
    void wait_all(const std::function<void()>& poll = {});
    void check(); // rethrows what wait_all() would, without waiting

private:
    void work(const std::function<void()>& on_start);

    std::mutex mutex_;
    std::condition_variable wake_workers_, wake_caller_;
    std::deque<std::function<void()>> queue_;
    std::size_t running_ = 0;
    bool stopping_ = false;
    std::exception_ptr error_;
    std::vector<std::thread> threads_;
};

} // namespace picker
