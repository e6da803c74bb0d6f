// cryoSPARC's .cs as a coordinate format: fractions, fields and types, uids, round trips through the other formats.
#include "io/cs_table.hpp"
#include "io/inputs.hpp"
#include "io/picks_file.hpp"
#include "unit/io/cs_builder.hpp"
#include "unit/io/io_testing.hpp"

#include <cmath>
#include <limits>
#include <set>

using namespace io_testing;
using picker::Picks;
using picker::PicksContext;
using picker::Status;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr const char* mic = "J4/motioncorrected/008578565574161745010_14sep05c_a.mrc";

// Off-centre on 4000 columns and 3000 rows.
PicksContext context() {
    PicksContext where;
    where.width = 4000;
    where.height = 3000;
    where.pixel_size = 1.35;
    where.micrograph = mic;
    where.exposure_group = 7;
    return where;
}

Picks three() {
    Picks picks;
    picks.add(3000.25, 100.5, 0.875);
    picks.add(0.0, 2999.0, 0.25);
    picks.add(17.0, 31.0, none);
    return picks;
}

const picker::CsColumn& field(const picker::CsTable& table, const char* name, const char* type) {
    DOCTEST_CAPTURE(name);
    DOCTEST_REQUIRE(table.find(name) != nullptr);
    DOCTEST_CHECK(table.find(name)->field.type() == type);
    return *table.find(name);
}

} // namespace

DOCTEST_TEST_CASE("the fields, types and fractions that cryoSPARC asks for") {
    const Folder folder;
    picker::write_picks(folder / "picks.cs", three(), context());
    const auto table = picker::read_cs(folder / "picks.cs");
    DOCTEST_REQUIRE(table.rows == 3);
    DOCTEST_CHECK(table.columns.size() == 12);
    field(table, "uid", "<u8");
    // No half pixel, no flip, x over columns and y over rows.
    DOCTEST_CHECK(field(table, "location/center_x_frac", "<f4").number(0) == double{float(3000.25 / 4000)});
    DOCTEST_CHECK(field(table, "location/center_y_frac", "<f4").number(0) == double{float(100.5 / 3000)});
    DOCTEST_CHECK(field(table, "location/micrograph_shape", "<u4 (2,)").text(1) == "3000,4000"); // rows first
    DOCTEST_CHECK(field(table, "location/micrograph_uid", "<u8").whole(0) == 8578565574161745010U);
    DOCTEST_CHECK(field(table, "location/exp_group_id", "<u4").whole(2) == 7);
    DOCTEST_CHECK(table.find("location/micrograph_path")->text(0) == mic);
    DOCTEST_CHECK(table.find("location/micrograph_path")->field.kind == 'S');
    DOCTEST_CHECK(field(table, "location/micrograph_psize_A", "<f4").number(0) == double{1.35F});
    DOCTEST_CHECK(field(table, "pick_stats/ncc_score", "<f4").number(0) == 0.875);
    DOCTEST_CHECK(field(table, "pick_stats/power", "<f4").number(1) == 0.25);
    DOCTEST_CHECK(field(table, "pick_stats/template_idx", "<u4").whole(0) == 0);
    DOCTEST_CHECK(field(table, "pick_stats/angle_rad", "<f4").number(0) == 0.0);
    const std::string group = contents(folder / "picks.csg");
    for (const char* part : {"metafile: '>picks.cs'\n    num_items: 3\n    type: particle.location",
                             "pick_stats:", "type: particle\nresults:", "version: v4"}) {
        DOCTEST_CHECK(group.find(part) != std::string::npos);
    }
    DOCTEST_CHECK(folder.count() == 2); // nothing temporary is left
}

DOCTEST_TEST_CASE("reading gives the same picks, and everything else exactly") {
    const Folder folder;
    Picks picks = three();
    picks.ensure_text_column("uid") = {"18446744073709551615", "9007199254740993", "12"};
    picks.ensure_text_column("pick_stats/template_idx") = {"4", "0", "2"};
    picker::write_picks(folder / "a.cs", picks, context());
    const auto read = picker::read_picks(folder / "a.cs");
    DOCTEST_REQUIRE(read.size() == 1);
    const Picks& back = read.at(mic);
    for (std::size_t i = 0; i < 3; ++i) {
        DOCTEST_CHECK(back.x[i] == doctest::Approx(picks.x[i]).epsilon(1e-7));
        DOCTEST_CHECK(std::abs(back.y[i] - picks.y[i]) < 1e-3);
    }
    DOCTEST_CHECK(back.score[0] == 0.875);
    DOCTEST_CHECK(std::isnan(back.score[2])); // none, as before
    // Through formats that hold text, and back without any context: bit for bit.
    for (const char* name : {"b.star", "b.csv", "b.cs"}) {
        DOCTEST_CAPTURE(name);
        picker::write_picks(folder / name, {{mic, &back}}, {});
        const auto again = picker::read_picks(folder / name);
        picker::write_picks(folder / "c.cs", {{mic, &again.at(mic)}}, {});
        DOCTEST_CHECK(picker::read_cs(folder / "c.cs").find("uid")->text(0) == "18446744073709551615");
        DOCTEST_CHECK(contents(folder / "c.cs").substr(128) == contents(folder / "a.cs").substr(128));
    }
}

DOCTEST_TEST_CASE("round trips keep places to a thousandth of a pixel, also on large micrographs") {
    const Folder folder;
    PicksContext where = context();
    where.width = 11520;
    where.height = 8184;
    where.box_size = 65; // odd
    Picks picks;
    for (int i = 0; i < 500; ++i) {
        picks.add(11519.0 * std::fmod(i * 0.6180339887, 1.0), 8183.0 * std::fmod(i * 0.7548776662, 1.0), i / 500.0);
    }
    for (const char* name : {"a.star", "a.cbox", "a.csv"}) {
        DOCTEST_CAPTURE(name);
        picker::write_picks(folder / "a.cs", picks, where);
        picker::write_picks(folder / name, picker::read_picks_single(folder / "a.cs"), where);
        picker::write_picks(folder / "b.cs", picker::read_picks_single(folder / name), where);
        const Picks back = picker::read_picks_single(folder / "b.cs");
        DOCTEST_REQUIRE(back.size() == picks.size());
        double worst = 0.0;
        for (std::size_t i = 0; i < picks.size(); ++i) {
            worst = std::max({worst, std::abs(back.x[i] - picks.x[i]), std::abs(back.y[i] - picks.y[i])});
            DOCTEST_CHECK(back.score[i] == double{float(picks.score[i])});
        }
        DOCTEST_CHECK(worst < 1e-3);
    }
    Picks whole; // .box holds whole pixels
    whole.add(11000.0, 31.0, 0.5);
    picker::write_picks(folder / "a.box", whole, where);
    picker::write_picks(folder / "a.cs", picker::read_picks_single(folder / "a.box"), where);
    const Picks back = picker::read_picks_single(folder / "a.cs");
    DOCTEST_CHECK(std::abs(back.x[0] - 11000.0) < 1e-3);
    DOCTEST_CHECK(std::abs(back.y[0] - 31.0) < 1e-3);
}

DOCTEST_TEST_CASE("uids are unique, and those of one micrograph do not depend on the others") {
    const Folder folder;
    Picks crowded = three();
    crowded.append(three()); // each place twice
    PicksContext other = context();
    other.micrograph = "plain.mrc"; // no uid in its name
    const auto uids = [&](const std::map<std::string, const Picks*>& entries,
                          const std::map<std::string, PicksContext>& contexts, const char* name) {
        picker::write_picks(folder / "u.cs", entries, contexts);
        const auto table = picker::read_cs(folder / "u.cs");
        std::vector<std::string> out;
        for (std::size_t row = 0; row < table.rows; ++row) {
            out.push_back(table.find(name)->text(row));
        }
        return out;
    };
    const auto both = uids({{mic, &crowded}, {"plain.mrc", &crowded}}, {{mic, context()}, {"plain.mrc", other}}, "uid");
    DOCTEST_CHECK(std::set<std::string>(both.begin(), both.end()).size() == 12);
    const auto alone = uids({{"plain.mrc", &crowded}}, {{"plain.mrc", other}}, "uid");
    DOCTEST_CHECK(std::vector<std::string>(both.begin() + 6, both.end()) == alone);
    const auto micrographs = uids({{"plain.mrc", &crowded}}, {{"plain.mrc", other}}, "location/micrograph_uid");
    DOCTEST_CHECK(std::set<std::string>(micrographs.begin(), micrographs.end()).size() == 1);
    DOCTEST_CHECK(micrographs[0] != "0");
    Picks same = three(); // a uid that two picks claim is the first one's
    same.ensure_text_column("uid") = {"5", "5", "5"};
    const auto repaired = uids({{mic, &same}}, {{mic, context()}}, "uid");
    DOCTEST_CHECK(repaired[0] == "5");
    DOCTEST_CHECK(std::set<std::string>(repaired.begin(), repaired.end()).size() == 3);
}

DOCTEST_TEST_CASE("y counted from the other edge") {
    const Folder folder;
    PicksContext where = context();
    where.flip_y = true;
    picker::write_picks(folder / "a.star", three(), where);
    const Picks flipped = picker::read_picks_single(folder / "a.star");
    DOCTEST_CHECK(flipped.x == three().x);
    DOCTEST_CHECK(flipped.y == std::vector<double>{2898.5, 0.0, 2968.0});
    where.height = 0;
    expect_error(Status::invalid_argument, {mic, "height"},
                 [&] { picker::write_picks(folder / "b.star", three(), where); });
}

DOCTEST_TEST_CASE("what a .cs cannot be made of, and .cs files without usable coordinates") {
    const Folder folder;
    PicksContext where = context();
    where.width = 0;
    expect_error(Status::invalid_argument, {mic, "size", "--micrographs"},
                 [&] { picker::write_picks(folder / "a.cs", three(), where); });
    where = context();
    where.micrograph.clear();
    expect_error(Status::invalid_argument, {"name of their micrograph"},
                 [&] { picker::write_picks(folder / "a.cs", three(), where); });
    Picks lost;
    lost.add(none, 5.0, 1.0);
    expect_error(Status::invalid_argument, {mic, "pick 1"},
                 [&] { picker::write_picks(folder / "a.cs", lost, context()); });
    DOCTEST_CHECK(folder.count() == 0);
    picker::write_picks(folder / "a.cs", Picks(), context()); // 0 picks are a result
    DOCTEST_CHECK(picker::read_picks(folder / "a.cs").empty());
    const auto refused = [&](const std::string& descr, const std::string& row, Status status,
                             std::initializer_list<std::string_view> parts) {
        const auto file = folder.put("x.cs", cs_builder::numpy(descr, 1, row));
        expect_error(status, parts, [&] { (void)picker::read_picks(file); });
    };
    refused("[('uid', '<u8'), ('blob/path', '|S1')]", "12345678a", Status::not_found, {"no coordinates", "blob/path"});
    const std::string place = "('location/center_x_frac', '<f4'), ('location/center_y_frac', '<f4')";
    refused("[('uid', '<u8'), " + place + "]", "1234567812345678", Status::not_found, {"location/micrograph_path"});
    const std::string half = cs_builder::le<float>({0.5F, std::numeric_limits<float>::infinity()});
    refused("[('location/micrograph_path', '|S1'), ('location/micrograph_shape', '<u4', (2,)), " + place + "]",
            "a" + cs_builder::le<std::uint32_t>({3, 4}) + half, Status::bad_file, {"row 1", "0.5", "inf", "3,4"});
    refused("[('location/micrograph_path', '|S1'), ('location/micrograph_shape', '<u4', (3,)), " + place + "]",
            "a" + cs_builder::le<std::uint32_t>({3, 4, 5}) + half, Status::bad_file,
            {"location/micrograph_shape", "(3,)"});
}
