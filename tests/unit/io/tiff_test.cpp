// TIFF: files written by libtiff in every layout that is read; rows come flipped, as in RELION.
#include "io/micrograph_file.hpp"
#include "unit/io/io_testing.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <tiffio.h>
#include <vector>

using namespace io_testing;
using picker::Status;

namespace {

struct Layout {
    int width = 37, height = 19;
    std::uint16_t bits = 32, kind = SAMPLEFORMAT_IEEEFP, compression = COMPRESSION_NONE, samples = 1;
    std::uint32_t tile = 0; // side; 0: strips
    std::uint32_t rows_per_strip = 4;
    const char* mode = "w";
    int pages = 1;
    int predictor = 1;
};

double value_at(const Layout& layout, int column, int file_row) {
    const int i = file_row * layout.width + column;
    if (layout.bits == 8) {
        return layout.kind == SAMPLEFORMAT_INT ? i % 247 - 120 : i % 250;
    }
    return layout.kind == SAMPLEFORMAT_INT ? i * 40 - 12000 : (layout.bits == 16 ? i * 90 : i * 0.5 - 3.0);
}

void store(const Layout& layout, std::vector<unsigned char>& block, std::size_t at, double value) {
    const auto put = [&](auto typed) { std::memcpy(block.data() + at * sizeof typed, &typed, sizeof typed); };
    if (layout.bits == 8) {
        put(static_cast<std::uint8_t>(static_cast<int>(value)));
    } else if (layout.bits == 16) {
        put(static_cast<std::uint16_t>(static_cast<int>(value)));
    } else {
        put(static_cast<float>(value));
    }
}

std::filesystem::path write_with_libtiff(const Folder& folder, const Layout& layout) {
    const auto path = folder / "t.tif";
    TIFF* tiff = TIFFOpen(path.c_str(), layout.mode);
    for (int page = 0; page < layout.pages; ++page) {
        TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, layout.width);
        TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, layout.height);
        TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, layout.bits);
        TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, layout.kind);
        TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, layout.samples);
        TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
        TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, layout.samples == 1 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB);
        TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
        if (layout.predictor != 1) {
            TIFFSetField(tiff, TIFFTAG_PREDICTOR, layout.predictor);
        }
        const int step_x = layout.tile != 0 ? static_cast<int>(layout.tile) : layout.width;
        const int step_y = static_cast<int>(layout.tile != 0 ? layout.tile : layout.rows_per_strip);
        if (layout.tile != 0) {
            TIFFSetField(tiff, TIFFTAG_TILEWIDTH, layout.tile);
            TIFFSetField(tiff, TIFFTAG_TILELENGTH, layout.tile);
        } else {
            TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, layout.rows_per_strip);
        }
        std::uint32_t number = 0;
        for (int top = 0; top < layout.height; top += step_y) {
            for (int left = 0; left < layout.width; left += step_x) {
                const auto pixels = static_cast<std::size_t>(step_x * step_y) * layout.samples;
                std::vector<unsigned char> block(pixels * ((layout.bits + 7U) / 8U));
                for (int row = 0; layout.bits % 8 == 0 && row < step_y && top + row < layout.height; ++row) {
                    for (int column = 0; column < step_x && left + column < layout.width; ++column) {
                        store(layout, block, static_cast<std::size_t>(row * step_x + column) * layout.samples,
                              value_at(layout, left + column, top + row));
                    }
                }
                if (layout.tile != 0) {
                    TIFFWriteEncodedTile(tiff, number++, block.data(), static_cast<tmsize_t>(block.size()));
                } else {
                    const int rows = std::min(step_y, layout.height - top);
                    TIFFWriteEncodedStrip(tiff, number++, block.data(),
                                          static_cast<tmsize_t>(block.size()) / step_y * rows);
                }
            }
        }
        TIFFWriteDirectory(tiff);
    }
    TIFFClose(tiff);
    return path;
}

void check_pixels(const Layout& layout, const picker::Image& image) {
    DOCTEST_REQUIRE(image.width == layout.width);
    DOCTEST_REQUIRE(image.height == layout.height);
    unsigned wrong = 0;
    for (int row = 0; row < layout.height; ++row) {
        for (int column = 0; column < layout.width; ++column) {
            wrong +=
                image.at(column, layout.height - 1 - row) == static_cast<float>(value_at(layout, column, row)) ? 0 : 1;
        }
    }
    DOCTEST_CHECK(wrong == 0);
}

// Counts what reaches libtiff's process-wide handler.
int reached = 0;
void count_message(const char* /*module*/, const char* /*format*/, va_list /*arguments*/) {
    ++reached;
}

class Watch {
public:
    Watch() : error_(TIFFSetErrorHandler(count_message)), warning_(TIFFSetWarningHandler(count_message)) {
        reached = 0;
    }
    ~Watch() {
        TIFFSetErrorHandler(error_);
        TIFFSetWarningHandler(warning_);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    TIFFErrorHandler error_, warning_;
};

} // namespace

DOCTEST_TEST_CASE("every sample type, compression and layout is read, rows flipped") {
    const Folder folder;
    struct Type {
        std::uint16_t bits, kind;
        const char* name;
    };
    const Type types[] = {{8, SAMPLEFORMAT_UINT, "uint8"},
                          {8, SAMPLEFORMAT_INT, "int8"},
                          {16, SAMPLEFORMAT_UINT, "uint16"},
                          {16, SAMPLEFORMAT_INT, "int16"},
                          {32, SAMPLEFORMAT_IEEEFP, "float32"}};
    for (const Type& type : types) {
        for (const auto compression :
             {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_PACKBITS}) {
            for (const std::uint32_t tile : {0U, 16U}) {
                for (const char* mode : {"wl", "wb", "w8l", "w8b"}) {
                    Layout layout;
                    layout.bits = type.bits;
                    layout.kind = type.kind;
                    layout.compression = static_cast<std::uint16_t>(compression);
                    layout.tile = tile;
                    layout.mode = mode;
                    DOCTEST_CAPTURE(std::string(type.name));
                    DOCTEST_CAPTURE(compression);
                    DOCTEST_CAPTURE(tile);
                    DOCTEST_CAPTURE(std::string(mode));
                    const auto path = write_with_libtiff(folder, layout);
                    const auto header = picker::read_image_header(path);
                    DOCTEST_CHECK(header.format == "tiff");
                    DOCTEST_CHECK(header.sample_type == type.name);
                    DOCTEST_CHECK(header.big_endian == (std::string_view(mode).back() == 'b'));
                    DOCTEST_CHECK(header.width == 37);
                    DOCTEST_CHECK(header.height == 19);
                    DOCTEST_CHECK(header.pixel_size == 0.0);
                    check_pixels(layout, picker::read_micrograph(path).image);
                }
            }
        }
    }
    Layout layout; // horizontal differencing, as many writers use with LZW
    layout.bits = 16;
    layout.kind = SAMPLEFORMAT_UINT;
    layout.compression = COMPRESSION_LZW;
    layout.predictor = 2;
    check_pixels(layout, picker::read_micrograph(write_with_libtiff(folder, layout)).image);
    layout.rows_per_strip = 1000; // more than the image has
    layout.predictor = 1;
    layout.rows_per_strip = 19;
    check_pixels(layout, picker::read_micrograph(write_with_libtiff(folder, layout)).image);
}

DOCTEST_TEST_CASE("the content decides, not the extension") {
    const Folder folder;
    const Layout layout;
    std::filesystem::rename(write_with_libtiff(folder, layout), folder / "t.mrc");
    check_pixels(layout, picker::read_micrograph(folder / "t.mrc").image);
}

DOCTEST_TEST_CASE("written TIFF is read back by us, and by libtiff with the last row first") {
    const Folder folder;
    const auto image = ramp(9, 5, 0.5F);
    picker::write_image(folder / "w.tif", image, 1.5);
    DOCTEST_CHECK(picker::read_micrograph(folder / "w.tif").image.pixels == image.pixels);
    DOCTEST_CHECK(folder.count() == 1);
    TIFF* tiff = TIFFOpen((folder / "w.tif").c_str(), "r");
    DOCTEST_REQUIRE(tiff != nullptr);
    std::vector<float> row(9);
    TIFFReadScanline(tiff, row.data(), 0);
    TIFFClose(tiff);
    DOCTEST_CHECK(row[2] == image.at(2, 4));
}

DOCTEST_TEST_CASE("movies, colour, odd samples and damage are clear errors, and nothing reaches the host's handlers") {
    const Folder folder;
    std::filesystem::path path;
    const auto read = [&] { (void)picker::read_micrograph(path); };
    Layout layout;
    layout.pages = 3;
    path = write_with_libtiff(folder, layout);
    expect_error(Status::unsupported, {"t.tif", "several pages (3)", "motion-corrected"}, read);
    layout = Layout();
    layout.bits = 8;
    layout.kind = SAMPLEFORMAT_UINT;
    layout.samples = 3;
    path = write_with_libtiff(folder, layout);
    expect_error(Status::unsupported, {"t.tif", "colour", "3 samples"}, read);
    for (const auto& [bits, kind, words] : {std::tuple{1, SAMPLEFORMAT_UINT, "1-bit unsigned"},
                                            {32, SAMPLEFORMAT_UINT, "32-bit unsigned"},
                                            {64, SAMPLEFORMAT_IEEEFP, "64-bit float"},
                                            {16, SAMPLEFORMAT_IEEEFP, "16-bit float"}}) {
        layout = Layout();
        layout.bits = static_cast<std::uint16_t>(bits);
        layout.kind = static_cast<std::uint16_t>(kind);
        layout.width = 40;
        path = write_with_libtiff(folder, layout);
        expect_error(Status::unsupported, {"t.tif", words, "convert it"}, read);
    }
    layout = Layout();
    path = write_with_libtiff(folder, layout);
    const std::string good = contents(path);
    const Watch watch;
    path = folder.put("cut.tif", good.substr(0, 1000));
    expect_error(Status::bad_file, {"cut.tif", "copy the file again"}, read);
    path = folder.put("magic.tif", "II*");
    expect_error(Status::bad_file, {"magic.tif"}, read);
    path = folder.put("magic.tif", std::string("II*\0", 4));
    expect_error(Status::bad_file, {"magic.tif", "damaged or truncated TIFF"}, read);
    path = folder.put("empty.tif", "");
    expect_error(Status::bad_file, {"empty.tif", "is empty"}, read);
    DOCTEST_CHECK(reached == 0);
}

DOCTEST_TEST_CASE("a huge TIFF is refused before anything is allocated") {
    const Folder folder;
    // A whole file by hand: header, one directory of ten entries, no pixels to speak of.
    const auto make = [](std::uint32_t width, std::uint32_t height, std::uint32_t compression) {
        std::string out("II*\0\x08\0\0\0", 8);
        const auto number = [&](std::uint32_t value, int bytes) {
            for (int i = 0; i < bytes; ++i) {
                out += static_cast<char>(value >> (8 * i));
            }
        };
        const std::pair<std::uint32_t, std::uint32_t> entries[] = {
            {256, width}, {257, height}, {258, 32},     {259, compression}, {262, 1},
            {273, 8},     {277, 1},      {278, height}, {279, 90},          {339, 3}};
        number(10, 2);
        for (const auto& [tag, value] : entries) {
            number(tag, 2);
            number(4, 2); // 32-bit integers
            number(1, 4);
            number(value, 4);
        }
        number(0, 4);
        return out;
    };
    std::filesystem::path path;
    const auto read = [&] { (void)picker::read_micrograph(path); };
    path = folder.put("huge.tif", make(400000000, 3, 1));
    expect_error(Status::bad_file, {"huge.tif", "400000000 x 3", "more than any micrograph"}, read);
    path = folder.put("huge.tif", make(60000, 60000, 1));
    expect_error(Status::bad_file, {"huge.tif", "60000 x 60000"}, read);
    for (const std::uint32_t compression : {1U, 5U, 8U, 32773U}) { // 3.6 GB in a file of 134 bytes
        path = folder.put("huge.tif", make(30000, 30000, compression));
        expect_error(Status::bad_file, {"huge.tif", "truncated", "copy the file again"}, read);
    }
}

DOCTEST_TEST_CASE("a TIFF cut at any byte, or with any byte changed, never crashes and never prints") {
    const Folder folder;
    const Watch watch;
    for (const std::uint32_t tile : {0U, 16U}) {
        Layout layout;
        layout.bits = 8;
        layout.kind = SAMPLEFORMAT_UINT;
        layout.width = 17;
        layout.height = 18;
        layout.tile = tile;
        layout.compression = COMPRESSION_LZW;
        const std::string bytes = contents(write_with_libtiff(folder, layout));
        unsigned images = 0;
        const auto attempt = [&](std::string_view changed) {
            try {
                images += picker::read_micrograph(folder.put("c.tif", changed)).image.empty() ? 0U : 1U;
            } catch (const picker::Error&) {
            }
        };
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            attempt(std::string_view(bytes).substr(0, length));
        }
        DOCTEST_CHECK(images <= 2); // the last bytes may be padding
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            for (const char value : {'\0', '\x01', '\x7f', '\xff'}) {
                std::string changed = bytes;
                changed[at] = value;
                attempt(changed);
            }
        }
        DOCTEST_CHECK(images > 50);
    }
    DOCTEST_CHECK(reached == 0);
}
