// CSV text as records of fields (RFC 4180), for coordinates and tables of data sets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace picker {

struct CsvRecord {
    std::size_t line = 0; // where it starts, 1-based
    std::vector<std::string> fields;
};

// Quoted fields may hold commas, line breaks and doubled quotes; others are trimmed. Blank lines are skipped. `name` is
// the file, for messages: Error(bad_file) with file and line.
std::vector<CsvRecord> parse_csv(std::string_view bytes, const std::string& name);

// A value as a field: quoted where it has to be.
std::string csv_field(std::string_view value);

} // namespace picker
