// Simulated micrographs with exact truth: phantoms, density volumes or atoms in known orientations, imaged with CTF,
// dose and noise. Everything is drawn from core/random.hpp: one seed, one image, for any number of threads.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"
#include "core/progress.hpp"
#include "simulation/ctf.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace picker {

struct SimulationOptions {
    std::vector<std::string> structures; // MRC volumes, PDB or mmCIF atoms; empty: the built-in phantom
    int width = 1024, height = 1024;     // pixels
    double pixel_size = 4.0;             // angstrom
    int particles = 100;                 // asked for; fewer where they don't fit without overlap
    double diameter = 0.0;               // phantom: longest axis in angstrom, 0 = 180; structures: measured
    double min_distance = 1.0;           // between centres, in diameters (overlap control)
    double snr = 0.1;                  // variance of the signal inside particles / variance of the noise; 0 = no noise
    double defocus = 15000.0;          // angstrom, underfocus positive
    double defocus_spread = 0.0;       // uniform +- per micrograph
    double voltage = 300.0;            // kV
    double spherical_aberration = 2.7; // mm
    double amplitude_contrast = 0.1;
    double b_factor = 100.0; // angstrom^2
    std::uint64_t seed = 0;

    double astigmatism = 0.0;       // defocus u - v, angstrom
    double astigmatism_angle = 0.0; // degrees

    int views = 0;                   // directions per structure that are projected once; 0: every particle its own
    double preferred_fraction = 0.0; // of the particles, seen from near one direction
    double preferred_rot = 0.0, preferred_tilt = 0.0; // degrees: that direction
    double preferred_concentration = 10.0;            // von Mises-Fisher kappa
    double contrast_spread = 0.0;                     // relative deviation of the particles' contrast
    double touching = 0.0; // share of the particles put closer to another one than 1 diameter

    double dose = 0.0;         // electrons per square angstrom, counted; 0: Gaussian noise of no dose
    double detector_mtf = 1.0; // at the Nyquist frequency
    double ice_noise = 0.25;   // shares of the noise variance (noise.hpp)
    double background_noise = 0.0;
    double background_length = 300.0; // angstrom
    double readout_noise = 0.0;

    double thickness_gradient = 0.0; // relative change of the intensity over the image
    double carbon = 0.0;             // share of the area
    int gold = 0, contamination = 0, aggregates = 0;
};

struct SimulatedMicrograph {
    Micrograph micrograph; // particles dark, as in a real micrograph; electrons per pixel where there is a dose
    // Columns "rot", "tilt", "psi" in degrees (RELION's ZYZ), "structure" (0-based), "contrast" (1: as the
    // structure's), "neighbour" (nearest other particle, in diameters), "defocus" (mean, angstrom); "view_angle"
    // (degrees from the preferred direction) where one is set. No scores.
    Picks truth;
    Picks others; // what is no particle, with "kind" and "diameter" (objects.hpp)
    Defocus defocus;
    double diameter = 0.0;       // angstrom, longest axis of the largest structure
    double gradient_angle = 0.0; // degrees: the direction in which the thickness gradient brightens
};

// Loads and centres the structures and projects the views once; each image index is its own random stream. Const calls
// may run at the same time.
class Simulator {
public:
    // Error naming a bad structure file or option
    explicit Simulator(SimulationOptions options, const Control& control = {});
    ~Simulator();
    SimulatedMicrograph make(std::uint64_t index, const Control& control = {}) const;
    double diameter() const; // angstrom

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace picker
