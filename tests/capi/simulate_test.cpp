// The simulator through the C API: what is asked for comes, the same for the same seed and index.
#include "capi/support.hpp"

#include <cmath>
#include <cstring>

using namespace capi;

namespace {

std::vector<float> pixels_of(const picker_simulation& settings, std::uint64_t index) {
    const auto made = libpicker::simulate(settings, index);
    const auto info = made.micrograph.info();
    return {made.micrograph.data(), made.micrograph.data() + info.width * info.height};
}

} // namespace

DOCTEST_TEST_CASE("size, truth and diameter are what was asked for") {
    const auto settings = small_simulation();
    MicrographOwner micrograph;
    PicksOwner truth;
    double diameter = 0;
    ok(picker_simulate(micrograph.out(), truth.out(), &diameter, &settings, 0));
    DOCTEST_CHECK(diameter == 160);
    auto info = make<picker_micrograph_info>();
    ok(picker_micrograph_get_info(micrograph.get(), &info));
    DOCTEST_CHECK(info.width == 192);
    DOCTEST_CHECK(info.height == 160);
    DOCTEST_CHECK(info.pixel_size == 8);
    const std::size_t count = picker_picks_count(truth.get());
    DOCTEST_CHECK((count > 6 && count <= 12));
    const auto x = column(truth.get(), "x");
    const auto y = column(truth.get(), "y");
    double widest = 0;
    for (std::size_t i = 0; i < count; ++i) {
        DOCTEST_CHECK((x[i] >= 0 && x[i] <= 191 && y[i] >= 0 && y[i] <= 159));
        widest = std::max(widest, x[i]);
        for (std::size_t j = 0; j < i; ++j) {
            DOCTEST_CHECK(std::hypot(x[i] - x[j], y[i] - y[j]) >= 20 - 1e-9); // one diameter
        }
    }
    DOCTEST_CHECK(column(truth.get(), "rot").size() == count);
    DOCTEST_CHECK(column(truth.get(), "tilt").size() == count);
    DOCTEST_CHECK(column(truth.get(), "psi").size() == count);
    // Particles are dark: mean over their centres against the whole, without noise.
    auto clean = settings;
    clean.snr = 0;
    const auto pixels = pixels_of(clean, 0);
    double inside = 0;
    double all = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto column_ = static_cast<std::size_t>(std::lround(x[i]));
        const auto row = static_cast<std::size_t>(std::lround(y[i]));
        inside += pixels[row * 192 + column_] / static_cast<double>(count);
    }
    for (const float value : pixels) {
        all += value / static_cast<double>(pixels.size());
    }
    DOCTEST_CHECK(inside < all);
}

DOCTEST_TEST_CASE("one seed and index, one image") {
    const auto settings = small_simulation(5);
    const auto first = pixels_of(settings, 2);
    DOCTEST_CHECK(first == pixels_of(settings, 2));
    DOCTEST_CHECK(first != pixels_of(settings, 3));
    DOCTEST_CHECK(first != pixels_of(small_simulation(6), 2));
}

DOCTEST_TEST_CASE("a structure from an MRC volume brings its own diameter") {
    const TempFolder folder;
    // A stick of 5 voxels of 10 angstrom, written as the MRC file that it is.
    std::string bytes(1024, '\0');
    const auto put = [&](std::size_t word, auto value) { std::memcpy(&bytes[word * 4], &value, sizeof value); };
    for (const std::size_t axis : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
        put(axis, std::int32_t{9});
        put(7 + axis, std::int32_t{9});
        put(10 + axis, 90.0F);
    }
    put(3, std::int32_t{2});
    std::memcpy(&bytes[208], "MAP \x44\x44", 6);
    std::vector<float> voxels(9 * 9 * 9, 0.0F);
    for (std::size_t x = 2; x < 7; ++x) {
        voxels[(4 * 9 + 4) * 9 + x] = 1;
    }
    bytes.append(reinterpret_cast<const char*>(voxels.data()), voxels.size() * sizeof(float));
    const std::string path = folder / "stick.mrc";
    write_bytes(path, bytes);
    const char* structure = path.c_str();
    auto settings = small_simulation();
    settings.structures = &structure;
    settings.structure_count = 1;
    settings.pixel_size = 4;
    settings.diameter = 0;
    double diameter = 0;
    MicrographOwner micrograph;
    ok(picker_simulate(micrograph.out(), nullptr, &diameter, &settings, 0));
    DOCTEST_CHECK((diameter >= 35 && diameter <= 75));
    settings.diameter = 100;
    diameter = 5;
    refused(picker_simulate(micrograph.out(), nullptr, &diameter, &settings, 0), PICKER_INVALID_ARGUMENT,
            {"diameter", "100"});
    DOCTEST_CHECK(diameter == 0);
}

DOCTEST_TEST_CASE("settings out of range") {
    const auto attempt = [](auto change, std::initializer_list<std::string_view> words) {
        auto settings = small_simulation();
        change(settings);
        MicrographOwner micrograph;
        PicksOwner truth;
        refused(picker_simulate(micrograph.out(), truth.out(), nullptr, &settings, 0), PICKER_INVALID_ARGUMENT, words);
        DOCTEST_CHECK(micrograph.get() == nullptr);
        DOCTEST_CHECK(truth.get() == nullptr);
    };
    attempt([](auto& s) { s.width = -1; }, {"width", "-1"});
    attempt([](auto& s) { s.width = 3; }, {"width", "3"});
    attempt([](auto& s) { s.height = 1000000; }, {"height"});
    attempt([](auto& s) { s.pixel_size = 1e9; }, {"pixel_size"});
    attempt([](auto& s) { s.snr = std::nan(""); }, {"snr"});
    attempt([](auto& s) { s.voltage = -300; }, {"voltage", "-300"});
    attempt([](auto& s) { s.amplitude_contrast = 2; }, {"amplitude_contrast"});
    attempt([](auto& s) { s.particles = -5; }, {"particles", "-5"});
    attempt([](auto& s) { s.structure_count = 1; }, {"structures", "NULL"});
    attempt([](auto& s) { s.dose = -3; }, {"dose", "-3"});
    attempt([](auto& s) { s.gold = -2; }, {"gold", "-2"});
    attempt([](auto& s) { s.carbon = 2; }, {"carbon", "2"});
    attempt([](auto& s) { s.preferred_rot = std::nan(""); }, {"preferred_rot"});
    attempt([](auto& s) { s.astigmatism = 1e300; }, {"astigmatism"});
}

DOCTEST_TEST_CASE(
    "a simulator makes the bytes of picker_simulate, for any number of threads, with what is no particle") {
    auto settings = small_simulation(7);
    settings.diameter = 100;
    settings.pixel_size = 5;
    settings.views = 3;
    settings.dose = 20;
    settings.gold = 2;
    settings.contamination = 1;
    settings.astigmatism = 600;
    settings.astigmatism_angle = 40;
    settings.preferred_fraction = 1;
    MicrographOwner single;
    PicksOwner single_truth;
    ok(picker_simulate(single.out(), single_truth.out(), nullptr, &settings, 2));
    for (const int threads : {1, 3}) {
        auto control = make<picker_control>();
        control.threads = threads;
        SimulatorOwner simulator;
        ok(picker_simulator_create(simulator.out(), &settings, &control));
        MicrographOwner micrograph;
        PicksOwner truth, others;
        auto info = make<picker_simulated>();
        ok(picker_simulator_make(micrograph.out(), truth.out(), others.out(), &info, simulator.get(), 2, &control));
        DOCTEST_CHECK(std::memcmp(picker_micrograph_data(micrograph.get()), picker_micrograph_data(single.get()),
                                  std::size_t{192} * 160 * sizeof(float)) == 0);
        DOCTEST_CHECK(column(truth.get(), "x") == column(single_truth.get(), "x"));
        DOCTEST_CHECK(column(others.get(), "kind") == std::vector<double>{1, 1, 2});
        DOCTEST_CHECK(column(others.get(), "diameter")[1] == 100);
        DOCTEST_CHECK(info.diameter == doctest::Approx(100));
        DOCTEST_CHECK(info.defocus_u == 15300);
        DOCTEST_CHECK(info.defocus_v == 14700);
        DOCTEST_CHECK(info.defocus_angle == 40);
        for (const double angle : column(truth.get(), "view_angle")) {
            DOCTEST_CHECK((angle >= 0 && angle < 120)); // kappa 10 round the axis
        }
        ok(picker_simulator_make(micrograph.out(), nullptr, nullptr, nullptr, simulator.get(), 3, nullptr));
    }
}

DOCTEST_TEST_CASE("a preset fills in its members and leaves the others; a simulation is cancelled") {
    auto settings = small_simulation();
    refused(picker_simulation_set_preset(&settings, "unreal"), PICKER_NOT_FOUND, {"unreal", "realistic"});
    DOCTEST_CHECK(settings.dose == 0);
    ok(picker_simulation_set_preset(&settings, "realistic"));
    DOCTEST_CHECK(settings.dose > 0);
    DOCTEST_CHECK(settings.width == 192);
    DOCTEST_CHECK(settings.seed == 1);
    settings.width = settings.height = 400;
    const libpicker::Simulator simulator(settings);
    const auto made = simulator.make(0);
    DOCTEST_CHECK(made.truth.size() > 0);
    // Electrons per pixel, on average the dose.
    double mean = 0;
    for (int i = 0; i < 400 * 400; ++i) {
        mean += static_cast<double>(made.micrograph.data()[i]) / (400 * 400);
    }
    DOCTEST_CHECK(mean == doctest::Approx(settings.dose * 64).epsilon(0.1));
    libpicker::Control control;
    control.progress = [](const picker_progress&) { return true; };
    DOCTEST_CHECK_THROWS_AS(simulator.make(0, control), libpicker::Error);
    DOCTEST_CHECK_THROWS_AS(libpicker::Simulator(settings, control), libpicker::Error);
}

DOCTEST_TEST_CASE("atoms are a structure where the build can read them, and a file without atoms is named") {
    const TempFolder folder;
    const std::string path = folder / "none.pdb";
    write_bytes(path, "HEADER    NOTHING\nEND\n");
    const char* structure = path.c_str();
    auto settings = small_simulation();
    settings.diameter = 0;
    settings.structures = &structure;
    settings.structure_count = 1;
    MicrographOwner micrograph;
    const picker_status status = picker_simulate(micrograph.out(), nullptr, nullptr, &settings, 0);
    if (picker_has_feature("atoms") != 0) {
        refused(status, PICKER_BAD_FILE, {path, "holds no atoms"});
    } else {
        refused(status, PICKER_UNSUPPORTED, {path, "gemmi"});
    }
}
