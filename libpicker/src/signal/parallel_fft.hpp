// Whole-image transforms on several threads: the same bits for any number of them.
#pragma once

#include "core/parallel.hpp"
#include "signal/fft.hpp"

#include <functional>

namespace picker {

// As fft() and inverse_fft(), cut into jobs of fixed size, into memory that is used again where it has the size. The
// height must be even. The way back leaves no spectrum behind, only its memory. `poll` as for WorkerPool::run.
void fft(const Image& image, Spectrum& spectrum, WorkerPool& pool, const std::function<void()>& poll = {});
void inverse_fft(Spectrum& spectrum, Image& image, WorkerPool& pool, const std::function<void()>& poll = {});

} // namespace picker
