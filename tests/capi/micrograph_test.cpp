// Micrographs through the C API: memory and files there and back, headers without pixels, statistics.
#include "capi/support.hpp"

#include <cmath>
#include <limits>

using namespace capi;

namespace {

constexpr int width = 7, height = 4;

// Not square, and no value twice: any swap or flip shows.
std::vector<float> ramp() {
    std::vector<float> pixels;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            pixels.push_back(static_cast<float>(10 * y + x) + 0.25F);
        }
    }
    return pixels;
}

libpicker::Micrograph ramp_micrograph(double pixel_size) {
    const std::vector<float> pixels = ramp();
    return libpicker::Micrograph::from_data(pixels.data(), width, height, pixel_size, "ramp");
}

} // namespace

DOCTEST_TEST_CASE("a micrograph from memory is a copy") {
    std::vector<float> pixels = ramp();
    MicrographOwner micrograph;
    ok(picker_micrograph_from_data(micrograph.out(), pixels.data(), width, height, 1.75, "ramp"));
    pixels.assign(pixels.size(), 0.0F);
    const float* data = picker_micrograph_data(micrograph.get());
    DOCTEST_CHECK(std::vector<float>(data, data + width * height) == ramp());
    auto info = make<picker_micrograph_info>();
    ok(picker_micrograph_get_info(micrograph.get(), &info));
    DOCTEST_CHECK(info.width == width);
    DOCTEST_CHECK(info.height == height);
    DOCTEST_CHECK(info.pixel_size == 1.75);
    DOCTEST_CHECK(info.format == std::string("memory"));
    DOCTEST_CHECK(info.sample_type == std::string("float32"));
    DOCTEST_CHECK(info.file_size == 0);
    DOCTEST_CHECK(info.has_statistics == 1);
    // Mean of 10 y + x + .25 over 7 x 4; variance 100 * (16 - 1) / 12 + (49 - 1) / 12.
    DOCTEST_CHECK(info.mean == doctest::Approx(18.25));
    DOCTEST_CHECK(info.deviation == doctest::Approx(std::sqrt(129.0)));
    DOCTEST_CHECK(info.minimum == 0.25);
    DOCTEST_CHECK(info.maximum == 36.25);
    DOCTEST_CHECK(info.nonfinite == 0);
}

DOCTEST_TEST_CASE("sizes that no micrograph has are refused") {
    const float pixel = 0;
    MicrographOwner micrograph;
    for (const auto& [w, h] : {std::pair{0, 1}, {1, 0}, {-3, 5}, {INT32_MAX, INT32_MAX}}) {
        refused(picker_micrograph_from_data(micrograph.out(), &pixel, w, h, 1, "m"), PICKER_INVALID_ARGUMENT,
                {std::to_string(w), std::to_string(h), "give width and height"});
    }
    for (const double size : {-1.0, std::nan(""), static_cast<double>(INFINITY)}) {
        refused(picker_micrograph_from_data(micrograph.out(), &pixel, 1, 1, size, "m"), PICKER_INVALID_ARGUMENT,
                {"pixel_size", ";"});
    }
}

DOCTEST_TEST_CASE("MRC, TIFF and PNG there and back") {
    const TempFolder folder;
    const auto micrograph = ramp_micrograph(1.75);
    for (const std::string name : {"r\xc3\xa9sum\xc3\xa9 1.mrc", "r.tif"}) {
        const std::string path = folder / name;
        ok(picker_micrograph_write(micrograph.get(), path.c_str()));
        MicrographOwner read;
        ok(picker_micrograph_read(read.out(), path.c_str()));
        const float* data = picker_micrograph_data(read.get());
        DOCTEST_CHECK(std::vector<float>(data, data + width * height) == ramp());
        auto info = make<picker_micrograph_info>();
        ok(picker_micrograph_get_info(read.get(), &info));
        DOCTEST_CHECK(info.width == width);
        DOCTEST_CHECK(info.height == height);
        DOCTEST_CHECK(info.sample_type == std::string("float32"));
        DOCTEST_CHECK(info.file_size == static_cast<std::int64_t>(std::filesystem::file_size(path)));
    }
    const std::string png = folder / "r.png";
    ok(picker_micrograph_write(micrograph.get(), png.c_str()));
    MicrographOwner read;
    ok(picker_micrograph_read(read.out(), png.c_str()));
    const float* grey = picker_micrograph_data(read.get());
    DOCTEST_CHECK(grey[0] == 0);
    DOCTEST_CHECK(grey[width * height - 1] == 255);
    DOCTEST_CHECK(grey[1] < grey[width]); // a row down is brighter than a column to the right
    DOCTEST_CHECK(folder.files() == 3);   // nothing temporary is left
}

DOCTEST_TEST_CASE("inspect reads a header, and pixels only when asked") {
    const TempFolder folder;
    const std::string path = folder / "m.mrc";
    auto pixels = ramp();
    pixels[5] = std::numeric_limits<float>::quiet_NaN();
    libpicker::Micrograph::from_data(pixels.data(), width, height, 1.75, "m").write(path);
    auto info = make<picker_micrograph_info>();
    ok(picker_micrograph_inspect(path.c_str(), 0, &info));
    DOCTEST_CHECK(info.width == width);
    DOCTEST_CHECK(info.height == height);
    DOCTEST_CHECK(info.format == std::string("mrc"));
    DOCTEST_CHECK(info.pixel_size == doctest::Approx(1.75));
    DOCTEST_CHECK(info.has_statistics == 0);
    ok(picker_micrograph_inspect(path.c_str(), 1, &info));
    DOCTEST_CHECK(info.has_statistics == 1);
    DOCTEST_CHECK(info.nonfinite == 1);
    DOCTEST_CHECK(info.maximum == 36.25);
}

DOCTEST_TEST_CASE("an MRC pixel size of 0 or 1 counts as unknown") {
    const TempFolder folder;
    for (const double size : {0.0, 1.0}) {
        const std::string path = folder / "m.mrc";
        ramp_micrograph(size).write(path);
        auto info = make<picker_micrograph_info>();
        ok(picker_micrograph_inspect(path.c_str(), 0, &info));
        DOCTEST_CHECK(info.pixel_size == 0);
    }
}
