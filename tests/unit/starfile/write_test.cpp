// Writing: the layout that RELION reads, quotes where they are needed, and that everything read comes back.
#include "starfile/starfile.hpp"
#include "unit/check.hpp"
#include "unit/starfile/compare.hpp"

#include <random>
#include <sstream>
#include <string>
#include <vector>

using starfile::Block;
using starfile::File;

namespace {

Block loop_of(const std::vector<std::string>& values) { // one value a row, and before it in a second column
    Block block("v");
    block.add_column("first");
    block.add_column("second");
    for (const std::string& value : values) {
        block.add_row({value, value});
    }
    return block;
}

} // namespace

DOCTEST_TEST_CASE("the layout, byte for byte") {
    File file;
    file.blocks.emplace_back("job", false);
    file.blocks.back().set_version(30001);
    file.blocks.back().set("rlnJobType", "99");
    file.blocks.back().set("rlnX", "a b");
    file.blocks.emplace_back("");
    file.blocks.back().add_column("rlnCoordinateX");
    file.blocks.back().add_column("rlnCoordinateY");
    file.blocks.back().add_row({"61.890110", "101.274725"});
    file.blocks.back().add_row({"", "2"});
    file.blocks.emplace_back("none");
    file.blocks.back().add_column("a");
    const std::string expected = "# version 30001\n\ndata_job\n\n_rlnJobType 99\n_rlnX       \"a b\"\n\n"
                                 "data_\n\nloop_\n_rlnCoordinateX #1\n_rlnCoordinateY #2\n"
                                 "61.890110 101.274725\n\"\" 2\n\n"
                                 "data_none\n\nloop_\n_a #1\n\n";
    DOCTEST_CHECK(starfile::to_string(file) == expected);
    std::ostringstream stream;
    starfile::write(stream, file);
    DOCTEST_CHECK(stream.str() == expected);
    DOCTEST_CHECK(starfile::to_string(File{}).empty());
    check_same(file, starfile::parse(expected));
}

DOCTEST_TEST_CASE("values that need quotes") {
    struct Case {
        std::string value, text;
    };
    const std::vector<Case> cases = {
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"a\tb", "\"a\tb\""},
        {"'a", "\"'a\""},
        {"\"a", "\"\"a\""},
        {"#1", "\"#1\""},
        {";1", "\";1\""},
        {"_a", "\"_a\""},
        {"$$a", "\"$$a\""},
        {"data_a", "\"data_a\""},
        {"LOOP_", "\"LOOP_\""},
        {"a\" b", "'a\" b'"},
        {"a' b", "\"a' b\""},
        {"a' b\" c", "\"a' b\a\" c\""},
        {"a b\"", "\"a b\"\""},
        {"\"#", "'\"#'"}, // gemmi ends a quote before '#' too
        {"a\r", "\"a\r\""},
        {"a\"b", "a\"b"},
        {"it's", "it's"},
        {"a#1", "a#1"},
        {"dataset/a.mrc", "dataset/a.mrc"},
        {"000001@a_b.mrcs", "000001@a_b.mrcs"},
        {"\xC3\xA4", "\xC3\xA4"},
    };
    for (const Case& c : cases) {
        File file;
        file.blocks.push_back(loop_of({c.value, "x"}));
        const std::string text = starfile::to_string(file);
        DOCTEST_CHECK(text == "data_v\n\nloop_\n_first #1\n_second #2\n" + c.text + " " + c.text + "\nx x\n\n");
        check_same(file, starfile::parse(text));
    }
}

DOCTEST_TEST_CASE("random values of awkward bytes come back, in loops and lists") {
    std::mt19937 random(3);
    const std::string alphabet = "ab \t\"'#_$;\\\r\vd\xC3";
    for (int round = 0; round < 300; ++round) {
        std::vector<std::string> values;
        File file;
        file.blocks.emplace_back("list", false);
        for (unsigned i = 0; i < 20; ++i) {
            std::string value(random() % 7, ' ');
            for (char& c : value) {
                c = alphabet[random() % alphabet.size()];
            }
            values.push_back(value);
            file.blocks[0].set(std::string("v").append(std::to_string(i)), value);
        }
        file.blocks.push_back(loop_of(values));
        file.blocks.back().set_version(static_cast<int>(random() % 100000));
        file.blocks.emplace_back("one");
        file.blocks.back().add_column("only");
        for (const std::string& value : values) {
            file.blocks.back().add_row({value});
        }
        file.blocks.emplace_back("empty", false);
        check_same(file, starfile::parse(starfile::to_string(file)));
    }
}

DOCTEST_TEST_CASE("unknown columns, the order of everything and odd spellings survive") {
    const File file = starfile::parse("data_z\nloop_\n_b #2\n_a #1\n_rlnUnknown\n1.50 +2e0 007\n-0 .5 1.\n\n"
                                      "data_\n\n_k NaN\n\ndata_a\nloop_\n_x\n_x\n1 2\n\ndata_a\n");
    const File again = starfile::parse(starfile::to_string(file));
    check_same(file, again);
    DOCTEST_CHECK(again.blocks[0].value(0, 1) == "+2e0");
    DOCTEST_CHECK(again.blocks[0].value(1, 2) == "1.");
    DOCTEST_CHECK(again.blocks[2].value(0, 1) == "2");
    DOCTEST_CHECK(starfile::to_string(again) == starfile::to_string(file));
}

DOCTEST_TEST_CASE("what RELION could not read back is not written") {
    File file;
    file.blocks.push_back(loop_of({"a \a b"}));
    DOCTEST_CHECK_THROWS_AS(starfile::to_string(file), starfile::Error);
    file.blocks[0] = Block("a b");
    DOCTEST_CHECK_THROWS_AS(starfile::to_string(file), starfile::Error);
    file.blocks[0] = Block("a\nb");
    DOCTEST_CHECK_THROWS_AS(starfile::to_string(file), starfile::Error);
}

DOCTEST_TEST_CASE("long files go to the stream in pieces") {
    File file;
    std::vector<std::string> values;
    for (int i = 0; i < 100000; ++i) {
        values.push_back("value_" + std::to_string(i));
    }
    file.blocks.push_back(loop_of(values));
    std::ostringstream stream;
    starfile::write(stream, file);
    DOCTEST_CHECK(stream.str() == starfile::to_string(file));
    check_same(file, starfile::parse(stream.str()));
}
