// The readers and writers behind micrograph_file.hpp, one pair per format. The file has been opened and its content
// recognised before; pixels come in the internal frame.
#pragma once

#include "io/file_reader.hpp"
#include "io/micrograph_file.hpp"

namespace picker {

ImageHeader mrc_image_header(const FileReader& file);
Micrograph read_mrc(const FileReader& file, Image spare = {}); // whose memory may be used again
void write_mrc(const std::filesystem::path& path, const Image& image, double pixel_size);

ImageHeader tiff_image_header(const FileReader& file);
Micrograph read_tiff(const FileReader& file);
void write_tiff(const std::filesystem::path& path, const Image& image); // float32, one strip per row

ImageHeader png_image_header(const FileReader& file);
Micrograph read_png(const FileReader& file);
// 8-bit samples, `channels` 1 (gray) or 3 (RGB), row after row.
void write_png(const std::filesystem::path& path, int width, int height, int channels,
               const std::vector<unsigned char>& samples);

// Gray values for a picture: the 0.5 percentile is black, the 99.5 percentile white; what is no number is black.
std::vector<unsigned char> stretch_to_gray(const Image& image);

} // namespace picker
