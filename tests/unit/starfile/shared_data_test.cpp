// Real coordinate files of the data folder beside the source, when it is there.
#include "starfile/starfile.hpp"
#include "unit/check.hpp"
#include "unit/starfile/compare.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

DOCTEST_TEST_CASE("real coordinate files") {
    const std::filesystem::path folder =
        std::filesystem::path(PICKER_SOURCE_DIR) / ".." / "shared" / "data" / "micrographs";
    if (!std::filesystem::is_directory(folder)) {
        DOCTEST_MESSAGE("skipped: the folder of real data is not here");
        return;
    }
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".star") {
            continue;
        }
        ++files;
        const starfile::File file = starfile::read(entry.path());
        DOCTEST_REQUIRE(file.blocks.size() == 1);
        const starfile::Block& block = file.blocks[0];
        DOCTEST_REQUIRE(block.find("rlnCoordinateX"));
        const std::size_t x = *block.find("rlnCoordinateX"), y = *block.find("rlnCoordinateY");
        // The same numbers the slow way: lines that hold a number first.
        std::ifstream lines(entry.path());
        std::string line;
        std::size_t row = 0;
        while (std::getline(lines, line)) {
            std::istringstream words(line);
            std::vector<std::string> values;
            for (std::string word; words >> word;) {
                values.push_back(word);
            }
            if (values.size() == block.columns() && values[0].find_first_not_of("0123456789.-") == std::string::npos) {
                DOCTEST_REQUIRE(row < block.rows());
                DOCTEST_CHECK(block.value(row, x) == values[x]);
                DOCTEST_CHECK(block.value(row, y) == values[y]);
                DOCTEST_CHECK(block.number(row, y) == std::stod(values[y]));
                ++row;
            }
        }
        DOCTEST_CHECK(row == block.rows());
        check_same(file, starfile::parse(starfile::to_string(file)));
    }
    DOCTEST_CHECK(files > 0);
}
