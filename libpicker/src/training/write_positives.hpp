// The particles of a data set as coordinate files, for people to look at.
#pragma once

#include "training/dataset.hpp"

#include <filesystem>

namespace picker {

// FOLDER/STEM.star for every micrograph. Error(mismatch) where two micrographs have one stem; nothing is written then.
void write_positives(const Dataset& dataset, const std::filesystem::path& folder);

} // namespace picker
