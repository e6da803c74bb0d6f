// Pixels of MRC files: every mode to float, in either byte order, read in large pieces.
#include "core/error.hpp"
#include "io/image_fault.hpp"
#include "io/image_formats.hpp"
#include "io/mrc_header.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace picker {
namespace {

// Branch-free, so that the compiler may do several at once.
float half_to_float(std::uint16_t half) {
    const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
    const std::uint32_t exponent = half & 0x7C00U;
    const std::uint32_t mantissa = half & 0x03FFU;
    const std::uint32_t shifted = (exponent | mantissa) << 13;
    const std::uint32_t normal = shifted + (112U << 23); // bias 15 -> 127
    const std::uint32_t special = shifted | 0x7F800000U; // infinity, NaN
    const auto small = std::bit_cast<std::uint32_t>(static_cast<float>(mantissa) * 0x1p-24F);
    const std::uint32_t magnitude = exponent == 0x7C00U ? special : (exponent == 0 ? small : normal);
    return std::bit_cast<float>(magnitude | sign);
}

template <typename T, typename Convert>
void convert_all(const char* bytes, std::size_t count, float* out, const Convert& convert) {
    for (std::size_t i = 0; i < count; ++i) {
        T value;
        std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));
        out[i] = convert(value);
    }
}

void convert_block(const char* bytes, std::size_t count, int mode, bool swapped, float* out) {
    const auto order = [swapped](std::uint16_t v) { return swapped ? __builtin_bswap16(v) : v; };
    switch (mode) {
    case 0: // signed, as RELION reads it since 3.1
        return convert_all<std::int8_t>(bytes, count, out, [](std::int8_t v) { return static_cast<float>(v); });
    case 1:
        return convert_all<std::uint16_t>(bytes, count, out, [order](std::uint16_t v) {
            return static_cast<float>(std::bit_cast<std::int16_t>(static_cast<std::uint16_t>(order(v))));
        });
    case 6:
        return convert_all<std::uint16_t>(bytes, count, out,
                                          [order](std::uint16_t v) { return static_cast<float>(order(v)); });
    default: // 12
        return convert_all<std::uint16_t>(bytes, count, out, [order](std::uint16_t v) {
            return half_to_float(static_cast<std::uint16_t>(order(v)));
        });
    }
}

void read_pixels(const FileReader& file, const MrcHeader& header, std::vector<float>& pixels) {
    if (header.mode == 2) {
        file.read(pixels.data(), pixels.size() * sizeof(float), header.data_offset);
        if (header.swapped) {
            for (float& pixel : pixels) {
                pixel = std::bit_cast<float>(__builtin_bswap32(std::bit_cast<std::uint32_t>(pixel)));
            }
        }
        return;
    }
    constexpr std::size_t block = std::size_t{1} << 19; // samples: at most 1 MiB of file at a time
    const std::size_t bytes = mrc_sample_bytes(header.mode);
    std::vector<char> buffer(std::min(block, pixels.size()) * bytes);
    for (std::size_t done = 0; done < pixels.size(); done += block) {
        const std::size_t count = std::min(block, pixels.size() - done);
        file.read(buffer.data(), count * bytes, header.data_offset + done * bytes);
        convert_block(buffer.data(), count, header.mode, header.swapped, pixels.data() + done);
    }
}

MrcHeader one_section(const FileReader& file) {
    const MrcHeader header = read_mrc_header(file);
    if (header.nz > 1) {
        fail_image(ImageFault::stack, file.path().string(), " is a stack or volume of ", header.nz,
                   " sections; a micrograph has one: give motion-corrected micrographs, or split the stack");
    }
    return header;
}

} // namespace

ImageHeader mrc_image_header(const FileReader& file) {
    const MrcHeader header = one_section(file);
    ImageHeader out;
    out.format = "mrc";
    out.width = header.nx;
    out.height = header.ny;
    out.depth = header.nz;
    out.sample_type = mrc_sample_type(header.mode);
    out.pixel_size = header.pixel_size;
    out.big_endian = header.big_endian;
    out.data_offset = header.data_offset;
    out.file_size = file.size();
    return out;
}

Micrograph read_mrc(const FileReader& file, Image spare) {
    const MrcHeader header = one_section(file);
    Micrograph out;
    out.image = std::move(spare);
    out.image.width = header.nx;
    out.image.height = header.ny;
    const std::size_t count = static_cast<std::size_t>(header.nx) * static_cast<std::size_t>(header.ny);
    if (out.image.pixels.capacity() < count) {
        out.image.pixels = {}; // growing would copy what is there
    }
    out.image.pixels.resize(count);
    out.pixel_size = header.pixel_size;
    read_pixels(file, header, out.image.pixels);
    return out;
}

Volume read_mrc_volume(const std::filesystem::path& path) {
    const FileReader file(path);
    if (file.size() == 0) {
        fail_image(ImageFault::empty, path.string(), " is empty (0 bytes); copy the file again from its source");
    }
    const MrcHeader header = read_mrc_header(file);
    const auto voxels = static_cast<std::uint64_t>(header.nx) * static_cast<std::uint64_t>(header.ny) *
                        static_cast<std::uint64_t>(header.nz);
    if (voxels > max_volume_voxels) {
        fail(Status::unsupported, path.string(), " has ", voxels, " voxels, more than the ", max_volume_voxels,
             " that are read; bin the map first");
    }
    Volume out;
    out.nx = header.nx;
    out.ny = header.ny;
    out.nz = header.nz;
    out.voxel_size = header.pixel_size;
    out.voxels.resize(voxels);
    read_pixels(file, header, out.voxels);
    return out;
}

} // namespace picker
