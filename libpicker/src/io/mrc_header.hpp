// The 1024-byte MRC header: what the reader needs from it, checked, and the bytes of one for writing.
#pragma once

#include "io/file_reader.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace picker {

constexpr std::size_t mrc_header_bytes = 1024;
// Limits that a real micrograph or map stays below: beyond them a header is damaged, and nothing is allocated for it.
constexpr int max_image_side = 65535;                   // pixels
constexpr std::uint64_t max_image_pixels = 1ULL << 30;  // 4 GiB as float
constexpr std::uint64_t max_volume_voxels = 1ULL << 31; // 8 GiB as float

struct MrcHeader {
    int nx = 0, ny = 0, nz = 0;
    int mode = 0;
    bool swapped = false;    // the file's byte order is not this machine's
    bool big_endian = false; // the file's byte order
    std::uint64_t data_offset = 0;
    double pixel_size = 0.0; // angstrom, 0 where unknown
};

// Error(bad_file | unsupported) naming the file: damaged, truncated, or a mode that is not read.
MrcHeader read_mrc_header(const FileReader& file);
const char* mrc_sample_type(int mode);  // "float32"; nullptr for a mode that is not read
std::size_t mrc_sample_bytes(int mode); // of one pixel

struct MrcStatistics {
    float minimum = 0.0F, maximum = 0.0F, mean = 0.0F, deviation = 0.0F;
};
// A header for one float32 image in this machine's byte order; a pixel size of 0 is written as 0 (unknown).
std::array<char, mrc_header_bytes> make_mrc_header(int nx, int ny, double pixel_size, const MrcStatistics& statistics);

} // namespace picker
