// Blocks made and changed in memory: rows, columns, lists, and copies that share until one is changed.
#include "starfile/starfile.hpp"
#include "unit/check.hpp"

#include <stdexcept>
#include <string>

using starfile::Block;
using starfile::File;

DOCTEST_TEST_CASE("a loop made in memory") {
    Block block("particles");
    DOCTEST_CHECK(block.is_loop());
    DOCTEST_CHECK(block.rows() == 0);
    DOCTEST_CHECK(block.add_column("_rlnCoordinateX") == 0);
    DOCTEST_CHECK(block.add_column("rlnCoordinateY") == 1);
    block.add_row({"1.5", "2.5"});
    block.add_row({"3.5", ""});
    DOCTEST_CHECK(block.rows() == 2);
    DOCTEST_CHECK(block.add_column("rlnClassNumber", "7") == 2);
    block.add_row({"", "", "8"});
    DOCTEST_CHECK(block.label(0) == "rlnCoordinateX");
    DOCTEST_CHECK(block.value(0, 1) == "2.5");
    DOCTEST_CHECK(block.value(1, 0) == "3.5");
    DOCTEST_CHECK(block.value(1, 1) == "");
    DOCTEST_CHECK(block.value(1, 2) == "7");
    DOCTEST_CHECK(block.value(2, 2) == "8");
    block.set(1, 2, "nine");
    DOCTEST_CHECK(block.value(0, 2) == "7"); // its neighbour came from the same fill
    DOCTEST_CHECK(block.value(1, 2) == "nine");
    DOCTEST_CHECK(block.line(0) == 0);
    DOCTEST_CHECK(block.source().empty());
    DOCTEST_CHECK_THROWS_WITH_AS(block.number(1, 2), "_rlnClassNumber is not a number: 'nine', row 2 in data_particles",
                                 starfile::Error);
}

DOCTEST_TEST_CASE("a list made in memory") {
    Block list("job", false);
    DOCTEST_CHECK(list.rows() == 0);
    list.set("_rlnJobType", "99");
    list.set("rlnName", "a b");
    list.set("rlnJobType", "100");
    list.add_column("rlnEmpty");
    DOCTEST_CHECK(list.rows() == 1);
    DOCTEST_CHECK(list.columns() == 3);
    DOCTEST_CHECK(list.get("rlnJobType") == "100");
    DOCTEST_CHECK(list.get("rlnName") == "a b");
    DOCTEST_CHECK(list.get("rlnEmpty") == "");
    DOCTEST_CHECK_THROWS_AS(list.add_row({"1", "2", "3"}), starfile::Error);
}

DOCTEST_TEST_CASE("a copy is independent, whichever of the two is changed") {
    File file = starfile::parse("data_a\nloop_\n_x\n_y\n1 'two words'\n3 \"b\a\" c\"\n", "x.star");
    Block& original = file.blocks[0];
    Block copy = original;
    const std::string_view before = original.value(0, 1);
    copy.set(0, 1, "new");
    original.set(1, 0, original.value(1, 1)); // from its own storage
    DOCTEST_CHECK(copy.value(0, 1) == "new");
    DOCTEST_CHECK(original.value(0, 1) == "two words");
    DOCTEST_CHECK(before == "two words");
    DOCTEST_CHECK(before.data() == original.value(0, 1).data());
    DOCTEST_CHECK(original.value(1, 0) == "b\" c");
    DOCTEST_CHECK(copy.value(1, 0) == "3");
    DOCTEST_CHECK(copy.value(1, 1) == "b\" c");
    copy.add_column("z", "0");
    copy.add_row({"5", "6", "7"});
    DOCTEST_CHECK(original.columns() == 2);
    DOCTEST_CHECK(original.rows() == 2);
    DOCTEST_CHECK(copy.value(0, 1) == "new");
    DOCTEST_CHECK(copy.value(2, 2) == "7");
    DOCTEST_CHECK(copy.line(1) == 6);
    DOCTEST_CHECK(copy.line(2) == 0);
    const Block kept = copy;
    file.blocks.clear(); // the text lives as long as a block needs it
    DOCTEST_CHECK(kept.value(0, 0) == "1");
    DOCTEST_CHECK(kept.value(1, 1) == "b\" c");
}

DOCTEST_TEST_CASE("many and long values stay apart") {
    Block block("a");
    block.add_column("x");
    block.add_column("y");
    for (int i = 0; i < 3000; ++i) {
        block.add_row({std::string(static_cast<std::size_t>(i) * 17 % 40000, static_cast<char>('a' + i % 26)),
                       std::to_string(i)});
    }
    for (int i = 0; i < 3000; ++i) {
        const auto row = static_cast<std::size_t>(i);
        DOCTEST_REQUIRE(block.value(row, 0) == std::string(row * 17 % 40000, static_cast<char>('a' + i % 26)));
        DOCTEST_REQUIRE(block.number(row, 1) == i);
    }
}

DOCTEST_TEST_CASE("what a file could not hold is refused, and changes nothing") {
    Block block("a");
    block.add_column("x");
    block.add_row({"1"});
    DOCTEST_CHECK_THROWS_AS(block.set(0, 0, "a\nb"), starfile::Error);
    DOCTEST_CHECK_THROWS_AS(block.set(0, 0, std::string(9u << 20, 'x')), starfile::Error);
    DOCTEST_CHECK_THROWS_AS(block.add_row({"1", "2"}), starfile::Error);
    DOCTEST_CHECK_THROWS_AS(block.add_row({"\n"}), starfile::Error);
    DOCTEST_CHECK_THROWS_AS(block.add_row({}), starfile::Error);
    for (const char* label : {"", "_", "a b", "a#1", "_x", "a\n"}) {
        DOCTEST_CHECK_THROWS_AS(block.add_column(label), starfile::Error);
    }
    DOCTEST_CHECK_THROWS_AS(block.add_column("y", "\n"), starfile::Error);
    DOCTEST_CHECK_THROWS_AS(block.set("x", "1"), starfile::Error); // a loop needs the row
    DOCTEST_CHECK_THROWS_AS(block.set(1, 0, "1"), std::out_of_range);
    DOCTEST_CHECK(block.rows() == 1);
    DOCTEST_CHECK(block.columns() == 1);
    DOCTEST_CHECK(block.value(0, 0) == "1");
}
