// STAR coordinates: RELION's own files in, RELION's own layout out, the frame, and what is refused.
#include "io/picks_file.hpp"
#include "unit/io/io_testing.hpp"

#include <cmath>
#include <limits>

using namespace io_testing;
using picker::Picks;
using picker::Status;

namespace {

constexpr double no_score = std::numeric_limits<double>::quiet_NaN();

// As RELION 3.1.3 writes it (LoG picking).
constexpr const char* relion_file = R"(
# version 30001

data_

loop_ 
_rlnCoordinateX #1 
_rlnCoordinateY #2 
_rlnAutopickFigureOfMerit #3 
_rlnClassNumber #4 
_rlnAnglePsi #5 
   61.890110   101.274725     1.455071            0     0.000000 
  300.000000    20.500000    -0.25000            3    -90.5000 
 
)";

} // namespace

DOCTEST_TEST_CASE("RELION's autopick file: x is the column, y the row, the five columns by name") {
    const Folder folder;
    const auto picks = picker::read_picks_single(folder.put("m_autopick.star", relion_file));
    DOCTEST_REQUIRE(picks.size() == 2);
    DOCTEST_CHECK(picks.x[0] == 61.890110);
    DOCTEST_CHECK(picks.y[0] == 101.274725);
    DOCTEST_CHECK(picks.score[0] == 1.455071);
    DOCTEST_CHECK(picks.x[1] == 300.0);
    DOCTEST_CHECK(picks.y[1] == 20.5);
    DOCTEST_CHECK(picks.score[1] == -0.25);
    DOCTEST_REQUIRE(picks.column("class") != nullptr);
    DOCTEST_CHECK((*picks.column("class"))[1] == 3.0);
    DOCTEST_CHECK((*picks.column("psi"))[1] == -90.5);
    DOCTEST_CHECK(picks.text_columns().empty());
}

DOCTEST_TEST_CASE("written STAR is RELION's layout to the byte") {
    Picks picks;
    picks.add(61.89011, 101.274725, 1.455071);
    picks.add(300.0, 20.5, 0.0000123);
    picks.add(7.0, 8.0, -0.25);
    picks.ensure_column("class", 0.0)[2] = 2.0;
    const std::string expected = "\n# version 30001\n\ndata_\n\nloop_ \n_rlnCoordinateX #1 \n_rlnCoordinateY #2 \n"
                                 "_rlnAutopickFigureOfMerit #3 \n_rlnClassNumber #4 \n_rlnAnglePsi #5 \n"
                                 "   61.890110   101.274725     1.455071            0     0.000000 \n"
                                 "  300.000000    20.500000 1.230000e-05            0     0.000000 \n"
                                 "    7.000000     8.000000     -0.25000            2     0.000000 \n \n";
    const Folder folder;
    picker::write_picks(folder / "m.star", picks, {});
    DOCTEST_CHECK(contents(folder / "m.star") == expected);
    DOCTEST_CHECK(folder.count() == 1);
}

DOCTEST_TEST_CASE("further columns survive a round trip, with values that need quotes") {
    Picks picks;
    picks.add(1.25, 2.5, 0.5);
    picks.add(3.0, 4.0, 0.25);
    picks.ensure_column("psi", 0.0)[1] = 45.0;
    picks.ensure_column("box_width", 0.0) = {64.0, no_score};
    picks.ensure_text_column("rlnImageName") = {"000001@a b/c.mrcs", "data_x"};
    picks.ensure_text_column("rlnHelicalTubeID") = {"", "0007"};
    const Folder folder;
    picker::write_picks(folder / "m.star", picks, {});
    const auto back = picker::read_picks_single(folder / "m.star");
    DOCTEST_CHECK(back.x == picks.x);
    DOCTEST_CHECK(back.y == picks.y);
    DOCTEST_CHECK(back.score == picks.score);
    DOCTEST_CHECK((*back.column("psi"))[1] == 45.0);
    DOCTEST_REQUIRE(back.column("box_width") != nullptr);
    DOCTEST_CHECK((*back.column("box_width"))[0] == 64.0);
    DOCTEST_CHECK(std::isnan((*back.column("box_width"))[1]));
    DOCTEST_REQUIRE(back.text_column("rlnImageName") != nullptr);
    DOCTEST_CHECK(*back.text_column("rlnImageName") == *picks.text_column("rlnImageName"));
    DOCTEST_CHECK(*back.text_column("rlnHelicalTubeID") == *picks.text_column("rlnHelicalTubeID"));
}

DOCTEST_TEST_CASE("a particle without a score is written as RELION's manual picking does, and recognised") {
    Picks picks;
    picks.add(1.0, 2.0, no_score);
    picks.add(3.0, 4.0, 0.0);
    const Folder folder;
    picker::write_picks(folder / "m.star", picks, {});
    DOCTEST_CHECK(contents(folder / "m.star").find("-999.00000 ") != std::string::npos);
    const auto back = picker::read_picks_single(folder / "m.star");
    DOCTEST_CHECK(std::isnan(back.score[0]));
    DOCTEST_CHECK(back.score[1] == 0.0);
    const auto without = picker::read_picks_single(
        folder.put("w.star", "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n1 2\n\n"));
    DOCTEST_CHECK_FALSE(without.has_scores());
}

DOCTEST_TEST_CASE("no picks: 0 bytes, a bare block, labels without rows, and what is written for none") {
    const Folder folder;
    const char* files[] = {"", "\n", "data_\n", "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n\n",
                           "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2"};
    for (const char* text : files) {
        DOCTEST_CAPTURE(std::string(text));
        const auto all = picker::read_picks(folder.put("none.star", text));
        DOCTEST_REQUIRE(all.size() == 1);
        DOCTEST_CHECK(all.at("").empty());
    }
    picker::write_picks(folder / "none.star", Picks(), {});
    DOCTEST_CHECK(picker::read_picks(folder / "none.star").at("").empty());
    DOCTEST_CHECK(contents(folder / "none.star").find("_rlnAutopickFigureOfMerit #3") != std::string::npos);
}

DOCTEST_TEST_CASE("scores near 1 keep their order through a file") {
    const Folder folder;
    Picks picks;
    const std::vector<float> scores = {1.0F, 0.99999994F, 0.9999999F, 0.99999934F, 0.75F, 3.4567891e-7F};
    for (const float score : scores) {
        picks.add(10.0, 20.0, static_cast<double>(score));
    }
    picker::write_picks(folder / "near.star", picks, {});
    const Picks back = picker::read_picks_single(folder / "near.star");
    DOCTEST_REQUIRE(back.size() == scores.size());
    for (std::size_t i = 0; i < scores.size(); ++i) {
        DOCTEST_CHECK(static_cast<float>(back.score[i]) == scores[i]);
    }
}

DOCTEST_TEST_CASE("one particle as a list block") {
    const Folder folder;
    const auto picks = picker::read_picks_single(
        folder.put("l.star", "data_\n\n_rlnCoordinateX 30\n_rlnCoordinateY 40\n_rlnAutopickFigureOfMerit 0.5\n\n"));
    DOCTEST_REQUIRE(picks.size() == 1);
    DOCTEST_CHECK(picks.x[0] == 30.0);
    DOCTEST_CHECK(picks.y[0] == 40.0);
    DOCTEST_CHECK(picks.score[0] == 0.5);
}

DOCTEST_TEST_CASE("particles of many micrographs: with an optics table before them, and written by us") {
    const Folder folder;
    const auto path = folder.put("particles.star", R"(
data_optics

loop_
_rlnOpticsGroup #1
_rlnImagePixelSize #2
1 1.77

data_particles

loop_
_rlnMicrographName #1
_rlnCoordinateX #2
_rlnCoordinateY #3
_rlnOpticsGroup #4
a/m1.mrc 10 20 1
a/m2.mrc 30 40 1
a/m1.mrc 50 60 1

)");
    const auto all = picker::read_picks(path);
    DOCTEST_REQUIRE(all.size() == 2);
    DOCTEST_CHECK(all.at("a/m1.mrc").x == std::vector<double>{10, 50});
    DOCTEST_CHECK(all.at("a/m1.mrc").y == std::vector<double>{20, 60});
    DOCTEST_CHECK(all.at("a/m2.mrc").x == std::vector<double>{30});
    DOCTEST_CHECK(*all.at("a/m2.mrc").text_column("rlnOpticsGroup") == std::vector<std::string>{"1"});
    DOCTEST_CHECK(picker::read_picks_single(path).size() == 3);

    std::map<std::string, const Picks*> entries;
    for (const auto& [name, picks] : all) {
        entries[name] = &picks;
    }
    const auto text = picker::picks_format("star").serialise(entries, {});
    const auto back = picker::read_picks(folder.put("b.star", text));
    DOCTEST_REQUIRE(back.size() == 2);
    DOCTEST_CHECK(back.at("a/m1.mrc").y == all.at("a/m1.mrc").y);
    DOCTEST_CHECK(back.at("a/m2.mrc").x == all.at("a/m2.mrc").x);
}

DOCTEST_TEST_CASE("files that are no coordinates or hold no numbers are errors that name the file and the line") {
    const Folder folder;
    std::filesystem::path path;
    const auto read = [&] { (void)picker::read_picks(path); };
    path = folder.put("mics.star", "data_micrographs\n\nloop_\n_rlnMicrographName #1\na.mrc\n\n");
    expect_error(Status::not_found, {"mics.star", "no column rlnCoordinateX", "rlnMicrographName"}, read);
    path = folder.put("x.star", "data_\n\nloop_\n_rlnCoordinateX #1\n1\n\n");
    expect_error(Status::not_found, {"x.star", "no rlnCoordinateY"}, read);
    for (const char* value : {"nan", "inf", "12a", "\"\""}) {
        path = folder.put("bad.star", std::string("data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n1 2\n") +
                                          value + " 4\n\n");
        expect_error(Status::bad_file, {"bad.star:7", "rlnCoordinateX", "not a"}, read);
    }
    path =
        folder.put("few.star", "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n_rlnClassNumber #3\n1 2\n\n");
    expect_error(Status::bad_file, {"few.star:7"}, read);
    path = folder / "absent.star";
    expect_error(Status::not_found, {"absent.star", "No such file"}, read);
    path = folder.put("a.xyz", "");
    expect_error(Status::not_found, {"a.xyz", "star, cbox, box, csv"}, read);
    expect_error(Status::not_found, {"'xyz'", "star, cbox, box, csv"}, [] { (void)picker::picks_format("xyz"); });
    path = folder.put("named.txt", relion_file);
    DOCTEST_CHECK(picker::read_picks_single(path, "star").size() == 2); // the format by name
}

DOCTEST_TEST_CASE("real coordinate files of the shared data") {
    const auto folder = shared_data() / "micrographs";
    if (!std::filesystem::exists(folder)) {
        DOCTEST_MESSAGE("skipped: no shared data folder beside the project");
        return;
    }
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "empiar-10017")) {
        count += entry.path().extension() == ".star" ? picker::read_picks_single(entry.path()).size() : 0U;
    }
    DOCTEST_CHECK(count == 5889);
    const auto old = picker::read_picks_single(folder / "contaminant" / "Ucsf_stack_1142_DW_autopick.star");
    DOCTEST_CHECK(old.x[0] == 839.125024);
    DOCTEST_CHECK(old.y[0] == 19.979167);
    DOCTEST_CHECK(old.has_scores());
}
