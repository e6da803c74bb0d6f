// EMAN2's info files: centres in stored rows, scores where there are any, and other JSON beside them.
#include "io/inputs.hpp"
#include "io/picks_file.hpp"
#include "unit/io/io_testing.hpp"

#include <cmath>
#include <string>

using namespace io_testing;
using picker::Picks;
using picker::Status;

namespace {

// As e2boxer leaves it, with what other programs of EMAN2 keep beside the boxes; a micrograph of 400 x 100 pixels.
constexpr const char* info = R"({"boxes": [[300, 40, "manual"], [12.0, 99.0, "auto_convnet", 0.75]],
 "boxsize": 64, "ctf": [{"__class__": "EMAN2Ctf"}, 512], "quality": 5})";

} // namespace

DOCTEST_TEST_CASE("boxes are centres, kept as they stand; kinds and scores come along") {
    const Folder folder;
    const Picks picks = picker::read_picks_single(folder.put("info/m1_info.json", info));
    DOCTEST_REQUIRE(picks.size() == 2);
    DOCTEST_CHECK(picks.x == std::vector<double>{300, 12});
    DOCTEST_CHECK(picks.y == std::vector<double>{40, 99});
    DOCTEST_CHECK(std::isnan(picks.score[0]));
    DOCTEST_CHECK(picks.score[1] == 0.75);
    DOCTEST_CHECK(*picks.text_column("emanBoxKind") == std::vector<std::string>{"manual", "auto_convnet"});
    DOCTEST_CHECK(picker::read_picks_single(folder.put("info/m2_info.json", R"({"boxes": []})")).empty());
}

DOCTEST_TEST_CASE("the file's name says the micrograph, in a folder beside other JSON") {
    const Folder folder;
    folder.put("info/m1_info.json", info);
    folder.put("info/m2__ctf_flip_info.json", R"({"boxes": [[1, 2, "manual"]]})");
    folder.put("info/m3_info.json", R"({"quality": 5})"); // never boxed
    folder.put("info/run.json", "{");
    std::vector<picker::InputMicrograph> micrographs(3);
    for (std::size_t i = 0; i < 3; ++i) {
        micrographs[i].name = "m" + std::to_string(i + 1) + ".mrc";
        micrographs[i].stem = picker::match_stem(micrographs[i].name);
    }
    const auto matched = picker::match_picks(micrographs, {(folder / "info").string()});
    DOCTEST_CHECK(matched.found == std::vector<bool>{true, true, false});
    DOCTEST_CHECK(matched.picks[0].size() == 2);
    DOCTEST_CHECK(matched.picks[1].x == std::vector<double>{1});
    DOCTEST_CHECK(matched.unmatched.empty());
}

DOCTEST_TEST_CASE("what is no info file is refused by name, and none is written") {
    const Folder folder;
    const auto refused = [&](const char* bytes, Status status, std::initializer_list<std::string_view> parts) {
        const auto path = folder.put("bad_info.json", bytes);
        expect_error(status, parts, [&] { picker::read_picks(path); });
    };
    refused("{\"boxes\": [[1, 2", Status::bad_file, {"bad_info.json", "no JSON"});
    refused("{\"boxes\": [[1, 2, \"manual\"], [3]]}", Status::bad_file, {"bad_info.json: box 2", "no y"});
    refused("{\"boxes\": [[\"1\", 2]]}", Status::bad_file, {"box 1", "no x"});
    refused("{\"boxes\": [7]}", Status::bad_file, {"box 1"});
    refused("{\"boxes_3d\": [[1, 2, 3, \"tomobox\", 1, 0]]}", Status::not_found, {"tomogram"});
    refused("[1]", Status::not_found, {"no list \"boxes\""});
    refused("", Status::bad_file, {"no JSON"});
    const auto path = folder / "new_info.json";
    expect_error(Status::unsupported, {"eman", "not written"}, [&] { picker::write_picks(path, Picks(), {}); });
    DOCTEST_CHECK_FALSE(std::filesystem::exists(path));
}
