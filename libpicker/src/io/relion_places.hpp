// Where RELION keeps the coordinates of a micrograph inside a job's folder, and the pointer files of 3.1 that go by it.
#pragma once

#include "io/inputs.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace picker {

// "MotionCorr/job002/Micrographs/m1.mrc" -> "Micrographs/m1": RELION's own rule (its decomposePipelineFileName, then
// the name without its extension). Error(invalid_argument) beyond its 20 folders.
std::string relion_place(const std::string& micrograph);

// coords_suffix_autopick.star, coords_suffix.box, ...: no table, but one line that names the micrographs, as a STAR
// file or (of imported coordinates) as a glob. The coordinates lie in its folder, each at its micrograph's place with
// what follows "coords_suffix".
bool is_coords_suffix(const std::filesystem::path& path);

// (micrograph, its coordinate file) for those of `micrographs` that have one, or where none has for those of the list
// that the pointer names: no file is no answer, as for RELION. Error(not_found) that says where the first was looked
// for where there is none at all.
std::vector<std::pair<std::string, std::filesystem::path>>
read_coords_suffix(const std::filesystem::path& path, const std::vector<InputMicrograph>& micrographs);

} // namespace picker
