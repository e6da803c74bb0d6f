// Pairs of micrographs: by name, by what a name goes on with, by a table; and what leaves room for doubt.
#include "io/pair_inputs.hpp"
#include "unit/io/io_testing.hpp"

#include <string>

using namespace io_testing;
using picker::pair_inputs;
using picker::Status;
using Partners = std::vector<std::size_t>;

namespace {

std::vector<picker::InputMicrograph> list(const std::vector<std::string>& names) {
    std::vector<picker::InputMicrograph> out;
    for (const std::string& name : names) {
        picker::InputMicrograph input;
        input.path = name;
        input.name = name;
        input.stem = picker::match_stem(name);
        out.push_back(input);
    }
    return out;
}

} // namespace

DOCTEST_TEST_CASE("the same stem first, else one that goes on after a separator, in either direction") {
    DOCTEST_CHECK(pair_inputs(list({"den/b.mrc", "den/a.mrc"}), list({"raw/a.tif", "raw/b.mrc"})) == Partners{1, 0});
    DOCTEST_CHECK(pair_inputs(list({"m_1_denoised.mrc", "m_10_denoised.mrc"}), list({"m_10.mrc", "m_1.mrc"})) ==
                  Partners{1, 0});
    DOCTEST_CHECK(pair_inputs(list({"m_1.mrc"}), list({"m_10.mrc", "m_1-bin4.mrc"})) == Partners{1});
    DOCTEST_CHECK(pair_inputs(list({"m_1.mrc"}), list({"m_1_DW.mrc", "m_1.mrc"})) == Partners{1});
    DOCTEST_CHECK(pair_inputs(list({"008578565574161745010_m_1.mrc"}), list({"m_1_DW.mrc"})) == Partners{0});
    DOCTEST_CHECK(pair_inputs(list({}), list({"m_1.mrc"})).empty());
}

DOCTEST_TEST_CASE("no partner, two of them, and two for one are errors that name the micrographs") {
    expect_error(Status::mismatch, {"m_2.mrc", "table of pairs"}, [] {
        pair_inputs(list({"m_2.mrc"}), list({"m_1.mrc", "m_22.mrc"}));
    });
    expect_error(Status::mismatch, {"m_1.mrc", "m_1_a.mrc", "m_1_b.mrc"}, [] {
        pair_inputs(list({"m_1.mrc"}), list({"m_1_a.mrc", "m_1_b.mrc"}));
    });
    expect_error(Status::mismatch, {"m_1_a.mrc", "m_1_b.mrc", "m_1.mrc"}, [] {
        pair_inputs(list({"m_1_a.mrc", "m_1_b.mrc"}), list({"m_1.mrc"}));
    });
}

DOCTEST_TEST_CASE("a table decides, by whole names or stems, and its faults are told by line") {
    const Folder folder;
    const auto table = [&](const std::string& text) { return folder.put("pairs.csv", text); };
    const auto picked = list({"den/x.mrc", "den/y.mrc"}), raw = list({"raw/1.mrc", "raw/2.mrc"});
    DOCTEST_CHECK(pair_inputs(picked, raw, table("picked,target\ny.mrc,raw/1.mrc\nden/x.mrc,2\nz,3\n")) ==
                  Partners{1, 0});
    const auto refused = [&](const std::string& text, Status status, std::initializer_list<std::string_view> parts) {
        const auto file = table(text);
        expect_error(status, parts, [&] { pair_inputs(picked, raw, file); });
    };
    refused("x,1\n", Status::bad_file, {"pairs.csv", "picked,target"});
    refused("picked,target\nx,1\n", Status::mismatch, {"den/y.mrc", "add a line"});
    refused("picked,target\nx,1\ny,7\n", Status::mismatch, {"pairs.csv:3", "7"});
    refused("picked,target\nx,1\nx,2\n", Status::mismatch, {"pairs.csv:3", "x"});
    refused("picked,target\nx,1\ny,1\n", Status::mismatch,
            {"pairs.csv", "remove the line", "den/x.mrc", "den/y.mrc", "raw/1.mrc"});
    refused("picked,target\nx,1,4\n", Status::bad_file, {"pairs.csv:2"});
}
