// A micrograph of a scene: CTF, noise at the signal-to-noise ratio asked for, dose and detector (simulate.hpp).
#include "simulation/simulate.hpp"

#include "core/error.hpp"
#include "core/fast_draws.hpp"
#include "core/parallel.hpp"
#include "signal/parallel_fft.hpp"
#include "simulation/noise.hpp"
#include "simulation/options.hpp"
#include "simulation/scene.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
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
        particles();
        result.micrograph.image = detect();
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

    // The spectrum times the CTF and, `with_mtf`, the detector's MTF.
    void image_through(double factor, bool with_mtf) {
        each_row(height_, [&](int row) {
            std::complex<float>* values = &spectrum_.at(0, row);
            const float* transfer = transfer_.values.data() + (values - spectrum_.values.data());
            for (int column = 0; column < transfer_.half(); ++column) {
                const double mtf = with_mtf ? 1.0 : transfer_.mtf(column, row);
                values[column] *= static_cast<float>(factor * static_cast<double>(transfer[column]) / mtf);
            }
        });
    }

    void clear_frame() {
        each_row(height_, [&](int y) { std::ranges::fill(frame_.row(y), 0.0F); });
    }

    // The frame becomes the particles as the detector sees them. Sets scale_, from density to units in which their
    // variance inside the discs is 1, and keeps their spectrum where the counts need it.
    void particles() {
        frame_ = Image(width_, height_);
        draw_particles(frame_, scene_.particles, structures_, o_.pixel_size, pool_, poll_);
        fft(frame_, spectrum_, pool_, poll_);
        if (blurs_counts()) {
            unseen_ = spectrum_;
        }
        image_through(1.0, true);
        inverse_fft(spectrum_, frame_, pool_, poll_);
        double variance = variance_inside(frame_, scene_.particles, structures_.diameters, pool_, poll_);
        if (!(variance > 0.0) && has_objects()) {
            variance = lone_variance(); // the frame is as empty as it was
        }
        scale_ = variance > 0.0 ? 1.0 / std::sqrt(variance) : 1.0;
    }

    // Where there are no particles: what one would have, so that objects keep their contrast.
    double lone_variance() {
        SceneParticle lone;
        lone.place.x = 0.5 * o_.width;
        lone.place.y = 0.5 * o_.height;
        Image empty(width_, height_);
        std::swap(frame_, empty);
        draw_particles(frame_, {lone}, structures_, o_.pixel_size, pool_, poll_);
        fft(frame_, spectrum_, pool_, poll_);
        image_through(1.0, true);
        inverse_fft(spectrum_, frame_, pool_, poll_);
        const double variance = variance_inside(frame_, {lone}, structures_.diameters, pool_, poll_);
        std::swap(frame_, empty);
        return variance;
    }

    // The frame becomes the projected density of everything that is no particle.
    void objects() {
        if (scene_.objects.hole.radius > 0.0) {
            frame_ = carbon_mask(width_, height_, scene_.objects.hole, o_.width, o_.height, o_.pixel_size);
            const double variance = carbon_grain / (o_.snr > 0.0 ? o_.snr : usual_snr);
            const double grain = std::sqrt(variance / transfer_.power) / scale_;
            each_row(height_, [&](int y) {
                Random random = stream_of(o_.seed, index_, Purpose::grain, static_cast<std::uint64_t>(y));
                for (float& pixel : frame_.row(y)) {
                    pixel *= static_cast<float>(carbon_thickness + grain * normal_(random));
                }
            });
        } else {
            clear_frame();
        }
        draw_balls(frame_, scene_.objects.balls, o_.pixel_size);
        draw_particles(frame_, scene_.members, structures_, o_.pixel_size, pool_, poll_);
    }

    // The frame becomes everything but the particles, in units of their signal. Before the detector, and with the
    // particles, where counts are to be blurred.
    void others() {
        if (has_objects()) {
            objects();
            fft(frame_, spectrum_, pool_, poll_);
        } else if (blurs_counts()) {
            std::swap(spectrum_, unseen_);
        } else {
            std::ranges::fill(spectrum_.values, std::complex<float>());
        }
        if (blurs_counts() && has_objects()) {
            each_row(height_, [&](int row) {
                const std::complex<float>* from = &unseen_.at(0, row);
                std::complex<float>* to = &spectrum_.at(0, row);
                for (int column = 0; column < transfer_.half(); ++column) {
                    to[column] += from[column];
                }
            });
        }
        if (has_objects() || blurs_counts()) {
            image_through(scale_, !blurs_counts());
        }
        if (o_.snr > 0.0) {
            NoiseDraw draw;
            draw.shares = shares_;
            draw.variance = 1.0 / o_.snr;
            draw.with_detector = !counts();
            draw.before_detector = blurs_counts();
            draw.seed = o_.seed;
            draw.index = index_;
            add_noise(spectrum_, transfer_, draw, pool_, poll_);
        }
        inverse_fft(spectrum_, frame_, pool_, poll_);
    }

    // The intensity that the ice lets through, 1 on average.
    double intensity(int x, int y) const {
        return 1.0 + gradient_x_ * (std::min(x, o_.width - 1) - 0.5 * (o_.width - 1)) +
               gradient_y_ * (std::min(y, o_.height - 1) - 0.5 * (o_.height - 1));
    }

    // From the particles in the frame to the pixels of the micrograph.
    Image detect() {
        if (blurs_counts()) {
            others();
            return counted();
        }
        const auto scale = static_cast<float>(scale_);
        each_row(height_, [&](int y) {
            for (float& pixel : frame_.row(y)) {
                pixel *= scale;
            }
        });
        if (has_objects() || o_.snr > 0.0) {
            Image signal(width_, height_);
            std::swap(frame_, signal);
            others();
            each_row(height_, [&](int y) {
                const float* from = signal.row(y).data();
                float* to = frame_.row(y).data();
                for (int x = 0; x < width_; ++x) {
                    to[x] += from[x];
                }
            });
        }
        if (counts()) {
            return counted();
        }
        Image image(o_.width, o_.height);
        const double level = 1.0 / contrast_;
        const double darkest = has_objects() ? -level : -std::numeric_limits<double>::infinity();
        each_row(o_.height, [&](int y) {
            for (int x = 0; x < o_.width; ++x) {
                const double light = intensity(x, y);
                const double value = level * (light - 1.0) + light * static_cast<double>(frame_.at(x, y));
                image.at(x, y) = static_cast<float>(std::max(value, darkest));
            }
        });
        return image;
    }

    // Electrons counted, blurred by the detector, and read out.
    Image counted() {
        // The means are spread by ice, background and gradient; where a pixel's lies beyond, it only takes longer.
        const double spread = std::min(
            0.9, 4.0 * (contrast_ * std::sqrt((shares_.ice + shares_.background) / o_.snr) + o_.thickness_gradient));
        const FastPoisson poisson(electrons_ * (1.0 - spread), electrons_ * (1.0 + spread));
        each_row(height_, [&](int y) {
            Random random = stream_of(o_.seed, index_, Purpose::counts, static_cast<std::uint64_t>(y));
            float* row = frame_.row(y).data();
            for (int x = 0; x < width_; ++x) {
                const double expected = electrons_ * intensity(x, y) * (1.0 + contrast_ * static_cast<double>(row[x]));
                row[x] = static_cast<float>(poisson(random, std::max(0.0, expected)));
            }
        });
        if (blurs_counts()) {
            fft(frame_, spectrum_, pool_, poll_);
            each_row(height_, [&](int row) {
                std::complex<float>* values = &spectrum_.at(0, row);
                for (int column = 0; column < transfer_.half(); ++column) {
                    values[column] *= static_cast<float>(transfer_.mtf(column, row));
                }
            });
            inverse_fft(spectrum_, frame_, pool_, poll_);
        }
        Image image(o_.width, o_.height);
        const double readout = electrons_ * contrast_ * std::sqrt(shares_.readout / o_.snr);
        each_row(o_.height, [&](int y) {
            Random random = stream_of(o_.seed, index_, Purpose::readout, static_cast<std::uint64_t>(y));
            const float* from = frame_.row(y).data();
            float* to = image.row(y).data();
            for (int x = 0; x < o_.width; ++x) {
                const double noise = readout > 0.0 ? readout * normal_(random) : 0.0;
                to[x] = static_cast<float>(static_cast<double>(from[x]) + noise);
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
    FastNormal normal_;
    Image frame_;                // the image at work
    Spectrum spectrum_, unseen_; // the frame's, and the particles' before CTF and detector
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
