// Times the signal layer on one thread: milliseconds per stage for the sizes of usual detectors.
// Usage: signal_bench [REPEATS]; the least of the repeats is printed.
#include "core/random.hpp"
#include "signal/fft.hpp"
#include "signal/filter.hpp"
#include "signal/recipe.hpp"
#include "signal/resample.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>

namespace {

picker::Image noise(int width, int height) {
    picker::Image image(width, height);
    picker::Random random(1);
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(100.0 + random.uniform(-10.0, 10.0));
    }
    return image;
}

template <typename Work> double milliseconds(int repeats, const Work& work) {
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
        least = std::min(least, elapsed.count());
    }
    return least;
}

void line(const char* what, double time) {
    std::printf("  %-34s %8.1f ms\n", what, time);
}

void measure(int width, int height, double scale, int repeats) {
    const picker::Image image = noise(width, height);
    const picker::ResampledSize size = picker::resampled_size(width, height, scale);
    std::printf("%d x %d -> %d x %d\n", width, height, size.width, size.height);

    picker::Image small;
    line("resample", milliseconds(repeats, [&] { small = picker::fourier_resample(image, size.width, size.height); }));
    line("statistics, full size", milliseconds(repeats, [&] { picker::statistics(image); }));
    const auto on = [&](const picker::Image& of, const char* what, const auto& work) {
        double least = std::numeric_limits<double>::infinity();
        for (int i = 0; i < repeats; ++i) {
            picker::Image copy = of;
            least = std::min(least, milliseconds(1, [&] { work(copy); }));
        }
        line(what, least);
    };
    on(image, "clip, full size", [](picker::Image& a) { picker::clip_outliers(a, 4.0); });
    on(image, "local standardisation, full size", [](picker::Image& a) { picker::standardise_local(a, 301); });
    on(small, "FFT and back", [](picker::Image& a) { a = picker::inverse_fft(picker::fft(a)); });
    on(small, "Gaussian", [](picker::Image& a) { picker::gaussian_lowpass(a, 1.0); });
    on(small, "band-pass", [](picker::Image& a) { picker::band_pass(a, 100.0, 4.0); });
    on(small, "global standardisation", [](picker::Image& a) { picker::standardise_global(a); });
    on(small, "local standardisation, box 53", [](picker::Image& a) { picker::standardise_local(a, 53); });
    on(small, "local standardisation, box 301", [](picker::Image& a) { picker::standardise_local(a, 301); });

    picker::Recipe recipe;
    recipe.diameter_pixels = 53.0;
    recipe.steps = {{"clip", 4.0}, {"resample"}, {"gaussian", 1.0}, {"standardise-local", 2.0}};
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < repeats; ++i) {
        picker::Micrograph micrograph{image, 1.0, "noise"};
        least = std::min(least, milliseconds(1, [&] {
                             const auto prepared = picker::prepare(std::move(micrograph), recipe, 53.0 / scale);
                             (void)prepared;
                         }));
    }
    line("prepare: clip, resample, Gauss, local", least);
}

} // namespace

int main(int argc, char** argv) {
    int repeats = 5;
    if (argc > 1 &&
        (std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), repeats).ec != std::errc() || repeats < 1)) {
        std::fprintf(stderr, "usage: signal_bench [REPEATS]\n");
        return 2;
    }
    measure(3710, 3838, 0.3557, repeats);
    measure(4096, 4096, 0.25, repeats);
    measure(5760, 4092, 0.25, repeats);
    measure(1024, 1024, 0.5, repeats);
    measure(8192, 8192, 0.125, repeats);
    return 0;
}
