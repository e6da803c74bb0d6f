// crYOLO's .cbox: files as crYOLO and others write them, its own arithmetic for centres, round trips, refusals.
#include "io/picks_file.hpp"
#include "unit/io/io_testing.hpp"

#include <cmath>
#include <limits>
#include <sstream>
#include <vector>

using namespace io_testing;
using picker::Picks;
using picker::Status;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

// What pyStarDB makes of crYOLO's tables: a blank line first, tabs, <NA> for what is missing.
const std::string head = "\ndata_global\n\n_cbox_format_version 1.0 \n\ndata_cryolo\n\nloop_\n_CoordinateX #1\n"
                         "_CoordinateY #2\n_CoordinateZ #3\n_Width #4\n_Height #5\n_Depth #6\n_EstWidth #7\n"
                         "_EstHeight #8\n_Confidence #9\n_NumBoxes #10\n_Angle #11\n";
const std::string tail = "\ndata_cryolo_include\n\nloop_\n_slice_index #1\n";

// The rows of the table by words, as a reader that splits at blanks sees them.
std::vector<std::vector<std::string>> rows_of(const std::string& file) {
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(file.substr(file.find("data_cryolo\n")));
    std::string line;
    for (bool in_rows = false; std::getline(lines, line);) {
        std::istringstream in(line);
        std::vector<std::string> words;
        for (std::string word; in >> word;) {
            words.push_back(word);
        }
        if (in_rows && words.empty()) {
            break;
        }
        if (!words.empty() && words[0][0] != '_' && words[0] != "loop_" && words[0] != "data_cryolo") {
            in_rows = true;
            rows.push_back(words);
        }
    }
    return rows;
}

} // namespace

DOCTEST_TEST_CASE("a .cbox file as crYOLO writes it") {
    const Folder folder;
    const auto picks = picker::read_picks_single(
        folder.put("a.cbox", head +
                                 "10.5\t200.25\t<NA>\t64.0\t64.0\t<NA>\t58.0\t61.5\t0.875\t3.0\t<NA>\n"
                                 "-7.0\t31.0\t<NA>\t65.0\t33.0\t<NA>\t<NA>\t<NA>\t0.25\t1.0\t<NA>\n" +
                                 tail));
    DOCTEST_REQUIRE(picks.size() == 2);
    DOCTEST_CHECK(picks.x ==
                  std::vector<double>{42.5, 25.5}); // x + w / 2, as crYOLO's STAR files say for odd boxes too
    DOCTEST_CHECK(picks.y == std::vector<double>{232.25, 47.5});
    DOCTEST_CHECK(picks.score == std::vector<double>{0.875, 0.25});
    DOCTEST_REQUIRE(picks.column("est_width") != nullptr);
    DOCTEST_CHECK((*picks.column("est_width"))[0] == 58.0);
    DOCTEST_CHECK((*picks.column("est_height"))[0] == 61.5);
    DOCTEST_CHECK(std::isnan((*picks.column("est_width"))[1]));
    DOCTEST_CHECK(*picks.column("num_boxes") == std::vector<double>{3.0, 1.0});
    DOCTEST_CHECK(*picks.column("box_width") == std::vector<double>{64.0, 65.0});
    DOCTEST_CHECK(*picks.column("box_height") == std::vector<double>{64.0, 33.0});
    DOCTEST_CHECK(picks.column("angle") == nullptr); // nothing known of it
    // Columns in another order, nan for <NA>, an empty column of filaments, columns of others, CRLF.
    const auto other = picker::read_picks_single(folder.put(
        "b.cbox", "data_global\r\n\r\n_cbox_format_version 1.0\r\n\r\ndata_cryolo\r\n\r\nloop_\r\n_Height\r\n_Width\r\n"
                  "_CoordinateY\r\n_CoordinateX\r\n_filamentid\r\n_note\r\n_size\r\n_Angle\r\n"
                  "20 10 300.0 40.0 nan good 7 12.5\r\n20 10 8 9 <NA> '' nan -3\r\n\r\n"));
    DOCTEST_REQUIRE(other.size() == 2);
    DOCTEST_CHECK(other.x == std::vector<double>{45.0, 14.0});
    DOCTEST_CHECK(other.y == std::vector<double>{310.0, 18.0});
    DOCTEST_CHECK(std::isnan(other.score[0]));
    DOCTEST_CHECK(*other.column("angle") == std::vector<double>{12.5, -3.0});
    DOCTEST_CHECK((*other.column("size"))[0] == 7.0);
    DOCTEST_REQUIRE(other.text_column("note") != nullptr);
    DOCTEST_CHECK(*other.text_column("note") == std::vector<std::string>{"good", ""});
    DOCTEST_CHECK(picker::read_picks(folder.put("e.cbox", "")).at("").empty());
    DOCTEST_CHECK(picker::read_picks(folder.put("e.cbox", head + tail)).at("").empty());
}

DOCTEST_TEST_CASE("a .cbox round trip keeps centres, scores and columns, and crYOLO's arithmetic finds the centres") {
    const Folder folder;
    Picks picks;
    picks.add(120.0, 33.0, 0.5);
    picks.add(1.0 / 3.0, 433.5001, none); // its box starts outside; a micrograph of 400 x 500 would hold it
    picks.add(399.625, 250.2, 0.12345678901);
    picks.ensure_column("est_width", none) = {60.5, none, 71.0};
    picks.ensure_column("class", none) = {2.0, none, 1.0};
    picks.ensure_text_column("note") = {"two words", "", "#hash"};
    for (const double box : {64.0, 65.0, 1.0, 180.0}) {
        DOCTEST_CAPTURE(box);
        picker::PicksContext context{400, 500, 1.5, box, "m.mrc"};
        picker::write_picks(folder / "a.cbox", picks, context);
        const auto back = picker::read_picks_single(folder / "a.cbox");
        const auto rows = rows_of(contents(folder / "a.cbox"));
        DOCTEST_REQUIRE(back.size() == 3);
        DOCTEST_REQUIRE(rows.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) {
            const double x = std::stod(rows[i][0]) + std::stod(rows[i][3]) / 2;
            const double y = std::stod(rows[i][1]) + std::stod(rows[i][4]) / 2;
            DOCTEST_CHECK(std::abs(x - picks.x[i]) < 1e-9);
            DOCTEST_CHECK(std::abs(y - picks.y[i]) < 1e-9);
            DOCTEST_CHECK(std::abs(back.x[i] - picks.x[i]) < 1e-9);
            DOCTEST_CHECK(std::abs(back.y[i] - picks.y[i]) < 1e-9);
            DOCTEST_CHECK((*back.column("box_width"))[i] == box);
            DOCTEST_CHECK((back.score[i] == picks.score[i] || std::isnan(picks.score[i])));
        }
        DOCTEST_CHECK(std::isnan(back.score[1]));
        DOCTEST_CHECK(rows[1][8] == "<NA>");
        DOCTEST_CHECK(rows[0][2] == "<NA>"); // no z, or crYOLO takes it for a tomogram
        DOCTEST_CHECK(rows[0][6] == "60.5");
        DOCTEST_CHECK((*back.column("class"))[2] == 1.0);
        DOCTEST_CHECK(*back.text_column("note") == *picks.text_column("note"));
    }
    // Sizes that came with the picks serve where no other is given, width and height each for itself.
    const auto two = picker::read_picks_single(folder.put("b.box", "10 20 64 32\n-5 7 65 33\n"));
    picker::write_picks(folder / "b.cbox", two, {});
    const auto rows = rows_of(contents(folder / "b.cbox"));
    DOCTEST_CHECK(rows[0][3] == "64");
    DOCTEST_CHECK(rows[0][4] == "32");
    DOCTEST_CHECK(rows[1][0] == "-5.5"); // EMAN2's box of 65 has its centre pixel at 27, crYOLO's half a pixel later
}

DOCTEST_TEST_CASE("the bytes of a .cbox file") {
    const Folder folder;
    Picks picks;
    picks.add(300.0, 40.5, 0.875);
    picker::PicksContext context;
    context.box_size = 65;
    picker::write_picks(folder / "a.cbox", picks, context);
    DOCTEST_CHECK(contents(folder / "a.cbox") ==
                  "data_global\n\n_cbox_format_version 1.0\n\ndata_cryolo\n\nloop_\n_CoordinateX #1\n_CoordinateY #2\n"
                  "_CoordinateZ #3\n_Width #4\n_Height #5\n_Depth #6\n_EstWidth #7\n_EstHeight #8\n_Confidence #9\n"
                  "_NumBoxes #10\n_Angle #11\n267.5 8 <NA> 65 65 <NA> <NA> <NA> 0.875 <NA> <NA>\n\n"
                  "data_cryolo_include\n\nloop_\n_slice_index #1\n\n");
}

DOCTEST_TEST_CASE(".cbox files that cannot be read or written") {
    const Folder folder;
    std::filesystem::path path;
    const auto read = [&] { (void)picker::read_picks(path); };
    const std::string row = "10 20 <NA> 64 64 <NA> <NA> <NA> 0.5 <NA> <NA>\n";
    path = folder.put("t.cbox", head + row + "10 20 3.0 64 64 1 <NA> <NA> 0.5 <NA> <NA>\n" + tail + "3\n");
    expect_error(Status::unsupported, {"t.cbox:21", "tomogram", "CoordinateZ is 3.0", "; give"}, read);
    path = folder.put("f.cbox", head + "_filamentid #12\n10 20 <NA> 64 64 <NA> <NA> <NA> 0.5 <NA> 45.0 0.0\n" + tail);
    expect_error(Status::unsupported, {"f.cbox:21", "filaments", "filamentid is 0.0", "; give"}, read);
    path = folder.put("b.cbox", head + row + "10 20 <NA> 64 64 <NA> <NA>\n" + tail);
    expect_error(Status::bad_file, {"b.cbox:21"}, read);
    path = folder.put("b.cbox", head + row + "10 q <NA> 64 64 <NA> <NA> <NA> 0.5 <NA> <NA>\n" + tail);
    expect_error(Status::bad_file, {"b.cbox:21", "CoordinateY", "q"}, read);
    path = folder.put("b.cbox", head + "<NA> 20 <NA> 64 64 <NA> <NA> <NA> 0.5 <NA> <NA>\n" + tail);
    expect_error(Status::bad_file, {"b.cbox:20", "CoordinateX is '<NA>'", "; correct"}, read);
    path = folder.put("b.cbox", head + "10 20 <NA> 0 64 <NA> <NA> <NA> 0.5 <NA> <NA>\n" + tail);
    expect_error(Status::bad_file, {"b.cbox:20", "Width is '0'", "box size"}, read);
    path = folder.put("b.cbox", head + "10 20 <NA> 64 64 <NA> <NA> <NA> high <NA> <NA>\n" + tail);
    expect_error(Status::bad_file, {"b.cbox:20", "Confidence", "high"}, read);
    path = folder.put("b.cbox", "data_cryolo\n\nloop_\n_CoordinateX\n_CoordinateY\n_Width\n1 2 3\n\n");
    expect_error(Status::bad_file, {"b.cbox", "_Height", "crYOLO 1.8"}, read);
    path = folder.put("b.cbox", "10\t20\t64\t64\t0.5\t60\t60\n"); // before crYOLO 1.8
    expect_error(Status::bad_file, {"b.cbox"}, read);
    path = folder.put("b.cbox", "data_\n\nloop_\n_rlnCoordinateX\n_rlnCoordinateY\n1 2\n\n");
    expect_error(Status::bad_file, {"b.cbox", "no table cryolo", ".box"}, read);
    Picks picks;
    picks.add(1, 2, 0.5);
    expect_error(Status::invalid_argument, {".cbox", "--box-size"},
                 [&] { picker::write_picks(folder / "w.cbox", picks, {}); });
    DOCTEST_CHECK_FALSE(std::filesystem::exists(folder / "w.cbox"));
    picker::PicksContext context;
    context.box_size = 10;
    picks.y[0] = none;
    expect_error(Status::invalid_argument, {"pick 1", "remove"},
                 [&] { picker::write_picks(folder / "w.cbox", picks, context); });
    expect_error(Status::invalid_argument, {"one micrograph"}, [&] {
        (void)picker::picks_format("cbox").serialise({{"a", &picks}, {"b", &picks}}, {});
    });
}

DOCTEST_TEST_CASE("a .cbox file that was cut anywhere is read as far as it goes or is an error of its own") {
    const Folder folder;
    const std::string whole = head +
                              "10 20 <NA> 64 64 <NA> <NA> <NA> 0.5 <NA> <NA>\n"
                              "30 45 <NA> 64 64 <NA> 7 <NA> 0.25 <NA> <NA>\n" +
                              tail;
    std::size_t read = 0, refused = 0;
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        DOCTEST_CAPTURE(length);
        try {
            const auto picks = picker::read_picks_single(folder.put("cut.cbox", whole.substr(0, length)));
            DOCTEST_REQUIRE(picks.size() <= 2);
            DOCTEST_CHECK((picks.empty() || (picks.x[0] == 42.0 && picks.y[0] == 52.0)));
            ++read;
        } catch (const picker::Error& error) {
            DOCTEST_CHECK((error.status() == Status::bad_file || error.status() == Status::unsupported));
            DOCTEST_CHECK(std::string(error.what()).find("cut.cbox") != std::string::npos);
            ++refused;
        }
    }
    DOCTEST_CHECK(refused > 100); // no table, or a row with too few values
    DOCTEST_CHECK(read > 100);    // whole, or cut within the header of the rows or behind them
}
