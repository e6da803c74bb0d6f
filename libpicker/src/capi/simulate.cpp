// picker.h, "simulate".
#include "simulation/simulate.hpp"

#include "capi/handles.hpp"

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
    return result;
}

} // namespace

picker_status picker_simulation_init(picker_simulation* simulation, size_t struct_size) {
    return init_struct(simulation, struct_size);
}

picker_status picker_simulate(picker_micrograph** out, picker_picks** truth, double* diameter,
                              const picker_simulation* simulation, uint64_t index) {
    return guard([&] {
        if (truth != nullptr) {
            *truth = nullptr;
        }
        if (diameter != nullptr) {
            *diameter = 0;
        }
        auto*& target = out_handle(out, "out");
        const Simulator simulator(options_of(read_struct(simulation)));
        SimulatedMicrograph made = simulator.make(index);
        auto image = std::make_unique<picker_micrograph>();
        image->value = std::move(made.micrograph);
        if (truth != nullptr) {
            auto picks = std::make_unique<picker_picks>();
            picks->value = std::move(made.truth);
            *truth = picks.release();
        }
        if (diameter != nullptr) {
            *diameter = made.diameter;
        }
        target = image.release();
    });
}
