// Rows in blocks, then columns in blocks, each block a job with plans of its own (parallel_fft.hpp).
#include "signal/parallel_fft.hpp"

#include "core/error.hpp"
#include "signal/fftw_plan.hpp"

#include <algorithm>

namespace picker {
namespace {

constexpr int rows_per_job = 64;   // a multiple of 8 keeps every block aligned alike, whatever the width
constexpr int columns_per_job = 8; // a cache line of every row; a job's columns stay in the second-level cache

std::size_t jobs_of(int count, int per_job) {
    return static_cast<std::size_t>((count + per_job - 1) / per_job);
}

void check(const char* what, int width, int height, std::size_t values, std::size_t expected) {
    if (width < 1 || height < 2 || height % 2 != 0 || values != expected) {
        fail(Status::invalid_argument, "cannot transform ", what, " of ", width, " x ", height, " pixels that holds ",
             values, " values on several threads; the height must be even and the values complete");
    }
}

// The complex transform of every column, in place.
void transform_columns(Spectrum& spectrum, FftDirection direction, WorkerPool& pool,
                       const std::function<void()>& poll) {
    const int height = spectrum.height;
    const int half = spectrum.half_width();
    const auto size = static_cast<std::size_t>(height) * columns_per_job;
    FftBuffer<std::complex<float>> plan_values(size);
    const FftPlan plan = FftPlan::columns(height, columns_per_job, direction, plan_values.data());
    pool.run(
        jobs_of(half, columns_per_job),
        [&](std::size_t job) {
            const int first = static_cast<int>(job) * columns_per_job;
            const int count = std::min(columns_per_job, half - first);
            FftBuffer<std::complex<float>> values(size);
            if (count < columns_per_job) {
                values.clear();
            }
            for (int y = 0; y < height; ++y) {
                std::copy_n(&spectrum.at(first, y), count,
                            values.data() + static_cast<std::size_t>(y) * columns_per_job);
            }
            plan.execute_columns(values.data());
            for (int y = 0; y < height; ++y) {
                std::copy_n(values.data() + static_cast<std::size_t>(y) * columns_per_job, count,
                            &spectrum.at(first, y));
            }
        },
        poll);
}

} // namespace

void fft(const Image& image, Spectrum& spectrum, WorkerPool& pool, const std::function<void()>& poll) {
    check("an image", image.width, image.height, image.size(),
          static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
    spectrum.width = image.width;
    spectrum.height = image.height;
    const int half = spectrum.half_width();
    spectrum.values.resize(static_cast<std::size_t>(half) * static_cast<std::size_t>(image.height));
    pool.run(
        jobs_of(image.height, rows_per_job),
        [&](std::size_t job) {
            const int first = static_cast<int>(job) * rows_per_job;
            const int count = std::min(rows_per_job, image.height - first);
            // FFTW takes no const pointer; a transform of rows to another array leaves its input alone.
            auto* in = const_cast<float*>(image.row(first).data());
            FftPlan::rows_to_spectra(image.width, count, in, image.width, &spectrum.at(0, first), half).execute();
        },
        poll);
    transform_columns(spectrum, FftDirection::forward, pool, poll);
}

void inverse_fft(Spectrum& spectrum, Image& image, WorkerPool& pool, const std::function<void()>& poll) {
    const int half = spectrum.half_width();
    check("a spectrum", spectrum.width, spectrum.height, spectrum.values.size(),
          static_cast<std::size_t>(half) * static_cast<std::size_t>(spectrum.height));
    transform_columns(spectrum, FftDirection::inverse, pool, poll);
    image.width = spectrum.width;
    image.height = spectrum.height;
    image.pixels.resize(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height));
    const float scale = static_cast<float>(1.0 / (static_cast<double>(image.width) * image.height));
    pool.run(
        jobs_of(image.height, rows_per_job),
        [&](std::size_t job) {
            const int first = static_cast<int>(job) * rows_per_job;
            const int count = std::min(rows_per_job, image.height - first);
            float* out = image.row(first).data();
            FftPlan::spectra_to_rows(image.width, count, &spectrum.at(0, first), half, out, image.width).execute();
            for (std::size_t i = 0; i < static_cast<std::size_t>(count) * static_cast<std::size_t>(image.width); ++i) {
                out[i] *= scale;
            }
        },
        poll);
}

} // namespace picker
