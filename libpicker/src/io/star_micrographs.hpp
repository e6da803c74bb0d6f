// STAR files that list micrographs: names, pixel sizes from the optics groups, and where the files lie.
#pragma once

#include "io/inputs.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace picker {

// The micrographs of a STAR in its order, each once; particle files and `coordinate_files` lists count too.
// RELION 3.1+ (optics table) and 3.0 (magnification and detector pixel size in each row).
std::vector<InputMicrograph> read_micrograph_list(const std::filesystem::path& star);

// The rows of a block `coordinate_files`: micrograph name and the coordinate file, found like a micrograph.
std::vector<std::pair<std::string, std::filesystem::path>> read_coordinate_list(const std::filesystem::path& star);

// A path as a STAR gives it, looked up from the working folder, then from the STAR's folder and its parents (a RELION
// project's files name everything from the project folder). The name itself where it is found nowhere.
std::filesystem::path find_listed(const std::string& name, const std::filesystem::path& star);

} // namespace picker
