// Scoring a few micrographs at many diameters (diameter.hpp).
#include "picking/diameter.hpp"

#include "core/error.hpp"
#include "io/micrograph_file.hpp"
#include "picking/run.hpp"
#include "signal/filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace picker {
namespace {

constexpr double smallest_usual = 50.0, largest_usual = 1000.0; // angstrom
constexpr double steps_per_octave = 4.0;
constexpr int fewest_steps = 5;
constexpr double narrowest = 1.5;         // largest / smallest
constexpr double least_pixels = 6.0;      // of a particle
constexpr double largest_share = 0.25;    // of the shorter edge
constexpr double least_probability = 0.3; // what lies below adds up to a curve of its own where there are many places
constexpr double pixels_kept = 32.0; // of the smallest particle: finer micrographs are shrunk once, before the scan

struct Look {
    Micrograph micrograph;                // without its pixel size where that is not known
    double smallest = 0.0, largest = 0.0; // diameters that it allows, angstrom
};

void check_options(const Scorer& scorer, const std::vector<InputMicrograph>& inputs, const DiameterOptions& o) {
    if (inputs.empty()) {
        fail(Status::invalid_argument, "no micrographs to propose a diameter from; give files, folders or a STAR list");
    }
    if (scorer.model().spec.calibration.empty()) {
        fail(Status::unsupported,
             "a proposal of the diameter needs scores that are probabilities, and those of this "
             "model (",
             scorer.model().spec.architecture, ") are none; use the model general, or give the diameter");
    }
    if (o.micrographs < 1) {
        fail(Status::invalid_argument, "the number of micrographs to propose a diameter from is ", o.micrographs,
             "; give 1 or more");
    }
    for (const double bound : {o.smallest, o.largest}) {
        if (!(bound >= 0.0) || !std::isfinite(bound)) {
            fail(Status::invalid_argument, "a bound of the range of diameters is ", bound,
                 " angstrom; give a diameter above 0");
        }
    }
    if (o.smallest > 0.0 && o.largest > 0.0 && o.smallest >= o.largest) {
        fail(Status::invalid_argument, "the range of diameters is ", o.smallest, " to ", o.largest,
             " angstrom; give the smaller one first");
    }
}

// The order in which micrographs are looked at: so many spread from the first to the last, then the others.
std::vector<std::size_t> order_of(std::size_t count, std::size_t wanted) {
    std::vector<std::size_t> order;
    std::vector<bool> taken(count, false);
    const std::size_t spread = std::min(count, wanted);
    for (std::size_t i = 0; i < spread; ++i) {
        const std::size_t index = spread == 1 ? count / 2 : i * (count - 1) / (spread - 1);
        order.push_back(index);
        taken[index] = true;
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (!taken[i]) {
            order.push_back(i);
        }
    }
    return order;
}

Look read_look(const InputMicrograph& input, const DiameterOptions& options) {
    Look look;
    look.micrograph = read_micrograph(input.path);
    look.micrograph.name = input.name;
    look.micrograph.pixel_size = resolve_pixel_size(options.pixel_size, input, look.micrograph.pixel_size);
    const double pixel = look.micrograph.pixel_size;
    look.smallest = least_pixels * pixel;
    look.largest = largest_share * std::min(look.micrograph.image.width, look.micrograph.image.height) * pixel;
    if (options.invert) {
        invert(look.micrograph.image);
    }
    return look;
}

// The diameters to try: from smallest to largest, by equal factors.
std::vector<double> diameters_of(const DiameterOptions& options, const std::vector<Look>& looks) {
    double least = 0.0;
    double most = std::numeric_limits<double>::infinity();
    const Look* narrow = nullptr;
    for (const Look& look : looks) {
        least = std::max(least, look.smallest);
        if (look.largest < most) {
            most = look.largest;
            narrow = &look;
        }
    }
    const auto refuse = [&](double given, const char* what) {
        fail(Status::invalid_argument, "the ", what, " diameter to try is ", given, " angstrom, but ",
             narrow->micrograph.name, ", ", narrow->micrograph.image.width, " x ", narrow->micrograph.image.height,
             " pixels of ", narrow->micrograph.pixel_size, " angstrom, allows ", least, " to ", most, " (at least ",
             least_pixels,
             " pixels, at most a quarter of an edge); give a range within that, or check "
             "the pixel size");
    };
    if (options.smallest > 0.0 && (options.smallest < least || options.smallest > most)) {
        refuse(options.smallest, "smallest");
    }
    if (options.largest > 0.0 && (options.largest > most || options.largest < least)) {
        refuse(options.largest, "largest");
    }
    const double smallest = options.smallest > 0.0 ? options.smallest : std::max(smallest_usual, least);
    const double largest = options.largest > 0.0 ? options.largest : std::min(largest_usual, most);
    if (!(largest >= narrowest * smallest)) {
        fail(Status::invalid_argument, "the range of diameters is ", smallest, " to ", largest, " angstrom in ",
             narrow->micrograph.name, ", which is too narrow to see a peak in; give a range of a factor of ", narrowest,
             " or more, other micrographs, or the diameter");
    }
    const int steps =
        std::max(fewest_steps, 1 + static_cast<int>(std::ceil(steps_per_octave * std::log2(largest / smallest))));
    std::vector<double> diameters;
    for (int i = 0; i < steps; ++i) {
        diameters.push_back(smallest * std::pow(largest / smallest, static_cast<double>(i) / (steps - 1)));
    }
    return diameters;
}

// A micrograph that is much finer than the smallest diameter needs, brought down once.
void shrink(Micrograph& micrograph, double smallest) {
    const double scale = pixels_kept * micrograph.pixel_size / smallest;
    if (scale < 0.75) {
        const ResampledSize size = resampled_size(micrograph.image.width, micrograph.image.height, scale);
        const double old = micrograph.image.width;
        micrograph.image = fourier_resample(micrograph.image, size.width, size.height);
        micrograph.pixel_size *= old / size.width;
    }
}

} // namespace

DiameterProposal propose_diameter(const Scorer& scorer, const std::vector<InputMicrograph>& inputs,
                                  const DiameterOptions& options, const Control& control) {
    check_options(scorer, inputs, options);
    const auto report = [&control](std::int64_t done, std::int64_t total, const std::string& name) {
        control.report({"diameter", done, total, 0, -1, std::numeric_limits<double>::quiet_NaN(), name.c_str()});
    };
    report(0, 0, "");
    const auto wanted = static_cast<std::size_t>(options.micrographs);
    std::vector<Look> looks;
    std::optional<Error> last;
    for (const std::size_t index : order_of(inputs.size(), wanted)) {
        if (looks.size() == wanted) {
            break;
        }
        try {
            looks.push_back(read_look(inputs[index], options));
        } catch (const Error& error) {
            control.warn("not looked at for the diameter: " + std::string(error.what()));
            last = error;
        }
        report(0, 0, inputs[index].name);
    }
    if (looks.empty()) {
        throw *last;
    }
    DiameterProposal proposal;
    const std::vector<double> diameters = diameters_of(options, looks);
    for (const double diameter : diameters) {
        proposal.curve.push_back({diameter, 0.0, 0.0, 0.0, {}});
    }
    PickSettings settings;
    settings.threshold = least_probability;
    WorkerPool pool(control.worker_count(), [&scorer] { scorer.prepare_thread(); });
    const auto total = static_cast<std::int64_t>(looks.size() * diameters.size());
    const Meter meter(control, "diameter", total);
    std::int64_t done = 0;
    for (Look& look : looks) {
        const std::string name = look.micrograph.name;
        proposal.micrographs.push_back(name);
        shrink(look.micrograph, diameters.front());
        for (DiameterStep& step : proposal.curve) {
            settings.diameter = step.diameter;
            settings.pixel_size = look.micrograph.pixel_size;
            const Picks picks = pick(scorer, look.micrograph, settings, nullptr, pool, nullptr, nullptr, nullptr,
                                     [&] { meter.at(done, name.c_str()); });
            const double promised = std::accumulate(picks.score.begin(), picks.score.end(), 0.0);
            const double support = picks.empty() ? 0.0 : promised * promised / static_cast<double>(picks.size());
            step.picks += static_cast<double>(picks.size());
            step.promised += promised;
            step.support += support;
            step.supports.push_back(support);
            meter.at(++done, name.c_str());
        }
        look = Look(); // one micrograph less in memory
    }
    judge_curve(proposal);
    return proposal;
}

} // namespace picker
