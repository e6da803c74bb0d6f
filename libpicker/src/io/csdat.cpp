// CSDAT, the stream form of .cs files (cs_table.hpp): a JSON header, column after column, each with its size and
// possibly compressed with LZ4, then the heap of all strings.
#include "core/error.hpp"
#include "core/json_text.hpp"
#include "io/cs_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <lz4.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace picker {
namespace {

constexpr std::uint64_t most_rows = std::uint64_t{1} << 31;
constexpr std::uint64_t lz4_most_ratio = 256;           // a block of LZ4 grows at most 255 times
constexpr std::size_t most_text = std::size_t{1} << 30; // in a column, bytes: rows may all name one endless string

[[noreturn]] void damaged(const FileReader& file, const std::string& what) {
    fail(Status::bad_file, file.path().string(), ": the CSDAT file is damaged (", what,
         "); copy the file again from its source");
}

std::uint32_t u32_at(const FileReader& file, std::uint64_t offset) {
    std::array<unsigned char, 4> b{};
    file.read(b.data(), b.size(), offset);
    return b[0] | (std::uint32_t{b[1]} << 8) | (std::uint32_t{b[2]} << 16) | (std::uint32_t{b[3]} << 24);
}

struct Header {
    std::uint64_t rows = 0;
    std::vector<CsField> fields;
    std::set<std::string> compressed;
};

CsField field_of(const nlohmann::json& entry, const FileReader& file) {
    const std::string name = file.path().string();
    if (!entry.is_array() || entry.size() < 2 || entry.size() > 3 || !entry[0].is_string() || !entry[1].is_string()) {
        damaged(file, "a field without name and type");
    }
    CsField field;
    field.name = entry[0];
    set_cs_type(field, entry[1].get<std::string>(), name);
    if (field.kind == 'S' || field.kind == 'U' || field.kind == 'V') {
        damaged(file, "field '" + field.name + "' has a type that CSDAT does not have");
    }
    if (entry.size() == 3) {
        if (!entry[2].is_array()) {
            damaged(file, "field '" + field.name + "' has no list as its shape");
        }
        for (const auto& size : entry[2]) {
            if (!size.is_number_unsigned()) {
                damaged(file, "field '" + field.name + "' has a shape that is no number");
            }
            add_cs_dimension(field, size.get<std::uint64_t>(), name);
        }
    }
    return field;
}

Header read_header(const FileReader& file, std::uint64_t& at) {
    const std::uint32_t length = u32_at(file, 6);
    at = 10 + std::uint64_t{length};
    if (at > file.size() || length > (1U << 26)) {
        fail(Status::bad_file, file.path().string(), " is truncated: its header has ", length, " bytes, the file ",
             file.size(), "; copy the file again from its source");
    }
    std::string text(length, '\0');
    file.read(text.data(), text.size(), 10);
    if (is_nested_deeper(text)) {
        damaged(file, "its header is nested more than 64 deep");
    }
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto has = [&](const char* key) { return json.is_object() && json.contains(key); };
    if (!has("length") || !json["length"].is_number_unsigned() || !has("dtype") || !json["dtype"].is_array()) {
        damaged(file, "its header names no length and no fields");
    }
    Header header;
    header.rows = json["length"];
    if (header.rows > most_rows) {
        damaged(file, "it promises " + std::to_string(header.rows) + " rows");
    }
    for (const auto& entry : json["dtype"]) {
        header.fields.push_back(field_of(entry, file));
    }
    check_cs_fields(header.fields, file.path().string());
    if (has("compression") && !json["compression"].is_null() && json["compression"] != "lz4") {
        fail(Status::unsupported, file.path().string(), " is compressed with ",
             json["compression"].dump().substr(0, 40), "; lz4 alone is read, save it again with cryosparc-tools");
    }
    if (has("compressed_fields") && json["compressed_fields"].is_array()) {
        for (const auto& name : json["compressed_fields"]) {
            if (name.is_string()) {
                header.compressed.insert(name.get<std::string>());
            }
        }
    }
    return header;
}

// The bytes of one column, `size` of them once they are unpacked.
std::vector<char> read_column(const FileReader& file, const CsField& field, std::uint64_t at, std::uint32_t stored,
                              bool compressed, std::uint64_t size) {
    const std::string what = "field '" + field.name + "' has " + std::to_string(stored) + " bytes, and " +
                             std::to_string(size) + " are needed for its rows";
    if (!compressed) {
        if (stored != size) {
            damaged(file, what);
        }
        std::vector<char> out(size);
        file.read(out.data(), out.size(), at);
        return out;
    }
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<int>::max());
    if (size > most || stored > most || size > lz4_most_ratio * (std::uint64_t{stored} + 1)) {
        damaged(file, what);
    }
    std::vector<char> packed(stored), out(size);
    file.read(packed.data(), packed.size(), at);
    const int got = LZ4_decompress_safe(packed.data(), out.data(), static_cast<int>(stored), static_cast<int>(size));
    if (got < 0 || static_cast<std::uint64_t>(got) != size) {
        damaged(file, "field '" + field.name + "' cannot be unpacked");
    }
    return out;
}

// Strings lie in the heap one after the other, each with a zero at its end; a column has their places.
void read_texts(const FileReader& file, CsColumn& column, const std::string& heap) {
    std::size_t total = 0;
    for (std::size_t i = 0; i < column.bytes.size() / 8; ++i) {
        std::uint64_t place = 0;
        std::memcpy(&place, column.bytes.data() + 8 * i, 8);
        if (heap.find('\0', place) == std::string::npos) { // also for a place beyond the heap
            damaged(file, "a string of field '" + column.field.name + "' lies outside the file");
        }
        column.texts.emplace_back(heap.data() + place);
        total += column.texts.back().size();
        if (total > most_text) {
            damaged(file, "the strings of field '" + column.field.name + "' are absurdly long");
        }
    }
    column.bytes = {};
}

} // namespace

CsTable read_csdat(const CsReading& reading) {
    const FileReader& file = reading.file;
    std::uint64_t at = 0;
    const Header header = read_header(file, at);
    CsTable table;
    table.source = file.path().string();
    table.rows = static_cast<std::size_t>(header.rows);
    bool any_text = false;
    for (const CsField& field : header.fields) {
        table.names.push_back(field.name);
        const bool keep = reading.keeps(field.name);
        if (keep) {
            table.columns.push_back({field, {}, {}});
            any_text = any_text || field.is_text();
        }
        if (header.rows == 0) {
            continue; // a table without rows has no columns in the file
        }
        const std::uint32_t stored = u32_at(file, at);
        at += 4;
        if (stored > file.size() - at) {
            fail(Status::bad_file, table.source, " is truncated: it ends within field '", field.name,
                 "'; copy the file again from its source");
        }
        if (keep) {
            table.columns.back().bytes = read_column(file, field, at, stored, header.compressed.contains(field.name),
                                                     header.rows * field.row_bytes());
        }
        at += stored;
    }
    if (any_text && header.rows > 0) {
        std::string heap(static_cast<std::size_t>(file.size() - at), '\0');
        file.read(heap.data(), heap.size(), at);
        for (CsColumn& column : table.columns) {
            if (column.field.is_text()) {
                read_texts(file, column, heap);
            }
        }
    }
    return table;
}

} // namespace picker
