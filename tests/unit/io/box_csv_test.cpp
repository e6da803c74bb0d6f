// EMAN2 boxes and CSV tables: the box rule against RELION's and EMAN2's own arithmetic, quoting, refusals, the docs
// table.
#include "io/picks_file.hpp"
#include "unit/io/io_testing.hpp"

#include <cmath>
#include <limits>
#include <sstream>

using namespace io_testing;
using picker::Picks;
using picker::Status;

namespace {

constexpr double no_score = std::numeric_limits<double>::quiet_NaN();

// RELION's readCoordinates: all four as whole numbers, centre by integer division.
std::pair<long, long> relion_centre(const std::string& line) {
    std::istringstream in(line);
    long x = 0, y = 0, w = 0, h = 0;
    in >> x >> y >> w >> h;
    return {x + w / 2, y + h / 2};
}

Picks some_picks() {
    Picks picks;
    picks.add(120.0, 33.0, 0.5);
    picks.add(120.49, 33.5, 0.25);
    picks.add(3.51, 250.2, 0.75); // its box starts outside
    return picks;
}

} // namespace

DOCTEST_TEST_CASE("boxes: a round trip is off by at most half a pixel, and RELION gets the same centre") {
    const Folder folder;
    const auto picks = some_picks();
    for (const double box : {64.0, 65.0, 1.0, 2.0, 180.0}) {
        DOCTEST_CAPTURE(box);
        picker::PicksContext context;
        context.box_size = box;
        picker::write_picks(folder / "a.box", picks, context);
        const auto back = picker::read_picks_single(folder / "a.box");
        DOCTEST_REQUIRE(back.size() == 3);
        std::istringstream lines(contents(folder / "a.box"));
        std::string line;
        for (std::size_t i = 0; i < 3; ++i) {
            DOCTEST_CHECK(std::abs(back.x[i] - picks.x[i]) <= 0.5);
            DOCTEST_CHECK(std::abs(back.y[i] - picks.y[i]) <= 0.5);
            std::getline(lines, line);
            const auto [x, y] = relion_centre(line);
            DOCTEST_CHECK(static_cast<double>(x) == back.x[i]);
            DOCTEST_CHECK(static_cast<double>(y) == back.y[i]);
        }
        DOCTEST_CHECK((*back.column("box_width"))[0] == box);
    }
    // The bytes, for an even and an odd box.
    picker::PicksContext context;
    context.box_size = 64;
    picker::write_picks(folder / "a.box", picks, context);
    DOCTEST_CHECK(contents(folder / "a.box") == "88\t1\t64\t64\n88\t2\t64\t64\n-28\t218\t64\t64\n");
    context.box_size = 65;
    picker::write_picks(folder / "a.box", picks, context);
    DOCTEST_CHECK(contents(folder / "a.box") == "88\t1\t65\t65\n88\t2\t65\t65\n-28\t218\t65\t65\n");
}

DOCTEST_TEST_CASE("boxes of other programs: fractions, a fifth column, comments, CRLF, no final newline") {
    const Folder folder;
    const auto picks = picker::read_picks_single(
        folder.put("a.box", "# made elsewhere\r\n10.25 20.5 64 32\r\n\r\n  -5\t7\t65\t33\t-3\r\n1 2 10 10 0.75"));
    DOCTEST_REQUIRE(picks.size() == 3);
    DOCTEST_CHECK(picks.x == std::vector<double>{42.25, 27.0, 6.0});
    DOCTEST_CHECK(picks.y == std::vector<double>{36.5, 23.0, 7.0});
    DOCTEST_CHECK_FALSE(picks.has_scores());
    DOCTEST_CHECK(picker::read_picks(folder.put("e.box", "")).at("").empty());
    // sizes that came with the picks serve when no other is given
    picker::write_picks(folder / "b.box", picks, {});
    DOCTEST_CHECK(contents(folder / "b.box") == "10\t21\t64\t32\n-5\t7\t65\t33\n1\t2\t10\t10\n");
}

DOCTEST_TEST_CASE("boxes that cannot be read or written") {
    const Folder folder;
    std::filesystem::path path;
    const auto read = [&] { (void)picker::read_picks(path); };
    for (const char* tag : {"-1", "-2"}) {
        path = folder.put("h.box", std::string("1 2 64 64 -3\n1 2 64 64 ") + tag + "\n");
        expect_error(Status::unsupported, {"h.box:2", "filaments"}, read);
    }
    path = folder.put("h.box", "#micrograph: a.mrc\n#helix: (1, 2),(3, 4),64\n1 2\n");
    expect_error(Status::unsupported, {"h.box:2", "filaments"}, read);
    path = folder.put("b.box", "1 2 64 64\n1 2 64\n");
    expect_error(Status::bad_file, {"b.box:2", "four numbers"}, read);
    path = folder.put("b.box", "1 2 64 64\n1 q 64 64\n");
    expect_error(Status::bad_file, {"b.box:2", "'q'"}, read);
    path = folder.put("b.box", "1 nan 64 64\n");
    expect_error(Status::bad_file, {"b.box:1", "'nan'"}, read);
    path = folder.put("b.box", "1 2 0 64\n");
    expect_error(Status::bad_file, {"b.box:1", "box size"}, read);
    expect_error(Status::invalid_argument, {"box size", "--box-size"},
                 [&] { picker::write_picks(folder / "w.box", some_picks(), {}); });
    DOCTEST_CHECK_FALSE(std::filesystem::exists(folder / "w.box"));
    const auto picks = some_picks();
    expect_error(Status::invalid_argument, {"one micrograph"}, [&] {
        (void)picker::picks_format("box").serialise({{"a", &picks}, {"b", &picks}}, {});
    });
}

DOCTEST_TEST_CASE("CSV keeps every digit, further columns and text that needs quotes") {
    const Folder folder;
    Picks picks;
    picks.add(1.0 / 3.0, 2e-7, 0.1);
    picks.add(250.5, 12.0, no_score);
    picks.ensure_column("class", 0.0) = {2.0, no_score};
    picks.ensure_text_column("note") = {"a, \"quoted\"\nline", " blanks "};
    picks.ensure_text_column("rlnOpticsGroup") = {"01", "2"};
    picker::write_picks(folder / "p.csv", picks, {});
    DOCTEST_CHECK(contents(folder / "p.csv") ==
                  "x,y,score,class,note,rlnOpticsGroup\n0.3333333333333333,2e-07,0.1,2,\"a, \"\"quoted\"\"\nline\",01\n"
                  "250.5,12,,,\" blanks \",2\n");
    const auto back = picker::read_picks_single(folder / "p.csv");
    DOCTEST_CHECK(back.x == picks.x);
    DOCTEST_CHECK(back.y == picks.y);
    DOCTEST_CHECK(back.score[0] == 0.1);
    DOCTEST_CHECK(std::isnan(back.score[1]));
    DOCTEST_REQUIRE(back.column("class") != nullptr);
    DOCTEST_CHECK((*back.column("class"))[0] == 2.0);
    DOCTEST_REQUIRE(back.text_column("note") != nullptr);
    DOCTEST_CHECK(*back.text_column("note") == *picks.text_column("note"));
    DOCTEST_CHECK(*back.text_column("rlnOpticsGroup") == *picks.text_column("rlnOpticsGroup"));
}

DOCTEST_TEST_CASE("CSV of others: names in any case and order, byte order mark, CRLF, many micrographs") {
    const Folder folder;
    for (const char* score : {"Score", "FOM", "Confidence"}) {
        const auto picks = picker::read_picks_single(
            folder.put("o.csv", std::string("\xEF\xBB\xBFid,Y,X,") + score + "\r\n7,20,10,0.5\r\n\r\n8,40,30,\r\n"));
        DOCTEST_REQUIRE(picks.size() == 2);
        DOCTEST_CHECK(picks.x == std::vector<double>{10, 30});
        DOCTEST_CHECK(picks.y == std::vector<double>{20, 40});
        DOCTEST_CHECK(picks.score[0] == 0.5);
        DOCTEST_CHECK(std::isnan(picks.score[1]));
        DOCTEST_CHECK((*picks.column("id"))[1] == 8.0);
    }
    Picks one, two;
    one.add(1, 2, 0.5);
    two.add(3, 4, 0.25);
    const auto text = picker::picks_format("csv").serialise({{"a.mrc", &one}, {"b,c.mrc", &two}}, {});
    DOCTEST_CHECK(text == "micrograph,x,y,score\na.mrc,1,2,0.5\n\"b,c.mrc\",3,4,0.25\n");
    const auto all = picker::read_picks(folder.put("m.csv", text));
    DOCTEST_REQUIRE(all.size() == 2);
    DOCTEST_CHECK(all.at("b,c.mrc").x == two.x);
    DOCTEST_CHECK(picker::read_picks(folder.put("e.csv", "")).at("").empty());
    DOCTEST_CHECK(picker::read_picks(folder.put("e.csv", "x,y\n")).at("").empty());
    DOCTEST_CHECK(picker::read_picks(folder.put("e.csv", "micrograph,x,y\n")).empty());
    std::filesystem::path path;
    const auto read = [&] { (void)picker::read_picks(path); };
    path = folder.put("bad.csv", "a;b\n1;2\n");
    expect_error(Status::not_found, {"bad.csv", "no column x", "a;b", "x,y,score"}, read);
    path = folder.put("bad.csv", "x,y\n1,2\n3\n");
    expect_error(Status::bad_file, {"bad.csv:3", "1 values", "names 2"}, read);
    path = folder.put("bad.csv", "x,y\n1,nan\n");
    expect_error(Status::bad_file, {"bad.csv:2", "'nan'"}, read);
    path = folder.put("bad.csv", "x,y,score\n1,2,high\n");
    expect_error(Status::bad_file, {"bad.csv:2", "score", "'high'"}, read);
    path = folder.put("bad.csv", "x,y,note\n1,2,\"open\n");
    expect_error(Status::bad_file, {"bad.csv:2", "closing quote"}, read);
}

DOCTEST_TEST_CASE("one particle off the centre keeps its place through every format") {
    const Folder folder;
    Picks picks;
    picks.add(300.0, 40.0, 0.875); // in an image of 400 x 100: swapped axes or flipped rows would show
    picker::PicksContext context{400, 100, 1.5, 64.0, "m.mrc"};
    for (const auto& format : picker::picks_formats()) {
        DOCTEST_CAPTURE(std::string(format.name));
        if (format.serialise == nullptr) {
            continue; // only read: eman_test.cpp
        }
        const auto path = folder / (std::string("m") + format.extension);
        picker::write_picks(path, picks, context);
        const auto back = picker::read_picks_single(path);
        DOCTEST_REQUIRE(back.size() == 1);
        const double rounding = format.name == std::string_view("cs") ? 1e-4 : 0.0; // fractions of 32 bits
        DOCTEST_CHECK(std::abs(back.x[0] - 300.0) <= rounding);
        DOCTEST_CHECK(std::abs(back.y[0] - 40.0) <= rounding);
        DOCTEST_CHECK(back.has_scores() == format.has_scores);
        DOCTEST_CHECK((back.column("box_width") != nullptr) == format.has_box_size);
        DOCTEST_CHECK(&picker::picks_format_of(path) == &picker::picks_format(format.name));
    }
}

DOCTEST_TEST_CASE("docs/formats.md holds the registry's table") {
    const std::string page = contents(std::filesystem::path(PICKER_SOURCE_DIR) / "docs" / "formats.md");
    DOCTEST_REQUIRE_FALSE(page.empty());
    DOCTEST_CHECK(page.find("<!-- formats:begin -->\n" + picker::picks_formats_markdown() + "<!-- formats:end -->") !=
                  std::string::npos);
}
