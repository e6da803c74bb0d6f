// What the raw pixels of a window say: its deviation, and how many of its pixels are extreme. Windows are squares of
// whole pixels, the nearest ones to a place, moved inside the micrograph where they would stick out.
#pragma once

#include "core/image.hpp"
#include "picking/filters.hpp"

#include <cstdint>
#include <vector>

namespace picker {

// Where a window of `edge` pixels around `centre` begins, along an axis of `size` pixels.
int window_start(double centre, int edge, int size);

// Sums of values and of their squares.
struct WindowSums {
    double sum = 0.0, squares = 0.0;
};

// Sample standard deviations (divided by n - 1) of windows of one size. Keeps a reference to the image.
class WindowDeviations {
public:
    WindowDeviations(const Image& image, int edge); // edge in pixels; cut to the image
    double at(double x, double y) const;
    // Of the windows that tile the image, half overlapping: the unit that makes deviations of micrographs with other
    // doses and grey scales comparable.
    double median() const;

private:
    double of_window(int left, int top) const;
    const WindowSums& before(int block, int y) const; // over the rows above y and the blocks left of `block`

    const Image& image_;
    int width_, height_; // of a window
    double offset_;      // the mean of the image: keeps the sums of squares small
    // A summed-area table whose columns are blocks of pixels: exact with what sticks out of them added pixel by pixel,
    // in a small part of the memory of a full one.
    std::vector<WindowSums> table_;
};

// Counts of pixels more than three deviations from the mean of the micrograph: on both sides (paper), or the dark side
// only, after a Wiener filter of 9 pixels (lua). `binning` whole pixels are averaged first, as the authors do.
class ExtremePixels {
public:
    // `window` in pixels of the image.
    ExtremePixels(const Image& image, double window, int binning, ExtremeRule rule);
    int at(double x, double y) const; // x, y in pixels of the image

private:
    int binning_, edge_, width_ = 0, height_ = 0;
    std::vector<std::uint32_t> sums_; // summed-area table, (width + 1) x (height + 1)
};

// Counts above this are too many: mean + 3 deviations of all counts.
double extreme_limit(const std::vector<int>& counts);

// Means of squares of `binning` x `binning` pixels; what does not fill a square at the right and bottom is left out.
Image bin_mean(const Image& image, int binning);

// The adaptive Wiener filter of Lim (1990): towards the local mean of a size x size box (cut at the border), the less
// the local variance exceeds the noise, which is taken to be the mean local variance. `size` odd.
Image wiener(const Image& image, int size);

} // namespace picker
