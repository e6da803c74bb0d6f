// The calls of kernels.hpp as launches of the steps: the same composition for every way to launch them.
#pragma once

#include "device/kernels.hpp"
#include "device/steps.hpp"

namespace picker::device {

// Launch: called with a number of pixels and a step, runs the step for each of them; one launch after the other.
template <typename Launch> class KernelsOn final : public Kernels {
public:
    explicit KernelsOn(Launch launch) : launch_(launch) {}

    void window_maxima(const float* map, int width, int height, int radius_x, int radius_y, float* rows,
                       float* maxima) const override {
        launch_(area(width, height), RowMaximum{map, width, radius_x, rows});
        launch_(area(width, height), ColumnMaximum{rows, width, height, radius_y, maxima});
    }
    void collect_maxima(const float* map, const float* maxima, int width, int height, double keep, MapMaximum* out,
                        std::int32_t capacity, std::int32_t* count) const override {
        launch_(area(width, height), CollectMaximum{map, maxima, width, height, keep, out, capacity, count});
    }
    void second_of_two(const float* first, const float* second, int source_width, int width, int height,
                       float* out) const override {
        launch_(area(width, height), SecondOfTwo{first, second, source_width, width, out});
    }

private:
    static std::int64_t area(int width, int height) { return static_cast<std::int64_t>(width) * height; }

    Launch launch_;
};

} // namespace picker::device
