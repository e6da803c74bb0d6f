// Fourier resampling: an image brought to another number of pixels by cropping or padding its spectrum.
#pragma once

#include "core/image.hpp"

namespace picker {

// The centre of pixel (0, 0) stays where it is; x_out = x_in * width_out / width_in, exactly. Mean kept.
// Pruned: rows are transformed, only the columns that remain are transformed further. Memory: the frequencies kept.
Image fourier_resample(const Image& image, int width, int height);

// The output size for a scale (output pixels per input pixel): rounded to fast FFT sizes near size * scale.
// The true scales are width_out / width_in and height_out / height_in; callers convert coordinates with those.
struct ResampledSize {
    int width = 0, height = 0;
};
ResampledSize resampled_size(int width, int height, double scale);

} // namespace picker
