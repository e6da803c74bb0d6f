// RELION's 2D classes: chosen classes, coordinates less origins, in the pixels of the micrograph, for files of 3.0
// and 3.1.
#include "io/class2d.hpp"
#include "io/micrograph_file.hpp"
#include "unit/io/io_testing.hpp"

using namespace io_testing;
using picker::Class2dPicks;
using picker::Status;

namespace {

// Two optics groups: micrographs of 1.5 and 2 angstrom per pixel, particles binned to 4 and 3.
constexpr const char* relion_31 = R"(
# version 30001

data_optics

loop_ 
_rlnOpticsGroupName #1 
_rlnOpticsGroup #2 
_rlnMicrographPixelSize #3 
_rlnImagePixelSize #4 
opticsGroup1            1     1.500000     4.000000 
opticsGroup2            2     2.000000     3.000000 
 

# version 30001

data_particles

loop_ 
_rlnCoordinateX #1 
_rlnCoordinateY #2 
_rlnImageName #3 
_rlnMicrographName #4 
_rlnOpticsGroup #5 
_rlnClassNumber #6 
_rlnOriginXAngst #7 
_rlnOriginYAngst #8 
  100.000000   200.000000 000001@Extract/job1/a.mrcs MotionCorr/job2/a.mrc 1  3     6.000000    -3.00000 
  300.500000    40.250000 000002@Extract/job1/a.mrcs MotionCorr/job2/a.mrc 1  2     1.500000     3.000000 
  310.000000   150.000000 000003@Extract/job1/a.mrcs MotionCorr/job2/a.mrc 1  1     0.000000     0.000000 
   60.000000    70.000000 000001@Extract/job1/b.mrcs MotionCorr/job2/b.mrc 2  3    -5.00000      2.000000 
   90.000000    20.000000 000001@Extract/job1/c.mrcs MotionCorr/job2/c.mrc 2  3    -5.00000      2.000000 
 
)";

// No optics table: origins in pixels of the particle images, 10000 * 14 / 35000 = 4 angstrom.
constexpr const char* relion_30 = R"(
data_

loop_ 
_rlnMicrographName #1 
_rlnCoordinateX #2 
_rlnCoordinateY #3 
_rlnMagnification #4 
_rlnDetectorPixelSize #5 
_rlnClassNumber #6 
_rlnOriginX #7 
_rlnOriginY #8 
Micrographs/a.mrc   100.000000   200.000000 35000.000000    14.000000            3     1.500000    -0.75000 
Micrographs/a.mrc   310.000000   150.000000 35000.000000    14.000000            1     0.000000     0.000000 
)";

std::vector<picker::InputMicrograph> micrographs(const Folder& folder, double a, double b) {
    picker::write_image(folder / "a.mrc", ramp(400, 300), a); // not square
    picker::write_image(folder / "b.mrc", ramp(320, 400), b);
    return picker::expand_inputs({(folder / "a.mrc").string(), (folder / "b.mrc").string()});
}

} // namespace

DOCTEST_TEST_CASE("3.1: origins in angstrom, divided by the micrograph's pixel size") {
    const Folder folder;
    const auto star = folder.put("run_it025_data.star", relion_31);
    const Class2dPicks out = picker::read_class2d(star, micrographs(folder, 1.5, 2.0), {3, 1}, 0.0);
    const picker::Picks& a = out.chosen.picks[0];
    DOCTEST_REQUIRE(a.size() == 2);
    DOCTEST_CHECK(a.x[0] == doctest::Approx(100.0 - 6.0 / 1.5));
    DOCTEST_CHECK(a.y[0] == doctest::Approx(200.0 + 3.0 / 1.5));
    DOCTEST_CHECK(a.x[1] == 310.0);
    DOCTEST_CHECK(*a.column("class") == std::vector<double>{3, 1});
    DOCTEST_CHECK(a.text_columns().empty()); // an origin that was applied must not be applied again
    DOCTEST_REQUIRE(out.chosen.picks[1].size() == 1);
    DOCTEST_CHECK(out.chosen.picks[1].x[0] == doctest::Approx(62.5));
    DOCTEST_CHECK(out.chosen.picks[1].y[0] == doctest::Approx(69.0));
    DOCTEST_REQUIRE(out.others.picks[0].size() == 1);
    DOCTEST_CHECK(out.others.picks[0].x[0] == doctest::Approx(299.5));
    DOCTEST_CHECK(out.others.picks[0].y[0] == doctest::Approx(38.25));
    DOCTEST_CHECK(out.others.picks[1].empty());
    DOCTEST_CHECK(out.chosen.found[1]);
    DOCTEST_CHECK(out.chosen.unmatched == std::vector<std::string>{"MotionCorr/job2/c.mrc"});
}

DOCTEST_TEST_CASE("the pixel size: given, else the header's, else the STAR's") {
    const Folder folder;
    const auto star = folder.put("run_it025_data.star", relion_31);
    DOCTEST_CHECK(picker::read_class2d(star, micrographs(folder, 3.0, 2.0), {3}, 0.0).chosen.picks[0].x[0] ==
                  doctest::Approx(98.0));
    DOCTEST_CHECK(picker::read_class2d(star, micrographs(folder, 3.0, 2.0), {3}, 1.0).chosen.picks[0].x[0] ==
                  doctest::Approx(94.0));
    DOCTEST_CHECK(picker::read_class2d(star, micrographs(folder, 0.0, 0.0), {3}, 0.0).chosen.picks[0].x[0] ==
                  doctest::Approx(96.0));
}

DOCTEST_TEST_CASE("3.0: origins in pixels of the particle images") {
    const Folder folder;
    const auto star = folder.put("run_it025_data.star", relion_30);
    const Class2dPicks out = picker::read_class2d(star, micrographs(folder, 2.0, 2.0), {3}, 0.0);
    DOCTEST_REQUIRE(out.chosen.picks[0].size() == 1);
    DOCTEST_CHECK(out.chosen.picks[0].x[0] == doctest::Approx(100.0 - 1.5 * 4.0 / 2.0));
    DOCTEST_CHECK(out.chosen.picks[0].y[0] == doctest::Approx(200.0 + 0.75 * 4.0 / 2.0));
    DOCTEST_CHECK(out.others.picks[0].x[0] == 310.0);
    DOCTEST_CHECK(!out.chosen.found[1]);
    expect_error(Status::invalid_argument, {"a.mrc", "pixel size"},
                 [&] { picker::read_class2d(star, micrographs(folder, 0.0, 0.0), {3}, 0.0); });
}

DOCTEST_TEST_CASE("all particles, by RELION's rule for training: the origin in whole pixels") {
    const Folder folder;
    std::string changed = relion_31; // 4.2 / 1.5 = 2.8 and -3.75 / 1.5 = -2.5 pixels, halves away from zero
    changed.replace(changed.find("    6.000000    -3.00000"), 24, "    4.200000    -3.75000");
    const auto inputs = micrographs(folder, 1.5, 2.0);
    const auto star = folder.put("particles.star", changed);
    picker::MatchedPicks out = picker::read_particles(star, inputs, 0.0);
    DOCTEST_CHECK(out.picks[0].x == std::vector<double>{97, 299.5, 310});
    DOCTEST_CHECK(out.picks[0].y == std::vector<double>{203, 38.25, 150});
    DOCTEST_CHECK(*out.picks[0].column("class") == std::vector<double>{3, 2, 1});
    DOCTEST_CHECK(out.picks[0].text_columns().empty());
    DOCTEST_CHECK(out.picks[1].x == std::vector<double>{63}); // 60 + 2.5 -> 3
    DOCTEST_CHECK(out.unmatched == std::vector<std::string>{"MotionCorr/job2/c.mrc"});
    // Extract's STAR has neither classes nor origins.
    const auto extract =
        folder.put("extract.star", "data_particles\n\nloop_\n_rlnMicrographName #1\n_rlnCoordinateX #2\n"
                                   "_rlnCoordinateY #3\nM/b.mrc 20.5 300.25\n");
    out = picker::read_particles(extract, inputs, 0.0);
    DOCTEST_CHECK(out.picks[1].x == std::vector<double>{20.5});
    DOCTEST_CHECK(out.picks[1].y == std::vector<double>{300.25});
    DOCTEST_CHECK(out.picks[1].column("class") == nullptr);
    DOCTEST_CHECK(!out.found[0]);
    out = picker::read_particles(folder.put("old.star", relion_30), inputs, 2.0); // pixels of 4 A: 3 and -1.5 of ours
    DOCTEST_CHECK(out.picks[0].x == std::vector<double>{97, 310});
    DOCTEST_CHECK(out.picks[0].y == std::vector<double>{202, 150});
}

DOCTEST_TEST_CASE("what is missing is named") {
    const Folder folder;
    const auto inputs = micrographs(folder, 2.0, 2.0);
    const auto refuse = [&](Status status, std::initializer_list<std::string_view> parts, const std::string& star,
                            const std::vector<int>& classes) {
        expect_error(status, parts, [&] { picker::read_class2d(folder.put("data.star", star), inputs, classes, 0.0); });
    };
    refuse(Status::not_found, {"class 7", "data.star", "1, 2, 3"}, relion_31, {3, 7});
    refuse(Status::invalid_argument, {"no classes"}, relion_31, {});
    std::string changed = relion_30;
    changed.replace(changed.find("_rlnClassNumber"), 15, "_rlnGroupNumber");
    refuse(Status::not_found, {"data.star", "rlnClassNumber"}, changed, {3});
    changed = relion_30;
    changed.replace(changed.find("_rlnOriginY"), 11, "_rlnOriginZ");
    refuse(Status::not_found, {"only one of", "rlnOriginY"}, changed, {3});
    changed = relion_30;
    changed.replace(changed.find("_rlnMagnification"), 17, "_rlnVoltageXXXXXX");
    refuse(Status::not_found, {"rlnMagnification", "optics"}, changed, {3});
    changed = relion_30;
    changed.replace(changed.find("1.500000"), 8, "sideways");
    refuse(Status::bad_file, {"rlnOriginX", "100", "'sideways'"}, changed, {3});
}
