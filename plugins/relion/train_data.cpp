// Data sets from RELION's inputs (train_data.hpp).
#include "train_data.hpp"

#include "arguments.hpp"
#include "console.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace relion {
namespace {

// RELION hands over particles alone, too: their STAR file names the micrographs.
libpicker::Inputs micrographs_of(const Parameters& parameters) {
    if (parameters.has("in_mics")) {
        return libpicker::Inputs({star_list(parameters.text("in_mics"))}, true);
    }
    if (!parameters.has("in_parts")) {
        throw cli::UsageError("--in_mics is missing: choose the STAR file of the micrographs in the Input tab");
    }
    return libpicker::Inputs({parameters.text("in_parts")}, true);
}

void match_particles(libpicker::Inputs& inputs, const Parameters& parameters, double pixel_size) {
    if (parameters.has("in_coords")) {
        if (parameters.has("classes")) {
            throw cli::UsageError("parameter 'classes' belongs to particles (--in_parts), which have classes");
        }
        inputs.match_picks({parameters.text("in_coords")});
    } else if (parameters.has("classes")) {
        std::vector<std::int32_t> classes;
        for (const std::string& word : parameters.list("classes")) {
            classes.push_back(static_cast<std::int32_t>(cli::parse_integer(word, "parameter 'classes'")));
        }
        inputs.match_class2d(parameters.text("in_parts"), classes, false, pixel_size);
    } else {
        inputs.match_particles(parameters.text("in_parts"), pixel_size);
    }
}

void tell(const std::vector<std::string>& names, const std::string& what) {
    constexpr std::size_t most = 5;
    if (names.empty()) {
        return;
    }
    std::string line = counted(static_cast<long long>(names.size()), "micrograph") + " " + what + ": ";
    for (std::size_t i = 0; i < names.size() && i < most; ++i) {
        line += (i == 0 ? "" : ", ") + names[i];
    }
    warn(line + (names.size() > most ? ", ..." : ""));
}

// Every n-th of the micrographs that can be used, spread over the list.
std::vector<bool> held_out_of(std::size_t count, const Parameters& parameters) {
    double share = 0.2;
    const bool given = parameters.number("validation", 0, 0.9, "a share from 0 to 0.9", share);
    constexpr std::size_t few = 3; // with fewer, none can be spared unless somebody says so
    std::size_t part = static_cast<std::size_t>(std::lround(share * static_cast<double>(count)));
    if (share > 0 && count > 1 && (given || count >= few)) {
        part = std::clamp<std::size_t>(part, 1, count - 1);
    } else {
        part = 0;
    }
    std::vector<bool> out(count, false);
    for (std::size_t i = 0; i < part; ++i) {
        out[(2 * i + 1) * count / (2 * part)] = true;
    }
    return out;
}

} // namespace

std::string particles_file(const Parameters& parameters) {
    const bool coordinates = parameters.has("in_coords"), particles = parameters.has("in_parts");
    if (coordinates == particles) {
        throw cli::UsageError(std::string(particles ? "there are two sets of particles: clear one of the boxes"
                                                    : "there are no particles to train on: fill in one of the boxes") +
                              " \"Input coordinates\" (--in_coords) and \"Input particles\" (--in_parts) of the Input "
                              "tab");
    }
    return parameters.text(coordinates ? "in_coords" : "in_parts");
}

TrainingData read_training_data(const Parameters& parameters) {
    const std::string particles = particles_file(parameters);
    double pixel_size = 0;
    parameters.number("pixel_size", 0.05, 100, "angstrom per pixel, from 0.05 to 100", pixel_size);
    libpicker::Inputs inputs = micrographs_of(parameters);
    std::vector<libpicker::Picks> negatives;
    if (parameters.has("negatives")) {
        inputs.match_picks(parameters.list("negatives"));
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            negatives.push_back(inputs.picks(i));
        }
    }
    if (parameters.has("mask")) {
        inputs.match_masks(parameters.list("mask"));
    }
    match_particles(inputs, parameters, pixel_size);
    tell(inputs.unmatched(), "named in " + particles + ", but not among the micrographs, are left out");

    std::vector<std::size_t> used;
    std::vector<std::string> without, missing;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::error_code ignored;
        if (!inputs.has_picks(i)) {
            without.push_back(inputs.name(i));
        } else if (!std::filesystem::exists(inputs.path(i), ignored)) {
            missing.push_back(inputs.name(i));
        } else {
            used.push_back(i);
        }
    }
    tell(missing, "left out, since the file is missing");
    tell(without, "left out, since " + particles + " does not speak of them");
    if (used.empty()) {
        throw libpicker::Error(PICKER_NOT_FOUND, "no micrograph has particles in " + particles +
                                                     "; choose the coordinates of the same micrographs");
    }
    TrainingData data;
    const std::vector<bool> held_out = held_out_of(used.size(), parameters);
    for (std::size_t n = 0; n < used.size(); ++n) {
        const std::size_t i = used[n];
        auto item = libpicker::make<picker_dataset_item>();
        item.pixel_size = pixel_size > 0 ? pixel_size : inputs.pixel_size(i); // 0: the file's header
        item.negatives = negatives.empty() ? nullptr : negatives[i].get();
        const std::string mask = inputs.mask(i);
        item.mask_path = mask.empty() ? nullptr : mask.c_str();
        (held_out[n] ? data.validation : data.train).add(inputs.path(i), inputs.picks(i), &item);
        if (held_out[n]) {
            data.held_out.push_back(inputs.name(i));
        }
    }
    return data;
}

} // namespace relion
