// PNG: read and written here, checked against libpng's own simplified interface, which our code does not use.
#include "io/micrograph_file.hpp"
#include "unit/io/io_testing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <png.h>
#include <vector>

using namespace io_testing;
using picker::Status;

namespace {

std::vector<unsigned char> read_with_libpng(const std::filesystem::path& path, png_image& image, png_uint_32 format) {
    image = {};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_file(&image, path.c_str()) == 0) {
        return {};
    }
    image.format = format;
    std::vector<unsigned char> samples(PNG_IMAGE_SIZE(image));
    return png_image_finish_read(&image, nullptr, samples.data(), 0, nullptr) != 0 ? samples
                                                                                   : std::vector<unsigned char>();
}

// The low-level writer, for the kinds that the simplified interface cannot write as they are.
std::filesystem::path write_with_libpng(const Folder& folder, int width, int height, int depth, int colour,
                                        const std::vector<unsigned char>& rows, bool interlaced = false) {
    const auto path = folder / "l.png";
    std::FILE* file = std::fopen(path.c_str(), "wb");
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth, colour,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (colour == PNG_COLOR_TYPE_PALETTE) {
        const png_color palette[2] = {{0, 0, 0}, {200, 200, 200}};
        png_set_PLTE(png, info, palette, 2);
    }
    png_write_info(png, info);
    const int passes = png_set_interlace_handling(png);
    const std::size_t stride = rows.size() / static_cast<std::size_t>(height);
    for (int pass = 0; pass < passes; ++pass) {
        for (int y = 0; y < height; ++y) {
            png_write_row(png, rows.data() + static_cast<std::size_t>(y) * stride);
        }
    }
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    std::fclose(file);
    return path;
}

} // namespace

DOCTEST_TEST_CASE("gray of 1, 8 and 16 bits, interlaced, with alpha, in colour or from a palette") {
    const Folder folder;
    const int width = 11, height = 6;
    std::vector<unsigned char> gray8, gray16, alpha, rgb;
    for (int i = 0; i < width * height; ++i) {
        const auto level = static_cast<unsigned char>(i * 3);
        gray8.push_back(level);
        gray16.insert(gray16.end(), {level, static_cast<unsigned char>(i + 7)});
        alpha.insert(alpha.end(), {level, static_cast<unsigned char>(i)});
        rgb.insert(rgb.end(), 3, level);
    }
    for (const bool interlaced : {false, true}) {
        const auto check = [&](const std::filesystem::path& path, const char* type) {
            const auto header = picker::read_image_header(path);
            DOCTEST_CHECK(header.format == "png");
            DOCTEST_CHECK(header.sample_type == type);
            DOCTEST_CHECK(header.width == width);
            DOCTEST_CHECK(header.height == height);
            return picker::read_micrograph(path).image;
        };
        auto image =
            check(write_with_libpng(folder, width, height, 8, PNG_COLOR_TYPE_GRAY, gray8, interlaced), "uint8");
        DOCTEST_CHECK(image.at(4, 5) == 3.0F * (5 * width + 4)); // row 0 is the top row
        DOCTEST_CHECK(image.at(10, 0) == 30.0F);
        image = check(write_with_libpng(folder, width, height, 16, PNG_COLOR_TYPE_GRAY, gray16, interlaced), "uint16");
        DOCTEST_CHECK(image.at(4, 5) == 3.0F * 59 * 256 + 59 + 7);
        image =
            check(write_with_libpng(folder, width, height, 8, PNG_COLOR_TYPE_GRAY_ALPHA, alpha, interlaced), "uint8");
        DOCTEST_CHECK(image.at(4, 5) == 3.0F * 59);
        image = check(write_with_libpng(folder, width, height, 8, PNG_COLOR_TYPE_RGB, rgb, interlaced), "uint8");
        DOCTEST_CHECK(image.at(4, 5) == 3.0F * 59);
    }
    // One bit: 10100000 001 00000, twice over.
    std::vector<unsigned char> bits;
    for (int y = 0; y < height; ++y) {
        bits.insert(bits.end(), {0xA0, 0x20});
    }
    auto image = picker::read_micrograph(write_with_libpng(folder, width, height, 1, PNG_COLOR_TYPE_GRAY, bits)).image;
    DOCTEST_CHECK(image.at(0, 3) == 255.0F);
    DOCTEST_CHECK(image.at(1, 3) == 0.0F);
    DOCTEST_CHECK(image.at(10, 3) == 255.0F);
    image = picker::read_micrograph(write_with_libpng(folder, width, height, 1, PNG_COLOR_TYPE_PALETTE, bits)).image;
    DOCTEST_CHECK(image.at(0, 3) == 200.0F);
    DOCTEST_CHECK(image.at(1, 3) == 0.0F);
}

DOCTEST_TEST_CASE("written PNG: row 0 on top, 0.5 percentile black, 99.5 percentile white") {
    const Folder folder;
    auto image = ramp(40, 25); // 0 .. 999
    image.at(3, 2) = 1e9F;     // an outlier that must not decide the contrast
    image.at(4, 2) = std::numeric_limits<float>::quiet_NaN();
    picker::write_image(folder / "w.png", image, 1.0);
    png_image info;
    const auto samples = read_with_libpng(folder / "w.png", info, PNG_FORMAT_GRAY);
    DOCTEST_REQUIRE(samples.size() == 1000);
    DOCTEST_CHECK(info.width == 40);
    DOCTEST_CHECK(samples[0] == 0);
    DOCTEST_CHECK(samples[999] == 255);
    DOCTEST_CHECK(samples[2 * 40 + 3] == 255);
    DOCTEST_CHECK(samples[2 * 40 + 4] == 0);
    for (const std::size_t i : {std::size_t{100}, std::size_t{499}, std::size_t{900}}) {
        DOCTEST_CHECK(std::abs(samples[i] - (static_cast<double>(i) - 5.0) / 990.0 * 255.0) < 1.5);
    }
    const auto back = picker::read_micrograph(folder / "w.png").image;
    DOCTEST_CHECK(back.at(20, 12) == static_cast<float>(samples[12 * 40 + 20]));

    picker::Image mask(64, 48); // few pixels set: still black and white
    mask.at(5, 40) = 1.0F;
    picker::write_image(folder / "m.png", mask, 0.0);
    const auto mask_back = picker::read_micrograph(folder / "m.png").image;
    DOCTEST_CHECK(mask_back.at(5, 40) == 255.0F);
    DOCTEST_CHECK(mask_back.at(40, 5) == 0.0F);
    picker::write_image(folder / "c.png", picker::Image(8, 5, 3.0F), 0.0); // constant
    DOCTEST_CHECK(
        std::ranges::all_of(picker::read_micrograph(folder / "c.png").image.pixels, [](float v) { return v == 0.0F; }));
}

DOCTEST_TEST_CASE("a PNG cut at any byte or changed in any byte is an error, never a crash") {
    const Folder folder;
    picker::write_image(folder / "w.png", ramp(13, 7), 0.0);
    const std::string bytes = contents(folder / "w.png");
    const auto path = folder / "c.png";
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        folder.put("c.png", std::string_view(bytes).substr(0, length));
        DOCTEST_CAPTURE(length);
        DOCTEST_CHECK_THROWS_AS((void)picker::read_micrograph(path), picker::Error);
    }
    // The header alone tells a file that was cut, at any byte, and is content with bytes behind the end.
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        folder.put("c.png", std::string_view(bytes).substr(0, length));
        DOCTEST_CAPTURE(length);
        DOCTEST_CHECK_THROWS_AS((void)picker::read_image_header(path), picker::Error);
    }
    folder.put("c.png", bytes + "some more bytes");
    DOCTEST_CHECK(picker::read_image_header(path).width == 13);
    folder.put("c.png", std::string_view(bytes).substr(0, 60));
    expect_error(Status::bad_file, {"c.png", "damaged or truncated PNG", "ends early", "save the picture again"},
                 [&] { (void)picker::read_micrograph(path); });
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x41);
        folder.put("c.png", changed);
        DOCTEST_CAPTURE(at);
        DOCTEST_CHECK_THROWS_AS((void)picker::read_micrograph(path), picker::Error); // all of it is under a checksum
    }
}
