// A table of data sets: one row per molecule or session, with where its micrographs and coordinates are.
#pragma once

#include "training/dataset.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace picker {

// One row. Paths are as written: relative ones start at the table's folder.
struct DatasetRow {
    std::size_t line = 0;                                   // in the file, from 1
    std::string name;                                       // the molecule
    std::string micrographs, picks, negatives, mask, split; // several patterns are separated by ';'
    double diameter = 0.0, pixel_size = 0.0;                // angstrom; 0 where nothing is said
};

// CSV with a header line or a STAR loop, by extension. Columns: name, micrographs, picks, split (required), negatives,
// mask, diameter, pixel_size. Error(bad_file) naming file and line for missing columns, unknown splits, bad numbers.
std::vector<DatasetRow> read_dataset_rows(const std::filesystem::path& table);

// Adds what the rows whose split is `split` name; returns how many rows these are. Error naming file and line for a row
// none of whose micrographs has picks.
std::size_t add_dataset_rows(Dataset& dataset, const std::filesystem::path& table, std::string_view split);

} // namespace picker
