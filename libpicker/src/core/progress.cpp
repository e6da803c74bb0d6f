// Progress, logging and cancelling (progress.hpp).
#include "core/progress.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace picker {
namespace {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

void Control::report(const ProgressEvent& event) const {
    if (progress && progress(event)) {
        fail(Status::cancelled, "cancelled by the caller during ", event.stage);
    }
}

void Control::info(const std::string& line) const {
    if (log) {
        log(0, line);
    }
}

void Control::warn(const std::string& line) const {
    if (log) {
        log(1, line);
    }
}

int Control::worker_count() const {
    if (threads > 0) {
        return threads;
    }
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Meter::Meter(const Control& control, const char* stage, std::int64_t total)
    : control_(&control), stage_(stage), total_(total), start_(now()) {}

void Meter::at(std::int64_t done, const char* item, double value) const {
    const double seconds = now() - start_;
    ProgressEvent event;
    event.stage = stage_;
    event.done = done;
    event.total = total_;
    event.item = item;
    event.value = value;
    if (done > 0 && seconds > 0) {
        event.rate = static_cast<double>(done) / seconds;
        if (total_ > 0) {
            event.seconds_left = static_cast<double>(total_ - done) / event.rate;
        }
    }
    control_->report(event);
}

} // namespace picker
