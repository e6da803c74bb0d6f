// Noise by its power spectrum: the shares that make it up, and a draw of its Fourier coefficients.
#pragma once

#include "core/random.hpp"
#include "signal/fft.hpp"
#include "simulation/ctf.hpp"

#include <cstdint>
#include <functional>

namespace picker {

// What draws random numbers of its own beside the micrograph's main stream.
enum class Purpose : std::uint64_t {
    noise = 1,
    counts = 2,
    readout = 3,
    objects = 4,
    contrast = 5,
    views = 6,
    grain = 7
};

// Independent streams: one for each purpose and block of an image of a seed.
Random stream_of(std::uint64_t seed, std::uint64_t index, Purpose purpose, std::uint64_t block);

// Shares of the noise variance; what they leave of 1 is the electrons' counting noise.
struct NoiseShares {
    double ice = 0.25;                // the ice's own structure: white before the CTF
    double background = 0.0;          // slow changes of the background: correlation exp(-r / length)
    double background_length = 300.0; // angstrom
    double readout = 0.0;             // the detector's electronics: white after the MTF
    double counting() const { return 1.0 - ice - background - readout; }
};

// Adds Gaussian noise of `variance` per pixel to the coefficients. ice and background always; counting and readout
// noise only `with_detector` (else they are drawn as counts, pixel by pixel). `before_detector`: without the MTF's
// effect, scaled so that the MTF brings each part to its variance.
struct NoiseDraw {
    NoiseShares shares;
    double variance = 0.0;
    bool with_detector = true, before_detector = false;
    std::uint64_t seed = 0, index = 0;
};
void add_noise(Spectrum& spectrum, const Transfer& transfer, const NoiseDraw& draw, WorkerPool& pool,
               const std::function<void()>& poll);

} // namespace picker
