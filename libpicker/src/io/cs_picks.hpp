// Picks in cryoSPARC's .cs files: particles with a location, also from several files that belong together.
#pragma once

#include "io/picks_file.hpp"

#include <filesystem>
#include <vector>

namespace picker {

// The picks of each of `files` that has or gets locations (cs_files.hpp); `skip_foreign`: others are left out instead
// of an Error(not_found).
std::vector<PicksOfFile> read_cs_picks(const std::vector<std::filesystem::path>& files, bool skip_foreign);

// The .csg that cryoSPARC's Import Result Group reads, for a .cs of this name beside it.
std::string cs_group(const std::string& file_name, std::size_t picks);

} // namespace picker
