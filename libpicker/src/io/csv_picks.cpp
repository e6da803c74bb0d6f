// CSV (RFC 4180): a header line and one line per pick; columns x, y, score, then whatever else the picks carry.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/csv.hpp"
#include "io/picks_formats.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace picker {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::optional<std::size_t> find_name(const std::vector<std::string>& names,
                                     std::initializer_list<std::string_view> wanted) {
    for (const std::string_view name : wanted) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (lower_case(names[i]) == name) {
                return i;
            }
        }
    }
    return std::nullopt;
}

double number_at(const CsvRecord& record, std::size_t column, const std::string& label, const std::string& name,
                 bool required) {
    const std::string& field = record.fields[column];
    if (!required && field.empty()) {
        return nan;
    }
    const auto value = parse_number(field);
    if (!value || (required && !std::isfinite(*value))) {
        fail(Status::bad_file, name, ":", record.line, ": ", label, " is '", field,
             "', which is no number; correct or remove the line");
    }
    return *value;
}

// A further column is numeric when all its values are; STAR labels and fields of .cs stay text, byte for byte.
bool is_numeric(const std::vector<CsvRecord>& records, std::size_t column) {
    if (stays_text(records[0].fields[column])) {
        return false;
    }
    bool any = false;
    for (std::size_t i = 1; i < records.size(); ++i) {
        const std::string& field = records[i].fields[column];
        if (!field.empty() && !parse_number(field)) {
            return false;
        }
        any = any || !field.empty();
    }
    return any;
}

PicksByMicrograph read_csv(const std::filesystem::path& path) {
    const std::string name = path.string();
    const std::vector<CsvRecord> records = parse_csv(read_whole(path), name);
    PicksByMicrograph out;
    if (records.empty()) {
        out[""];
        return out;
    }
    const std::vector<std::string>& names = records[0].fields;
    const auto x = find_name(names, {"x"});
    const auto y = find_name(names, {"y"});
    if (!x || !y) {
        std::string list;
        for (const std::string& label : names) {
            list += (list.empty() ? "" : ", ") + label;
        }
        fail(Status::not_found, name, " holds no coordinates: its first line names no column ", !x ? "x" : "y",
             " (it reads ", list.substr(0, 200), "); write a header line x,y,score");
    }
    for (const CsvRecord& record : records) {
        if (record.fields.size() != names.size()) {
            fail(Status::bad_file, name, ":", record.line, ": ", record.fields.size(), " values, but the header names ",
                 names.size(), "; correct or remove the line");
        }
    }
    const auto score = find_name(names, {"score", "fom", "confidence"});
    const auto micrograph = find_name(names, {"micrograph"});
    std::vector<std::pair<std::size_t, bool>> others;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != x && i != y && i != score && i != micrograph && !names[i].empty()) {
            others.emplace_back(i, is_numeric(records, i));
        }
    }
    if (!micrograph) {
        out[""];
    }
    for (std::size_t row = 1; row < records.size(); ++row) {
        const CsvRecord& record = records[row];
        Picks& picks = out[micrograph ? record.fields[*micrograph] : std::string()];
        picks.add(number_at(record, *x, "x", name, true), number_at(record, *y, "y", name, true),
                  score ? number_at(record, *score, names[*score], name, false) : nan);
        for (const auto& [column, numeric] : others) {
            if (numeric) {
                picks.ensure_column(names[column], nan).back() = number_at(record, column, names[column], name, false);
            } else {
                picks.ensure_text_column(names[column]).back() = record.fields[column];
            }
        }
    }
    return out;
}

std::string serialise_csv(const std::map<std::string, const Picks*>& entries,
                          const std::map<std::string, PicksContext>& /*contexts*/) {
    const bool named = entries.size() != 1 || !entries.begin()->first.empty();
    Picks all;
    std::vector<const std::string*> names;
    for (const auto& [name, picks] : entries) {
        all.append(*picks);
        names.resize(all.size(), &name);
    }
    std::string out = named ? "micrograph,x,y,score" : "x,y,score";
    for (const auto& [name, values] : all.columns()) {
        out += ',' + csv_field(name);
    }
    for (const auto& [name, values] : all.text_columns()) {
        out += ',' + csv_field(name);
    }
    out += '\n';
    for (std::size_t row = 0; row < all.size(); ++row) {
        if (named) {
            out += csv_field(*names[row]) + ',';
        }
        out += shortest_number(all.x[row]) + ',' + shortest_number(all.y[row]) + ',' + shortest_number(all.score[row]);
        for (const auto& [name, values] : all.columns()) {
            out += ',' + shortest_number(values[row]);
        }
        for (const auto& [name, values] : all.text_columns()) {
            out += ',' + csv_field(values[row]);
        }
        out += '\n';
    }
    return out;
}

} // namespace

PicksFormat csv_picks_format() {
    return {"csv",
            ".csv",
            "a table with a header line (RFC 4180): x, y, score and further columns by name",
            true,
            false,
            true,
            "centre, pixels, every digit kept",
            read_csv,
            serialise_csv};
}

} // namespace picker
