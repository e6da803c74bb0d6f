// A micrograph from structures: placement, projection, CTF, noise at the signal-to-noise ratio asked for.
#include "simulation/simulate.hpp"

#include "core/error.hpp"
#include "core/random.hpp"
#include "io/micrograph_file.hpp"
#include "signal/fft.hpp"
#include "simulation/density.hpp"
#include "simulation/placement.hpp"
#include "simulation/project.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace picker {

struct Simulator::State {
    SimulationOptions options;
    std::vector<Density> structures;
    std::vector<double> diameters; // pixels
    double diameter = 0.0;         // angstrom, the largest
};

namespace {

// NaN fails every comparison, so it is refused here too.
void require(bool good, const char* option, double value, const char* range) {
    if (!good) {
        fail(Status::invalid_argument, "simulation option ", option, " is ", value, "; it must be ", range);
    }
}

void check(const SimulationOptions& o) {
    require(o.width >= 16 && o.width <= 32768, "width", o.width, "16 to 32768 pixels");
    require(o.height >= 16 && o.height <= 32768, "height", o.height, "16 to 32768 pixels");
    require(o.pixel_size >= 0.01 && o.pixel_size <= 1000.0, "pixel_size", o.pixel_size, "0.01 to 1000 angstrom");
    require(o.particles >= 0, "particles", o.particles, "0 or more");
    require(o.diameter >= 0.0 && o.diameter <= 1e6, "diameter", o.diameter,
            "an axis in angstrom, or 0 for the default");
    require(o.min_distance >= 0.0 && o.min_distance <= 1e6, "min_distance", o.min_distance, "0 or more diameters");
    require(o.snr == 0.0 || (o.snr >= 1e-6 && o.snr <= 1e6), "snr", o.snr, "1e-6 to 1e6, or 0 for no noise");
    require(std::abs(o.defocus) <= 1e6, "defocus", o.defocus, "in angstrom, at most 1e6 either way");
    require(o.defocus_spread >= 0.0 && o.defocus_spread <= 1e6, "defocus_spread", o.defocus_spread,
            "0 to 1e6 angstrom");
    require(o.voltage >= 1.0 && o.voltage <= 10000.0, "voltage", o.voltage, "in kV, for example 300");
    require(o.spherical_aberration >= 0.0 && o.spherical_aberration <= 100.0, "spherical_aberration",
            o.spherical_aberration, "in mm, for example 2.7");
    require(o.amplitude_contrast >= 0.0 && o.amplitude_contrast <= 1.0, "amplitude_contrast", o.amplitude_contrast,
            "0 to 1");
    require(o.b_factor >= 0.0 && o.b_factor <= 1e6, "b_factor", o.b_factor, "0 to 1e6 angstrom^2");
    require(o.ice_noise >= 0.0 && o.ice_noise <= 1.0, "ice_noise", o.ice_noise, "0 to 1");
    if (!o.structures.empty() && o.diameter != 0.0) {
        fail(Status::invalid_argument, "simulation option diameter is ", o.diameter,
             ", but the diameter of a structure file is measured; leave it at 0, or leave the structures out");
    }
}

// The CTF at every coefficient of a half-complex spectrum, and the mean of its square over the whole plane.
struct Transfer {
    int width = 0, height = 0; // of the image in real space
    std::vector<float> values;
    double power = 0.0;
};

Transfer transfer_function(const SimulationOptions& o, double defocus, int width, int height) {
    Transfer transfer{width, height, {}, 0.0};
    const int half = width / 2 + 1;
    transfer.values.reserve(static_cast<std::size_t>(half) * static_cast<std::size_t>(height));
    for (int row = 0; row < height; ++row) {
        const double ky = (row <= height / 2 ? row : row - height) / (height * o.pixel_size);
        for (int column = 0; column < half; ++column) {
            const double kx = column / (width * o.pixel_size);
            const double value =
                ctf(std::hypot(kx, ky), defocus, o.voltage, o.spherical_aberration, o.amplitude_contrast, o.b_factor);
            transfer.values.push_back(static_cast<float>(value));
            // All columns but the first and the Nyquist one stand for two coefficients.
            const bool single = column == 0 || 2 * column == width;
            transfer.power += (single ? 1.0 : 2.0) * value * value;
        }
    }
    transfer.power /= static_cast<double>(width) * height;
    return transfer;
}

Image apply(const Transfer& transfer, const Image& image) {
    Spectrum spectrum = fft(image);
    for (std::size_t i = 0; i < spectrum.values.size(); ++i) {
        spectrum.values[i] *= transfer.values[i];
    }
    return inverse_fft(std::move(spectrum));
}

// How far the CTF carries signal from its particle, in pixels: the gradient of chi at the highest frequency.
double delocalisation(const SimulationOptions& o, double defocus) {
    const double k = 0.5 / o.pixel_size;
    const double wavelength = electron_wavelength(o.voltage);
    const double aberration = o.spherical_aberration * 1e7 * wavelength * wavelength;
    return wavelength * k * (std::abs(defocus) + aberration * k * k) / o.pixel_size;
}

// Variance of the pixels inside the particles' discs; the image may be larger than the micrograph.
double variance_inside(const Image& image, const std::vector<Placement>& particles,
                       const std::vector<double>& diameters) {
    std::vector<char> counted(image.size(), 0);
    double count = 0.0;
    double sum = 0.0;
    double squares = 0.0;
    for (const Placement& p : particles) {
        const double radius = 0.5 * diameters[static_cast<std::size_t>(p.structure)];
        const int last_y = std::min(image.height - 1, static_cast<int>(p.y + radius));
        const int last_x = std::min(image.width - 1, static_cast<int>(p.x + radius));
        for (int y = std::max(0, static_cast<int>(std::ceil(p.y - radius))); y <= last_y; ++y) {
            for (int x = std::max(0, static_cast<int>(std::ceil(p.x - radius))); x <= last_x; ++x) {
                const std::size_t i = image.index(x, y);
                if (counted[i] == 0 && std::hypot(x - p.x, y - p.y) <= radius) {
                    counted[i] = 1;
                    const double v = image.pixels[i];
                    count += 1.0;
                    sum += v;
                    squares += v * v;
                }
            }
        }
    }
    return count > 0.0 ? squares / count - (sum / count) * (sum / count) : 0.0;
}

Picks truth_table(const std::vector<Placement>& particles, const std::vector<Orientation>& orientations) {
    Picks truth;
    for (const Placement& p : particles) {
        truth.add(p.x, p.y, std::numeric_limits<double>::quiet_NaN());
    }
    const auto fill = [&](const char* name, const auto& value) {
        std::vector<double>& column = truth.ensure_column(name, 0.0);
        for (std::size_t i = 0; i < particles.size(); ++i) {
            column[i] = value(i);
        }
    };
    fill("rot", [&](std::size_t i) { return orientations[i].rot; });
    fill("tilt", [&](std::size_t i) { return orientations[i].tilt; });
    fill("psi", [&](std::size_t i) { return orientations[i].psi; });
    fill("structure", [&](std::size_t i) { return static_cast<double>(particles[i].structure); });
    return truth;
}

void fill_normal(Image& image, Random& random) {
    for (float& pixel : image.pixels) {
        pixel = static_cast<float>(random.normal());
    }
}

} // namespace

Simulator::Simulator(SimulationOptions options) : state_(std::make_unique<State>()) {
    check(options);
    if (options.structures.empty()) {
        const double diameter = options.diameter > 0.0 ? options.diameter : 180.0;
        state_->structures.push_back(make_density(phantom_volume(diameter), "the built-in phantom"));
    }
    for (const std::string& file : options.structures) {
        state_->structures.push_back(make_density(read_mrc_volume(file), file));
    }
    for (std::size_t i = 0; i < state_->structures.size(); ++i) {
        const double diameter = state_->structures[i].diameter;
        const double pixels = diameter / options.pixel_size;
        const std::string name = options.structures.empty() ? "the built-in phantom" : options.structures[i];
        if (pixels < 8.0) {
            fail(Status::invalid_argument, name, " is ", diameter, " angstrom long, which is ", pixels, " pixels of ",
                 options.pixel_size, " angstrom; at least 8 are needed, so lower the pixel size");
        }
        if (pixels > std::min(options.width, options.height) - 1) {
            fail(Status::invalid_argument, name, " is ", diameter, " angstrom long, which is ", pixels, " pixels of ",
                 options.pixel_size, " angstrom and does not fit into a micrograph of ", options.width, " x ",
                 options.height, "; raise the pixel size or the size of the micrograph");
        }
        state_->diameters.push_back(pixels);
        state_->diameter = std::max(state_->diameter, diameter);
    }
    state_->options = std::move(options);
}

Simulator::~Simulator() = default;

double Simulator::diameter() const {
    return state_->diameter;
}

SimulatedMicrograph Simulator::make(std::uint64_t index) const {
    const SimulationOptions& o = state_->options;
    Random random(o.seed, index);
    SimulatedMicrograph result;
    result.diameter = state_->diameter;
    result.micrograph.pixel_size = o.pixel_size;
    result.micrograph.name = text("simulated_", index);

    // What is drawn before the noise does not depend on the noise: other SNRs show the same particles.
    result.defocus = o.defocus + o.defocus_spread * random.uniform(-1.0, 1.0);
    const std::vector<Placement> particles =
        place_particles(random, o.width, o.height, o.particles, state_->diameters, o.min_distance);

    // Room beyond the border keeps the signal that the CTF carries out from coming back in on the other side.
    const double room = std::min(delocalisation(o, result.defocus) + 0.25 * state_->diameter / o.pixel_size,
                                 0.5 * std::max(o.width, o.height));
    const int rim = static_cast<int>(std::ceil(room));
    Image field(fast_size(o.width + rim), fast_size(o.height + rim));

    std::vector<Orientation> orientations;
    for (const Placement& p : particles) {
        orientations.push_back(random_orientation(random));
        add_projection(field, o.pixel_size, state_->structures[static_cast<std::size_t>(p.structure)],
                       orientations.back(), p.x, p.y);
    }
    result.truth = truth_table(particles, orientations);

    const Transfer transfer = transfer_function(o, result.defocus, field.width, field.height);
    if (!(transfer.power > 1e-12)) {
        fail(Status::invalid_argument, "the CTF is zero at every frequency of the simulation (defocus ", result.defocus,
             " angstrom, amplitude contrast ", o.amplitude_contrast, "); set a defocus or an amplitude contrast");
    }
    field = apply(transfer, field);

    // The signal's variance inside the particles is 1, so that the noise's is 1 / SNR.
    const double variance = variance_inside(field, particles, state_->diameters);
    const double scale = variance > 0.0 ? 1.0 / std::sqrt(variance) : 1.0;
    Image& image = result.micrograph.image;
    image = Image(o.width, o.height);
    for (int y = 0; y < o.height; ++y) {
        for (int x = 0; x < o.width; ++x) {
            image.at(x, y) = static_cast<float>(scale * static_cast<double>(field.at(x, y)));
        }
    }
    if (o.snr == 0.0) {
        return result;
    }

    // Two kinds of noise: the ice's own structure, imaged through the same CTF as the particles, and the detector's
    // counting noise, which is white.
    const double white = std::sqrt((1.0 - o.ice_noise) / o.snr);
    const double ice = std::sqrt(o.ice_noise / (o.snr * transfer.power));
    Image noise(field.width, field.height);
    if (o.ice_noise > 0.0) {
        fill_normal(noise, random);
        noise = apply(transfer, noise);
    }
    for (int y = 0; y < o.height; ++y) {
        for (int x = 0; x < o.width; ++x) {
            const double sum = white * random.normal() + ice * static_cast<double>(noise.at(x, y));
            image.at(x, y) += static_cast<float>(sum);
        }
    }
    return result;
}

} // namespace picker
