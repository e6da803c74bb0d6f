// Reading CSV (csv.hpp).
#include "io/csv.hpp"

#include "core/error.hpp"
#include "io/picks_formats.hpp"

#include <algorithm>
#include <utility>

namespace picker {

std::vector<CsvRecord> parse_csv(std::string_view bytes, const std::string& name) {
    if (bytes.starts_with("\xEF\xBB\xBF")) {
        bytes.remove_prefix(3); // the byte order mark of spreadsheets
    }
    std::vector<CsvRecord> records;
    std::size_t line = 1;
    std::size_t i = 0;
    while (i < bytes.size()) {
        CsvRecord record;
        record.line = line;
        bool more = true;
        while (more) {
            std::string field;
            bool quoted = false;
            if (i < bytes.size() && bytes[i] == '"') {
                quoted = true;
                ++i;
                while (i < bytes.size() && (bytes[i] != '"' || (i + 1 < bytes.size() && bytes[i + 1] == '"'))) {
                    line += bytes[i] == '\n' ? 1U : 0U;
                    i += bytes[i] == '"' ? 1U : 0U;
                    field += bytes[i++];
                }
                if (i == bytes.size()) {
                    fail(Status::bad_file, name, ":", record.line, ": a quoted value has no closing quote; add it");
                }
                ++i;
            }
            const std::size_t end = std::min(bytes.find_first_of(",\n", i), bytes.size());
            const std::string_view plain = trimmed(bytes.substr(i, end - i));
            if (quoted && !plain.empty()) {
                fail(Status::bad_file, name, ":", record.line,
                     ": text after a closing quote; double the quotes inside");
            }
            field += plain;
            record.fields.push_back(std::move(field));
            more = end < bytes.size() && bytes[end] == ',';
            i = end + 1;
        }
        ++line;
        if (record.fields.size() > 1 || !record.fields[0].empty()) {
            records.push_back(std::move(record));
        }
    }
    return records;
}

std::string csv_field(std::string_view value) {
    if (value.find_first_of(",\"\r\n") == value.npos && trimmed(value).size() == value.size()) {
        return std::string(value);
    }
    std::string out = "\"";
    for (const char c : value) {
        out.append(c == '"' ? 2 : 1, c);
    }
    return out + '"';
}

} // namespace picker
