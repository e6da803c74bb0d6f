// Real 2-D Fourier transforms through FFTW (single precision). Plans are made by ESTIMATE behind one mutex and
// executed without it. fftw_plan.cpp is the only file of the library that includes fftw3.h.
#pragma once

#include "core/image.hpp"

#include <complex>
#include <vector>

namespace picker {

// Half-complex spectrum of a real image: height rows of width/2 + 1 coefficients, unnormalised.
struct Spectrum {
    int width = 0, height = 0; // of the image in real space
    std::vector<std::complex<float>> values;
    int half_width() const { return width / 2 + 1; }
    std::complex<float>& at(int x, int y) {
        return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(half_width()) +
                      static_cast<std::size_t>(x)];
    }
};

Spectrum fft(const Image& image);
Image inverse_fft(Spectrum spectrum); // divides by width * height, so that inverse_fft(fft(a)) == a

int fast_size(int at_least); // the next size with factors 2, 3, 5 and 7 only, even

} // namespace picker
