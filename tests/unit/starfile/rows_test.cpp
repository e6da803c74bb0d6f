// Rows: where they begin and end, how values are quoted, and what is wrong with a row.
#include "starfile/starfile.hpp"
#include "unit/check.hpp"

#include <cmath>
#include <string>
#include <vector>

using starfile::Block;
using starfile::File;

namespace {

std::string complaint(const std::string& text) {
    try {
        starfile::parse(text, "x.star");
    } catch (const starfile::Error& error) {
        return error.what();
    }
    return "";
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

// The values of a block that begins with `columns` labels and goes on with `text`.
std::vector<std::string> values(std::size_t columns, const std::string& text) {
    std::string all = "data_\nloop_\n";
    for (std::size_t column = 0; column < columns; ++column) {
        all += "_c" + std::to_string(column) + "\n";
    }
    const File file = starfile::parse(all + text);
    std::vector<std::string> found;
    for (std::size_t row = 0; row < file.blocks.at(0).rows(); ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            found.emplace_back(file.blocks[0].value(row, column));
        }
    }
    return found;
}

using List = std::vector<std::string>;

} // namespace

DOCTEST_TEST_CASE("quotes as RELION reads them") {
    DOCTEST_CHECK(values(2, "\"a b\" 'c\td'\n") == List{"a b", "c\td"});
    DOCTEST_CHECK(values(2, "\"\" ''\n") == List{"", ""});
    DOCTEST_CHECK(values(2, "'it's' \"say \"hi\"\"\n") == List{"it's", "say \"hi\""});
    DOCTEST_CHECK(values(2, "a\"b c'd\n") == List{"a\"b", "c'd"});
    DOCTEST_CHECK(values(2, "\"a\a\" b\" c\r\n") == List{"a\" b", "c"});
    DOCTEST_CHECK(values(1, "'# no comment'\r\n") == List{"# no comment"});
    DOCTEST_CHECK(values(2, "x#1 y # a comment\nz w#v #\n \n") == List{"x#1", "y", "z", "w#v"});
}

DOCTEST_TEST_CASE("values that look like something else") {
    DOCTEST_CHECK(values(2, "data_2024/m.mrc 1\nloop_ 2\n_x 3\n$$v 4\nsave_ 5\n1 data_2\n") ==
                  List{"data_2024/m.mrc", "1", "loop_", "2", "_x", "3", "$$v", "4", "save_", "5", "1", "data_2"});
    DOCTEST_CHECK(values(2, "_x 3\n1 2\n") == List{"_x", "3", "1", "2"}); // more than a comment follows: no label
    DOCTEST_CHECK(values(2, "a;b ;c\n;d e;\n") == List{"a;b", ";c", ";d", "e;"});
    DOCTEST_CHECK(values(2, "a\vb \x01\n? .\n") == List{"a\vb", "\x01", "?", "."});
    DOCTEST_CHECK(values(2, "a\rb c\r\n") == List{"a\rb", "c"});
    DOCTEST_CHECK(values(2, std::string("a\0b c\n", 6)) == List{std::string("a\0b", 3), "c"});
}

DOCTEST_TEST_CASE("words of every length at every offset, against a naive split") {
    for (std::size_t length = 1; length < 40; ++length) {
        for (std::size_t blanks = 1; blanks < 20; ++blanks) {
            const std::string word(length, static_cast<char>(0x80 + length)), gap(blanks, ' ');
            DOCTEST_CHECK(values(2, gap + word + gap + "\t" + gap + word + "x" + gap + "\n") == List{word, word + "x"});
        }
    }
}

DOCTEST_TEST_CASE("where rows end") {
    // A comment between rows is skipped and keeps the line numbers right.
    const File commented = starfile::parse("data_\nloop_\n_a\n_b\n1 2\n# 3 4\n5 6 # x\n\n# end\n");
    DOCTEST_CHECK(commented.blocks.at(0).rows() == 2);
    DOCTEST_CHECK(commented.blocks[0].line(0) == 5);
    DOCTEST_CHECK(commented.blocks[0].line(1) == 7);
    // A lone data_ line cannot be a row of two columns or more; of one column it is a value, as for RELION.
    const File adjacent = starfile::parse("data_a\nloop_\n_x\n_y\n1 2\ndata_b\n_z 3\n");
    DOCTEST_REQUIRE(adjacent.blocks.size() == 2);
    DOCTEST_CHECK(adjacent.blocks[0].rows() == 1);
    DOCTEST_CHECK(adjacent.blocks[1].get("z") == "3");
    DOCTEST_CHECK(values(1, "data_a\ndata_b\nloop_\n_c\n") == List{"data_a", "data_b", "loop_", "_c"});
    DOCTEST_CHECK(starfile::parse("data_a\nloop_\n_x\n1\n\ndata_b\n").blocks.size() == 2);
    // Blank lines before the first row are nothing; after it they end the rows, and what follows is no longer read.
    DOCTEST_CHECK(values(2, "\n\n1 2\n \t\n\n") == List{"1", "2"});
    DOCTEST_CHECK(has(complaint("data_p\nloop_\n_a\n_b\n1 2\n\n3 4\n"), "x.star:7: rows or text after the blank line"));
    DOCTEST_CHECK(has(complaint("data_p\nloop_\n_a\n_b\n1 2\n\ndata_3 4\n"), "x.star:7: rows or text after"));
    DOCTEST_CHECK(has(complaint("data_p\nloop_\n_a\n_b\n1 2\n\n;3 4\n"), "x.star:7: rows or text after"));
    DOCTEST_CHECK(has(complaint("data_p\nloop_\n_a\n_b\n1 2\n\nloop_\n"), "x.star:7: rows or text after"));
}

DOCTEST_TEST_CASE("rows of the wrong length") {
    const std::string head = "data_p\nloop_\n_a\n_b\n_c\n";
    DOCTEST_CHECK(has(complaint(head + "1 2 3\n1 2\n"), "x.star:7: expected 3 values in data_p, found 2"));
    DOCTEST_CHECK(has(complaint(head + "1 2 3 4 'a b' # 6\n"), "x.star:6: expected 3 values in data_p, found 5"));
    DOCTEST_CHECK(has(complaint(head + "1 2 # 3\n"), "x.star:6: expected 3 values in data_p, found 2"));
    DOCTEST_CHECK(has(complaint(head + "1 2 3\nloop_\n"), "x.star:7: expected 3 values in data_p, found 1"));
    DOCTEST_CHECK(has(complaint(head + "1 2 3\n#\n\"a b\" 2 \"c"), "x.star:8: no closing \" in data_p"));
}

DOCTEST_TEST_CASE("many rows, whose length changes on the way") {
    std::string text = "data_a\nloop_\n_i\n_t\n";
    std::size_t expected = 0;
    for (int i = 0; i < 30000; ++i) {
        text += std::to_string(i) + " " + std::string(i < 5000 ? 300 : i % 7 + 1, 'x') + "\n";
        expected += i < 5000 ? 300 : i % 7 + 1;
    }
    const File file = starfile::parse(text);
    const Block& block = file.blocks.at(0);
    DOCTEST_REQUIRE(block.rows() == 30000);
    std::size_t found = 0;
    for (std::size_t row = 0; row < block.rows(); ++row) {
        found += block.value(row, 1).size();
    }
    DOCTEST_CHECK(found == expected);
    const std::vector<double> numbers = block.numbers(0);
    DOCTEST_CHECK(numbers.front() == 0);
    DOCTEST_CHECK(numbers[12345] == 12345);
    DOCTEST_CHECK(numbers.back() == 29999);
    DOCTEST_CHECK(block.line(29999) == 30004);
}

DOCTEST_TEST_CASE("numbers, and what is none") {
    const File file =
        starfile::parse("data_p\nloop_\n_a\n_rlnB\n1 1e2\n2 +1.5\n3 -.5\n4 1e-999\n5 nan\n6 0x10\n7 \"\"\n8 1.5px\n"
                        "9 +-1\n10 1,5\n11 1e999\n12 \"1 \"\n13 +\n",
                        "dir/p.star");
    const Block& block = file.blocks.at(0);
    DOCTEST_CHECK(block.number(0, 1) == 100);
    DOCTEST_CHECK(block.number(1, 1) == 1.5);
    DOCTEST_CHECK(block.number(2, 1) == -0.5);
    DOCTEST_CHECK(block.number(3, 1) == 0);
    DOCTEST_CHECK(std::isnan(block.number(4, 1)));
    for (std::size_t row = 5; row < block.rows(); ++row) {
        DOCTEST_CHECK_THROWS_AS(block.number(row, 1), starfile::Error);
    }
    DOCTEST_CHECK_THROWS_WITH_AS(block.number(7, 1), "dir/p.star:12: _rlnB is not a number: '1.5px', row 8 in data_p",
                                 starfile::Error);
    DOCTEST_CHECK_THROWS_WITH_AS(block.numbers(1), "dir/p.star:10: _rlnB is not a number: '0x10', row 6 in data_p",
                                 starfile::Error);
    DOCTEST_CHECK(block.numbers(0).size() == 13);
    DOCTEST_CHECK_THROWS_AS(block.value(13, 0), std::out_of_range);
    DOCTEST_CHECK_THROWS_AS(block.value(0, 2), std::out_of_range);
    DOCTEST_CHECK_THROWS_AS(block.numbers(2), std::out_of_range);
}
