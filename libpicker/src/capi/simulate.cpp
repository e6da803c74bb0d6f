// picker.h, "simulate".
#include "simulation/simulate.hpp"

#include "capi/handles.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

SimulationOptions options_of(const picker_simulation& given) {
    SimulationOptions result;
    result.structures = strings_of(given.structures, given.structure_count, "picker_simulation.structures");
    set_if(result.width, given.width, "picker_simulation.width");
    set_if(result.height, given.height, "picker_simulation.height");
    set_if(result.particles, given.particles, "picker_simulation.particles");
    if (given.has_particles != 0) {
        result.particles = given.particles;
    }
    const auto set_length = [&](double& target, double value, const char* name) {
        set_if(target, not_negative(value, name), name);
    };
    set_length(result.pixel_size, given.pixel_size, "picker_simulation.pixel_size");
    set_length(result.diameter, given.diameter, "picker_simulation.diameter");
    set_length(result.min_distance, given.min_distance, "picker_simulation.min_distance");
    set_length(result.defocus, given.defocus, "picker_simulation.defocus");
    set_length(result.defocus_spread, given.defocus_spread, "picker_simulation.defocus_spread");
    set_length(result.voltage, given.voltage, "picker_simulation.voltage");
    set_length(result.spherical_aberration, given.spherical_aberration, "picker_simulation.spherical_aberration");
    set_length(result.amplitude_contrast, given.amplitude_contrast, "picker_simulation.amplitude_contrast");
    set_length(result.b_factor, given.b_factor, "picker_simulation.b_factor");
    if (given.has_snr != 0) {
        result.snr = not_negative(given.snr, "picker_simulation.snr");
    }
    result.seed = given.seed;
    set_if(result.views, given.views, "picker_simulation.views");
    set_if(result.gold, given.gold, "picker_simulation.gold");
    set_if(result.contamination, given.contamination, "picker_simulation.contamination");
    set_if(result.aggregates, given.aggregates, "picker_simulation.aggregates");
    result.astigmatism = given.astigmatism; // signed, like the angles; the simulation knows their ranges
    result.astigmatism_angle = given.astigmatism_angle;
    result.preferred_rot = given.preferred_rot;
    result.preferred_tilt = given.preferred_tilt;
    set_length(result.preferred_fraction, given.preferred_fraction, "picker_simulation.preferred_fraction");
    set_length(result.preferred_concentration, given.preferred_concentration,
               "picker_simulation.preferred_concentration");
    set_length(result.contrast_spread, given.contrast_spread, "picker_simulation.contrast_spread");
    set_length(result.touching, given.touching, "picker_simulation.touching");
    set_length(result.dose, given.dose, "picker_simulation.dose");
    set_length(result.detector_mtf, given.detector_mtf, "picker_simulation.detector_mtf");
    if (given.has_ice_noise != 0) {
        result.ice_noise = not_negative(given.ice_noise, "picker_simulation.ice_noise");
    }
    set_length(result.background_noise, given.background_noise, "picker_simulation.background_noise");
    set_length(result.readout_noise, given.readout_noise, "picker_simulation.readout_noise");
    set_length(result.background_length, given.background_length, "picker_simulation.background_length");
    set_length(result.thickness_gradient, given.thickness_gradient, "picker_simulation.thickness_gradient");
    set_length(result.carbon, given.carbon, "picker_simulation.carbon");
    return result;
}

// What a micrograph of a usual data set shows; docs/simulation.md says why these values.
void set_realistic(picker_simulation& s) {
    s.defocus = 18000;
    s.defocus_spread = 7000;
    s.astigmatism = 300;
    s.astigmatism_angle = 30;
    s.dose = 25;
    s.detector_mtf = 0.4;
    s.has_ice_noise = 1;
    s.ice_noise = 0.45;
    s.background_noise = 0.04;
    s.background_length = 30;
    s.readout_noise = 0.02;
    s.contrast_spread = 0.15;
    s.thickness_gradient = 0.05;
    s.touching = 0.15;
    s.contamination = 2;
}

std::unique_ptr<picker_micrograph> handle_of(Micrograph&& micrograph) {
    auto handle = std::make_unique<picker_micrograph>();
    handle->value = std::move(micrograph);
    return handle;
}

std::unique_ptr<picker_picks> handle_of(Picks&& picks) {
    auto handle = std::make_unique<picker_picks>();
    handle->value = std::move(picks);
    return handle;
}

void empty(picker_picks** out) {
    if (out != nullptr) {
        *out = nullptr;
    }
}

} // namespace

picker_status picker_simulation_init(picker_simulation* simulation, size_t struct_size) {
    return init_struct(simulation, struct_size);
}

picker_status picker_simulated_init(picker_simulated* simulated, size_t struct_size) {
    return init_struct(simulated, struct_size);
}

picker_status picker_simulation_set_preset(picker_simulation* simulation, const char* name) {
    return guard([&] {
        check_out(simulation, "simulation");
        picker_simulation settings = {}; // the caller's as far as both know it; a newer caller's tail stays as it is
        std::memcpy(&settings, simulation, std::min(simulation->struct_size, sizeof settings));
        if (std::strcmp(&required(name, "name"), "realistic") != 0) {
            fail(Status::not_found, "there is no simulation preset ", name, "; there is realistic");
        }
        set_realistic(settings);
        write_struct(simulation, settings);
    });
}

picker_status picker_simulate(picker_micrograph** out, picker_picks** truth, double* diameter,
                              const picker_simulation* simulation, uint64_t index) {
    return guard([&] {
        empty(truth);
        if (diameter != nullptr) {
            *diameter = 0;
        }
        auto*& target = out_handle(out, "out");
        const Simulator simulator(options_of(read_struct(simulation)));
        SimulatedMicrograph made = simulator.make(index);
        auto image = handle_of(std::move(made.micrograph));
        if (truth != nullptr) {
            *truth = handle_of(std::move(made.truth)).release();
        }
        if (diameter != nullptr) {
            *diameter = made.diameter;
        }
        target = image.release();
    });
}

picker_status picker_simulator_create(picker_simulator** out, const picker_simulation* simulation,
                                      const picker_control* control) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        target = new picker_simulator{Simulator(options_of(read_struct(simulation)), control_of(control))};
    });
}

picker_status picker_simulator_make(picker_micrograph** out, picker_picks** truth, picker_picks** others,
                                    picker_simulated* simulated, const picker_simulator* simulator, uint64_t index,
                                    const picker_control* control) {
    return guard([&] {
        empty(truth);
        empty(others);
        auto*& target = out_handle(out, "out");
        if (simulated != nullptr) {
            check_out(simulated, "simulated");
        }
        SimulatedMicrograph made = required(simulator, "simulator").value.make(index, control_of(control));
        auto image = handle_of(std::move(made.micrograph));
        auto particles = handle_of(std::move(made.truth));
        auto rest = handle_of(std::move(made.others));
        if (simulated != nullptr) {
            picker_simulated info = {};
            info.diameter = made.diameter;
            info.defocus_u = made.defocus.u;
            info.defocus_v = made.defocus.v;
            info.defocus_angle = made.defocus.angle;
            info.gradient_angle = made.gradient_angle;
            write_struct(simulated, info);
        }
        if (truth != nullptr) {
            *truth = particles.release();
        }
        if (others != nullptr) {
            *others = rest.release();
        }
        target = image.release();
    });
}

void picker_simulator_free(picker_simulator* simulator) {
    delete simulator;
}
