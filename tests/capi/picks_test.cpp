// Picks through the C API: the table, its formats, the selection rules, the picture.
#include "capi/support.hpp"

#include <cmath>
#include <limits>

using namespace capi;

namespace {

// x and y unlike, best first.
libpicker::Picks three() {
    libpicker::Picks picks;
    picks.append({10, 200.5, 55.25}, {20, 7, 90.75}, {0.9, 0.5, 0.25});
    return picks;
}

} // namespace

DOCTEST_TEST_CASE("append, count and columns") {
    PicksOwner picks;
    ok(picker_picks_create(picks.out()));
    DOCTEST_CHECK(picker_picks_count(picks.get()) == 0);
    const double x[2] = {1.5, 2.5};
    const double y[2] = {30, 40};
    const double score[2] = {0.5, 0.75};
    ok(picker_picks_append(picks.get(), x, y, score, 2));
    ok(picker_picks_append(picks.get(), x, y, nullptr, 1));
    ok(picker_picks_append(picks.get(), nullptr, nullptr, nullptr, 0));
    DOCTEST_CHECK(picker_picks_count(picks.get()) == 3);
    DOCTEST_CHECK(column(picks.get(), "x") == std::vector<double>{1.5, 2.5, 1.5});
    DOCTEST_CHECK(column(picks.get(), "y") == std::vector<double>{30, 40, 30});
    DOCTEST_CHECK(column(picks.get(), "score")[1] == 0.75);
    DOCTEST_CHECK(std::isnan(column(picks.get(), "score")[2]));
    DOCTEST_CHECK(picker_picks_column_count(picks.get()) == 3);
    DOCTEST_CHECK(picker_picks_column_name(picks.get(), 0) == std::string("x"));
    DOCTEST_CHECK(picker_picks_column_name(picks.get(), 1) == std::string("y"));
    DOCTEST_CHECK(picker_picks_column_name(picks.get(), 2) == std::string("score"));
    DOCTEST_CHECK(picker_picks_column_name(picks.get(), 3) == nullptr);
    const double* missing = x;
    refused(picker_picks_column(&missing, picks.get(), "charm"), PICKER_NOT_FOUND,
            {"charm", "picker_picks_column_name"});
    DOCTEST_CHECK(missing == nullptr);
    const double bad = std::nan("");
    refused(picker_picks_append(picks.get(), x, &bad, nullptr, 1), PICKER_INVALID_ARGUMENT, {"pick 0", "nan"});
    DOCTEST_CHECK(picker_picks_count(picks.get()) == 3);
}

DOCTEST_TEST_CASE("every format writes and reads its own files") {
    const TempFolder folder;
    const auto picks = three();
    auto context = make<picker_picks_context>();
    context.width = 256;
    context.height = 128;
    context.box_size = 21; // odd: the centre is a pixel's centre
    context.pixel_size = 2;
    context.micrograph = "some/where/m1.mrc";
    DOCTEST_REQUIRE(picker_format_count() >= 3);
    for (std::int32_t i = 0; i < picker_format_count(); ++i) {
        const std::string name = picker_format_name(i);
        DOCTEST_CAPTURE(name);
        DOCTEST_CHECK(std::string(picker_format_description(i)).size() > 5);
        const std::string path = folder / ("picks" + std::string(picker_format_extension(i)));
        if (name == "eman") { // read only
            refused(picker_picks_write(picks.get(), path.c_str(), nullptr, &context), PICKER_UNSUPPORTED, {"'eman'"});
            continue;
        }
        ok(picker_picks_write(picks.get(), path.c_str(), nullptr, &context));
        for (const char* format : {static_cast<const char*>(nullptr), picker_format_name(i)}) {
            PicksOwner read;
            ok(picker_picks_read(read.out(), path.c_str(), format));
            DOCTEST_REQUIRE(picker_picks_count(read.get()) == 3);
            const double tolerance = name == "box" ? 0.51 : 1e-6; // EMAN's boxes have whole corners
            for (std::size_t n = 0; n < 3; ++n) {
                DOCTEST_CHECK(std::abs(column(read.get(), "x")[n] - picks.column("x")[n]) <= tolerance);
                DOCTEST_CHECK(std::abs(column(read.get(), "y")[n] - picks.column("y")[n]) <= tolerance);
            }
        }
    }
    DOCTEST_CHECK(picker_format_name(-1) == nullptr);
    DOCTEST_CHECK(picker_format_name(picker_format_count()) == nullptr);
    DOCTEST_CHECK(picker_format_extension(picker_format_count()) == nullptr);
    DOCTEST_CHECK(picker_format_description(-1) == nullptr);
}

DOCTEST_TEST_CASE("further columns of a STAR file can be read") {
    const TempFolder folder;
    const std::string path = folder / "p.star";
    write_bytes(path, "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnAnglePsi #3\n"
                      "_rlnAutopickFigureOfMerit #4\n10 20 45.5 0.5\n30 40 -90 0.25\n");
    PicksOwner picks;
    ok(picker_picks_read(picks.out(), path.c_str(), nullptr));
    DOCTEST_CHECK(column(picks.get(), "x") == std::vector<double>{10, 30});
    DOCTEST_CHECK(column(picks.get(), "y") == std::vector<double>{20, 40});
    DOCTEST_CHECK(column(picks.get(), "score") == std::vector<double>{0.5, 0.25});
    DOCTEST_REQUIRE(picker_picks_column_count(picks.get()) == 4);
    DOCTEST_CHECK(picker_picks_column_name(picks.get(), 3) == std::string("psi"));
    DOCTEST_CHECK(column(picks.get(), "psi") == std::vector<double>{45.5, -90});
}

DOCTEST_TEST_CASE("rows by the least value of a column, and the valley between two kinds of masses") {
    libpicker::Picks picks;
    picks.append({10, 20, 30}, {5, 15, 25}, {0.9, 0.2, 0.5});
    const libpicker::Picks best = picks.at_least("score", 0.5);
    DOCTEST_REQUIRE(best.size() == 2);
    DOCTEST_CHECK(best.column("x")[1] == 30);
    DOCTEST_CHECK(best.column("y")[1] == 25);
    DOCTEST_CHECK(picks.at_least("y", 26).size() == 0);
    picker_picks* out = nullptr;
    refused(picker_picks_at_least(&out, picks.get(), "mass", 1), PICKER_NOT_FOUND, {"no column 'mass'"});
    refused(picker_picks_at_least(&out, picks.get(), "score", std::nan("")), PICKER_INVALID_ARGUMENT, {"least score"});
    // 300 masses about 10 and 300 about 30, spread evenly by 4 to each side: the valley is anywhere between 14 and 26.
    std::vector<double> masses;
    for (int i = 0; i < 300; ++i) {
        masses.push_back(6 + 8 * i / 299.0);
        masses.push_back(26 + 8 * i / 299.0);
    }
    double cut = -1;
    std::int32_t two = -1;
    ok(picker_mass_valley(&cut, &two, masses.data(), masses.size()));
    DOCTEST_CHECK(two == 1);
    DOCTEST_CHECK((cut > 13 && cut < 27));
    ok(picker_mass_valley(&cut, &two, nullptr, 0));
    DOCTEST_CHECK(two == 0);
    DOCTEST_CHECK(cut == 0);
}

DOCTEST_TEST_CASE("selection rules, each counted") {
    libpicker::Picks picks;
    // Micrograph of 100 x 60. At the right border, under the mask, too low, near to a better one, beyond the top, kept.
    picks.append({97, 20, 70, 52, 30, 50}, {30, 50, 30, 30, 10, 30}, {0.99, 0.95, 0.1, 0.7, 0.6, 0.8});
    std::vector<float> mask(static_cast<std::size_t>(10 * 6), 0.0F);
    mask[5 * 10 + 2] = 1; // a tenth of the size: covers x 20..29, y 50..59
    const auto masking = libpicker::Micrograph::from_data(mask.data(), 10, 6, 0, "mask");
    auto rules = make<picker_select_rules>();
    rules.width = 100;
    rules.height = 60;
    rules.has_threshold = 1;
    rules.threshold = 0.2;
    rules.min_distance = 5;
    rules.edge = 4;
    rules.top = 1;
    rules.mask = masking.get();
    auto removed = make<picker_removed>();
    PicksOwner kept;
    ok(picker_picks_select(kept.out(), picks.get(), &rules, &removed));
    DOCTEST_REQUIRE(picker_picks_count(kept.get()) == 1);
    DOCTEST_CHECK(column(kept.get(), "x")[0] == 50);
    DOCTEST_CHECK(removed.edge == 1);
    DOCTEST_CHECK(removed.mask == 1);
    DOCTEST_CHECK(removed.threshold == 1);
    DOCTEST_CHECK(removed.distance == 1);
    DOCTEST_CHECK(removed.top == 1);

    auto none = make<picker_select_rules>();
    none.width = 100;
    none.height = 60;
    ok(picker_picks_select(kept.out(), picks.get(), &none, nullptr));
    DOCTEST_CHECK(column(kept.get(), "score") == std::vector<double>{0.99, 0.95, 0.8, 0.7, 0.6, 0.1});
    DOCTEST_CHECK(picks.size() == 6);
    rules.threshold = std::nan("");
    refused(picker_picks_select(kept.out(), picks.get(), &rules, nullptr), PICKER_INVALID_ARGUMENT, {"threshold"});
    rules.has_threshold = 0;
    rules.top = -1;
    refused(picker_picks_select(kept.out(), picks.get(), &rules, nullptr), PICKER_INVALID_ARGUMENT, {"top", "-1"});
    rules.top = 0;
    rules.min_distance = -2;
    refused(picker_picks_select(kept.out(), picks.get(), &rules, nullptr), PICKER_INVALID_ARGUMENT, {"min_distance"});
    rules.min_distance = 0;
    rules.width = 0;
    refused(picker_picks_select(kept.out(), picks.get(), &rules, nullptr), PICKER_INVALID_ARGUMENT, {"width"});
}

DOCTEST_TEST_CASE("the picture has the size asked for, and circles where the picks are") {
    const TempFolder folder;
    const std::vector<float> grey(static_cast<std::size_t>(200 * 100), 1.0F);
    const auto micrograph = libpicker::Micrograph::from_data(grey.data(), 200, 100, 0, "grey");
    libpicker::Picks picks;
    picks.add(150, 30, 1);
    const std::string with = folder / "with.png";
    const std::string without = folder / "without.png";
    ok(picker_draw(with.c_str(), micrograph.get(), picks.get(), nullptr, 20, 120));
    ok(picker_draw(without.c_str(), micrograph.get(), libpicker::Picks().get(), nullptr, 20, 120));
    const std::string bytes = read_bytes(with);
    const auto big_endian = [&](std::size_t at) { // IHDR
        return static_cast<unsigned char>(bytes[at + 2]) * 256 + static_cast<unsigned char>(bytes[at + 3]);
    };
    DOCTEST_CHECK(big_endian(16) == 120);
    DOCTEST_CHECK(big_endian(20) == 60);
    DOCTEST_CHECK(bytes != read_bytes(without));
    refused(picker_draw(with.c_str(), micrograph.get(), picks.get(), nullptr, 0, 400), PICKER_INVALID_ARGUMENT,
            {"diameter", "pixels"});
    refused(picker_draw(with.c_str(), micrograph.get(), picks.get(), nullptr, 20, -1), PICKER_INVALID_ARGUMENT,
            {"long_side", "-1"});
}

DOCTEST_TEST_CASE("several micrographs in one file, with what a list says of them") {
    const TempFolder folder;
    const std::string mic = folder / "008578565574161745010_a.mrc";
    const std::string list = folder / "micrographs.star";
    write_bytes(mic, "not read here");
    write_bytes(list, "data_\n\nloop_\n_rlnMicrographName #1\n_rlnMagnification #2\n_rlnDetectorPixelSize #3\n" + mic +
                          " 10000 1.5\n");
    const libpicker::Inputs inputs({list});
    picker_picks_context context = inputs.context(0);
    DOCTEST_CHECK(context.micrograph == mic);
    DOCTEST_CHECK(context.pixel_size == 1.5);
    DOCTEST_CHECK(context.micrograph_uid == 8578565574161745010U);
    DOCTEST_CHECK(context.width == 0);
    refused(picker_inputs_context(&context, inputs.get(), 1), PICKER_NOT_FOUND, {"micrograph 1"});

    const auto a = three(), b = three();
    context = inputs.context(0);
    context.width = 256;
    context.height = 128;
    context.exposure_group = 4;
    auto other = context;
    other.micrograph = "b.mrc";
    other.micrograph_uid = 77;
    for (std::int32_t i = 0; i < picker_format_count(); ++i) {
        const std::string path = folder / ("many" + std::string(picker_format_extension(i)));
        DOCTEST_CAPTURE(path);
        if (picker_format_name(i) == std::string("eman")) { // read only
            continue;
        }
        if (picker_format_holds_many(i) == 0) {
            const picker_picks* tables[2] = {a.get(), b.get()};
            const picker_picks_context both[2] = {context, other};
            refused(picker_picks_write_many(tables, both, 2, path.c_str(), nullptr), PICKER_INVALID_ARGUMENT, {"one"});
            continue;
        }
        libpicker::Picks::write_many(path, {&a, &b}, {context, other});
        auto from_names = libpicker::Inputs::from_names({mic, "b.mrc"});
        from_names.match_picks({path});
        for (std::size_t n = 0; n < 2; ++n) {
            const libpicker::Picks back = from_names.picks(n);
            DOCTEST_REQUIRE(back.size() == 3);
            DOCTEST_CHECK(std::abs(back.column("x")[1] - a.column("x")[1]) < 1e-4);
            DOCTEST_CHECK(std::abs(back.column("y")[1] - a.column("y")[1]) < 1e-4);
        }
    }
    DOCTEST_CHECK(picker_format_holds_many(-1) == 0);
    DOCTEST_CHECK(picker_format_holds_many(picker_format_count()) == 0);
    other.micrograph = context.micrograph;
    const picker_picks* tables[2] = {a.get(), b.get()};
    const picker_picks_context twice[2] = {context, other};
    const std::string path = folder / "twice.csv";
    refused(picker_picks_write_many(tables, twice, 2, path.c_str(), nullptr), PICKER_INVALID_ARGUMENT,
            {mic, "already"});
    const picker_picks* missing[1] = {nullptr};
    refused(picker_picks_write_many(missing, twice, 1, path.c_str(), nullptr), PICKER_INVALID_ARGUMENT, {"picks[i]"});
    context.micrograph = nullptr;
    refused(picker_picks_write_many(tables, &context, 1, path.c_str(), nullptr), PICKER_INVALID_ARGUMENT,
            {"names no micrograph"});
    DOCTEST_CHECK_FALSE(std::filesystem::exists(path));
}
