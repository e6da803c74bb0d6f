// Where RELION keeps coordinates, and its coords_suffix files: what its jobs write, and what its Import of coordinates
// does.
#include "io/micrograph_file.hpp"
#include "io/relion_places.hpp"
#include "unit/io/io_testing.hpp"

using namespace io_testing;
using picker::MatchedPicks;
using picker::relion_place;
using picker::Status;

namespace {

std::string star_of(double x, double y) {
    return picker::text("data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n", x, " ", y, "\n\n");
}

// A project: micrographs of one name in two folders, none square, and their list.
struct Project {
    Folder folder;
    std::vector<picker::InputMicrograph> micrographs;

    Project() {
        std::string list = "data_\n\nloop_\n_rlnMicrographName #1\n";
        for (const char* name : {"MotionCorr/job002/A/m1.mrc", "MotionCorr/job002/B/m1.mrc", "Raw/m2.mrc"}) {
            std::filesystem::create_directories((folder / name).parent_path());
            picker::write_image(folder / name, ramp(40, 30), 2.0);
            list += std::string(name) + "\n";
        }
        micrographs = picker::expand_inputs({put("mics.star", list)}, false);
    }
    std::string put(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories((folder / name).parent_path());
        return folder.put(name, content).string();
    }
    std::vector<double> x(const MatchedPicks& matched, std::size_t index) const { return matched.picks[index].x; }
};

} // namespace

DOCTEST_TEST_CASE("RELION's rule for places") {
    DOCTEST_CHECK(relion_place("MotionCorr/job002/Micrographs/sub/m1.mrc") == "Micrographs/sub/m1");
    DOCTEST_CHECK(relion_place("Micrographs/m1.mrc") == "Micrographs/m1");
    DOCTEST_CHECK(relion_place("Raw/set.2/m.1.mrc") == "Raw/set.2/m.1");
    DOCTEST_CHECK(relion_place("MotionCorr/job1042/x/m2.mrc") == "x/m2");
    DOCTEST_CHECK(relion_place("a/job001/job002/m6.mrc") == "job002/m6");
    std::string deep;
    for (int i = 0; i < 22; ++i) {
        deep += "d/";
    }
    expect_error(Status::invalid_argument, {"20 folders"}, [&] { relion_place(deep + "m.mrc"); });
}

DOCTEST_TEST_CASE("the pointer of a picking job: files by the micrographs' places") {
    const Project project;
    const std::string pointer = project.put("AutoPick/job003/coords_suffix_autopick.star", "mics.star\n");
    project.put("AutoPick/job003/A/m1_autopick.star", star_of(11, 7));
    project.put("AutoPick/job003/B/m1_autopick.star", star_of(31, 22));
    const MatchedPicks out = picker::match_picks(project.micrographs, {pointer});
    DOCTEST_CHECK(project.x(out, 0) == std::vector<double>{11}); // the two of one name are told apart
    DOCTEST_CHECK(project.x(out, 1) == std::vector<double>{31});
    DOCTEST_CHECK(out.picks[1].y == std::vector<double>{22});
    DOCTEST_CHECK(!out.found[2]); // no file is no answer
    DOCTEST_CHECK(out.unmatched.empty());
    // One of the two alone does not get the other's picks as well, although they have one name.
    DOCTEST_CHECK(project.x(picker::match_picks({project.micrographs[0]}, {pointer}), 0) == std::vector<double>{11});
    // Without micrographs, and for those of another folder, the job's own list tells the names.
    DOCTEST_CHECK(picker::match_picks({}, {pointer}).unmatched ==
                  std::vector<std::string>{"MotionCorr/job002/A/m1.mrc", "MotionCorr/job002/B/m1.mrc"});
    project.put("AutoPick/job003/Raw/m2_autopick.star", star_of(17, 9));
    picker::InputMicrograph elsewhere = project.micrographs[2];
    elsewhere.path = elsewhere.name = "copies/m2.mrc";
    DOCTEST_CHECK(project.x(picker::match_picks({elsewhere}, {pointer}), 0) == std::vector<double>{17});
}

DOCTEST_TEST_CASE("imported coordinates: boxes or STAR files, and a glob in the pointer") {
    const Project project;
    const std::string boxes = project.put("Import/job004/coords_suffix.box", "Raw/*.mrc\n");
    project.put("Import/job004/Raw/m2.box", "9\t2\t8\t8\n");
    const MatchedPicks out = picker::match_picks(project.micrographs, {boxes});
    DOCTEST_CHECK(project.x(out, 2) == std::vector<double>{13});
    DOCTEST_CHECK(out.picks[2].y == std::vector<double>{6});
    DOCTEST_CHECK(!out.found[0]);
    const std::string stars = project.put("Import/job005/coords_suffix_pick.star", "Raw/*.mrc\n");
    project.put("Import/job005/Raw/m2_pick.star", star_of(21, 5));
    DOCTEST_CHECK(project.x(picker::match_picks(project.micrographs, {stars}), 2) == std::vector<double>{21});
}

DOCTEST_TEST_CASE("a pointer at nothing says where it looked") {
    const Project project;
    const std::string pointer = project.put("ManualPick/job006/coords_suffix_manualpick.star", "mics.star\n");
    expect_error(
        Status::not_found,
        {"coords_suffix_manualpick.star", "ManualPick/job006/A/m1_manualpick.star", "MotionCorr/job002/A/m1.mrc"},
        [&] { picker::match_picks(project.micrographs, {pointer}); });
}
