// Places where networks run (place.hpp).
#include "torch/place.hpp"

#include "core/error.hpp"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <algorithm>

namespace picker {
namespace {

c10::Stream current_stream(c10::Device device) {
    return c10::impl::getDeviceGuardImpl(device.type())->getStream(device);
}

at::TensorOptions pinned(at::ScalarType type) {
    return at::TensorOptions().dtype(type).device(c10::kCPU).pinned_memory(true);
}

} // namespace

Place Place::on_cuda(int index) {
    Place place;
    place.device_ = c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
    place.general_ = true;
    place.lanes_ = std::make_shared<Lanes>(place.device_);
    return place;
}

Place Place::like_a_device() {
    Place place;
    place.general_ = true;
    return place;
}

at::Tensor Place::bring(const float* values, at::IntArrayRef sizes) const {
    const at::Tensor borrowed = at::from_blob(const_cast<float*>(values), sizes);
    if (is_cpu()) {
        return borrowed;
    }
    if (device_.is_cpu()) {
        return borrowed.clone();
    }
    // Through pinned memory, which the device reads by itself. LibTorch keeps it from being used again before that.
    const at::Tensor staged = at::empty(sizes, pinned(at::kFloat));
    std::copy_n(values, staged.numel(), staged.mutable_data_ptr<float>());
    return staged.to(device_, /*non_blocking=*/true);
}

at::Tensor Place::fetch(const at::Tensor& tensor) const {
    if (device_.is_cpu()) {
        return tensor.contiguous();
    }
    const at::Tensor from = tensor.contiguous();
    at::Tensor to = at::empty(from.sizes(), pinned(from.scalar_type()));
    to.copy_(from, /*non_blocking=*/true);
    finish();
    return to;
}

void Place::finish() const {
    if (!device_.is_cpu()) {
        current_stream(device_).synchronize();
    }
}

at::Tensor Place::zeros(at::IntArrayRef sizes, at::ScalarType type) const {
    return at::zeros(sizes, at::TensorOptions().dtype(type).device(device_));
}

at::Tensor Place::empty(at::IntArrayRef sizes, at::ScalarType type) const {
    return at::empty(sizes, at::TensorOptions().dtype(type).device(device_));
}

std::unique_ptr<device::Kernels> Place::kernels() const {
#ifdef PICKER_CUDA
    if (device_.is_cuda()) {
        return device::cuda_kernels(device_.index(), current_stream(device_).native_handle());
    }
#endif
    if (!device_.is_cpu()) {
        fail(Status::internal, "there are no kernels for ", device_.str(), " in this build");
    }
    return device::host_kernels();
}

} // namespace picker
