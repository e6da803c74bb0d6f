// Filters and standardisation on whole micrographs. All lengths are in pixels of the image given, all pixels are
// finite (prepare() sees to it). The two Fourier filters take the image as periodic: what leaves at one border enters
// at the other, within a few sigma or periods of it.
#pragma once

#include "core/image.hpp"

namespace picker {

void gaussian_lowpass(Image& image, double sigma); // real-space sigma, applied in Fourier space
// Keeps periods high..low; 0 = open end. Soft (cosine in frequency) edges: half at the period named, 0 and 1 at 25 % of
// its frequency to either side. With a low_period the mean becomes 0.
void band_pass(Image& image, double low_period, double high_period);
void standardise_global(Image& image); // mean 0, deviation 1; constant image: zeros
// Subtracts the mean and divides by the deviation of the box of `size` pixels around each pixel (box filters by
// running sums in double; the box is clipped at the border; an even size counts as the next odd one). `floor` bounds
// the deviation from below, as a fraction of the image's median local deviation, so that flat regions are not blown up;
// where that median is 0, of the deviation of the whole image. Memory: one more image and the rows of one box.
void standardise_local(Image& image, int size, double floor = 0.1);
void clip_outliers(Image& image, double deviations); // beyond mean +- that many deviations: set to it
void invert(Image& image);

struct Statistics {
    double mean = 0, deviation = 0, minimum = 0, maximum = 0; // deviation: divided by n, not n - 1
    std::size_t nonfinite = 0;                                // NaN or infinite pixels, left out of the others
};
Statistics statistics(const Image& image);
void clip_outliers(Image& image, double deviations, const Statistics& known); // where the statistics are at hand

} // namespace picker
