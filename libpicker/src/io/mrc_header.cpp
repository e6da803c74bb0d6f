// MRC headers (mrc_header.hpp). Word numbers are those of the MRC2014 description, counted from 1.
#include "io/mrc_header.hpp"

#include "io/image_fault.hpp"

#include <bit>
#include <cmath>
#include <cstring>

namespace picker {
namespace {

using Bytes = std::array<char, mrc_header_bytes>;

std::uint32_t word(const Bytes& bytes, std::size_t number, bool swapped) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + 4 * (number - 1), 4);
    return swapped ? __builtin_bswap32(value) : value;
}

std::int32_t integer(const Bytes& bytes, std::size_t number, bool swapped) {
    return std::bit_cast<std::int32_t>(word(bytes, number, swapped));
}

float real(const Bytes& bytes, std::size_t number, bool swapped) {
    return std::bit_cast<float>(word(bytes, number, swapped));
}

struct Mode {
    int number;
    const char* name;  // of the sample type
    std::size_t bytes; // 0: not read
};
constexpr Mode modes[] = {{0, "int8", 1},
                          {1, "int16", 2},
                          {2, "float32", 4},
                          {3, "complex 16-bit integer (a Fourier transform)", 0},
                          {4, "complex 32-bit float (a Fourier transform)", 0},
                          {6, "uint16", 2},
                          {12, "float16", 2},
                          {16, "8-bit RGB colour", 0},
                          {17, "8-bit RGB colour", 0},
                          {101, "4-bit packed integer", 0}};

const Mode* find_mode(std::int32_t number) {
    for (const Mode& mode : modes) {
        if (mode.number == number) {
            return &mode;
        }
    }
    return nullptr;
}

bool plausible(const Bytes& bytes, bool swapped) {
    return integer(bytes, 1, swapped) > 0 && integer(bytes, 2, swapped) > 0 && integer(bytes, 3, swapped) > 0 &&
           find_mode(integer(bytes, 4, swapped)) != nullptr;
}

// RELION's rule: a mode or width beyond 16 bits means the other byte order. Where that leads to nonsense and the
// other reading does not, the other one wins (a native file with an absurd width is then called that).
bool is_swapped(const Bytes& bytes) {
    const auto beyond = [](std::int32_t value) { return std::abs(static_cast<double>(value)) > 65535.0; };
    const bool guess = beyond(integer(bytes, 4, false)) || beyond(integer(bytes, 1, false));
    return !plausible(bytes, guess) && plausible(bytes, !guess) ? !guess : guess;
}

double pixel_size_of(const Bytes& bytes, bool swapped) {
    const double cell = real(bytes, 11, swapped); // angstrom
    const std::int32_t samples = integer(bytes, 8, swapped);
    const double size = samples > 0 ? cell / samples : 0.0;
    // 1.0 is what programs write that do not know, so it is no answer either.
    return std::isfinite(size) && size > 0.0 && std::abs(size - 1.0) > 1e-5 ? size : 0.0;
}

} // namespace

const char* mrc_sample_type(int mode) {
    const Mode* known = find_mode(mode);
    return known != nullptr && known->bytes > 0 ? known->name : nullptr;
}

std::size_t mrc_sample_bytes(int mode) {
    const Mode* known = find_mode(mode);
    return known != nullptr ? known->bytes : 0;
}

MrcHeader read_mrc_header(const FileReader& file) {
    const std::string name = file.path().string();
    Bytes bytes{};
    if (file.read_some(bytes.data(), bytes.size(), 0) < bytes.size()) {
        fail_image(ImageFault::truncated, name, " is no image: ", file.size(),
                   " bytes are fewer than an MRC header has (1024); copy the file again from its source");
    }
    const bool swapped = is_swapped(bytes);
    const bool stamped = std::memcmp(bytes.data() + 208, "MAP", 3) == 0;
    if (!plausible(bytes, swapped)) {
        if (!stamped) {
            fail_image(ImageFault::damaged, name, " is not an MRC, TIFF or PNG image; convert it to one of these");
        }
        fail_image(ImageFault::damaged, name, " has a damaged MRC header: size ", integer(bytes, 1, swapped), " x ",
                   integer(bytes, 2, swapped), " x ", integer(bytes, 3, swapped), ", mode ", integer(bytes, 4, swapped),
                   "; write the file again with the program that made it");
    }
    MrcHeader header;
    header.nx = integer(bytes, 1, swapped);
    header.ny = integer(bytes, 2, swapped);
    header.nz = integer(bytes, 3, swapped);
    header.mode = integer(bytes, 4, swapped);
    header.swapped = swapped;
    header.big_endian = swapped == (std::endian::native == std::endian::little);
    header.pixel_size = pixel_size_of(bytes, swapped);
    const Mode& mode = *find_mode(header.mode);
    if (mode.bytes == 0) {
        fail_image(ImageFault::mode, name, " is an MRC file of mode ", mode.number, ", ", mode.name,
                   ", which is not read; convert it to mode 2 (32-bit float)");
    }
    const std::int32_t extended = integer(bytes, 24, swapped);
    if (extended < 0) {
        fail_image(ImageFault::damaged, name, " has a damaged MRC header: the extended header has ", extended,
                   " bytes; write the file again with the program that made it");
    }
    header.data_offset = mrc_header_bytes + static_cast<std::uint64_t>(extended);

    const auto row_pixels = static_cast<std::uint64_t>(header.nx) * static_cast<std::uint64_t>(header.ny);
    if (header.nx > max_image_side || header.ny > max_image_side || row_pixels > max_image_pixels) {
        fail_image(ImageFault::size, name, " claims to be ", header.nx, " x ", header.ny, " x ", header.nz,
                   " pixels, more than any micrograph; its MRC header is damaged, write the file again");
    }
    const std::uint64_t needed = header.data_offset + row_pixels * static_cast<std::uint64_t>(header.nz) * mode.bytes;
    if (file.size() < needed) {
        fail_image(ImageFault::truncated, name, " is truncated: its header promises ", needed, " bytes (", header.nx,
                   " x ", header.ny, " x ", header.nz, ", ", mode.name, "), the file has ", file.size(),
                   "; copy the file again from its source");
    }
    return header;
}

std::array<char, mrc_header_bytes> make_mrc_header(int nx, int ny, double pixel_size, const MrcStatistics& statistics) {
    Bytes bytes{};
    const auto put = [&](std::size_t number, auto value) {
        static_assert(sizeof value == 4);
        std::memcpy(bytes.data() + 4 * (number - 1), &value, 4);
    };
    put(1, std::int32_t{nx});
    put(2, std::int32_t{ny});
    put(3, std::int32_t{1});
    put(4, std::int32_t{2}); // float32
    put(8, std::int32_t{nx});
    put(9, std::int32_t{ny});
    put(10, std::int32_t{1});
    put(11, static_cast<float>(pixel_size * nx)); // cell, angstrom
    put(12, static_cast<float>(pixel_size * ny));
    put(13, static_cast<float>(pixel_size));
    for (const std::size_t angle : {14U, 15U, 16U}) {
        put(angle, 90.0F);
    }
    put(17, std::int32_t{1}); // axes: columns x, rows y, sections z
    put(18, std::int32_t{2});
    put(19, std::int32_t{3});
    put(20, statistics.minimum);
    put(21, statistics.maximum);
    put(22, statistics.mean);
    put(28, std::int32_t{20140}); // MRC2014
    std::memcpy(bytes.data() + 208, "MAP ", 4);
    const bool little = std::endian::native == std::endian::little;
    std::memcpy(bytes.data() + 212, little ? "\x44\x44\x00\x00" : "\x11\x11\x00\x00", 4);
    put(55, statistics.deviation);
    put(56, std::int32_t{1});
    std::memcpy(bytes.data() + 224, "Written by libpicker", 20);
    return bytes;
}

} // namespace picker
