// A table of data sets: one row per molecule or session, with where its micrographs and coordinates are.
#pragma once

#include "training/dataset.hpp"

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace picker {

// Adds the rows whose split is `split` to `dataset`; CSV with a header line or a STAR loop, by extension. Columns:
// name, micrographs, picks, split (required), negatives, diameter (angstrom), pixel_size (angstrom). Relative paths
// start at the table's folder; each cell of micrographs, picks and negatives may hold several patterns separated by
// ';'. Returns the number of rows added. Error naming file and line for unknown splits, missing columns, bad numbers.
std::size_t add_dataset_rows(Dataset& dataset, const std::filesystem::path& table, std::string_view split);

} // namespace picker
