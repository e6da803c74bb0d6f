// What the pixels of a micrograph tell of faults that its header hides: clipping, hot pixels, stripes of a gain
// reference that does not fit.
#pragma once

#include "core/image.hpp"
#include "signal/filter.hpp"

#include <cstddef>

namespace picker {

struct PixelFaults {
    Statistics statistics;
    // Shares of the pixels that have the least and the greatest value, where these pile up as clipping makes them:
    // more than 0.1 %, and twice as many as have the value next to it. Else 0.
    double clipped_low = 0.0, clipped_high = 0.0;
    // Pixels that stand more than 12 robust deviations above both the micrograph's median and the mean of their eight
    // neighbours, in units of each.
    std::size_t hot = 0;
    // Columns and rows whose mean differs from the median of the 15 around by more than 8 robust deviations of such
    // differences, and by more than a tenth of the pixels' deviation. The 7 lines at each border do not count:
    // alignment and binning make them differ.
    int stripe_columns = 0, stripe_rows = 0;
    int first_column = -1, first_row = -1; // of these
};

// Pixels that are not finite are counted in the statistics and left out of the rest.
PixelFaults pixel_faults(const Image& image);

} // namespace picker
