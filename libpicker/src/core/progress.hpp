// How a long call talks to its caller: progress, log lines and the wish to stop. Nothing is global.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace picker {

struct ProgressEvent {
    const char* stage = ""; // "read", "pick", "train", ...
    std::int64_t done = 0;
    std::int64_t total = 0;     // 0 where unknown
    double rate = 0.0;          // items per second so far
    double seconds_left = -1.0; // -1 where unknown
    double value = 0.0;         // what the stage measures (training: validation loss), NaN where nothing
    const char* item = "";      // the micrograph or epoch in hand
};

// Callbacks run on the thread that called the library, never on a worker.
class Control {
public:
    std::function<bool(const ProgressEvent&)> progress;     // true: cancel
    std::function<void(int level, const std::string&)> log; // 0 information, 1 warning
    int threads = 0;                                        // 0: one per core
    std::string device;                                     // where networks run (engine/device_name.hpp); "": the CPU

    void report(const ProgressEvent& event) const; // throws Error(cancelled) when the callback asks for it
    void info(const std::string& line) const;
    void warn(const std::string& line) const;
    int worker_count() const; // at least 1
};

// Fills rate and time left from a monotonic clock started at construction.
class Meter {
public:
    Meter(const Control& control, const char* stage, std::int64_t total);
    void at(std::int64_t done, const char* item = "", double value = 0.0) const;

private:
    const Control* control_;
    const char* stage_;
    std::int64_t total_;
    double start_;
};

} // namespace picker
