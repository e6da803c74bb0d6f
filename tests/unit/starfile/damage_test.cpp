// Damaged files: whatever the bytes, reading gives a file or an Error, and what it gives can be written and read again.
#include "starfile/starfile.hpp"
#include "unit/check.hpp"
#include "unit/starfile/compare.hpp"

#include <random>
#include <string>

namespace {

const std::string whole = "\n# version 30001\r\n\ndata_optics\n\n_rlnVoltage  300.0\n_rlnName 'optics group' # x\n\n"
                          "data_particles\n\nloop_ \n_rlnMicrographName #1 \n_rlnCoordinateX #2\n_rlnNote\n"
                          "data_2024/\xC3\xA4.mrc 1.5 \"a\a\" b\"\nm.mrc\t2.5 \"\"\n# gone\n  _m.mrc 3.5 it's\n \n\n"
                          "data_one\nloop_\n_only\ndata_1\n'#2'\n\ndata_\nloop_\n_none\n\ndata_last\n_x 1";

// Returns whether `text` was read.
bool survives(const std::string& text) {
    try {
        const starfile::File file = starfile::parse(text);
        for (const starfile::Block& block : file.blocks) {
            for (std::size_t row = 0; row < block.rows(); ++row) {
                DOCTEST_CHECK((block.line(row) > 0 || text.empty()));
            }
        }
        std::string written;
        try {
            written = starfile::to_string(file);
        } catch (const starfile::Error&) { // a BEL that cannot be quoted
            return true;
        }
        check_same(file, starfile::parse(written));
        return true;
    } catch (const starfile::Error& error) {
        DOCTEST_CHECK(error.line() > 0);
        return false;
    }
}

} // namespace

DOCTEST_TEST_CASE("a file cut at any byte") {
    DOCTEST_CHECK(survives(whole));
    std::size_t read = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        read += survives(whole.substr(0, size));
    }
    DOCTEST_CHECK(read > 20);                // cuts at line ends leave valid files
    DOCTEST_CHECK(read < whole.size() - 20); // cuts inside rows do not
}

DOCTEST_TEST_CASE("a file whose beginning is gone, and one with any byte replaced or removed") {
    for (std::size_t at = 0; at < whole.size(); ++at) {
        survives(whole.substr(at));
        survives(whole.substr(0, at) + whole.substr(at + 1));
        for (const char c : {'\n', ' ', '\t', '"', '\'', '#', '_', '\a', '\r', '\0', '\xFF'}) {
            std::string damaged = whole;
            damaged[at] = c;
            survives(damaged);
        }
    }
}

DOCTEST_TEST_CASE("random bytes") {
    std::mt19937 random(1);
    const std::string alphabet("dataloop_ \n\t\r\"'#;\a\0\xFF", 21);
    for (int round = 0; round < 3000; ++round) {
        std::string text = round % 2 ? "data_x\nloop_\n_a\n_b\n" : "";
        for (auto i = random() % 60; i > 0; --i) {
            text += alphabet[random() % alphabet.size()];
        }
        survives(text);
    }
}
