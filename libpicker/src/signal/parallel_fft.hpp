// Whole-image transforms on several threads: the same bits for any number of them.
#pragma once

#include "core/parallel.hpp"
#include "signal/fft.hpp"

#include <functional>

namespace picker {

// As fft() and inverse_fft(), cut into jobs of fixed size. The height must be even. `poll` as for WorkerPool::run.
Spectrum fft(const Image& image, WorkerPool& pool, const std::function<void()>& poll = {});
Image inverse_fft(Spectrum spectrum, WorkerPool& pool, const std::function<void()>& poll = {});

} // namespace picker
