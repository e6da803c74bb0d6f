// cryoSPARC's .cs files as a table of typed columns. Two forms are read: NumPy's (a structured .npy, what jobs leave on
// disk) and CSDAT (cryosparc-tools' stream, LZ4-compressed); NumPy's is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace picker {

// How a field lies in the file.
struct CsField {
    std::string name;
    char kind = 'u';                // NumPy's letter: b i u f c numbers, S U text, O text in CSDAT, V filling bytes
    std::size_t item = 0;           // bytes of one value
    std::vector<std::size_t> shape; // of the sub-array that a row holds; empty for a single value

    bool is_text() const { return kind == 'S' || kind == 'U' || kind == 'O'; }
    std::size_t width() const; // values in a row
    std::size_t row_bytes() const { return width() * item; }
    std::string type() const; // "<u4 (2,)", for messages
};

struct CsColumn {
    CsField field;
    std::vector<char> bytes;        // numbers: little endian, row after row
    std::vector<std::string> texts; // text: one for each row

    double number(std::size_t row, std::size_t index = 0) const;
    std::uint64_t whole(std::size_t row, std::size_t index = 0) const; // of an unsigned field, exact
    // Every value, exact: whole numbers in full, floats with as many digits as they need, sub-arrays with commas.
    std::string text(std::size_t row) const;
};

struct CsTable {
    std::string source; // the file, for messages
    std::size_t rows = 0;
    std::vector<std::string> names; // of all fields in the file, also those that were not kept
    std::vector<CsColumn> columns;

    const CsColumn* find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name) != nullptr; }
};

// Error(bad_file | unsupported | io) naming the file. `wanted`: which fields to keep beside the uid, null for all.
CsTable read_cs(const std::filesystem::path& path, bool (*wanted)(std::string_view) = nullptr);

// NumPy's form, version 1.0: what numpy.load and cryosparc-tools read. Text columns become |S of the longest value.
std::string numpy_bytes(const std::vector<CsColumn>& columns, std::size_t rows);

} // namespace picker
