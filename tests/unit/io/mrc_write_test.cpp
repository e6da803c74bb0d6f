// MRC beyond reading micrographs: what we write, volumes, another program's files, real ones.
#include "io/micrograph_file.hpp"
#include "unit/io/io_testing.hpp"
#include "unit/io/mrc_builder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

using namespace io_testing;
using picker::Status;

DOCTEST_TEST_CASE("what is written is read back, and is MRC2014 byte by byte") {
    const Folder folder;
    const auto image = ramp(7, 4, 0.5F, -3.0F);
    picker::write_image(folder / "w.mrc", image, 1.77);
    const auto back = picker::read_micrograph(folder / "w.mrc");
    DOCTEST_CHECK(back.image.pixels == image.pixels);
    DOCTEST_CHECK(back.image.width == 7);
    DOCTEST_CHECK(back.pixel_size == doctest::Approx(1.77).epsilon(1e-6));
    const std::string bytes = contents(folder / "w.mrc");
    DOCTEST_REQUIRE(bytes.size() == 1024 + 7 * 4 * 4);
    const auto integer = [&](std::size_t at) {
        std::int32_t value = 0;
        std::memcpy(&value, bytes.data() + at, 4);
        return value;
    };
    const auto real = [&](std::size_t at) {
        float value = 0;
        std::memcpy(&value, bytes.data() + at, 4);
        return value;
    };
    DOCTEST_CHECK(integer(0) == 7);
    DOCTEST_CHECK(integer(4) == 4);
    DOCTEST_CHECK(integer(8) == 1);
    DOCTEST_CHECK(integer(12) == 2);
    DOCTEST_CHECK(real(40) == doctest::Approx(7 * 1.77));
    DOCTEST_CHECK(real(44) == doctest::Approx(4 * 1.77));
    DOCTEST_CHECK(real(76) == -3.0F);
    DOCTEST_CHECK(real(80) == 10.5F);
    DOCTEST_CHECK(real(84) == 3.75F);
    DOCTEST_CHECK(real(216) == doctest::Approx(std::sqrt((28.0 * 28.0 - 1.0) / 12.0) * 0.5)); // of a ramp
    DOCTEST_CHECK(integer(108) == 20140);
    DOCTEST_CHECK(bytes.substr(208, 4) == "MAP ");
    // an unknown pixel size stays unknown
    picker::write_image(folder / "u.mrc", image, 0.0);
    DOCTEST_CHECK(picker::read_micrograph(folder / "u.mrc").pixel_size == 0.0);
    expect_error(Status::unsupported, {"w.jpg", ".mrc, .tif or .png"},
                 [&] { picker::write_image(folder / "w.jpg", image, 1.0); });
    expect_error(Status::invalid_argument, {"e.mrc", "empty"},
                 [&] { picker::write_image(folder / "e.mrc", picker::Image(), 1.0); });
}

DOCTEST_TEST_CASE("volumes keep their sections in order") {
    const Folder folder;
    Mrc file;
    file.nz = 2;
    file.cell = 25.0F;
    for (int i = 0; i < 30; ++i) {
        file.real(file.data, static_cast<float>(i));
    }
    const auto volume = picker::read_mrc_volume(folder.put("v.mrc", file.bytes()));
    DOCTEST_CHECK(volume.nx == 5);
    DOCTEST_CHECK(volume.ny == 3);
    DOCTEST_CHECK(volume.nz == 2);
    DOCTEST_CHECK(volume.voxel_size == 5.0);
    DOCTEST_CHECK(volume.voxels[1 * 15 + 2 * 5 + 3] == 28.0F);
    expect_error(Status::bad_file, {"v.mrc", "truncated"},
                 [&] { (void)picker::read_mrc_volume(folder.put("v.mrc", file.bytes().substr(0, 1100))); });
    expect_error(Status::bad_file, {"v.mrc", "empty"}, [&] { (void)picker::read_mrc_volume(folder.put("v.mrc", "")); });
}

DOCTEST_TEST_CASE("Python's mrcfile reads what we write and writes what we read") {
    const std::string python = "/usr/bin/python3";
    if (std::system((python + " -c 'import mrcfile, numpy' >/dev/null 2>&1").c_str()) != 0) {
        DOCTEST_MESSAGE("skipped: Python's mrcfile is not installed");
        return;
    }
    const Folder folder;
    picker::write_image(folder / "ours.mrc", ramp(6, 4), 2.5);
    const std::string script = R"(
import mrcfile, numpy, sys, warnings
warnings.simplefilter("error")
d = sys.argv[1]
assert mrcfile.validate(d + "/ours.mrc")
with mrcfile.open(d + "/ours.mrc") as m:
    assert m.data.shape == (4, 6) and m.data[2, 3] == 15, m.data
    assert abs(m.voxel_size.x - 2.5) < 1e-6
for name, kind in (("i1", "int8"), ("i2", "int16"), ("f4", "float32"), ("u2", "uint16"), ("f2", "float16")):
    data = numpy.arange(24).reshape(4, 6).astype(kind)
    for order in "<>":
        with mrcfile.new(d + "/" + name + ("l" if order == "<" else "b") + ".mrc", overwrite=True) as m:
            m.set_data(data.astype(numpy.dtype(kind).newbyteorder(order)))
            m.voxel_size = 3.0
)";
    const auto file = folder.put("check.py", script);
    DOCTEST_REQUIRE(
        std::system((python + " " + file.string() + " " + folder.path().string() + " >/dev/null").c_str()) == 0);
    for (const char* name : {"i1l", "i2l", "i2b", "f4l", "f4b", "u2l", "u2b", "f2l", "f2b"}) {
        DOCTEST_CAPTURE(name);
        const auto micrograph = picker::read_micrograph(folder / (std::string(name) + ".mrc"));
        DOCTEST_CHECK(micrograph.image.at(3, 2) == 15.0F);
        DOCTEST_CHECK(micrograph.image.width == 6);
        DOCTEST_CHECK(micrograph.pixel_size == doctest::Approx(3.0));
    }
}

DOCTEST_TEST_CASE("real micrographs are read: not square, placeholder pixel size") {
    const auto path = shared_data() / "micrographs" / "contaminant" / "Ucsf_stack_1142_DW.mrc";
    if (!std::filesystem::exists(path)) {
        DOCTEST_MESSAGE("skipped: no shared data folder beside the project");
        return;
    }
    const auto micrograph = picker::read_micrograph(path);
    DOCTEST_CHECK(std::min(micrograph.image.width, micrograph.image.height) == 927);
    DOCTEST_CHECK(std::max(micrograph.image.width, micrograph.image.height) == 959);
    DOCTEST_CHECK(micrograph.pixel_size == 0.0);
    DOCTEST_CHECK(std::ranges::all_of(micrograph.image.pixels, [](float v) { return std::isfinite(v); }));
}
