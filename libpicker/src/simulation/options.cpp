// Ranges of the simulation's options (options.hpp).
#include "simulation/options.hpp"

#include "core/error.hpp"

#include <cmath>

namespace picker {
namespace {

// NaN fails every comparison, so it is refused here too.
void require(bool good, const char* option, double value, const char* range) {
    if (!good) {
        fail(Status::invalid_argument, "simulation option ", option, " is ", value, "; it must be ", range);
    }
}

void require_share(const char* option, double value) {
    require(value >= 0.0 && value <= 1.0, option, value, "0 to 1");
}

void require_count(const char* option, int value) {
    require(value >= 0 && value <= 10000, option, value, "0 to 10000");
}

void check_particles(const SimulationOptions& o) {
    require(o.particles >= 0, "particles", o.particles, "0 or more");
    require(o.diameter >= 0.0 && o.diameter <= 1e6, "diameter", o.diameter,
            "an axis in angstrom, or 0 for the default");
    require(o.min_distance >= 0.0 && o.min_distance <= 1e6, "min_distance", o.min_distance, "0 or more diameters");
    if (!o.structures.empty() && o.diameter != 0.0) {
        fail(Status::invalid_argument, "simulation option diameter is ", o.diameter,
             ", but the diameter of a structure file is measured; leave it at 0, or leave the structures out");
    }
    require(o.views >= 0 && o.views <= 100000, "views", o.views, "0 to 100000");
    require_share("preferred_fraction", o.preferred_fraction);
    require(std::abs(o.preferred_rot) <= 360.0, "preferred_rot", o.preferred_rot, "-360 to 360 degrees");
    require(std::abs(o.preferred_tilt) <= 360.0, "preferred_tilt", o.preferred_tilt, "-360 to 360 degrees");
    require(o.preferred_concentration >= 1e-3 && o.preferred_concentration <= 1e6, "preferred_concentration",
            o.preferred_concentration, "0.001 (nearly uniform) to 1e6 (one direction)");
    require(o.contrast_spread >= 0.0 && o.contrast_spread <= 2.0, "contrast_spread", o.contrast_spread, "0 to 2");
    require_share("touching", o.touching);
}

void check_optics(const SimulationOptions& o) {
    require(std::abs(o.defocus) <= 1e6, "defocus", o.defocus, "in angstrom, at most 1e6 either way");
    require(o.defocus_spread >= 0.0 && o.defocus_spread <= 1e6, "defocus_spread", o.defocus_spread,
            "0 to 1e6 angstrom");
    require(std::abs(o.astigmatism) <= 1e6, "astigmatism", o.astigmatism, "in angstrom, at most 1e6 either way");
    require(std::abs(o.astigmatism_angle) <= 360.0, "astigmatism_angle", o.astigmatism_angle, "-360 to 360 degrees");
    require(o.voltage >= 1.0 && o.voltage <= 10000.0, "voltage", o.voltage, "in kV, for example 300");
    require(o.spherical_aberration >= 0.0 && o.spherical_aberration <= 100.0, "spherical_aberration",
            o.spherical_aberration, "in mm, for example 2.7");
    require_share("amplitude_contrast", o.amplitude_contrast);
    require(o.b_factor >= 0.0 && o.b_factor <= 1e6, "b_factor", o.b_factor, "0 to 1e6 angstrom^2");
}

void check_noise(const SimulationOptions& o) {
    require(o.snr == 0.0 || (o.snr >= 1e-6 && o.snr <= 1e6), "snr", o.snr, "1e-6 to 1e6, or 0 for no noise");
    require(o.dose == 0.0 || (o.dose >= 1e-3 && o.dose <= 1e5), "dose", o.dose,
            "0.001 to 1e5 electrons per square angstrom, or 0 for Gaussian noise of no dose");
    require(o.detector_mtf >= 0.01 && o.detector_mtf <= 1.0, "detector_mtf", o.detector_mtf, "0.01 to 1");
    require_share("ice_noise", o.ice_noise);
    require_share("background_noise", o.background_noise);
    require_share("readout_noise", o.readout_noise);
    require(o.background_length > 0.0 && o.background_length <= 1e6, "background_length", o.background_length,
            "above 0, in angstrom");
    const double sum = o.ice_noise + o.background_noise + o.readout_noise;
    if (sum > 1.0) {
        fail(Status::invalid_argument, "simulation options ice_noise, background_noise and readout_noise are ", sum,
             " together; they are shares of the noise variance, so give at most 1");
    }
    if (o.dose > 0.0 && sum > 0.999) {
        fail(Status::invalid_argument, "simulation option dose is ", o.dose,
             ", but ice_noise, background_noise and readout_noise leave no share to the counting noise; lower them");
    }
}

} // namespace

void check_options(const SimulationOptions& o) {
    require(o.width >= 16 && o.width <= 32768, "width", o.width, "16 to 32768 pixels");
    require(o.height >= 16 && o.height <= 32768, "height", o.height, "16 to 32768 pixels");
    require(o.pixel_size >= 0.01 && o.pixel_size <= 1000.0, "pixel_size", o.pixel_size, "0.01 to 1000 angstrom");
    check_particles(o);
    check_optics(o);
    check_noise(o);
    require(o.thickness_gradient >= 0.0 && o.thickness_gradient <= 1.5, "thickness_gradient", o.thickness_gradient,
            "0 to 1.5");
    require(o.carbon >= 0.0 && o.carbon <= 0.95, "carbon", o.carbon, "0 to 0.95 of the area");
    require_count("gold", o.gold);
    require_count("contamination", o.contamination);
    require_count("aggregates", o.aggregates);
}

} // namespace picker
