// Thon rings: the defocus that a micrograph's power spectrum shows, how far out, and how strongly. A measure of
// sharpness that costs a few milliseconds; no replacement for a CTF program.
#pragma once

#include "core/image.hpp"
#include "simulation/ctf.hpp"

#include <limits>
#include <vector>

namespace picker {

struct ThonRings {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    double fit =
        unknown; // correlation of the spectrum with the rings, up to 1; unknown: too few frequencies to look at
    // Where the fit is poor (below 0.6), or what is found is too strong to be rings, these are unknown.
    double defocus = unknown;  // angstrom, mean of both axes
    double limit = unknown;    // angstrom: as fine as the rings go
    double strength = unknown; // root mean square of the rings in the logarithm of the power
};

// The mean power at the whole frequencies 0 to 128 of tiles of 256 x 256 pixels (fewer pixels in small images), up to a
// factor; `binning` pixels are averaged first. Every tile counts the same. Empty where no tile fits.
std::vector<double> radial_power(const Image& image, int binning);

// `optics`: voltage, spherical aberration and amplitude contrast count.
ThonRings find_thon_rings(const Image& image, double pixel_size, const Optics& optics);

} // namespace picker
