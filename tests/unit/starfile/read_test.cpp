// What a STAR file may look like: blocks, loops, lists, names, versions, line ends, and what is refused.
#include "starfile/starfile.hpp"
#include "unit/check.hpp"

#include <string>

using starfile::Block;
using starfile::File;

namespace {

// What parse() says is wrong with `text`, or "" when it accepts it.
std::string complaint(const std::string& text) {
    try {
        starfile::parse(text, "dir/x.star");
    } catch (const starfile::Error& error) {
        DOCTEST_CHECK(error.file() == "dir/x.star");
        const std::string place = "dir/x.star:" + std::to_string(error.line()) + ": ";
        DOCTEST_CHECK(std::string(error.what()).substr(0, place.size()) == place);
        return error.what();
    }
    return "";
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

const char* const two_blocks = "\n# version 30001\n\ndata_optics\n\nloop_ \n_rlnOpticsGroup #1 \n_rlnVoltage #2 \n"
                               "           1   300.000000 \n \n\n# version 50001\n\ndata_particles\n\nloop_ \n"
                               "_rlnCoordinateX #1 \n_rlnCoordinateY #2 \n_myOwn #3 \n"
                               "   10.500000   -3.250000 a \n   11.000000    4.000000 b \n \n";

} // namespace

DOCTEST_TEST_CASE("RELION's own layout: blocks in order, versions, labels, values as written") {
    const File file = starfile::parse(two_blocks);
    DOCTEST_REQUIRE(file.blocks.size() == 2);
    const Block& optics = file.blocks[0];
    const Block& particles = file.blocks[1];
    DOCTEST_CHECK(optics.name() == "optics");
    DOCTEST_CHECK(optics.version() == 30001);
    DOCTEST_CHECK(optics.is_loop());
    DOCTEST_CHECK(particles.version() == 50001);
    DOCTEST_CHECK(particles.columns() == 3);
    DOCTEST_CHECK(particles.rows() == 2);
    DOCTEST_CHECK(particles.label(0) == "rlnCoordinateX");
    DOCTEST_CHECK(particles.label(2) == "myOwn");
    DOCTEST_CHECK(particles.value(0, 0) == "10.500000");
    DOCTEST_CHECK(particles.value(0, 1) == "-3.250000");
    DOCTEST_CHECK(particles.value(1, 2) == "b");
    DOCTEST_CHECK(particles.number(0, 1) == -3.25);
    DOCTEST_CHECK(particles.numbers(0) == std::vector<double>{10.5, 11.0});
    DOCTEST_CHECK(particles.find("_rlnCoordinateY") == 1);
    DOCTEST_CHECK(particles.find("rlnCoordinateY") == 1);
    DOCTEST_CHECK_FALSE(particles.find("rlnCoordinate"));
    DOCTEST_CHECK(file.find("particles") == &particles);
    DOCTEST_CHECK(file.find("none") == nullptr);
    DOCTEST_CHECK(optics.line(0) == 9);
    DOCTEST_CHECK(particles.line(0) == 20);
    DOCTEST_CHECK(particles.line(1) == 21);
}

DOCTEST_TEST_CASE("lists") {
    const File file = starfile::parse("# version 30001\n\ndata_job\n\n_rlnJobType            99\n_rlnName 'a b' # why\n"
                                      "\n# more\n_rlnEmpty \"\"\n_rlnNext data_x\n_n 7\n\ndata_next\n_a 1\n");
    DOCTEST_REQUIRE(file.blocks.size() == 2);
    const Block& job = file.blocks[0];
    DOCTEST_CHECK_FALSE(job.is_loop());
    DOCTEST_CHECK(job.version() == 30001);
    DOCTEST_CHECK(file.blocks[1].version() == 0);
    DOCTEST_CHECK(job.rows() == 1);
    DOCTEST_CHECK(job.get("rlnJobType") == "99");
    DOCTEST_CHECK(job.get("_rlnName") == "a b");
    DOCTEST_CHECK(job.get("rlnEmpty") == "");
    DOCTEST_CHECK(job.get("rlnNext") == "data_x");
    DOCTEST_CHECK_FALSE(job.get("rlnOther"));
    DOCTEST_CHECK(job.number(0, 4) == 7);
}

DOCTEST_TEST_CASE("empty text, empty blocks and header-only loops") {
    for (const char* text : {"", "\n", " \t\r\n\n", "# only a comment", "\xEF\xBB\xBF"}) {
        DOCTEST_CHECK(starfile::parse(text).blocks.empty());
    }
    const File empty = starfile::parse("data_");
    DOCTEST_REQUIRE(empty.blocks.size() == 1);
    DOCTEST_CHECK(empty.blocks[0].name().empty());
    DOCTEST_CHECK(empty.find("") == &empty.blocks[0]);
    DOCTEST_CHECK(empty.blocks[0].rows() == 0);
    const File headers = starfile::parse("data_a\nloop_\n_x #1\n_y #2\n\ndata_b\nloop_\n_x\n_y\ndata_c\n\nloop_\n_z\n\n"
                                         "data_d\n_k 1\ndata_e\nloop_");
    DOCTEST_REQUIRE(headers.blocks.size() == 5);
    for (const std::size_t block : {0, 1, 2, 4}) {
        DOCTEST_CHECK(headers.blocks[block].is_loop());
        DOCTEST_CHECK(headers.blocks[block].rows() == 0);
    }
    DOCTEST_CHECK(headers.blocks[0].columns() == 2);
    DOCTEST_CHECK(headers.blocks[2].columns() == 1);
    DOCTEST_CHECK(headers.blocks[2].numbers(0).empty());
    DOCTEST_CHECK_FALSE(headers.blocks[0].get("x"));
}

DOCTEST_TEST_CASE("labels with and without numbers, tabs and comments") {
    const File file =
        starfile::parse("data_\nloop_\n_a #1\n_b  #7\n_c\t#3\n_d\n_e#5\n\n;skipped\n# so\n_f # x y\n1 2 3 4 5 6\n");
    const Block& block = file.blocks.at(0);
    const char* const expected[] = {"a", "b", "c", "d", "e", "f"};
    DOCTEST_REQUIRE(block.columns() == 6);
    for (std::size_t column = 0; column < 6; ++column) {
        DOCTEST_CHECK(block.label(column) == expected[column]);
        DOCTEST_CHECK(block.number(0, column) == static_cast<double>(column + 1));
    }
}

DOCTEST_TEST_CASE("line ends, tabs, indentation and a missing last newline change nothing") {
    const std::string unix_text = two_blocks;
    std::string dos_text, indented = "  \t";
    for (const char c : unix_text) {
        dos_text += c == '\n' ? std::string("\r\n") : std::string(1, c);
        indented += c == '\n' ? std::string("\t\n \t") : c == ' ' ? std::string("\t  ") : std::string(1, c);
    }
    const std::string cut = unix_text.substr(0, unix_text.find_last_not_of(" \n") + 1);
    const std::string expected = starfile::to_string(starfile::parse(unix_text));
    DOCTEST_CHECK(starfile::to_string(starfile::parse(dos_text)) == expected);
    DOCTEST_CHECK(starfile::to_string(starfile::parse(dos_text + "\r")) == expected);
    DOCTEST_CHECK(starfile::to_string(starfile::parse(cut)) == expected);
    DOCTEST_CHECK(starfile::to_string(starfile::parse(indented)) == expected);
    DOCTEST_CHECK(starfile::to_string(starfile::parse("\xEF\xBB\xBF" + unix_text)) == expected);
}

DOCTEST_TEST_CASE("what is no STAR file is refused with the place") {
    DOCTEST_CHECK(
        has(complaint("Micrographs/a.star\n"), "x.star:1: text before the first data_ line: 'Micrographs/a.star'"));
    DOCTEST_CHECK(has(complaint("data_a b\n"), "x.star:1: a block name holds no blanks"));
    DOCTEST_CHECK(has(complaint("data_a\n\nvalue\n"), "x.star:3: expected loop_, a _label or a data_ line in data_a"));
    DOCTEST_CHECK(has(complaint("data_a\n_x 1\nloop_\n_y\n2\n"), "x.star:3: loop_ after a list in data_a"));
    DOCTEST_CHECK(has(complaint("data_a\n_x\n"), "x.star:2: label '_x' has no value in data_a"));
    DOCTEST_CHECK(has(complaint("data_a\n_x 1 2\n"), "x.star:2: more than one value for '_x'"));
    DOCTEST_CHECK(has(complaint("data_a\n_ 1\n"), "x.star:2: a label without a name"));
    DOCTEST_CHECK(has(complaint("data_a\nloop_\n_\n"), "x.star:3: a label without a name"));
    DOCTEST_CHECK(has(complaint("data_a\nloop_\n_x 5\n"), "x.star:3: label '_x' of a loop_ is followed by a value"));
    DOCTEST_CHECK(has(complaint("data_a\nloop_\n5\n"), "x.star:3: expected a _label after loop_ in data_a, found '5'"));
    DOCTEST_CHECK(has(complaint("data_a\nloop_\n_x\n\n'open\n"), "x.star:5: no closing ' in data_a"));
    DOCTEST_CHECK(
        has(complaint("data_a\nloop_\n_x\n" + std::string(9u << 20, 'x')), "x.star:4: a value longer than 8 MiB"));
}
