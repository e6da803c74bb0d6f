// The library's own kernels as calls over whole images, on one stream of a device. Plain pointers to memory of that
// device, no torch header: whoever owns the memory (src/torch) sees to it that it is large enough and outlives the
// work, which may still be under way when a call returns. Nothing here allocates. Error(backend) where a launch fails.
#pragma once

#include "device/map_maximum.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace picker::device {

class Kernels {
public:
    virtual ~Kernels() = default;

    // maxima[i]: the largest value of the map within radius_x columns and radius_y rows of pixel i. `rows`: as large as
    // the map, for what comes in between.
    virtual void window_maxima(const float* map, int width, int height, int radius_x, int radius_y, float* rows,
                               float* maxima) const = 0;
    // Appends the pixels that are the largest of their windows and have `keep` or more, in any order. *count must be 0
    // before; behind it is how many there are, of which the first `capacity` are in the list.
    virtual void collect_maxima(const float* map, const float* maxima, int width, int height, double keep,
                                MapMaximum* out, std::int32_t capacity, std::int32_t* count) const = 0;
    // Softmax of two planes of source_width columns: the second one's share, for the first width x height of them.
    virtual void second_of_two(const float* first, const float* second, int source_width, int width, int height,
                               float* out) const = 0;
};

// On the host, one pixel after the other: for tests, on machines without a GPU.
std::unique_ptr<Kernels> host_kernels();

// What follows is there only in a build with PICKER_CUDA.

// `stream` is a cudaStream_t of that device.
std::unique_ptr<Kernels> cuda_kernels(int device, void* stream);

struct CudaDevice {
    std::string name;        // "NVIDIA H200"
    std::uint64_t bytes = 0; // of its memory
};
// The devices of this machine. Empty where there is none, or no driver, or one that does not fit; `reason` (may be
// null) then says why. Never throws.
std::vector<CudaDevice> cuda_devices(std::string* reason);

} // namespace picker::device
