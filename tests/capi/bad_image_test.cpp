// Micrographs that are no good, through the C API: the message names the file and the way out, nothing is half-written.
#include "capi/support.hpp"

#include <cmath>
#include <cstring>
#include <limits>

using namespace capi;

namespace {

// An MRC file of mode 2 with one value in every pixel.
std::string mrc(std::int32_t width, std::int32_t height, std::int32_t sections, std::int32_t mode = 2) {
    std::string bytes(1024, '\0');
    const auto put = [&](std::size_t word, auto value) { std::memcpy(&bytes[word * 4], &value, sizeof value); };
    put(0, width);
    put(1, height);
    put(2, sections);
    put(3, mode);
    put(7, width);
    put(8, height);
    put(9, sections);
    std::memcpy(&bytes[208], "MAP \x44\x44", 6);
    return bytes;
}

std::string real_file(const TempFolder& folder, const char* name) {
    const std::string path = folder / name;
    libpicker::simulate(small_simulation(), 0).micrograph.write(path);
    return read_bytes(path);
}

void check_refused(const std::string& path, picker_status status, std::initializer_list<std::string_view> parts) {
    MicrographOwner micrograph;
    refused(picker_micrograph_read(micrograph.out(), path.c_str()), status, {path, ";"});
    refused(picker_micrograph_read(micrograph.out(), path.c_str()), status, parts);
    DOCTEST_CHECK(micrograph.get() == nullptr);
    auto info = make<picker_micrograph_info>();
    refused(picker_micrograph_inspect(path.c_str(), 1, &info), status, {path});
}

} // namespace

DOCTEST_TEST_CASE("missing, empty, short, foreign files and folders") {
    const TempFolder folder;
    check_refused(folder / "nowhere.mrc", PICKER_NOT_FOUND, {});
    const std::string path = folder / "m.mrc";
    write_bytes(path, "");
    check_refused(path, PICKER_BAD_FILE, {"empty", "0 bytes"});
    write_bytes(path, "four");
    check_refused(path, PICKER_BAD_FILE, {"4 bytes", "1024"});
    write_bytes(path, std::string(5000, 'x'));
    check_refused(path, PICKER_BAD_FILE, {"not an MRC, TIFF or PNG", "convert"});
    MicrographOwner micrograph;
    DOCTEST_CHECK(picker_micrograph_read(micrograph.out(), folder.string().c_str()) != PICKER_OK);
    DOCTEST_CHECK(contains(picker_last_error(), folder.string()));
}

DOCTEST_TEST_CASE("truncated, huge, stacked and unsupported MRC files") {
    const TempFolder folder;
    const std::string path = folder / "m.mrc";
    std::string bytes = real_file(folder, "good.mrc");
    write_bytes(path, bytes.substr(0, bytes.size() - 1));
    check_refused(path, PICKER_BAD_FILE, {"truncated", std::to_string(bytes.size()), std::to_string(bytes.size() - 1)});
    write_bytes(path, bytes.substr(0, 1024));
    check_refused(path, PICKER_BAD_FILE, {"truncated"});
    write_bytes(path, mrc(60000, 60000, 1));
    check_refused(path, PICKER_BAD_FILE, {"60000"});
    write_bytes(path, mrc(INT32_MAX, INT32_MAX, INT32_MAX));
    check_refused(path, PICKER_BAD_FILE, {});
    write_bytes(path, mrc(-5, 5, 1));
    check_refused(path, PICKER_BAD_FILE, {"-5"});
    write_bytes(path, mrc(4, 4, 3) + std::string(4 * 4 * 3 * 4, '\0'));
    check_refused(path, PICKER_UNSUPPORTED, {"stack", "3"});
    write_bytes(path, mrc(4, 4, 1, 4) + std::string(4 * 4 * 8, '\0')); // complex numbers
    check_refused(path, PICKER_UNSUPPORTED, {"mode 4", "convert"});
}

DOCTEST_TEST_CASE("truncated and huge TIFF files") {
    const TempFolder folder;
    const std::string path = folder / "m.tif";
    std::string bytes = real_file(folder, "good.tif");
    for (const std::size_t length : {std::size_t{6}, bytes.size() / 4, bytes.size() - 3}) {
        write_bytes(path, bytes.substr(0, length));
        check_refused(path, PICKER_BAD_FILE, {});
    }
    // One IFD with little in it: a million pixels square, of which there is nothing.
    std::string huge("II*\0\x08\0\0\0\x05\0", 10);
    const auto entry = [&](std::uint16_t tag, std::uint16_t type, std::uint32_t value) {
        const std::uint32_t count = 1;
        huge.append(reinterpret_cast<const char*>(&tag), 2);
        huge.append(reinterpret_cast<const char*>(&type), 2);
        huge.append(reinterpret_cast<const char*>(&count), 4);
        huge.append(reinterpret_cast<const char*>(&value), 4);
    };
    entry(256, 4, 1000000); // width
    entry(257, 4, 1000000); // length
    entry(258, 3, 8);       // bits
    entry(262, 3, 1);       // black is zero
    entry(277, 3, 1);       // samples
    huge.append(4, '\0');
    write_bytes(path, huge);
    check_refused(path, PICKER_BAD_FILE, {});
}

DOCTEST_TEST_CASE("NaN and constant images are read and described") {
    const TempFolder folder;
    std::vector<float> pixels(static_cast<std::size_t>(64 * 48), std::numeric_limits<float>::quiet_NaN());
    auto info = make<picker_micrograph_info>();
    for (const bool constant : {false, true}) {
        if (constant) {
            pixels.assign(pixels.size(), 3.0F);
        }
        const std::string path = folder / "flat.mrc";
        libpicker::Micrograph::from_data(pixels.data(), 64, 48, 2, "flat").write(path);
        ok(picker_micrograph_inspect(path.c_str(), 1, &info));
        DOCTEST_CHECK(info.nonfinite == (constant ? 0 : 64 * 48));
        DOCTEST_CHECK(info.deviation == 0);
        DOCTEST_CHECK(std::isfinite(info.mean));
        ok(picker_micrograph_write(libpicker::Micrograph::read(path).get(), (folder / "flat.png").c_str()));
    }
}

DOCTEST_TEST_CASE("NaN and constant images, and those smaller than a window, are said to be so when picked") {
    if (!has_torch("picking")) {
        return;
    }
    const auto model = libpicker::Model::create("deeppicker");
    auto options = make<picker_pick_options>();
    options.diameter = 40;
    options.has_threshold = 1;
    const auto pick = [&](const std::vector<float>& pixels, int width, int height) {
        const auto image = libpicker::Micrograph::from_data(pixels.data(), width, height, 2, "flat.mrc");
        PicksOwner picks;
        const picker_status status = picker_pick(picks.out(), model.get(), image.get(), &options, nullptr);
        DOCTEST_CHECK((status != PICKER_OK) == (picks.get() == nullptr));
        return status;
    };
    const std::vector<float> missing(static_cast<std::size_t>(200 * 160), std::numeric_limits<float>::quiet_NaN());
    refused(pick(missing, 200, 160), PICKER_BAD_FILE, {"flat.mrc", "finite"});
    const std::vector<float> constant(missing.size(), 3.0F);
    refused(pick(constant, 200, 160), PICKER_BAD_FILE, {"flat.mrc", "the value 3", ";"});
    refused(pick(constant, 20, 20), PICKER_INVALID_ARGUMENT, {"flat.mrc", "20 x 20", "window", "diameter"});
    refused(pick(constant, 20, 10), PICKER_INVALID_ARGUMENT,
            {"flat.mrc", "20 x 10", "20 pixels, more than", "diameter"});
    options.diameter = 40000;
    refused(pick(constant, 200, 160), PICKER_INVALID_ARGUMENT, {"200 x 160", "20000 pixels", "pixel size"});
}

DOCTEST_TEST_CASE("pixel size missing or absurd") {
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const auto model = libpicker::Model::create("deeppicker");
    auto options = make<picker_pick_options>();
    options.diameter = 160;
    for (const double size : {0.0, 1e-4, 5000.0}) {
        const auto info = sample.micrograph.info();
        const auto image =
            libpicker::Micrograph::from_data(sample.micrograph.data(), info.width, info.height, size, "m7.mrc");
        PicksOwner picks;
        refused(picker_pick(picks.out(), model.get(), image.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
                {"m7.mrc", "pixel size", "give"});
    }
    options.pixel_size = -8;
    PicksOwner picks;
    refused(picker_pick(picks.out(), model.get(), sample.micrograph.get(), &options, nullptr), PICKER_INVALID_ARGUMENT,
            {"pixel_size", "-8"});
}

DOCTEST_TEST_CASE("outputs that cannot be written leave nothing behind") {
    const TempFolder folder;
    const auto sample = libpicker::simulate(small_simulation(), 0);
    const std::string file = folder / "file";
    write_bytes(file, "a regular file");
    for (const std::string& path :
         {file + "/below.mrc", folder / "no-folder/m.mrc", file + "/below.png", file + "/below.tif"}) {
        DOCTEST_CHECK(picker_micrograph_write(sample.micrograph.get(), path.c_str()) == PICKER_IO);
        DOCTEST_CHECK_MESSAGE(contains(picker_last_error(), path), std::string(picker_last_error()));
    }
    refused(picker_micrograph_write(sample.micrograph.get(), (folder / "m.jpeg2").c_str()), PICKER_UNSUPPORTED,
            {"m.jpeg2", ".mrc", ".tif", ".png"});
    DOCTEST_CHECK(folder.files() == 1);
    DOCTEST_CHECK(read_bytes(file) == "a regular file");
}
