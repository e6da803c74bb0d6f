// What the kernels do for one pixel. Each is a function object over the number of a pixel, compiled for the device by
// nvcc and for the host by every compiler, so that tests run on any machine the very code that a GPU runs. Pointers are
// memory of the device (or of the host, there); images are row by row, x is the column.
#pragma once

#include "device/map_maximum.hpp"

#include <cmath>
#include <cstdint>

#if defined(__CUDACC__)
#define PICKER_DEVICE __host__ __device__
#else
#define PICKER_DEVICE
#endif

namespace picker::device {

// The next free place of a list that many threads append to.
PICKER_DEVICE inline std::int32_t take_place(std::int32_t* count) {
#if defined(__CUDA_ARCH__)
    return atomicAdd(count, 1);
#else
    return (*count)++;
#endif
}

struct Span { // of pixels along one axis
    int first, last;
};
// `radius` to each side of `at`, cut at the borders.
PICKER_DEVICE inline Span span_around(int at, int radius, int size) {
    return {at > radius ? at - radius : 0, radius < size - at ? at + radius : size - 1};
}

// The largest value within `radius` pixels along the row.
struct RowMaximum {
    const float* map;
    int width, radius;
    float* out;
    PICKER_DEVICE void operator()(std::int64_t i) const {
        const int x = static_cast<int>(i % width);
        const Span span = span_around(x, radius, width);
        float best = map[i - x + span.first];
        for (int k = span.first + 1; k <= span.last; ++k) {
            const float value = map[i - x + k];
            best = value > best ? value : best;
        }
        out[i] = best;
    }
};

// The same along the column.
struct ColumnMaximum {
    const float* map;
    int width, height, radius;
    float* out;
    PICKER_DEVICE void operator()(std::int64_t i) const {
        const int x = static_cast<int>(i % width), y = static_cast<int>(i / width);
        const Span span = span_around(y, radius, height);
        float best = map[static_cast<std::int64_t>(span.first) * width + x];
        for (int k = span.first + 1; k <= span.last; ++k) {
            const float value = map[static_cast<std::int64_t>(k) * width + x];
            best = value > best ? value : best;
        }
        out[i] = best;
    }
};

// Appends the pixel where it is the largest of its window (`maxima`) and has `keep` or more. `count` goes on past
// `capacity`: whoever reads it sees how many there are, and that the list is not all of them.
struct CollectMaximum {
    const float* map;
    const float* maxima;
    int width, height;
    double keep;
    MapMaximum* out;
    std::int32_t capacity;
    std::int32_t* count;
    PICKER_DEVICE void operator()(std::int64_t i) const {
        const float value = map[i];
        if (value != maxima[i] || static_cast<double>(value) < keep) {
            return;
        }
        const int x = static_cast<int>(i % width), y = static_cast<int>(i / width);
        const Span across = span_around(x, 1, width), down = span_around(y, 1, height);
        std::int32_t shoulder = 0;
        for (int qy = down.first; qy <= down.last; ++qy) {
            for (int qx = across.first; qx <= across.last; ++qx) {
                const std::int64_t q = static_cast<std::int64_t>(qy) * width + qx;
                if (map[q] == value && maxima[q] != value) {
                    shoulder = 1;
                }
            }
        }
        const std::int32_t place = take_place(count);
        if (place < capacity) {
            MapMaximum& found = out[place];
            found.x = x;
            found.y = y;
            found.value = value;
            const bool has_both_sides = x > 0 && x + 1 < width, has_both_ends = y > 0 && y + 1 < height;
            found.left = has_both_sides ? map[i - 1] : value;
            found.right = has_both_sides ? map[i + 1] : value;
            found.above = has_both_ends ? map[i - width] : value;
            found.below = has_both_ends ? map[i + width] : value;
            found.shoulder = shoulder;
        }
    }
};

// The probability of the second of two classes, from their values before a softmax: planes of `source_width` columns,
// of which the map keeps the first `width` (a network's image may be larger than the micrograph).
struct SecondOfTwo {
    const float* first;
    const float* second;
    int source_width, width;
    float* out;
    PICKER_DEVICE void operator()(std::int64_t i) const {
        const std::int64_t from = i / width * source_width + i % width;
        const double logit = static_cast<double>(second[from]) - static_cast<double>(first[from]);
        const double e = exp(-fabs(logit)); // never overflows
        out[i] = static_cast<float>(logit >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e));
    }
};

} // namespace picker::device
