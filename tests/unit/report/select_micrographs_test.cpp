// Micrographs of a cryoSPARC list chosen by quality: rows with every field as it was.
#include "core/error.hpp"
#include "folder.hpp"
#include "io/atomic_file.hpp"
#include "io/cs_table.hpp"
#include "report/select_micrographs.hpp"
#include "unit/check.hpp"

#include <cstring>

using namespace picker;

namespace {

CsColumn numbers(const std::string& name, char kind, const std::vector<std::uint64_t>& values) {
    CsColumn column{{name, kind, 8, {}}, {}, {}};
    for (const std::uint64_t value : values) {
        std::array<char, 8> bytes{};
        std::memcpy(bytes.data(), &value, 8);
        column.bytes.insert(column.bytes.end(), bytes.begin(), bytes.end());
    }
    return column;
}

} // namespace

DOCTEST_TEST_CASE("the rows of a .cs list whose micrograph passes stay, with every field") {
    const io_testing::Folder folder;
    const auto run = folder.path() / "run";
    std::filesystem::create_directories(run);
    const auto image = [](int i) {
        return "J1/000000000000000000" + std::to_string(i) + "_m" + std::to_string(i) + ".mrc";
    };
    std::string records;
    for (const int i : {1, 2, 3}) {
        const std::string stem = "m" + std::to_string(i);
        std::string record = report_testing::record(image(i), stem, "done");
        record.replace(record.find("\"picks\": 2"), 10, "\"picks\": " + std::to_string(10 * i));
        records += (i > 1 ? ", " : "") + record;
        write_whole(run / (stem + ".star"), report_testing::star({{1, 2, 0.9}}));
        std::filesystem::create_directories(folder.path() / "J1");
        write_whole(folder.path() / image(i), "");
    }
    write_whole(run / "run.json", report_testing::run_json(records));
    CsColumn paths{{"micrograph_blob/path", 'S', 40, {}}, {}, {image(3), image(1), image(2)}};
    const auto list = folder.path() / "exposures.cs";
    write_whole(list, numpy_bytes({numbers("uid", 'u', {33, 11, 22}), paths, numbers("ctf/other", 'u', {7, 8, 9})}, 3));

    const SelectedMicrographs selected = select_micrographs(run, {{"picks >= 15"}, list, folder.path() / "out"});
    DOCTEST_CHECK(selected.micrographs == 3);
    DOCTEST_CHECK(selected.selected == 2);
    DOCTEST_CHECK(selected.failing == std::vector<std::size_t>{1});
    const CsTable table = read_cs(folder.path() / "out" / "micrographs_selected.cs");
    DOCTEST_REQUIRE(table.rows == 2);
    DOCTEST_CHECK(table.names == std::vector<std::string>{"uid", "micrograph_blob/path", "ctf/other"});
    DOCTEST_CHECK(table.find("uid")->whole(0) == 33);
    DOCTEST_CHECK(table.find("uid")->whole(1) == 22);
    DOCTEST_CHECK(table.find("ctf/other")->whole(1) == 9);
    DOCTEST_CHECK(table.find("micrograph_blob/path")->texts[1] == image(2));
    // Nothing passes: a list without rows, which is an answer.
    DOCTEST_CHECK(select_micrographs(run, {{"picks > 100"}, list, folder.path() / "none"}).selected == 0);
    DOCTEST_CHECK(read_cs(folder.path() / "none" / "micrographs_selected.cs").rows == 0);
}
