// Simulated micrographs with exact truth: phantoms or density volumes in random orientations, CTF, noise.
// Everything is drawn from core/random.hpp: one seed, one image, on every machine.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace picker {

struct SimulationOptions {
    std::vector<std::string> structures; // MRC volumes; empty: the built-in phantom
    int width = 1024, height = 1024;     // pixels
    double pixel_size = 4.0;             // angstrom
    int particles = 100;                 // asked for; fewer where they don't fit without overlap
    double diameter = 0.0;               // phantom: longest axis in angstrom, 0 = 180; volumes: measured
    double min_distance = 1.0;           // between centres, in diameters (overlap control)
    double snr = 0.1;                  // variance of the signal inside particles / variance of the noise; 0 = no noise
    double defocus = 15000.0;          // angstrom, underfocus positive
    double defocus_spread = 0.0;       // uniform +- per micrograph
    double voltage = 300.0;            // kV
    double spherical_aberration = 2.7; // mm
    double amplitude_contrast = 0.1;
    double b_factor = 100.0; // angstrom^2
    double ice_noise = 0.25; // share of the noise variance that the CTF shapes (Thon rings); the rest is white
    std::uint64_t seed = 0;
};

struct SimulatedMicrograph {
    Micrograph micrograph; // particles dark, as in a real micrograph
    Picks truth;           // columns "rot", "tilt", "psi" in degrees (RELION's ZYZ), "structure" (0-based); no scores
    double defocus = 0.0;  // as drawn
    double diameter = 0.0; // angstrom, longest axis of the largest structure
};

// Loads and centres the structures once; each image index is its own random stream.
class Simulator {
public:
    explicit Simulator(SimulationOptions options); // Error naming a bad structure file or option
    ~Simulator();
    SimulatedMicrograph make(std::uint64_t index) const;
    double diameter() const; // angstrom

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The contrast transfer function at spatial frequency k (1/angstrom): -sin(chi) with amplitude contrast; closed form in
// tests.
double ctf(double k, double defocus, double voltage, double spherical_aberration, double amplitude_contrast,
           double b_factor);
double electron_wavelength(double voltage); // angstrom

} // namespace picker
