// Where a network's arithmetic runs: on the CPU with loops of our own where LibTorch's are slow, or by LibTorch's
// general operations on a device. Only calls that every LibTorch has are used, so that one libpicker_torch serves the
// CPU build and the CUDA build of the same version.
#pragma once

#include "device/kernels.hpp"
#include "torch/lanes.hpp"

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/util/Exception.h>

#include <memory>
#include <string>

namespace picker {

// Whether what went wrong was that a device's memory is full. Not only LibTorch's own allocations end so, those of the
// libraries that it calls do too.
inline bool memory_is_full(const c10::Error& error) {
    return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
           std::string(error.what_without_backtrace()).find("out of memory") != std::string::npos;
}

class Place {
public:
    Place() = default; // the CPU
    static Place on_cuda(int index);
    // The way of a device, on the CPU: for tests, on machines without a GPU.
    static Place like_a_device();

    // Our own loops over memory of the host may be used.
    bool is_cpu() const { return !general_; }
    // Values of the caller as a tensor at this place. On the CPU they are borrowed and only ever read; on a device they
    // have been taken over when this returns.
    at::Tensor bring(const float* values, at::IntArrayRef sizes) const;
    // A result in memory of the host; complete when this returns.
    at::Tensor fetch(const at::Tensor& tensor) const;
    void finish() const; // until what this thread has asked of the device is done
    at::Tensor move(const at::Tensor& tensor) const { return tensor.to(device_); }
    at::Tensor zeros(at::IntArrayRef sizes, at::ScalarType type) const;
    at::Tensor empty(at::IntArrayRef sizes, at::ScalarType type) const;
    // Our kernels, in order with what LibTorch does for this thread.
    std::unique_ptr<device::Kernels> kernels() const;

    // Runs `body` on a stream of its own. Where the device's memory is full, once more when nothing else of this
    // network is under way; after that the error is the caller's (memory_is_full).
    template <typename Body> auto run(Body&& body) const {
        if (!lanes_) {
            return body();
        }
        try {
            const Lanes::Use use(*lanes_, Lanes::Share::with_others);
            return body();
        } catch (const c10::Error& error) {
            if (!memory_is_full(error)) {
                throw;
            }
            // What was under way beside it took its part.
        }
        const Lanes::Use use(*lanes_, Lanes::Share::alone);
        return body();
    }

private:
    c10::Device device_{c10::kCPU};
    bool general_ = false;
    std::shared_ptr<Lanes> lanes_; // of a GPU; copies of a place share them
};

} // namespace picker
