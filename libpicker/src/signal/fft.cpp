// Whole-image transforms and the sizes that FFTW likes.
#include "signal/fft.hpp"

#include "core/error.hpp"
#include "signal/fftw_plan.hpp"

#include <cstdint>

namespace picker {

Spectrum fft(const Image& image) {
    if (image.width < 1 || image.height < 1 ||
        image.size() != static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height)) {
        fail(Status::invalid_argument, "cannot transform an image of ", image.width, " x ", image.height,
             " pixels that holds ", image.size(), " values; give it width * height values");
    }
    Spectrum spectrum;
    spectrum.width = image.width;
    spectrum.height = image.height;
    spectrum.values.resize(static_cast<std::size_t>(spectrum.half_width()) * static_cast<std::size_t>(image.height));
    // FFTW takes no const pointer, but a plan with FFTW_PRESERVE_INPUT leaves the pixels alone.
    FftPlan::image_to_spectrum(image.width, image.height, const_cast<float*>(image.pixels.data()),
                               spectrum.values.data())
        .execute();
    return spectrum;
}

Image inverse_fft(Spectrum spectrum) {
    if (spectrum.width < 1 || spectrum.height < 1 ||
        spectrum.values.size() !=
            static_cast<std::size_t>(spectrum.half_width()) * static_cast<std::size_t>(spectrum.height)) {
        fail(Status::invalid_argument, "cannot transform back a spectrum of ", spectrum.width, " x ", spectrum.height,
             " pixels that holds ", spectrum.values.size(), " values; give it (width / 2 + 1) * height values");
    }
    Image image(spectrum.width, spectrum.height);
    FftPlan::spectrum_to_image(spectrum.width, spectrum.height, spectrum.values.data(), image.pixels.data()).execute();
    const float scale = static_cast<float>(1.0 / (static_cast<double>(image.width) * image.height));
    for (float& pixel : image.pixels) {
        pixel *= scale;
    }
    return image;
}

int fast_size(int at_least) {
    constexpr int largest = 1 << 30; // itself a fast size
    if (at_least > largest) {
        fail(Status::invalid_argument, "no fast transform size of at least ", at_least, "; use at most ", largest);
    }
    std::int64_t best = largest;
    for (std::int64_t seven = 2; seven < best; seven *= 7) {
        for (std::int64_t five = seven; five < best; five *= 5) {
            for (std::int64_t three = five; three < best; three *= 3) {
                std::int64_t two = three;
                while (two < at_least) {
                    two *= 2;
                }
                best = two < best ? two : best;
            }
        }
    }
    return static_cast<int>(best);
}

} // namespace picker
