// Files that both this library and gemmi can read hold the same for both, and gemmi reads what is written here.
#include "starfile/starfile.hpp"
#include "unit/check.hpp"

#include <gemmi/cif.hpp>
#include <random>
#include <string>
#include <string_view>

namespace cif = gemmi::cif;

namespace {

// Compares block by block. gemmi writes '#' or ' ' for the empty name of a block.
void check_same_as_gemmi(const starfile::File& ours, const std::string& text) {
    const cif::Document theirs = cif::read_string(text);
    DOCTEST_REQUIRE(theirs.blocks.size() == ours.blocks.size());
    for (std::size_t i = 0; i < ours.blocks.size(); ++i) {
        const starfile::Block& block = ours.blocks[i];
        const cif::Block& other = theirs.blocks[i];
        DOCTEST_CHECK((other.name == block.name() || (block.name().empty() && other.name.size() == 1)));
        if (!block.is_loop()) {
            for (std::size_t column = 0; column < block.columns(); ++column) {
                const std::string* value = other.find_value("_" + block.label(column));
                DOCTEST_REQUIRE(value != nullptr);
                DOCTEST_CHECK(cif::as_string(*value) == block.value(0, column));
            }
            continue;
        }
        DOCTEST_REQUIRE(other.items.size() == 1);
        const cif::Loop& loop = other.items[0].loop;
        DOCTEST_REQUIRE(loop.width() == block.columns());
        DOCTEST_REQUIRE(loop.length() == block.rows());
        for (std::size_t column = 0; column < block.columns(); ++column) {
            DOCTEST_CHECK(loop.tags[column] == "_" + block.label(column));
            for (std::size_t row = 0; row < block.rows(); ++row) {
                DOCTEST_CHECK(cif::as_string(loop.val(row, column)) == block.value(row, column));
            }
        }
    }
}

} // namespace

DOCTEST_TEST_CASE("the same as gemmi, on RELION's own layout") {
    const std::string text = "\n# version 30001\n\ndata_general\n\n_rlnA 'x y'\n_rlnB \"it's\" # "
                             "note\n\ndata_optics\n\nloop_ \n_rlnOpticsGroup #1 \n"
                             "_rlnVoltage #2 \n           1   300.000000 \n \n\n# version "
                             "30001\n\ndata_particles\n\nloop_ \n_rlnImageName #1 \n"
                             "_rlnCoordinateX #2 \n_rlnNote #3 \n000001@a/b.mrcs   10.5 \"two words\" "
                             "\n000002@a/b.mrcs\t-3.25 '' # end\n \n";
    check_same_as_gemmi(starfile::parse(text), text);
    std::string dos;
    for (const char c : text) {
        dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
    }
    check_same_as_gemmi(starfile::parse(dos), dos);
    check_same_as_gemmi(starfile::parse(""), "");
}

DOCTEST_TEST_CASE("gemmi reads what is written here") {
    std::mt19937 random(5);
    const std::string alphabet = "aZ09 \"'#_$;./@dl";
    const char* const words[] = {"data_2024/m.mrc", "loop_",    "_x", "$$v", "save_a", "[1]",
                                 "STOP_",           "global_x", "#1", ""};
    for (int round = 0; round < 100; ++round) {
        starfile::File file;
        file.blocks.emplace_back("list", false);
        file.blocks.emplace_back("");
        file.blocks.back().set_version(30001);
        for (const char* label : {"a", "b", "c"}) {
            file.blocks.back().add_column(label);
        }
        for (unsigned row = 0; row < 20; ++row) {
            std::vector<std::string> values;
            for (int column = 0; column < 3; ++column) {
                std::string value = words[random() % 10];
                if (random() % 2) {
                    value.assign(random() % 8, ' ');
                    for (char& c : value) {
                        c = alphabet[random() % alphabet.size()];
                    }
                }
                // Not for CIF: RELION's escape, which is needed when both quotes stand before a blank or '#'; nulls.
                const bool single = value.find("' ") != value.npos || value.find("'#") != value.npos;
                const bool twofold = value.find("\" ") != value.npos || value.find("\"#") != value.npos;
                values.push_back((single && twofold) || value == "." || value == "?" ? "x" : value);
            }
            file.blocks[0].set(std::string("k").append(std::to_string(row)), values[0]);
            file.blocks.back().add_row(values);
        }
        check_same_as_gemmi(file, starfile::to_string(file));
    }
}
