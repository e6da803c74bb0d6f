// The kernels on a CUDA device (device/kernels.hpp).
#include "core/error.hpp"
#include "device/kernels_on.hpp"

#include <algorithm>
#include <cuda_runtime_api.h>
#include <new>

namespace picker::device {
namespace {

constexpr unsigned int block = 256;           // threads
constexpr std::int64_t most_blocks = 1 << 20; // a thread goes on to further pixels where these are not enough

template <typename Step> __global__ void for_each_pixel(Step step, std::int64_t count) {
    const std::int64_t threads = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += threads) {
        step(i);
    }
}

void check(cudaError_t error, const char* doing) {
    if (error == cudaErrorMemoryAllocation) {
        throw std::bad_alloc();
    }
    if (error != cudaSuccess) {
        fail(Status::backend, "CUDA failed while ", doing, ": ", cudaGetErrorString(error));
    }
}

class OnStream {
public:
    OnStream(int device, cudaStream_t stream) : device_(device), stream_(stream) {}
    template <typename Step> void operator()(std::int64_t count, const Step& step) const {
        if (count < 1) {
            return;
        }
        // The runtime in this library has a current device of its own, beside that of LibTorch's runtime; for a thread
        // both must name the same.
        check(cudaSetDevice(device_), "choosing a device");
        const auto blocks = static_cast<unsigned int>(std::min((count + block - 1) / block, most_blocks));
        for_each_pixel<<<blocks, block, 0, stream_>>>(step, count);
        check(cudaGetLastError(), "starting a kernel");
    }

private:
    int device_;
    cudaStream_t stream_;
};

} // namespace

std::unique_ptr<Kernels> cuda_kernels(int device, void* stream) {
    return std::make_unique<KernelsOn<OnStream>>(OnStream(device, static_cast<cudaStream_t>(stream)));
}

std::vector<CudaDevice> cuda_devices(std::string* reason) {
    std::vector<CudaDevice> devices;
    try {
        int count = 0;
        cudaError_t error = cudaGetDeviceCount(&count);
        if (error != cudaSuccess) {
            count = 0; // no driver, no device, a driver that is too old: all the same to who wants to run
        }
        for (int i = 0; i < count; ++i) {
            cudaDeviceProp properties{};
            error = cudaGetDeviceProperties(&properties, i);
            if (error != cudaSuccess) {
                devices.clear();
                break;
            }
            devices.push_back({properties.name, static_cast<std::uint64_t>(properties.totalGlobalMem)});
        }
        if (devices.empty() && reason != nullptr) {
            *reason = error == cudaSuccess ? "there is no CUDA device" : cudaGetErrorString(error);
        }
        (void)cudaGetLastError(); // not the fault of the next call
    } catch (const std::exception& failure) {
        devices.clear();
        if (reason != nullptr) {
            *reason = failure.what();
        }
    }
    return devices;
}

} // namespace picker::device
