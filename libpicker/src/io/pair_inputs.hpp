// Which micrograph of one list shows the field of a micrograph of another: raw beside denoised or binned.
#pragma once

#include "io/inputs.hpp"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace picker {

// For each of `micrographs` the index of its partner in `others`. With a `table`, a CSV file whose header line is
// picked,target, the table says so for every micrograph. Without, the partner has the same stem; or else it is the only
// one whose stem goes on where the micrograph's ends, or the other way round, after '_', '-' or '.' ("mic_001" and
// "mic_001_denoised"). Error(mismatch) naming micrographs without a partner, with several, or two that share one.
std::vector<std::size_t> pair_inputs(const std::vector<InputMicrograph>& micrographs,
                                     const std::vector<InputMicrograph>& others,
                                     const std::filesystem::path& table = {});

} // namespace picker
