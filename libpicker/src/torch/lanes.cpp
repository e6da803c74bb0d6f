// Streams of a network on a GPU (lanes.hpp).
#include "torch/lanes.hpp"

#include <c10/core/impl/DeviceGuardImplInterface.h>

namespace picker {

c10::Stream Lanes::take(Share share) {
    std::unique_lock lock(mutex_);
    if (share == Share::alone) {
        ++waiting_alone_;
        changed_.wait(lock, [&] { return used_ == 0; });
        --waiting_alone_;
    } else {
        changed_.wait(lock, [&] { return !alone_ && waiting_alone_ == 0 && used_ < most; });
    }
    if (free_.empty()) { // fewer are in use than `most`
        free_.reserve(most);
        free_.push_back(c10::impl::getDeviceGuardImpl(device_.type())->getStreamFromGlobalPool(device_));
    }
    const c10::Stream stream = free_.back();
    free_.pop_back();
    ++used_;
    alone_ = share == Share::alone;
    return stream;
}

void Lanes::give_back(Share share, c10::Stream stream) {
    {
        const std::lock_guard lock(mutex_);
        free_.push_back(stream); // has room since take()
        --used_;
        if (share == Share::alone) {
            alone_ = false;
        }
    }
    changed_.notify_all();
}

Lanes::Use::Use(Lanes& lanes, Share share) : lanes_(lanes), share_(share), stream_(lanes.take(share)) {
    try {
        guard_.emplace(stream_);
    } catch (...) {
        lanes_.give_back(share_, stream_);
        throw;
    }
}

Lanes::Use::~Use() {
    guard_.reset();
    lanes_.give_back(share_, stream_);
}

} // namespace picker
