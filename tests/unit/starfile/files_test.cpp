// Reading from disk: names, small and large files (which a second thread reads), and faults at any place.
#include "starfile/starfile.hpp"
#include "unit/check.hpp"
#include "unit/starfile/compare.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <unistd.h>

using starfile::File;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

struct Folder { // gone with its content at the end of the test
    std::filesystem::path path = std::filesystem::temp_directory_path() / ("starfile_test_" + std::to_string(getpid()));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path file(const std::string& name, const std::string& text) const {
        std::ofstream(path / name, std::ios::binary) << text;
        return path / name;
    }
};

// About 7 MB, of rows whose length changes.
std::string large_text(std::size_t rows) {
    std::string text = "# version 30001\n\ndata_a\n_x 1\n\ndata_b\nloop_\n_i\n_t\n_u\n";
    for (std::size_t row = 0; row < rows; ++row) {
        text += std::to_string(row);
        text += "  '";
        text.append(row * row % 97, 'x');
        text += " y'\t";
        text.append(1 + row % 5, 'u');
        text += row % 3 ? "\n" : " \r\n";
    }
    return text + "\ndata_c\nloop_\n_k\n1";
}

} // namespace

DOCTEST_TEST_CASE("files: non-ASCII names, nothing inside, a folder, none") {
    const Folder made;
    const auto& folder = made.path;
    const auto path = folder / "Teilchen_\xC3\xA4\xE2\x82\xAC.star";
    std::ofstream(path, std::ios::binary)
        << "data_\nloop_\n_rlnMicrographName\n_n\nMikrographien_\xC3\xBC/\xE6\xBC\xA2.mrc 1\n";
    const File file = starfile::read(path);
    DOCTEST_CHECK(file.blocks.at(0).value(0, 0) == "Mikrographien_\xC3\xBC/\xE6\xBC\xA2.mrc");
    DOCTEST_CHECK(file.blocks.at(0).source() == path.string());
    std::ofstream(folder / "empty.star").close();
    DOCTEST_CHECK(starfile::read(folder / "empty.star").blocks.empty());
    std::string message;
    try {
        starfile::read(folder / "none.star");
    } catch (const std::system_error& error) {
        message = error.what();
        DOCTEST_CHECK(error.code() == std::errc::no_such_file_or_directory);
    }
    DOCTEST_CHECK(has(message, "none.star"));
    DOCTEST_CHECK_THROWS_AS(starfile::read(folder), std::system_error);
}

DOCTEST_TEST_CASE("a large file gives the same as its text") {
    const Folder folder;
    const std::string text = large_text(100000);
    DOCTEST_REQUIRE(text.size() > (5u << 20));
    const File file = starfile::read(folder.file("large.star", text));
    DOCTEST_CHECK(file.blocks.at(1).rows() == 100000);
    DOCTEST_CHECK(file.blocks.at(1).line(99999) == 100010);
    check_same(file, starfile::parse(text));
    // Sizes around the pieces that are read, so that lines are cut in many ways.
    const std::size_t piece = std::size_t(1) << 20;
    for (std::size_t size = 5 * piece - 20; size < 5 * piece + 20; size += 3) {
        std::string cut = text.substr(0, size);
        cut.resize(cut.rfind('\n') + 1); // whole rows
        cut.insert(0, std::string(size - cut.size(), '\n'));
        const File read = starfile::read(folder.file("cut.star", cut));
        DOCTEST_CHECK(starfile::to_string(read) == starfile::to_string(starfile::parse(cut)));
    }
}

DOCTEST_TEST_CASE("faults in a large file") {
    const Folder folder;
    const std::string text = large_text(100000);
    const auto message = [&](const std::string& damaged) -> std::string {
        try {
            starfile::read(folder.file("large.star", damaged));
        } catch (const starfile::Error& error) {
            return error.what();
        }
        return "";
    };
    DOCTEST_CHECK(has(message("x\n" + text), "large.star:1: text before the first data_ line"));
    std::string damaged = text;
    damaged.replace(text.find("\n99998 "), 7, "\n 1 9 8");
    DOCTEST_CHECK(has(message(damaged), "large.star:100009: expected 3 values in data_b, found 5"));
    DOCTEST_CHECK(has(message(text + " 2"), "large.star:100015: expected 1 values in data_c, found 2"));
    // One line longer than the pieces: no row ends for a while.
    const std::string line = "data_a\nloop_\n_a\n_b\n" + std::string(6u << 20, 'x') + " 1\n";
    DOCTEST_CHECK(message(line).empty());
    DOCTEST_CHECK(starfile::read(folder.file("line.star", line)).blocks.at(0).value(0, 0).size() == (6u << 20));
}
