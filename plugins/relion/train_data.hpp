// The micrographs and particles of a training job, as the library's data sets.
#pragma once

#include "parameters.hpp"
#include "picker/picker.hpp"

#include <string>
#include <vector>

namespace relion {

struct TrainingData {
    libpicker::Dataset train, validation;
    std::vector<std::string> held_out; // micrographs of `validation`
};

// Reads what in_mics, in_coords, in_parts, negatives and mask name; tells in run.out what is left out. Micrographs that
// no coordinates speak of are: "no file" is not "no particles". libpicker::Error where nothing is left.
TrainingData read_training_data(const Parameters& parameters);
// The file of the particles, for people; cli::UsageError where it is missing or there are two.
std::string particles_file(const Parameters& parameters);

} // namespace relion
