// What lies where in a micrograph, and its projection: drawn before anything of the microscope and the noise.
#pragma once

#include "core/parallel.hpp"
#include "simulation/objects.hpp"
#include "simulation/project.hpp"
#include "simulation/simulate.hpp"

#include <functional>
#include <vector>

namespace picker {

struct Structures {
    std::vector<Density> densities;
    std::vector<double> diameters;        // pixels
    std::vector<std::vector<View>> views; // by structure; empty where every particle has a direction of its own
    double diameter = 0.0;                // angstrom, the largest
};

// Reads what the options name; Error naming a bad file. Views are projected by the pool.
Structures load_structures(const SimulationOptions& options, WorkerPool& pool, const std::function<void()>& poll);

struct SceneParticle {
    Placement place;
    Orientation orientation;
    const View* view = nullptr; // that has the orientation's rot and tilt; nullptr: to be projected
    double contrast = 1.0;
};

struct Scene {
    Defocus defocus;
    std::vector<SceneParticle> particles;
    std::vector<SceneParticle> members; // of the aggregates
    Objects objects;
    double gradient_angle = 0.0; // radians
};

Scene draw_scene(const SimulationOptions& options, const Structures& structures, std::uint64_t index);

// Adds their projections to the frame, in order.
void draw_particles(Image& frame, const std::vector<SceneParticle>& particles, const Structures& structures,
                    double pixel_size, WorkerPool& pool, const std::function<void()>& poll);

// Variance of the pixels inside the particles' discs; the image may be larger than the micrograph.
double variance_inside(const Image& image, const std::vector<SceneParticle>& particles,
                       const std::vector<double>& diameters, WorkerPool& pool, const std::function<void()>& poll);

Picks truth_table(const Scene& scene, const SimulationOptions& options, const Structures& structures);

} // namespace picker
