// Micrographs on disk: one entry point for every image format, chosen by content and file name.
#pragma once

#include "core/image.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace picker {

// What a header says, read without the pixels.
struct ImageHeader {
    std::string format;        // "mrc" | "tiff" | "png"
    int width = 0, height = 0; // pixels
    int depth = 1;             // sections; a micrograph has one
    std::string sample_type;   // "int8", "int16", "float32", "uint16", "float16", "uint8"
    double pixel_size = 0.0;   // angstrom per pixel, 0 where unknown; 1.0 in an MRC header counts as unknown
    bool big_endian = false;
    std::uint64_t data_offset = 0; // bytes
    std::uint64_t file_size = 0;   // bytes
};

// Error(io | bad_file | unsupported), naming the file: also when it is truncated, a stack or absurdly large.
ImageHeader read_image_header(const std::filesystem::path& path);
// Rows in stored order; TIFF rows flipped as RELION does, so that coordinates agree between the packages.
// `spare` is an image that is no longer needed: its memory is used again where it fits, which spares the system's work
// of handing out fresh pages for every micrograph.
Micrograph read_micrograph(const std::filesystem::path& path, Image spare = {});

// By extension: .mrc (mode 2, with pixel size), .png (8-bit, 0.5-99.5 percentile stretch), .tif (float32).
void write_image(const std::filesystem::path& path, const Image& image, double pixel_size);

// An MRC volume, for the simulator: nz sections of ny rows.
struct Volume {
    int nx = 0, ny = 0, nz = 0;
    double voxel_size = 0.0; // angstrom
    std::vector<float> voxels;
};
Volume read_mrc_volume(const std::filesystem::path& path);

} // namespace picker
