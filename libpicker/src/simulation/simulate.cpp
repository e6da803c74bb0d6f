// A micrograph of a scene: CTF, noise at the signal-to-noise ratio asked for, dose and detector (simulate.hpp).
#include "simulation/simulate.hpp"

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "signal/parallel_fft.hpp"
#include "simulation/noise.hpp"
#include "simulation/options.hpp"
#include "simulation/scene.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace picker {

struct Simulator::State {
    SimulationOptions options;
    Structures structures;
};

namespace {

using Poll = std::function<void()>;

Poll poll_of(const Control& control, const char* stage) {
    return [&control, stage] { control.report({stage, 0, 1, 0, -1, std::numeric_limits<double>::quiet_NaN(), ""}); };
}

// Variance of the pixels inside the particles' discs; the image may be larger than the micrograph.
double variance_inside(const Image& image, const std::vector<SceneParticle>& particles,
                       const std::vector<double>& diameters) {
    std::vector<char> counted(image.size(), 0);
    double count = 0.0;
    double sum = 0.0;
    double squares = 0.0;
    for (const SceneParticle& particle : particles) {
        const Placement& p = particle.place;
        const double radius = 0.5 * diameters[static_cast<std::size_t>(p.structure)];
        const int last_y = std::min(image.height - 1, static_cast<int>(p.y + radius));
        const int last_x = std::min(image.width - 1, static_cast<int>(p.x + radius));
        for (int y = std::max(0, static_cast<int>(std::ceil(p.y - radius))); y <= last_y; ++y) {
            for (int x = std::max(0, static_cast<int>(std::ceil(p.x - radius))); x <= last_x; ++x) {
                const std::size_t i = image.index(x, y);
                const double r2 = (x - p.x) * (x - p.x) + (y - p.y) * (y - p.y);
                if (counted[i] == 0 && r2 <= radius * radius) {
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

constexpr double usual_dose = 20.0; // electrons per square angstrom: sets the background's level where no dose is given
constexpr double usual_snr = 0.1;   // and the ratio, where there is no noise
constexpr double carbon_grain = 0.5; // variance of the carbon's grain relative to the noise of the ice round it

// One micrograph in the making. All images are frames: the micrograph with room beyond its right and lower border,
// which keeps what the CTF carries out from coming back in on the other side.
class Exposure {
public:
    Exposure(const SimulationOptions& options, const Structures& structures, std::uint64_t index, WorkerPool& pool,
             const Poll& poll)
        : o_(options), structures_(structures), index_(index), pool_(pool), poll_(poll),
          scene_(draw_scene(options, structures, index)),
          ctf_({options.voltage, options.spherical_aberration, options.amplitude_contrast, options.b_factor},
               scene_.defocus) {
        const double room =
            ctf_.delocalisation(0.5 / o_.pixel_size) / o_.pixel_size + 0.25 * structures_.diameter / o_.pixel_size;
        const int rim = static_cast<int>(std::ceil(std::min(room, 0.5 * std::max(o_.width, o_.height))));
        width_ = fast_size(o_.width + rim);
        height_ = fast_size(o_.height + rim);
        transfer_ = make_transfer(ctf_, o_.detector_mtf, width_, height_, o_.pixel_size, pool, poll);
        if (!(transfer_.power > 1e-12)) {
            fail(Status::invalid_argument, "the CTF is zero at every frequency of the simulation (defocus ",
                 scene_.defocus.mean(), " angstrom, amplitude contrast ", o_.amplitude_contrast,
                 "); set a defocus or an amplitude contrast");
        }
        const double cosine = std::cos(scene_.gradient_angle);
        const double sine = std::sin(scene_.gradient_angle);
        const double slope = o_.thickness_gradient / (o_.width * std::abs(cosine) + o_.height * std::abs(sine));
        gradient_x_ = slope * cosine;
        gradient_y_ = slope * sine;
        shares_ = {o_.ice_noise, o_.background_noise, o_.background_length, o_.readout_noise};
        const double dose = o_.dose > 0.0 ? o_.dose : usual_dose;
        electrons_ = dose * o_.pixel_size * o_.pixel_size;
        // Counting noise of variance E has the share of it that the noise model says, in units of the signal's.
        const double counting = std::max(shares_.counting(), 1e-3);
        contrast_ = std::sqrt((o_.snr > 0.0 ? o_.snr : usual_snr) * transfer_.mtf_power / (counting * electrons_));
    }

    SimulatedMicrograph make() {
        SimulatedMicrograph result;
        result.micrograph.pixel_size = o_.pixel_size;
        result.micrograph.name = text("simulated_", index_);
        result.diameter = structures_.diameter;
        result.defocus = scene_.defocus;
        result.gradient_angle = scene_.gradient_angle * 180.0 / std::numbers::pi;
        result.truth = truth_table(scene_, o_, structures_);
        result.others = object_table(scene_.objects, o_.pixel_size);
        Image signal = particles();
        result.micrograph.image = detect(std::move(signal));
        return result;
    }

private:
    bool has_objects() const { return !scene_.objects.items.empty() || scene_.objects.hole.radius > 0.0; }
    bool counts() const { return o_.dose > 0.0 && o_.snr > 0.0; }
    bool blurs_counts() const { return counts() && o_.detector_mtf < 1.0; }

    template <typename Job> void each_row(int rows, const Job& job) {
        pool_.run(
            static_cast<std::size_t>(rows), [&](std::size_t row) { job(static_cast<int>(row)); }, poll_);
    }

    // Spectrum times the CTF and, `with_mtf`, the detector's MTF.
    void image_through(Spectrum& spectrum, double factor, bool with_mtf) {
        each_row(height_, [&](int row) {
            for (int column = 0; column < transfer_.half(); ++column) {
                const double mtf = with_mtf ? 1.0 : transfer_.mtf(column, row);
                const std::size_t i = static_cast<std::size_t>(row) * static_cast<std::size_t>(transfer_.half()) +
                                      static_cast<std::size_t>(column);
                spectrum.values[i] *= static_cast<float>(factor * static_cast<double>(transfer_.values[i]) / mtf);
            }
        });
    }

    // The particles as the detector sees them, their variance inside the discs 1; keeps their spectrum where the counts
    // need it. Sets scale_, from density to these units.
    Image particles() {
        Image frame(width_, height_);
        draw_particles(frame, scene_.particles, structures_, o_.pixel_size, pool_, poll_);
        Spectrum spectrum = fft(frame, pool_, poll_);
        frame = Image();
        if (blurs_counts()) {
            unseen_ = spectrum;
        }
        image_through(spectrum, 1.0, true);
        Image seen = inverse_fft(std::move(spectrum), pool_, poll_);
        double variance = variance_inside(seen, scene_.particles, structures_.diameters);
        if (!(variance > 0.0) && has_objects()) {
            variance = lone_variance();
        }
        scale_ = variance > 0.0 ? 1.0 / std::sqrt(variance) : 1.0;
        each_row(height_, [&](int y) {
            for (float& pixel : seen.row(y)) {
                pixel *= static_cast<float>(scale_);
            }
        });
        return seen;
    }

    // Where there are no particles: what one would have, so that objects keep their contrast.
    double lone_variance() {
        SceneParticle lone;
        lone.place.x = 0.5 * o_.width;
        lone.place.y = 0.5 * o_.height;
        Image frame(width_, height_);
        draw_particles(frame, {lone}, structures_, o_.pixel_size, pool_, poll_);
        Spectrum spectrum = fft(frame, pool_, poll_);
        image_through(spectrum, 1.0, true);
        return variance_inside(inverse_fft(std::move(spectrum), pool_, poll_), {lone}, structures_.diameters);
    }

    // Projected density of everything that is no particle.
    Image objects() {
        Image frame(width_, height_);
        if (scene_.objects.hole.radius > 0.0) {
            frame = carbon_mask(width_, height_, scene_.objects.hole, o_.width, o_.height, o_.pixel_size);
            const double variance = carbon_grain / (o_.snr > 0.0 ? o_.snr : usual_snr);
            const double grain = std::sqrt(variance / transfer_.power) / scale_;
            each_row(height_, [&](int y) {
                Random random = stream_of(o_.seed, index_, Purpose::grain, static_cast<std::uint64_t>(y));
                for (float& pixel : frame.row(y)) {
                    pixel *= static_cast<float>(carbon_thickness + grain * random.normal());
                }
            });
        }
        draw_balls(frame, scene_.objects.balls, o_.pixel_size);
        draw_particles(frame, scene_.members, structures_, o_.pixel_size, pool_, poll_);
        return frame;
    }

    // Everything but the particles, in units of their signal. Before the detector, and with the particles, where counts
    // are to be blurred.
    Image others() {
        Spectrum spectrum;
        if (has_objects()) {
            spectrum = fft(objects(), pool_, poll_);
        } else {
            spectrum.width = width_;
            spectrum.height = height_;
            spectrum.values.resize(transfer_.values.size());
        }
        if (blurs_counts()) {
            each_row(height_, [&](int row) {
                for (int column = 0; column < transfer_.half(); ++column) {
                    spectrum.at(column, row) += unseen_.at(column, row);
                }
            });
            unseen_ = Spectrum();
        }
        if (has_objects() || blurs_counts()) {
            image_through(spectrum, scale_, !blurs_counts());
        }
        if (o_.snr > 0.0) {
            NoiseDraw draw;
            draw.shares = shares_;
            draw.variance = 1.0 / o_.snr;
            draw.with_detector = !counts();
            draw.before_detector = blurs_counts();
            draw.seed = o_.seed;
            draw.index = index_;
            add_noise(spectrum, transfer_, draw, pool_, poll_);
        }
        return inverse_fft(std::move(spectrum), pool_, poll_);
    }

    // The intensity that the ice lets through, 1 on average.
    double intensity(int x, int y) const {
        return 1.0 + gradient_x_ * (std::min(x, o_.width - 1) - 0.5 * (o_.width - 1)) +
               gradient_y_ * (std::min(y, o_.height - 1) - 0.5 * (o_.height - 1));
    }

    // From the signal to the pixels of the micrograph.
    Image detect(Image signal) {
        Image frame;
        if (has_objects() || o_.snr > 0.0) {
            frame = others();
            if (!blurs_counts()) {
                each_row(height_, [&](int y) {
                    for (int x = 0; x < width_; ++x) {
                        frame.at(x, y) += signal.at(x, y);
                    }
                });
            }
        } else {
            frame = std::move(signal);
        }
        signal = Image();
        if (counts()) {
            return counted(std::move(frame));
        }
        Image image(o_.width, o_.height);
        const double level = 1.0 / contrast_;
        const double darkest = has_objects() ? -level : -std::numeric_limits<double>::infinity();
        each_row(o_.height, [&](int y) {
            for (int x = 0; x < o_.width; ++x) {
                const double light = intensity(x, y);
                const double value = level * (light - 1.0) + light * static_cast<double>(frame.at(x, y));
                image.at(x, y) = static_cast<float>(std::max(value, darkest));
            }
        });
        return image;
    }

    // Electrons counted, blurred by the detector, and read out.
    Image counted(Image frame) {
        each_row(height_, [&](int y) {
            Random random = stream_of(o_.seed, index_, Purpose::counts, static_cast<std::uint64_t>(y));
            for (int x = 0; x < width_; ++x) {
                const double expected =
                    electrons_ * intensity(x, y) * (1.0 + contrast_ * static_cast<double>(frame.at(x, y)));
                frame.at(x, y) = static_cast<float>(random.poisson(std::max(0.0, expected)));
            }
        });
        if (blurs_counts()) {
            Spectrum spectrum = fft(frame, pool_, poll_);
            each_row(height_, [&](int row) {
                for (int column = 0; column < transfer_.half(); ++column) {
                    spectrum.at(column, row) *= static_cast<float>(transfer_.mtf(column, row));
                }
            });
            frame = inverse_fft(std::move(spectrum), pool_, poll_);
        }
        Image image(o_.width, o_.height);
        const double readout = electrons_ * contrast_ * std::sqrt(shares_.readout / o_.snr);
        each_row(o_.height, [&](int y) {
            Random random = stream_of(o_.seed, index_, Purpose::readout, static_cast<std::uint64_t>(y));
            for (int x = 0; x < o_.width; ++x) {
                const double noise = readout > 0.0 ? readout * random.normal() : 0.0;
                image.at(x, y) = static_cast<float>(static_cast<double>(frame.at(x, y)) + noise);
            }
        });
        return image;
    }

    const SimulationOptions& o_;
    const Structures& structures_;
    std::uint64_t index_;
    WorkerPool& pool_;
    const Poll& poll_;
    Scene scene_;
    Ctf ctf_;
    int width_ = 0, height_ = 0;
    Transfer transfer_;
    NoiseShares shares_;
    double electrons_ = 0.0;                     // per pixel, expected
    double contrast_ = 0.0;                      // relative change of the intensity by one unit of signal
    double scale_ = 1.0;                         // units of signal per density
    double gradient_x_ = 0.0, gradient_y_ = 0.0; // relative change of the intensity per pixel
    Spectrum unseen_;                            // of the particles, before CTF and detector
};

} // namespace

Simulator::Simulator(SimulationOptions options, const Control& control) : state_(std::make_unique<State>()) {
    check_options(options);
    WorkerPool pool(control.worker_count());
    const Poll poll = poll_of(control, "project");
    poll();
    state_->structures = load_structures(options, pool, poll);
    state_->options = std::move(options);
}

Simulator::~Simulator() = default;

double Simulator::diameter() const {
    return state_->structures.diameter;
}

SimulatedMicrograph Simulator::make(std::uint64_t index, const Control& control) const {
    WorkerPool pool(control.worker_count());
    const Poll poll = poll_of(control, "simulate");
    poll();
    return Exposure(state_->options, state_->structures, index, pool, poll).make();
}

} // namespace picker
