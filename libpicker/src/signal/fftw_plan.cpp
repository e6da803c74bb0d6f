// The only file that includes fftw3.h: planning behind one mutex, execution without it.
#include "signal/fftw_plan.hpp"

#include "core/error.hpp"

#include <fftw3.h>
#include <mutex>
#include <new>

namespace picker {
namespace {

// Only fftwf_execute* may run in several threads at once; everything that makes or destroys plans shares FFTW's
// planner. The host's own planning is beyond our reach: a host that plans while it calls us uses
// fftwf_make_planner_thread_safe(), which is its decision to make and not ours.
std::mutex& planner_mutex() {
    static std::mutex mutex;
    return mutex;
}

fftwf_complex* raw(std::complex<float>* values) {
    return reinterpret_cast<fftwf_complex*>(values);
}

} // namespace

void* fft_allocate(std::size_t bytes) {
    void* memory = fftwf_malloc(bytes > 0 ? bytes : 1);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void fft_release(void* memory) noexcept {
    fftwf_free(memory);
}

FftPlan::FftPlan(void* plan) : plan_(plan) {
    if (plan_ == nullptr) {
        fail(Status::internal, "FFTW made no plan for a Fourier transform; check that its single-precision library "
                               "(libfftw3f) is the one libpicker was built with");
    }
}

FftPlan::~FftPlan() {
    if (plan_ != nullptr) {
        const std::lock_guard lock(planner_mutex());
        fftwf_destroy_plan(static_cast<fftwf_plan>(plan_));
    }
}

FftPlan FftPlan::rows_to_spectra(int n, int count, float* in, int in_distance, std::complex<float>* out,
                                 int out_distance) {
    const std::lock_guard lock(planner_mutex());
    return FftPlan(fftwf_plan_many_dft_r2c(1, &n, count, in, nullptr, 1, in_distance, raw(out), nullptr, 1,
                                           out_distance, FFTW_ESTIMATE));
}

FftPlan FftPlan::spectra_to_rows(int n, int count, std::complex<float>* in, int in_distance, float* out,
                                 int out_distance) {
    const std::lock_guard lock(planner_mutex());
    return FftPlan(fftwf_plan_many_dft_c2r(1, &n, count, raw(in), nullptr, 1, in_distance, out, nullptr, 1,
                                           out_distance, FFTW_ESTIMATE | FFTW_DESTROY_INPUT));
}

FftPlan FftPlan::line(int n, FftDirection direction, std::complex<float>* in, std::complex<float>* out) {
    const std::lock_guard lock(planner_mutex());
    return FftPlan(fftwf_plan_dft_1d(n, raw(in), raw(out),
                                     direction == FftDirection::forward ? FFTW_FORWARD : FFTW_BACKWARD,
                                     FFTW_ESTIMATE | FFTW_DESTROY_INPUT));
}

FftPlan FftPlan::columns(int n, int count, FftDirection direction, std::complex<float>* values) {
    const std::lock_guard lock(planner_mutex());
    return FftPlan(fftwf_plan_many_dft(1, &n, count, raw(values), nullptr, count, 1, raw(values), nullptr, count, 1,
                                       direction == FftDirection::forward ? FFTW_FORWARD : FFTW_BACKWARD,
                                       FFTW_ESTIMATE));
}

FftPlan FftPlan::image_to_spectrum(int width, int height, float* in, std::complex<float>* out) {
    const std::lock_guard lock(planner_mutex());
    return FftPlan(fftwf_plan_dft_r2c_2d(height, width, in, raw(out), FFTW_ESTIMATE | FFTW_PRESERVE_INPUT));
}

FftPlan FftPlan::spectrum_to_image(int width, int height, std::complex<float>* in, float* out) {
    const std::lock_guard lock(planner_mutex());
    return FftPlan(fftwf_plan_dft_c2r_2d(height, width, raw(in), out, FFTW_ESTIMATE | FFTW_DESTROY_INPUT));
}

void FftPlan::execute() const {
    fftwf_execute(static_cast<fftwf_plan>(plan_));
}

void FftPlan::execute_line(std::complex<float>* in, std::complex<float>* out) const {
    fftwf_execute_dft(static_cast<fftwf_plan>(plan_), raw(in), raw(out));
}

void FftPlan::execute_columns(std::complex<float>* values) const {
    fftwf_execute_dft(static_cast<fftwf_plan>(plan_), raw(values), raw(values));
}

} // namespace picker
