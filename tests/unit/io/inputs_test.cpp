// Inputs: stems, files, folders, globs, STAR lists, pixel sizes, and picks matched to micrographs in every way.
#include "io/inputs.hpp"
#include "unit/io/io_testing.hpp"

#include <algorithm>
#include <limits>

using namespace io_testing;
using picker::expand_inputs;
using picker::match_picks;
using picker::match_stem;
using picker::Status;

namespace {

std::vector<std::string> names_of(const std::vector<picker::InputMicrograph>& inputs) {
    std::vector<std::string> out;
    for (const auto& input : inputs) {
        out.push_back(input.path.filename().string());
    }
    return out;
}

std::string star_with(const std::string& x) {
    return "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n" + x + " 5\n\n";
}

// The working folder for one test; relative paths in STAR files start there.
class WorkingFolder {
public:
    explicit WorkingFolder(const std::filesystem::path& path) : before_(std::filesystem::current_path()) {
        std::filesystem::current_path(path);
    }
    ~WorkingFolder() { std::filesystem::current_path(before_); }
    WorkingFolder(const WorkingFolder&) = delete;
    WorkingFolder& operator=(const WorkingFolder&) = delete;

private:
    std::filesystem::path before_;
};

} // namespace

DOCTEST_TEST_CASE("stems: folder, extension, UID and suffix go, everything else stays") {
    DOCTEST_CHECK(match_stem("a/b/m1.mrc") == "m1");
    DOCTEST_CHECK(match_stem("m1_autopick.star") == "m1");
    DOCTEST_CHECK(match_stem("m1_manualpick.star") == "m1");
    DOCTEST_CHECK(match_stem("m1_picks.csv") == "m1");
    DOCTEST_CHECK(match_stem("008578565574161745010_14sep05c_00024sq.mrc") == "14sep05c_00024sq");
    DOCTEST_CHECK(match_stem("/x/008578565574161745010_m1_autopick.STAR") == "m1");
    DOCTEST_CHECK(match_stem("20240131_grid2_0001.tif") == "20240131_grid2_0001"); // a date is no UID
    DOCTEST_CHECK(match_stem("m1.frames.aligned.mrc") == "m1.frames.aligned");
    DOCTEST_CHECK(match_stem("mic_2.5") == "mic_2.5"); // no extension
    DOCTEST_CHECK(match_stem("_picks.star") == "_picks");
    DOCTEST_CHECK(match_stem("") == "");
}

DOCTEST_TEST_CASE("folders and globs are sorted bytewise; hidden files and other extensions stay out") {
    const Folder folder;
    for (const char* name : {"b.mrc", "a.mrc", "B.tif", "c.TIFF", "x.txt", "v.mrcs", ".hidden.mrc", "m.png"}) {
        folder.put(name, "");
    }
    folder.put("sub/d.mrc", "");
    DOCTEST_CHECK(names_of(expand_inputs({folder.path().string()})) ==
                  std::vector<std::string>{"B.tif", "a.mrc", "b.mrc", "c.TIFF"});
    DOCTEST_CHECK(names_of(expand_inputs({(folder / "*.mrc").string()})) == std::vector<std::string>{"a.mrc", "b.mrc"});
    DOCTEST_CHECK(names_of(expand_inputs({(folder / "[ab].mr?").string(), (folder / "*/*.mrc").string()})) ==
                  std::vector<std::string>{"a.mrc", "b.mrc", "d.mrc"});
    // a file given twice counts once; a name with brackets is a file before it is a glob
    folder.put("c/[1].mrc", "");
    DOCTEST_CHECK(names_of(expand_inputs({(folder / "a.mrc").string(), (folder / "sub/../a.mrc").string(),
                                          (folder / "c/[1].mrc").string()})) ==
                  std::vector<std::string>{"a.mrc", "[1].mrc"});
    const auto inputs = expand_inputs({(folder / "a.mrc").string()});
    DOCTEST_CHECK(inputs[0].name == (folder / "a.mrc").string());
    DOCTEST_CHECK(inputs[0].stem == "a");
    DOCTEST_CHECK(inputs[0].pixel_size == 0.0);
    expect_error(Status::not_found, {"absent.mrc", "no file or folder"},
                 [&] { (void)expand_inputs({(folder / "absent.mrc").string()}); });
    expect_error(Status::not_found, {"*.eer", "no file matches"},
                 [&] { (void)expand_inputs({(folder / "*.eer").string()}); });
    expect_error(Status::not_found, {"empty path"}, [&] { (void)expand_inputs({""}); });
    std::filesystem::create_directory(folder / "bare");
    expect_error(Status::not_found, {"bare", "holds no micrographs", ".mrc"},
                 [&] { (void)expand_inputs({(folder / "bare").string()}); });
}

DOCTEST_TEST_CASE("two micrographs of one stem are an error that names both, unless they may") {
    const Folder folder;
    const auto one = folder.put("g1/m.mrc", "").string();
    const auto two = folder.put("g2/m.tif", "").string();
    expect_error(Status::mismatch, {one, two, "'m'"}, [&] { (void)expand_inputs({one, two}); });
    DOCTEST_CHECK(expand_inputs({one, two}, false).size() == 2);
}

DOCTEST_TEST_CASE("a micrograph STAR with optics groups: a pixel size per row, columns kept, paths found") {
    const Folder folder;
    folder.put("Micrographs/m1.mrc", "");
    folder.put("Micrographs/m2.mrc", "");
    const auto star = folder.put("CtfFind/job003/micrographs_ctf.star", R"(
# version 30001

data_optics

loop_ 
_rlnOpticsGroupName #1 
_rlnOpticsGroup #2 
_rlnMicrographOriginalPixelSize #3 
_rlnMicrographPixelSize #4 
_rlnVoltage #5 
opticsGroup1 1 0.885 1.77 300 
second 2 0.5 2.5 200 
 

# version 30001

data_micrographs

loop_ 
_rlnMicrographName #1 
_rlnOpticsGroup #2 
_rlnDefocusU #3 
Micrographs/m2.mrc 2 12000.5 
Micrographs/m1.mrc 1 9000 
Micrographs/gone.mrc 1 9000 
 
)");
    // Found through a parent of the STAR's folder, whatever the working folder is.
    const auto inputs = expand_inputs({star.string()});
    DOCTEST_REQUIRE(inputs.size() == 3);
    DOCTEST_CHECK(inputs[0].name == "Micrographs/m2.mrc");
    DOCTEST_CHECK(std::filesystem::equivalent(inputs[0].path, folder / "Micrographs/m2.mrc"));
    DOCTEST_CHECK(inputs[0].stem == "m2");
    DOCTEST_CHECK(inputs[0].pixel_size == 2.5);
    DOCTEST_CHECK(inputs[0].optics_group == "second");
    DOCTEST_CHECK(inputs[0].columns.at("rlnDefocusU") == "12000.5");
    DOCTEST_CHECK(inputs[0].columns.at("rlnVoltage") == "200");
    DOCTEST_CHECK(inputs[0].columns.count("rlnMicrographName") == 0);
    DOCTEST_CHECK(inputs[1].pixel_size == 1.77);
    DOCTEST_CHECK(inputs[1].optics_group == "opticsGroup1");
    DOCTEST_CHECK(inputs[2].path == "Micrographs/gone.mrc"); // fails when it is read, by name
    {
        const WorkingFolder here(folder.path());
        DOCTEST_CHECK(expand_inputs({"CtfFind/job003/micrographs_ctf.star"})[0].path == "Micrographs/m2.mrc");
    }
    expect_error(Status::not_found, {"lost.star", "none of the 1", "nowhere.mrc"}, [&] {
        (void)expand_inputs(
            {folder.put("lost.star", "data_\n\nloop_\n_rlnMicrographName #1\nnowhere.mrc\n\n").string()});
    });
    expect_error(Status::bad_file, {"movies.star", "rlnMicrographMovieName", "motion-corrected"}, [&] {
        (void)expand_inputs(
            {folder.put("movies.star", "data_movies\n\nloop_\n_rlnMicrographMovieName #1\na.tif\n\n").string()});
    });
    expect_error(Status::bad_file, {"c.star", "rlnMicrographName"},
                 [&] { (void)expand_inputs({folder.put("c.star", star_with("1")).string()}); });
    expect_error(Status::not_found, {"none.star", "empty"}, [&] {
        (void)expand_inputs({folder.put("none.star", "data_\n\nloop_\n_rlnMicrographName #1\n\n").string()});
    });
}

DOCTEST_TEST_CASE("a RELION 3.0 list: pixel size from magnification and detector") {
    const Folder folder;
    folder.put("m1.mrc", "");
    const auto star = folder.put("mics.star", "\ndata_\n\nloop_ \n_rlnMicrographName #1 \n_rlnVoltage #2 \n"
                                              "_rlnDetectorPixelSize #3 \n_rlnMagnification #4 \n"
                                              "m1.mrc 300.0 5.000000 37037.0 \nm1.mrc 300.0 5.0 37037.0 \n \n");
    const auto inputs = expand_inputs({star.string()});
    DOCTEST_REQUIRE(inputs.size() == 1); // each micrograph once
    DOCTEST_CHECK(inputs[0].pixel_size == doctest::Approx(1.35).epsilon(1e-4));
    DOCTEST_CHECK(inputs[0].columns.at("rlnVoltage") == "300.0");
}

DOCTEST_TEST_CASE("the pixel size: given, then STAR, then header; unknown and absurd are errors") {
    picker::InputMicrograph input;
    input.path = "m1.mrc";
    DOCTEST_CHECK(picker::resolve_pixel_size(1.5, input, 2.0) == 1.5);
    DOCTEST_CHECK(picker::resolve_pixel_size(0.0, input, 2.0) == 2.0);
    input.pixel_size = 1.77;
    DOCTEST_CHECK(picker::resolve_pixel_size(0.0, input, 2.0) == 1.77);
    DOCTEST_CHECK(picker::resolve_pixel_size(1.5, input, 2.0) == 1.5);
    input.pixel_size = 0.0;
    expect_error(Status::invalid_argument, {"m1.mrc", "unknown", "--pixel-size"},
                 [&] { (void)picker::resolve_pixel_size(0.0, input, 0.0); });
    for (const double value : {-1.0, 0.01, 1e6, std::numeric_limits<double>::quiet_NaN()}) {
        expect_error(Status::invalid_argument, {"m1.mrc", "absurd", "as given"},
                     [&] { (void)picker::resolve_pixel_size(value, input, 2.0); });
    }
    expect_error(Status::invalid_argument, {"m1.mrc", "absurd", "header"},
                 [&] { (void)picker::resolve_pixel_size(0.0, input, 5000.0); });
}

DOCTEST_TEST_CASE("picks are matched by stem, in the order of the micrographs") {
    const Folder folder;
    for (const char* name : {"mics/m1.mrc", "mics/m2.mrc", "mics/m3.mrc"}) {
        folder.put(name, "");
    }
    const auto mics = expand_inputs({(folder / "mics").string()});
    folder.put("picks/008578565574161745010_m2_autopick.star", star_with("22"));
    folder.put("picks/m1.star", star_with("11"));
    folder.put("picks/m1_manualpick.star", star_with("12"));
    folder.put("picks/other.star", star_with("99"));
    folder.put("picks/notes.txt", "");
    folder.put("picks/.m3.star.tmp", "");
    const auto check = [&](const std::vector<std::string>& patterns) {
        const auto matched = match_picks(mics, patterns);
        DOCTEST_REQUIRE(matched.picks.size() == 3);
        DOCTEST_CHECK(matched.picks[0].x == std::vector<double>{11, 12}); // two files for one micrograph unite
        DOCTEST_CHECK(matched.picks[1].x == std::vector<double>{22});
        DOCTEST_CHECK(matched.picks[2].empty());
        DOCTEST_CHECK(matched.found == std::vector<bool>{true, true, false});
        DOCTEST_CHECK(matched.unmatched == std::vector<std::string>{"other.star"});
    };
    check({(folder / "picks").string()});
    check({(folder / "picks/*.star").string()});
    check({(folder / "picks").string(), (folder / "picks/m1.star").string()}); // a file counts once
    folder.put("picks/m3.star", "");                                           // 0 picks is an answer
    DOCTEST_CHECK(match_picks(mics, {(folder / "picks").string()}).found[2]);
    expect_error(Status::not_found, {"mics", "no coordinate files", ".star, .cbox, .box, .csv"},
                 [&] { (void)match_picks(mics, {(folder / "mics").string()}); });
    expect_error(Status::not_found, {"absent"}, [&] { (void)match_picks(mics, {(folder / "absent").string()}); });
    expect_error(Status::not_found, {"notes.txt"},
                 [&] { (void)match_picks(mics, {(folder / "picks/notes.txt").string()}); });
}

DOCTEST_TEST_CASE("an output folder with the same picks in several formats and lists counts them once") {
    const Folder folder;
    for (const char* name : {"mics/m1.mrc", "mics/m2.mrc"}) {
        folder.put(name, "");
    }
    const auto mics = expand_inputs({(folder / "mics").string()});
    folder.put("out/m1.star", star_with("11"));
    folder.put("out/m1.box", "0 0 22 10\n");
    folder.put("out/m2.box", "0 0 44 10\n"); // there is no STAR for this one
    folder.put("out/picks.csv", "micrograph,x,y,score\nm1.mrc,11,5,\nm2.mrc,22,5,\n");
    folder.put("out/summary.csv", "name,count\nm1,1\n");
    folder.put("out/micrographs.star", "data_micrographs\n\nloop_\n_rlnMicrographName #1\nm1.mrc\n\n");
    folder.put("out/coords_suffix_autopick.star", "CtfFind/job003/micrographs_ctf.star\n");
    folder.put("out/autopick.star", "data_coordinate_files\n\nloop_\n_rlnMicrographName #1\n"
                                    "_rlnMicrographCoordinates #2\nm1.mrc out/m1.star\n\n");
    const auto matched = match_picks(mics, {(folder / "out").string()});
    DOCTEST_CHECK(matched.picks[0].x == std::vector<double>{11});
    DOCTEST_CHECK(matched.picks[1].x == std::vector<double>{22});
    DOCTEST_CHECK(matched.unmatched.empty());
}

DOCTEST_TEST_CASE("tables of many micrographs and coordinate_files lists") {
    const Folder folder;
    for (const char* name : {"mics/m1.mrc", "mics/m2.mrc", "mics/m3.mrc"}) {
        folder.put(name, "");
    }
    const auto mics = expand_inputs({(folder / "mics").string()});
    const auto csv = folder.put("all.csv", "micrograph,x,y,score\n"
                                           "008578565574161745010_m3.mrc,30,5,1\nm1,10,5,1\nunknown.mrc,1,1,1\n");
    auto matched = match_picks(mics, {csv.string()});
    DOCTEST_CHECK(matched.picks[0].x == std::vector<double>{10});
    DOCTEST_CHECK(matched.found == std::vector<bool>{true, false, true});
    DOCTEST_CHECK(matched.picks[2].x == std::vector<double>{30});
    DOCTEST_CHECK(matched.unmatched == std::vector<std::string>{"unknown.mrc"});

    folder.put("AutoPick/job004/Micrographs/any_name.star", star_with("77"));
    folder.put("AutoPick/job004/Micrographs/none.star", "");
    const auto list = folder.put("AutoPick/job004/autopick.star",
                                 "data_coordinate_files\n\nloop_\n_rlnMicrographName #1\n_rlnMicrographCoordinates #2\n"
                                 "mics/m2.mrc AutoPick/job004/Micrographs/any_name.star\n"
                                 "mics/m3.mrc AutoPick/job004/Micrographs/none.star\n\n");
    matched = match_picks(mics, {list.string()});
    DOCTEST_CHECK(matched.picks[1].x == std::vector<double>{77});
    DOCTEST_CHECK(matched.found == std::vector<bool>{false, true, true});
    // A run's folder under another name: the files lie beside the list.
    folder.put("renamed/m1.star", star_with("88"));
    const auto moved = folder.put("renamed/autopick.star", "data_coordinate_files\n\nloop_\n_rlnMicrographName #1\n"
                                                           "_rlnMicrographCoordinates #2\nm1.mrc run/m1.star\n\n");
    DOCTEST_CHECK(match_picks(mics, {moved.string()}).picks[0].x == std::vector<double>{88});
    DOCTEST_CHECK(match_picks(mics, {(folder / "renamed").string()}).picks[0].x == std::vector<double>{88}); // once
    const auto broken = folder.put("broken.star", "data_coordinate_files\n\nloop_\n_rlnMicrographName #1\n"
                                                  "_rlnMicrographCoordinates #2\nm1.mrc gone.star\n\n");
    expect_error(Status::mismatch, {"gone.star", "No such file", "m1.mrc"},
                 [&] { (void)match_picks(mics, {broken.string()}); });
}

DOCTEST_TEST_CASE("micrographs of one stem in several folders: full names decide, a stem alone is ambiguous") {
    const Folder folder;
    folder.put("g1/m.mrc", "");
    folder.put("g2/m.mrc", "");
    const auto star = folder.put("mics.star", "data_\n\nloop_\n_rlnMicrographName #1\ng1/m.mrc\ng2/m.mrc\n\n");
    const auto mics = expand_inputs({star.string()}, false);
    DOCTEST_REQUIRE(mics.size() == 2);
    const auto parts = folder.put("p.star", "data_\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n"
                                            "_rlnCoordinateY #3\ng2/m.mrc 2 5\ng1/m.mrc 1 5\n\n");
    const auto matched = match_picks(mics, {parts.string()});
    DOCTEST_CHECK(matched.picks[0].x == std::vector<double>{1});
    DOCTEST_CHECK(matched.picks[1].x == std::vector<double>{2});
    expect_error(Status::mismatch, {"m.star", "g1/m.mrc", "g2/m.mrc"},
                 [&] { (void)match_picks(mics, {folder.put("m.star", star_with("1")).string()}); });
}
