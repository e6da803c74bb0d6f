// FFTW's plans and aligned memory as C++ objects, for this folder only. fftw_plan.cpp is the only file of the library
// that includes fftw3.h. A good guest of the host's FFTW: no threads, no wisdom, no clean-up, no planner settings.
#pragma once

#include <complex>
#include <cstddef>

namespace picker {

void* fft_allocate(std::size_t bytes); // aligned as FFTW's vector code wants it; std::bad_alloc on failure
void fft_release(void* memory) noexcept;

// Aligned, uninitialised memory of `size` plain values.
template <typename Value> class FftBuffer {
public:
    explicit FftBuffer(std::size_t size)
        : data_(static_cast<Value*>(fft_allocate(size * sizeof(Value)))), size_(size) {}
    ~FftBuffer() { fft_release(data_); }
    FftBuffer(const FftBuffer&) = delete;
    FftBuffer& operator=(const FftBuffer&) = delete;

    Value* data() const { return data_; }
    std::size_t size() const { return size_; }
    void clear() {
        for (std::size_t i = 0; i < size_; ++i) {
            data_[i] = Value{};
        }
    }

private:
    Value* data_;
    std::size_t size_;
};

enum class FftDirection { forward, inverse };

// One plan, made by ESTIMATE, which touches no data and chooses the same algorithm on every run of a machine: equal
// results need equal plans. Making and destroying take the process-wide mutex of this library, executing takes none.
// All transforms are unnormalised. Distances are between the first values of neighbouring rows, in values.
class FftPlan {
public:
    // `count` real rows of n -> n / 2 + 1 coefficients each, and back. The way back destroys its input.
    static FftPlan rows_to_spectra(int n, int count, float* in, int in_distance, std::complex<float>* out,
                                   int out_distance);
    static FftPlan spectra_to_rows(int n, int count, std::complex<float>* in, int in_distance, float* out,
                                   int out_distance);
    // One complex line of n contiguous values.
    static FftPlan line(int n, FftDirection direction, std::complex<float>* in, std::complex<float>* out);
    // `count` complex columns of n values side by side, in place: value y of column c is at y * count + c.
    static FftPlan columns(int n, int count, FftDirection direction, std::complex<float>* values);
    // A whole image of width x height <-> height rows of width / 2 + 1. The way back destroys its input.
    static FftPlan image_to_spectrum(int width, int height, float* in, std::complex<float>* out);
    static FftPlan spectrum_to_image(int width, int height, std::complex<float>* in, float* out);

    FftPlan(FftPlan&& other) noexcept : plan_(other.plan_) { other.plan_ = nullptr; }
    FftPlan& operator=(FftPlan&&) = delete;
    ~FftPlan();

    void execute() const; // on the arrays that the plan was made with
    // The plan of a line on other arrays, aligned alike (both from FftBuffer, offsets a multiple of 16 bytes).
    void execute_line(std::complex<float>* in, std::complex<float>* out) const;
    // The plan of columns on other values, which are an FftBuffer's too.
    void execute_columns(std::complex<float>* values) const;

private:
    explicit FftPlan(void* plan); // Error(internal) for a null plan
    void* plan_;
};

} // namespace picker
