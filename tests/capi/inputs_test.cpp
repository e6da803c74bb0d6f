// Inputs through the C API: patterns, STAR lists, picks matched by stem.
#include "capi/support.hpp"

using namespace capi;

namespace {

void make_image(const std::string& path) {
    const float pixels[6] = {1, 2, 3, 4, 5, 6};
    libpicker::Micrograph::from_data(pixels, 3, 2, 2, "m").write(path);
}

std::vector<std::string> stems(const picker_inputs* inputs) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < picker_inputs_count(inputs); ++i) {
        found.emplace_back(picker_inputs_stem(inputs, i));
    }
    return found;
}

} // namespace

DOCTEST_TEST_CASE("folders, globs and files, in order") {
    const TempFolder folder;
    for (const char* name : {"b.mrc", "a.mrc", "c.tif", "notes.txt"}) {
        make_image(folder / (std::string(name) == "notes.txt" ? "d.mrc" : name));
    }
    std::filesystem::rename(folder / "d.mrc", folder / "notes.txt");
    const std::string all = folder.string();
    const std::string glob = folder / "?.mrc";
    const char* patterns[2] = {all.c_str(), nullptr};
    InputsOwner inputs;
    ok(picker_inputs_create(inputs.out(), patterns, 1, 0));
    DOCTEST_CHECK(stems(inputs.get()) == std::vector<std::string>{"a", "b", "c"});
    const std::string c = folder / "c.tif";
    patterns[0] = c.c_str();
    patterns[1] = glob.c_str();
    ok(picker_inputs_create(inputs.out(), patterns, 2, 0));
    DOCTEST_CHECK(stems(inputs.get()) == std::vector<std::string>{"c", "a", "b"});
    DOCTEST_CHECK(picker_inputs_path(inputs.get(), 0) == c);
    DOCTEST_CHECK(picker_inputs_path(inputs.get(), 3) == nullptr);
    DOCTEST_CHECK(picker_inputs_name(inputs.get(), 3) == nullptr);
    DOCTEST_CHECK(picker_inputs_stem(inputs.get(), 3) == nullptr);
    DOCTEST_CHECK(picker_inputs_pixel_size(inputs.get(), 0) == 0);
    const char* label = "before";
    refused(picker_inputs_column(&label, inputs.get(), 0, "rlnDefocusU"), PICKER_NOT_FOUND,
            {"c.tif", "rlnDefocusU", "STAR"});
    DOCTEST_CHECK(label == nullptr);
    refused(picker_inputs_column(&label, inputs.get(), 9, "rlnDefocusU"), PICKER_NOT_FOUND, {"9", "3"});
}

DOCTEST_TEST_CASE("a STAR list brings pixel sizes and further columns") {
    const TempFolder folder;
    make_image(folder / "m1.mrc");
    make_image(folder / "m2.mrc");
    const std::string list = folder / "list.star";
    write_bytes(list, "data_optics\n\nloop_\n_rlnOpticsGroup #1\n_rlnMicrographPixelSize #2\n1 1.25\n2 2.5\n\n"
                      "data_micrographs\n\nloop_\n_rlnMicrographName #1\n_rlnOpticsGroup #2\n_rlnDefocusU #3\n"
                      "m2.mrc 2 15000.50\nm1.mrc 1 8000\n");
    const char* pattern = list.c_str();
    InputsOwner inputs;
    ok(picker_inputs_create(inputs.out(), &pattern, 1, 0));
    DOCTEST_CHECK(stems(inputs.get()) == std::vector<std::string>{"m2", "m1"});
    DOCTEST_CHECK(picker_inputs_name(inputs.get(), 0) == std::string("m2.mrc"));
    DOCTEST_CHECK(std::filesystem::exists(picker_inputs_path(inputs.get(), 0)));
    DOCTEST_CHECK(picker_inputs_pixel_size(inputs.get(), 0) == 2.5);
    DOCTEST_CHECK(picker_inputs_pixel_size(inputs.get(), 1) == 1.25);
    const char* place = nullptr;
    ok(picker_inputs_relion_place(&place, inputs.get(), 0));
    DOCTEST_CHECK(place == std::string("m2"));
    refused(picker_inputs_relion_place(&place, inputs.get(), 9), PICKER_NOT_FOUND, {"9", "2"});
    DOCTEST_CHECK(place == nullptr);
    const char* defocus = nullptr;
    ok(picker_inputs_column(&defocus, inputs.get(), 0, "rlnDefocusU"));
    DOCTEST_CHECK(defocus == std::string("15000.50")); // as text, byte for byte
}

DOCTEST_TEST_CASE("picks matched by stem; strangers are named") {
    const TempFolder folder;
    for (const char* name : {"m1.mrc", "m2.mrc", "m3.mrc"}) {
        make_image(folder / name);
    }
    const std::string all = folder.string();
    const char* pattern = all.c_str();
    InputsOwner inputs;
    ok(picker_inputs_create(inputs.out(), &pattern, 1, 0));
    DOCTEST_CHECK(picker_inputs_has_picks(inputs.get(), 0) == 0);
    const std::string picks = folder / "picks.star";
    write_bytes(picks, "data_\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n_rlnCoordinateY #3\n"
                       "elsewhere/m1.mrc 1 2\nelsewhere/m1.mrc 3 4\nelsewhere/m9.mrc 5 6\n");
    const std::string empty = folder / "m2_autopick.star";
    write_bytes(empty, "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n");
    const char* patterns[2] = {picks.c_str(), empty.c_str()};
    ok(picker_inputs_match_picks(inputs.get(), patterns, 2));
    DOCTEST_CHECK(picker_inputs_has_picks(inputs.get(), 0) == 1);
    DOCTEST_CHECK(picker_inputs_has_picks(inputs.get(), 1) == 1); // a file with 0 picks is an answer
    DOCTEST_CHECK(picker_inputs_has_picks(inputs.get(), 2) == 0);
    PicksOwner matched;
    ok(picker_inputs_picks(matched.out(), inputs.get(), 0));
    DOCTEST_CHECK(column(matched.get(), "x") == std::vector<double>{1, 3});
    DOCTEST_CHECK(column(matched.get(), "y") == std::vector<double>{2, 4});
    ok(picker_inputs_picks(matched.out(), inputs.get(), 1));
    DOCTEST_CHECK(picker_picks_count(matched.get()) == 0);
    DOCTEST_REQUIRE(picker_inputs_unmatched_count(inputs.get()) == 1);
    DOCTEST_CHECK(contains(picker_inputs_unmatched(inputs.get(), 0), "m9"));
    DOCTEST_CHECK(picker_inputs_unmatched(inputs.get(), 1) == nullptr);
    refused(picker_inputs_picks(matched.out(), inputs.get(), 3), PICKER_NOT_FOUND, {"3"});
    // A second match replaces the first.
    ok(picker_inputs_match_picks(inputs.get(), patterns + 1, 1));
    DOCTEST_CHECK(picker_inputs_has_picks(inputs.get(), 0) == 0);
    DOCTEST_CHECK(picker_inputs_unmatched_count(inputs.get()) == 0);
}
