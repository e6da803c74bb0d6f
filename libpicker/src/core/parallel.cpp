// The worker crew (parallel.hpp).
#include "core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

namespace picker {

WorkerPool::WorkerPool(int workers, std::function<void()> on_start) {
    const int count = std::max(1, workers);
    threads_.reserve(static_cast<std::size_t>(count));
    try {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this, on_start] { work(on_start); });
        }
    } catch (...) { // the system has no more threads: the ones that started must end first
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_workers_.notify_all();
        for (auto& thread : threads_) {
            thread.join();
        }
        throw;
    }
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        queue_.clear();
    }
    wake_workers_.notify_all();
    for (auto& thread : threads_) {
        thread.join();
    }
}

void WorkerPool::work(const std::function<void()>& on_start) {
    bool started = !on_start;
    for (;;) {
        std::function<void()> job;
        {
            std::unique_lock lock(mutex_);
            wake_workers_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                return;
            }
            job = std::move(queue_.front());
            queue_.pop_front();
            ++running_;
        }
        std::exception_ptr error;
        try {
            if (!started) {
                on_start();
                started = true;
            }
            job();
        } catch (...) {
            error = std::current_exception();
        }
        job = nullptr; // what it holds is released before the caller is told
        {
            const std::lock_guard lock(mutex_);
            if (error) {
                if (!error_) {
                    error_ = error;
                }
                queue_.clear();
            }
            --running_;
        }
        wake_caller_.notify_all();
    }
}

void WorkerPool::submit(std::function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        if (error_) {
            return; // wait_all() is about to tell
        }
        queue_.push_back(std::move(job));
    }
    wake_workers_.notify_one();
}

void WorkerPool::wait_all(const std::function<void()>& poll) {
    std::exception_ptr from_poll;
    std::unique_lock lock(mutex_);
    const auto idle = [this] { return queue_.empty() && running_ == 0; };
    while (!idle()) {
        wake_caller_.wait_for(lock, std::chrono::milliseconds(50), idle);
        if (poll && !from_poll) {
            lock.unlock();
            try {
                poll();
                lock.lock();
            } catch (...) {
                from_poll = std::current_exception();
                lock.lock();
                queue_.clear();
            }
        }
    }
    const std::exception_ptr from_job = std::exchange(error_, nullptr);
    lock.unlock();
    if (from_poll) {
        std::rethrow_exception(from_poll);
    }
    if (from_job) {
        std::rethrow_exception(from_job);
    }
    if (poll) {
        poll();
    }
}

void WorkerPool::check() {
    const std::lock_guard lock(mutex_);
    if (error_) {
        std::rethrow_exception(error_);
    }
}

void WorkerPool::run(std::size_t count, const std::function<void(std::size_t)>& job,
                     const std::function<void()>& poll) {
    // One queued job per worker, each taking the next number: cheap for many small jobs.
    std::atomic<std::size_t> next{0};
    std::atomic<bool> stop{false};
    std::function<void()> watch;
    if (poll) {
        watch = [&] {
            try {
                poll();
            } catch (...) {
                stop = true;
                throw;
            }
        };
    }
    const std::size_t crew = std::min(count, threads_.size());
    try {
        for (std::size_t i = 0; i < crew; ++i) {
            submit([&] {
                try {
                    for (std::size_t n = next++; n < count && !stop; n = next++) {
                        job(n);
                    }
                } catch (...) {
                    stop = true;
                    throw;
                }
            });
        }
    } catch (...) { // no memory for another: those that are queued look at what is here, and must end first
        const std::exception_ptr reason = std::current_exception();
        stop = true;
        try {
            wait_all();
        } catch (...) {
            std::rethrow_exception(reason); // the first fault is told
        }
        std::rethrow_exception(reason);
    }
    wait_all(watch);
}

} // namespace picker
