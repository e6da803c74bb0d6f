// Micrograph lists in cryoSPARC's .cs files (exposures, or particles with a location): names, pixel sizes, uids.
#pragma once

#include "io/inputs.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace picker {

// For each of `files` that lists micrographs, these in its order, each once; passthrough files are joined
// (cs_files.hpp). Columns: "uid", "mscope_params/exp_group_id" and the like, by the names of their fields.
std::vector<std::pair<std::filesystem::path, std::vector<InputMicrograph>>>
read_exposures(const std::vector<std::filesystem::path>& files);

// What cryoSPARC calls a micrograph: its uid in the list, else the digits in front of its file name; 0 where neither
// is there. Its exposure group; 0 where unknown.
std::uint64_t exposure_uid(const InputMicrograph& micrograph);
std::uint32_t exposure_group(const InputMicrograph& micrograph);
std::uint64_t leading_uid(std::string_view name); // "J4/008578565574161745010_a.mrc" is 8578565574161745010; 0 without

// A whole number that fits; nullopt for anything else.
std::optional<std::uint64_t> whole_number(std::string_view text);

} // namespace picker
