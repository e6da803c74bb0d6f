// MRC: files built byte by byte here, every mode in both byte orders, and every way in which they can be wrong.
#include "io/micrograph_file.hpp"
#include "unit/io/io_testing.hpp"
#include "unit/io/mrc_builder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

using namespace io_testing;
using picker::Status;

namespace {

// Values that every integer mode can hold, distinct in every pixel.
double sample(std::size_t i, int mode) {
    const bool is_signed = mode == 0 || mode == 1;
    const double value = mode == 0 ? static_cast<double>(i) - 7.0 : static_cast<double>(i) * 300.0 + 1.0;
    return mode == 6 ? value + 40000.0 : (is_signed && i % 2 == 0 ? -std::abs(value) : value);
}

std::string encoded(const Mrc& file) {
    std::string out;
    for (std::size_t i = 0; i < 15; ++i) {
        const double value = sample(i, file.mode);
        if (file.mode == 2) {
            file.real(out, static_cast<float>(value + 0.25));
        } else if (file.mode == 12) { // 1.0 x 2^(i - 7): exponent only
            file.append(out, static_cast<std::uint64_t>(15 + static_cast<int>(i) - 7) << 10, 2);
        } else {
            file.append(out, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), file.mode == 0 ? 1 : 2);
        }
    }
    return out;
}

double expected(std::size_t i, int mode) {
    if (mode == 12) {
        return std::ldexp(1.0, static_cast<int>(i) - 7);
    }
    return sample(i, mode) + (mode == 2 ? 0.25 : 0.0);
}

} // namespace

DOCTEST_TEST_CASE("every mode is read in both byte orders") {
    const Folder folder;
    const std::pair<int, const char*> modes[] = {
        {0, "int8"}, {1, "int16"}, {2, "float32"}, {6, "uint16"}, {12, "float16"}};
    for (const auto& [mode, type] : modes) {
        for (const bool big : {false, true}) {
            DOCTEST_CAPTURE(mode);
            DOCTEST_CAPTURE(big);
            Mrc file;
            file.mode = mode;
            file.big = big;
            file.cell = 5.0F * 1.77F;
            file.data = encoded(file);
            const auto path = folder.put("a.mrc", file.bytes());
            const auto header = picker::read_image_header(path);
            DOCTEST_CHECK(header.format == "mrc");
            DOCTEST_CHECK(header.width == 5);
            DOCTEST_CHECK(header.height == 3);
            DOCTEST_CHECK(header.sample_type == type);
            DOCTEST_CHECK(header.big_endian == big);
            DOCTEST_CHECK(header.pixel_size == doctest::Approx(1.77).epsilon(1e-6));
            DOCTEST_CHECK(header.file_size == 1024 + file.data.size());
            const auto micrograph = picker::read_micrograph(path);
            DOCTEST_REQUIRE(micrograph.image.width == 5);
            DOCTEST_REQUIRE(micrograph.image.height == 3);
            DOCTEST_CHECK(micrograph.name == path.string());
            for (std::size_t i = 0; i < 15; ++i) {
                DOCTEST_CAPTURE(i);
                DOCTEST_CHECK(static_cast<double>(micrograph.image.pixels[i]) == expected(i, mode));
            }
            // x is the column, y the stored row
            DOCTEST_CHECK(static_cast<double>(micrograph.image.at(4, 1)) == expected(9, mode));
        }
    }
}

DOCTEST_TEST_CASE("all 65536 half floats become the float that their bits say") {
    const Folder folder;
    Mrc file;
    file.mode = 12;
    file.nx = file.mx = 256;
    file.ny = 256;
    for (unsigned i = 0; i < 65536; ++i) {
        file.append(file.data, i, 2);
    }
    const auto pixels = picker::read_micrograph(folder.put("half.mrc", file.bytes())).image.pixels;
    unsigned wrong = 0;
    for (unsigned i = 0; i < 65536; ++i) {
        const int exponent = static_cast<int>((i >> 10) & 31);
        const double mantissa = i & 1023;
        double value = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024.0 + mantissa, exponent - 25);
        if (exponent == 31) {
            value = mantissa == 0.0 ? std::numeric_limits<double>::infinity() : std::nan("");
        }
        value = (i & 0x8000U) != 0 ? -value : value;
        const double got = pixels[i];
        wrong += std::isnan(value) ? (std::isnan(got) ? 0U : 1U)
                                   : (got == value && std::signbit(got) == std::signbit(value) ? 0U : 1U);
    }
    DOCTEST_CHECK(wrong == 0);
}

DOCTEST_TEST_CASE("integers are read in blocks: an image of many blocks is whole") {
    const Folder folder;
    Mrc file;
    file.mode = 6;
    file.nx = file.mx = 1301;
    file.ny = 1009;
    for (std::int64_t i = 0; i < std::int64_t{1301} * 1009; ++i) {
        file.append(file.data, static_cast<std::uint64_t>((i * 7919) % 65521), 2);
    }
    const auto image = picker::read_micrograph(folder.put("blocks.mrc", file.bytes())).image;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < image.size(); ++i) {
        wrong += image.pixels[i] == static_cast<float>((i * 7919) % 65521) ? 0U : 1U;
    }
    DOCTEST_CHECK(wrong == 0);
}

DOCTEST_TEST_CASE("headers of many makers: extended, without a stamp, one-section volumes, extra bytes at the end") {
    const Folder folder;
    Mrc file;
    file.data = encoded(file);
    const auto check = [&](const Mrc& variant, const std::string& tail = "") {
        const auto image = picker::read_micrograph(folder.put("v.mrc", variant.bytes() + tail)).image;
        DOCTEST_CHECK(image.pixels.back() == static_cast<float>(expected(14, 2)));
        DOCTEST_CHECK(image.pixels.front() == static_cast<float>(expected(0, 2)));
    };
    Mrc variant = file;
    variant.extended = 131072;
    check(variant);
    DOCTEST_CHECK(picker::read_image_header(folder / "v.mrc").data_offset == 1024 + 131072);
    variant.extended = 333; // not a multiple of anything
    check(variant);
    variant = file;
    variant.stamp = false;
    check(variant);
    variant = file;
    variant.ispg = 1;
    check(variant);
    check(file, std::string(777, 'z'));
}

DOCTEST_TEST_CASE("a pixel size of 0, 1.0 or nonsense counts as unknown") {
    const Folder folder;
    Mrc file;
    file.data = encoded(file);
    const auto size_for = [&](float cell, std::int32_t mx) {
        file.cell = cell;
        file.mx = mx;
        return picker::read_image_header(folder.put("p.mrc", file.bytes())).pixel_size;
    };
    DOCTEST_CHECK(size_for(0.0F, 5) == 0.0);
    DOCTEST_CHECK(size_for(5.0F, 5) == 0.0);
    DOCTEST_CHECK(size_for(-5.0F, 5) == 0.0);
    DOCTEST_CHECK(size_for(std::nanf(""), 5) == 0.0);
    DOCTEST_CHECK(size_for(12.5F, 0) == 0.0);
    DOCTEST_CHECK(size_for(12.5F, 5) == 2.5);
    DOCTEST_CHECK(size_for(12.5F, 10) == 1.25); // the cell is that of mx samples
}

DOCTEST_TEST_CASE("NaN pixels pass: the signal layer refuses them by name") {
    const Folder folder;
    Mrc file;
    file.data = encoded(file);
    const auto nan = std::bit_cast<std::uint32_t>(std::nanf(""));
    std::memcpy(file.data.data() + 8, &nan, 4);
    DOCTEST_CHECK(std::isnan(picker::read_micrograph(folder.put("n.mrc", file.bytes())).image.pixels[2]));
}

DOCTEST_TEST_CASE("what is wrong with a file is said, with its name and the way out") {
    const Folder folder;
    Mrc good;
    good.data = encoded(good);
    const auto read = [&](const std::string& bytes) {
        const auto path = folder.put("bad.mrc", bytes);
        return [path] { (void)picker::read_micrograph(path); };
    };
    expect_error(Status::not_found, {"absent.mrc", "No such file", "check the path"},
                 [&] { (void)picker::read_micrograph(folder / "absent.mrc"); });
    expect_error(Status::bad_file, {"is a folder"}, [&] { (void)picker::read_micrograph(folder.path()); });
    expect_error(Status::bad_file, {"bad.mrc", "is empty"}, read(""));
    expect_error(Status::bad_file, {"bad.mrc", "17 bytes"}, read("something entirel"));
    expect_error(Status::bad_file, {"bad.mrc", "not an MRC, TIFF or PNG"}, read(std::string(5000, 'q')));
    expect_error(Status::bad_file, {"bad.mrc", "not an MRC, TIFF or PNG"}, read(std::string(5000, '\0')));
    expect_error(Status::bad_file, {"bad.mrc", "truncated", "1084", "1083", "copy the file again"},
                 read(good.bytes().substr(0, 1083)));
    expect_error(Status::bad_file, {"bad.mrc", "truncated"}, read(good.bytes().substr(0, 1024)));
    for (const bool big : {false, true}) {
        Mrc bad = good;
        bad.big = big;
        bad.nz = 40;
        bad.data.resize(40 * 60);
        expect_error(Status::unsupported, {"bad.mrc", "40 sections", "motion-corrected"}, read(bad.bytes()));
        bad = good;
        bad.big = big;
        const std::pair<int, const char*> modes[] = {{3, "complex"}, {4, "complex"}, {101, "4-bit"}, {16, "RGB"}};
        for (const auto& [mode, words] : modes) {
            bad.mode = mode;
            expect_error(Status::unsupported, {"bad.mrc", "mode " + std::to_string(mode), words, "convert it"},
                         read(bad.bytes()));
        }
        bad.mode = 77;
        expect_error(Status::bad_file, {"bad.mrc", "damaged MRC header", "mode 77"}, read(bad.bytes()));
        bad.stamp = false;
        expect_error(Status::bad_file, {"bad.mrc", "not an MRC"}, read(bad.bytes()));
        bad = good;
        bad.big = big;
        bad.ny = -3;
        expect_error(Status::bad_file, {"bad.mrc", "damaged MRC header"}, read(bad.bytes()));
        bad = good;
        bad.big = big;
        bad.nx = bad.ny = 60000; // 14 GB that nothing may allocate
        expect_error(Status::bad_file, {"bad.mrc", "60000 x 60000", "more than any micrograph"}, read(bad.bytes()));
        bad.nx = 2000000000;
        expect_error(Status::bad_file, {"bad.mrc"}, read(bad.bytes()));
        bad = good;
        bad.big = big;
        bad.nx = bad.ny = 30000;
        expect_error(Status::bad_file, {"bad.mrc", "truncated", "3600001024"}, read(bad.bytes()));
        bad.nz = 2147483647;
        expect_error(Status::bad_file, {"bad.mrc", "truncated"}, read(bad.bytes()));
    }
    Mrc bad = good;
    bad.extended = -5;
    expect_error(Status::bad_file, {"bad.mrc", "extended header"}, read(bad.bytes()));
    bad.extended = 2000000000;
    std::string bytes = good.bytes();
    std::memcpy(bytes.data() + 92, &bad.extended, 4);
    expect_error(Status::bad_file, {"bad.mrc", "truncated"}, read(bytes));
}

DOCTEST_TEST_CASE("a file cut at any byte, or with any byte changed, is an error or an image, never a crash") {
    const Folder folder;
    Mrc file;
    file.data = encoded(file);
    const std::string bytes = file.bytes();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const auto path = folder.put("cut.mrc", std::string_view(bytes).substr(0, length));
        DOCTEST_CAPTURE(length);
        DOCTEST_CHECK_THROWS_AS((void)picker::read_micrograph(path), picker::Error);
    }
    unsigned images = 0;
    for (std::size_t at = 0; at < 256; ++at) {
        for (const char value : {'\0', '\x01', '\x7f', '\xff'}) {
            std::string changed = bytes;
            changed[at] = value;
            try {
                images += picker::read_micrograph(folder.put("changed.mrc", changed)).image.empty() ? 0U : 1U;
            } catch (const picker::Error&) {
            }
        }
    }
    DOCTEST_CHECK(images > 500); // most bytes of a header do not matter
}
