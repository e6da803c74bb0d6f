// Where to cut a list of masses in two: particles from what is less than one, where the masses themselves show both.
#pragma once

#include <span>

namespace picker {

struct MassCut {
    double cut = 0.0;       // masses below it belong to the lower peak; 0 where there is one peak only
    bool two_peaks = false; // a clear valley was found
};

// The valley between the two peaks of the masses' density, if there are two. The rule, for n masses:
//  1. The density is a histogram with bins of w / 4, smoothed by a Gaussian of sigma w = s n^(-1/5). Several s are
//     tried, from the standard deviation down to 0.4 of what the quartiles say it is, each 0.7 of the one before: two
//     narrow peaks far apart, of which one is small, need less smoothing than the standard deviation asks for.
//  2. A valley is a place with at least 5 % of the masses, and 5 of them, on either side. Its depth is how far the
//     density lies below the lower one of the highest places to its left and right: at least 0.3 of that one. The
//     deepest valley of each smoothing counts; where its floor is flat, its middle.
//  3. The standard error of the difference of two smoothed densities f and g is sqrt((f + g) / (2 sqrt(pi) n w)). The
//     smoothing whose valley is the deepest in units of that error decides, and there are two peaks if it reaches 2.5.
//
// The numbers 0.4, 0.3 and 2.5 were set on random samples. Of samples of one normal, gamma (shape 2 and 9) or
// exponential distribution less than 1 % are cut at any size from 20 to 20000, with a longer tail (log-normal of sigma
// 1) up to 2.5 %. Two equal normal peaks 4 sigma apart are cut nearly always from 200 masses on, every second time with
// 100, and seldom with 50; where one peak holds a fifth it takes 2000, or 6 sigma and 100.
//
// Masses that are not finite do not count. Fewer than 20 masses, or no spread: no cut. The result does not depend on
// the order of the masses, and scales with their unit.
MassCut mass_valley(std::span<const double> masses);

} // namespace picker
