// TIFF through libtiff: one page, one sample per pixel, strips or tiles, any lossless compression that libtiff has.
// libtiff's process-wide handlers stay as the host set them; its messages end up in our errors.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/image_fault.hpp"
#include "io/image_formats.hpp"
#include "io/mrc_header.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <tiffio.h>

namespace picker {
namespace {

struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffPointer = std::unique_ptr<TIFF, Close>;

// No string: one that got no memory would throw through libtiff, which would lose what it holds.
struct Messages {
    char first[400] = {}; // the first error; later ones follow from it
};

// Handlers per file came with libtiff 4.5; with an older one its messages go to the host's own handlers.
#if defined(TIFFLIB_VERSION) && TIFFLIB_VERSION >= 20221213
int keep_error(TIFF* /*tiff*/, void* user, const char* /*module*/, const char* format, va_list arguments) {
    auto& messages = *static_cast<Messages*>(user);
    if (messages.first[0] == '\0') {
        (void)std::vsnprintf(messages.first, sizeof messages.first, format, arguments);
    }
    return 1; // handled: the process-wide handler is not called
}

int drop_warning(TIFF* /*tiff*/, void* /*user*/, const char* /*module*/, const char* /*format*/, va_list /*rest*/) {
    return 1;
}

TiffPointer open_tiff(const std::filesystem::path& path, const char* mode, Messages& messages) {
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                               TIFFOpenOptionsFree);
    if (options == nullptr) {
        throw std::bad_alloc();
    }
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_error, &messages);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), drop_warning, nullptr);
    // No tag or strip of a damaged file may ask for more than the largest image.
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(max_image_pixels * sizeof(float)));
    return TiffPointer(TIFFOpenExt(path.c_str(), mode, options.get()));
}
#else
TiffPointer open_tiff(const std::filesystem::path& path, const char* mode, Messages& /*messages*/) {
    return TiffPointer(TIFFOpen(path.c_str(), mode));
}
#endif

enum class Sample { uint8, int8, uint16, int16, float32 };
constexpr const char* sample_names[] = {"uint8", "int8", "uint16", "int16", "float32"};

struct Page {
    std::uint32_t width = 0, height = 0;
    Sample sample = Sample::uint8;
    std::size_t sample_bytes = 1;
    bool tiled = false;
};

[[noreturn]] void fail_damaged(const std::string& name, const Messages& messages) {
    fail_image(ImageFault::damaged, name, " is a damaged or truncated TIFF file",
               messages.first[0] == '\0' ? "" : text(" (libtiff: ", messages.first, ")"),
               "; copy the file again from its source");
}

template <typename T> T tag(TIFF* tiff, std::uint32_t number) {
    T value = 0;
    TIFFGetFieldDefaulted(tiff, number, &value);
    return value;
}

Sample sample_of(TIFF* tiff, const std::string& name) {
    const auto bits = tag<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE);
    const auto kind = tag<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT);
    const bool is_unsigned = kind == SAMPLEFORMAT_UINT || kind == SAMPLEFORMAT_VOID;
    if (bits == 8 && (is_unsigned || kind == SAMPLEFORMAT_INT)) {
        return is_unsigned ? Sample::uint8 : Sample::int8;
    }
    if (bits == 16 && (is_unsigned || kind == SAMPLEFORMAT_INT)) {
        return is_unsigned ? Sample::uint16 : Sample::int16;
    }
    if (bits == 32 && kind == SAMPLEFORMAT_IEEEFP) {
        return Sample::float32;
    }
    fail_image(ImageFault::mode, name, " is a TIFF with ", bits, "-bit ",
               kind == SAMPLEFORMAT_IEEEFP ? "float"
               : is_unsigned               ? "unsigned integer"
               : kind == SAMPLEFORMAT_INT  ? "integer"
                                           : "complex",
               " samples; 8 and 16-bit integers and 32-bit floats are read: convert it");
}

// Every strip or tile must lie inside the file: a truncated file is found before its pixels are allocated.
void check_strips(TIFF* tiff, const Page& page, const FileReader& file, const Messages& messages) {
    const std::uint32_t count = page.tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t offset = TIFFGetStrileOffset(tiff, i);
        const std::uint64_t bytes = TIFFGetStrileByteCount(tiff, i);
        if (offset > file.size() || bytes > file.size() - offset) {
            fail_image(ImageFault::truncated, file.path().string(), " is truncated: its strip ", i, " ends at byte ",
                       offset + bytes, ", the file has ", file.size(), "; copy the file again from its source");
        }
        total += bytes;
    }
    // A tiny file holds no huge image, and none is allocated for it. The densest of these packs 1032 bytes into one;
    // others, of which ZSTD is the densest, at most 32768.
    const auto compression = tag<std::uint16_t>(tiff, TIFFTAG_COMPRESSION);
    const bool known = compression == COMPRESSION_NONE || compression == COMPRESSION_LZW ||
                       compression == COMPRESSION_ADOBE_DEFLATE || compression == COMPRESSION_DEFLATE ||
                       compression == COMPRESSION_PACKBITS;
    const std::uint64_t ratio = compression == COMPRESSION_NONE ? 1 : known ? 2000 : 40000;
    const std::uint64_t pixels = std::uint64_t{page.width} * page.height * page.sample_bytes;
    if (count == 0 || total < pixels / ratio) {
        fail_damaged(file.path().string(), messages);
    }
}

Page read_page(TIFF* tiff, const FileReader& file, const Messages& messages) {
    const std::string name = file.path().string();
    Page page;
    if (TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page.width) != 1 ||
        TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page.height) != 1 || page.width == 0 || page.height == 0) {
        fail_damaged(name, messages);
    }
    const auto compression = tag<std::uint16_t>(tiff, TIFFTAG_COMPRESSION);
    if (compression >= 65000 && compression <= 65002) {
        fail_image(ImageFault::mode, name, " is an EER movie; give the motion-corrected micrograph");
    }
    if (page.width > static_cast<std::uint32_t>(max_image_side) ||
        page.height > static_cast<std::uint32_t>(max_image_side) ||
        std::uint64_t{page.width} * page.height > max_image_pixels) {
        fail_image(ImageFault::size, name, " claims to be ", page.width, " x ", page.height,
                   " pixels, more than any micrograph; its TIFF header is damaged, write the file again");
    }
    const auto samples = tag<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL);
    if (samples != 1 || tag<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC) == PHOTOMETRIC_PALETTE) {
        fail_image(ImageFault::mode, name, " is a colour TIFF (", samples,
                   " samples per pixel); convert it to one gray channel");
    }
    page.sample = sample_of(tiff, name);
    page.sample_bytes = tag<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE) / 8U;
    page.tiled = TIFFIsTiled(tiff) != 0;
    if (TIFFLastDirectory(tiff) == 0) {
        fail_image(ImageFault::stack, name, " has several pages (", TIFFNumberOfDirectories(tiff),
                   "): a movie or stack; a micrograph has one, give motion-corrected micrographs");
    }
    check_strips(tiff, page, file, messages);
    return page;
}

void convert_row(const unsigned char* bytes, std::size_t count, Sample sample, float* out) {
    const auto each = [&](auto zero) {
        for (std::size_t i = 0; i < count; ++i) {
            auto value = zero;
            std::memcpy(&value, bytes + i * sizeof value, sizeof value);
            out[i] = static_cast<float>(value);
        }
    };
    switch (sample) {
    case Sample::uint8:
        return each(std::uint8_t{0});
    case Sample::int8:
        return each(std::int8_t{0});
    case Sample::uint16:
        return each(std::uint16_t{0});
    case Sample::int16:
        return each(std::int16_t{0});
    case Sample::float32:
        std::memcpy(out, bytes, count * sizeof(float));
    }
}

// Block after block (a strip is a tile as wide as the image). File row r becomes row height - 1 - r, as RELION,
// EMAN2 and IMOD do.
void read_blocks(TIFF* tiff, const Page& page, const std::string& name, const Messages& messages, Image& image) {
    std::uint32_t block_width = page.width;
    std::uint32_t block_height = 0;
    if (page.tiled) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &block_width);
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &block_height);
    } else {
        block_height = std::min(tag<std::uint32_t>(tiff, TIFFTAG_ROWSPERSTRIP), page.height);
    }
    const tmsize_t block_bytes = page.tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    const std::size_t stride = block_width * page.sample_bytes;
    if (block_bytes <= 0 || block_width == 0 || block_height == 0 ||
        std::uint64_t{block_height} * stride > static_cast<std::uint64_t>(block_bytes) ||
        static_cast<std::uint64_t>(block_bytes) > max_image_pixels * sizeof(float)) {
        fail_damaged(name, messages);
    }
    std::vector<unsigned char> block(static_cast<std::size_t>(block_bytes));
    std::uint32_t number = 0;
    for (std::uint32_t top = 0; top < page.height; top += block_height) {
        const std::uint32_t rows = std::min(block_height, page.height - top);
        for (std::uint32_t left = 0; left < page.width; left += block_width) {
            const std::uint32_t columns = std::min(block_width, page.width - left);
            const tmsize_t wanted = page.tiled ? block_bytes : static_cast<tmsize_t>(rows * stride);
            const tmsize_t got = page.tiled ? TIFFReadEncodedTile(tiff, number, block.data(), block_bytes)
                                            : TIFFReadEncodedStrip(tiff, number, block.data(), wanted);
            if (got < wanted) {
                fail_damaged(name, messages);
            }
            ++number;
            for (std::uint32_t row = 0; row < rows; ++row) {
                const int y = static_cast<int>(page.height - 1 - (top + row));
                convert_row(block.data() + row * stride, columns, page.sample,
                            image.pixels.data() + image.index(static_cast<int>(left), y));
            }
        }
    }
}

struct Opened {
    Messages messages;
    TiffPointer tiff;
    Page page;
    explicit Opened(const FileReader& file) : tiff(open_tiff(file.path(), "rm", messages)) {
        if (!tiff) {
            fail_damaged(file.path().string(), messages);
        }
        page = read_page(tiff.get(), file, messages);
    }
};

} // namespace

ImageHeader tiff_image_header(const FileReader& file) {
    const Opened opened(file);
    ImageHeader out;
    out.format = "tiff";
    out.width = static_cast<int>(opened.page.width);
    out.height = static_cast<int>(opened.page.height);
    out.sample_type = sample_names[static_cast<std::size_t>(opened.page.sample)];
    out.big_endian = TIFFIsBigEndian(opened.tiff.get()) != 0;
    out.data_offset = TIFFGetStrileOffset(opened.tiff.get(), 0);
    out.file_size = file.size();
    return out;
}

Micrograph read_tiff(const FileReader& file) {
    const Opened opened(file);
    Micrograph out;
    out.image = Image(static_cast<int>(opened.page.width), static_cast<int>(opened.page.height));
    read_blocks(opened.tiff.get(), opened.page, file.path().string(), opened.messages, out.image);
    return out;
}

void write_tiff(const std::filesystem::path& path, const Image& image) {
    AtomicFile file(path);
    Messages messages;
    // Plain TIFF holds 4 GiB; "8" is BigTIFF.
    const bool big = image.pixels.size() * sizeof(float) > 3'900'000'000ULL;
    TiffPointer tiff = open_tiff(file.temporary_path(), big ? "w8" : "w", messages);
    bool good = tiff != nullptr;
    if (good) {
        TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(image.width));
        TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(image.height));
        TIFFSetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
        TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 32);
        TIFFSetField(tiff.get(), TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
        TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
        TIFFSetField(tiff.get(), TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, 1U);
        std::vector<float> row(static_cast<std::size_t>(image.width)); // libtiff may change what it is given
        for (int y = image.height - 1; good && y >= 0; --y) {          // flipped, as when reading
            std::ranges::copy(image.row(y), row.begin());
            good = TIFFWriteEncodedStrip(tiff.get(), static_cast<std::uint32_t>(image.height - 1 - y), row.data(),
                                         static_cast<tmsize_t>(row.size() * sizeof(float))) >= 0;
        }
        good = good && TIFFFlush(tiff.get()) == 1;
    }
    if (!good) {
        fail(Status::io, "cannot write ", path.string(), ": libtiff says ",
             messages.first[0] == '\0' ? "no reason" : messages.first,
             "; check the free space and that the folder may be written to");
    }
    tiff.reset();
    file.commit();
}

} // namespace picker
