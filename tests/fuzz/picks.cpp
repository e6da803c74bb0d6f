// Targets: coordinate files. What is read must be a sound table, and must survive being written in other formats.
#include "core/picks.hpp"

#include "io/cs_picks.hpp"
#include "io/cs_table.hpp"
#include "io/picks_file.hpp"
#include "targets.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace fuzz {
namespace {

using Places = std::vector<std::pair<double, double>>;

Places places_of(const picker::PicksByMicrograph& entries) {
    Places out;
    for (const auto& [name, picks] : entries) {
        for (std::size_t i = 0; i < picks.size(); ++i) {
            out.emplace_back(picks.x[i], picks.y[i]);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

void check_table(const picker::PicksByMicrograph& entries) {
    for (const auto& [name, picks] : entries) {
        require(picks.x.size() == picks.y.size() && picks.x.size() == picks.score.size(), "columns differ in length");
        for (std::size_t i = 0; i < picks.size(); ++i) {
            require(std::isfinite(picks.x[i]) && std::isfinite(picks.y[i]), "a coordinate is not finite");
        }
        for (const auto& [column, values] : picks.columns()) {
            require(values.size() == picks.size(), "a further column differs in length");
        }
        for (const auto& [column, values] : picks.text_columns()) {
            require(values.size() == picks.size(), "a text column differs in length");
        }
    }
}

// Written and read again there are as many picks; in a .csv at the same places, to the bit.
void copy(const picker::PicksByMicrograph& entries, const char* format, bool exact) {
    std::map<std::string, const picker::Picks*> all;
    for (const auto& [name, picks] : entries) {
        all[name] = &picks;
    }
    const std::filesystem::path path = folder() / (std::string("copy.") + format);
    try {
        picker::write_picks(path, all, {}, format);
    } catch (const picker::Error& error) { // a name or value that the format cannot hold
        require(error.status() != picker::Status::internal, "picks cannot be written, as a fault of the library");
        return;
    }
    const Places before = places_of(entries), after = places_of(picker::read_picks(path, format));
    require(before.size() == after.size(), "a copy has another number of picks");
    require(!exact || before == after, "a copy has picks at other places");
}

void picks(Bytes bytes, const char* name, const char* format) {
    const std::filesystem::path path = file(name, bytes);
    picker::PicksByMicrograph entries;
    if (!takes(path, [&] { entries = picker::read_picks(path, format); })) {
        return;
    }
    check_table(entries);
    copy(entries, "csv", true);
    copy(entries, "star", false);
}

} // namespace

void star(Bytes bytes) {
    picks(bytes, "in.star", "star");
}

void box(Bytes bytes) {
    picks(bytes, "in.box", "box");
}

void cbox(Bytes bytes) {
    picks(bytes, "in.cbox", "cbox");
}

void csv(Bytes bytes) {
    picks(bytes, "in.csv", "csv");
}

void eman(Bytes bytes) {
    picks(bytes, "in_info.json", "eman");
}

// Every column, also those that coordinates do not need; then as coordinates.
void cs(Bytes bytes) {
    const std::filesystem::path path = file("in.cs", bytes);
    picker::CsTable table;
    if (takes(path, [&] { table = picker::read_cs(path); })) {
        for (const picker::CsColumn& column : table.columns) {
            require(column.field.is_text() ? column.texts.size() == table.rows
                                           : column.bytes.size() == table.rows * column.field.row_bytes(),
                    "a column of a .cs has not all its rows");
            for (std::size_t row = 0; row < std::min<std::size_t>(table.rows, 4); ++row) {
                (void)column.text(row);
            }
        }
    }
    picks(bytes, "in.cs", "cs");
}

} // namespace fuzz
