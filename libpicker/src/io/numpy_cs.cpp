// The NumPy form of .cs files (cs_table.hpp): a one-dimensional structured array in .npy version 1, 2 or 3.
#include "core/error.hpp"
#include "io/cs_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace picker {
namespace {

// The header is a Python literal; this reads the few kinds that NumPy writes there.
class Literal {
public:
    Literal(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

    [[noreturn]] void damaged(const std::string& what) const {
        fail(Status::bad_file, file_, ": the header of the NumPy array is damaged (", what,
             "); copy the file again from its source");
    }
    bool next_is(char c) {
        skip();
        return at_ < text_.size() && text_[at_] == c;
    }
    bool accept(char c) {
        const bool found = next_is(c);
        at_ += found ? 1 : 0;
        return found;
    }
    void expect(char c) {
        if (!accept(c)) {
            damaged(std::string("no '") + c + "' where one belongs");
        }
    }
    std::string string() {
        skip();
        const char quote = at_ < text_.size() ? text_[at_] : '\0';
        if (quote != '\'' && quote != '"') {
            damaged("a name without quotes");
        }
        std::string out;
        for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                ++at_;
            }
            out += text_[at_];
        }
        expect(quote);
        return out;
    }
    std::uint64_t number() {
        skip();
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc()) {
            damaged("no number where one belongs");
        }
        at_ = static_cast<std::size_t>(end - text_.data());
        accept('L'); // Python 2
        return value;
    }
    std::vector<std::uint64_t> numbers() { // "(3,)"
        std::vector<std::uint64_t> out;
        if (!accept('(')) {
            return {number()};
        }
        while (!accept(')')) {
            if (out.size() == 64) {
                damaged("too many dimensions");
            }
            out.push_back(number());
            if (!accept(',') && !next_is(')')) {
                damaged("a shape without an end");
            }
        }
        return out;
    }
    bool truth() {
        skip();
        for (const bool value : {false, true}) {
            const std::string_view word = value ? "True" : "False";
            if (text_.substr(at_).starts_with(word)) {
                at_ += word.size();
                return value;
            }
        }
        damaged("neither True nor False");
    }

private:
    void skip() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) {
            ++at_;
        }
    }
    std::string_view text_;
    std::string file_;
    std::size_t at_ = 0;
};

struct Header {
    std::vector<CsField> fields;
    std::uint64_t rows = 0, data = 0; // data: where the rows start
};

std::vector<CsField> read_fields(Literal& in, const std::string& file) {
    if (!in.accept('[')) {
        fail(Status::bad_file, file,
             " holds a plain NumPy array and no table with named fields; give a .cs file of cryoSPARC");
    }
    std::vector<CsField> fields;
    while (!in.accept(']')) {
        in.expect('(');
        if (in.next_is('(')) {
            fail(Status::unsupported, file, ": a field has a title beside its name; write the file again without");
        }
        CsField field;
        field.name = in.string();
        in.expect(',');
        if (in.next_is('[')) {
            fail(Status::unsupported, file, ": field '", field.name, "' holds further fields; .cs files do not");
        }
        const std::string type = in.string();
        set_cs_type(field, type, file);
        if (field.kind == 'O') {
            fail(Status::unsupported, file, ": field '", field.name,
                 "' holds Python objects, which are not read; save the file with cryosparc-tools");
        }
        if (in.accept(',') && !in.next_is(')')) {
            for (const std::uint64_t size : in.numbers()) {
                add_cs_dimension(field, size, file);
            }
        }
        in.accept(',');
        in.expect(')');
        if (!in.accept(',') && !in.next_is(']')) {
            in.damaged("a list of fields without an end");
        }
        fields.push_back(std::move(field));
    }
    return fields;
}

Header parse_header(std::string_view text, const std::string& file) {
    Literal in(text, file);
    Header header;
    bool has_fields = false, has_shape = false;
    in.expect('{');
    while (!in.accept('}')) {
        const std::string key = in.string();
        in.expect(':');
        if (key == "descr") {
            header.fields = read_fields(in, file);
            has_fields = true;
        } else if (key == "fortran_order") {
            in.truth(); // one dimension has one order
        } else if (key == "shape") {
            const auto shape = in.numbers();
            if (shape.size() != 1) {
                fail(Status::bad_file, file, " holds an array of ", shape.size(),
                     " dimensions; a .cs file has one row for each item");
            }
            header.rows = shape[0];
            has_shape = true;
        } else {
            in.damaged("an unknown key '" + key.substr(0, 40) + "'");
        }
        if (!in.accept(',') && !in.next_is('}')) {
            in.damaged("a dictionary without an end");
        }
    }
    if (!has_fields || !has_shape) {
        in.damaged("no fields or no shape");
    }
    return header;
}

Header read_header(const FileReader& file) {
    const std::string name = file.path().string();
    std::array<unsigned char, 12> start{};
    file.read(start.data(), 10, 0);
    const unsigned version = start[6];
    if (version < 1 || version > 3) {
        fail(Status::unsupported, name, " is a NumPy array of version ", version,
             "; versions 1, 2 and 3 are read, save it again");
    }
    std::uint64_t length = start[8] + 256U * start[9], at = 10;
    if (version > 1) {
        file.read(start.data(), 12, 0);
        length += (std::uint64_t{start[10]} << 16) + (std::uint64_t{start[11]} << 24);
        at = 12;
    }
    if (length > file.size() - at || length > (std::uint64_t{1} << 26)) {
        fail(Status::bad_file, name, " is truncated: its header has ", length, " bytes, the file ", file.size(),
             "; copy the file again from its source");
    }
    std::string text(length, '\0');
    file.read(text.data(), text.size(), at);
    Header header = parse_header(text, name);
    header.data = at + length;
    check_cs_fields(header.fields, name);
    return header;
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        code = 0xfffd; // no character
    }
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::array<std::uint32_t, 4> lead = {0x00, 0xc0, 0xe0, 0xf0};
    out += static_cast<char>(lead[static_cast<std::size_t>(more)] | (code >> (6 * more)));
    for (int i = more - 1; i >= 0; --i) {
        out += static_cast<char>(0x80U | (code >> (6 * i) & 0x3fU));
    }
}

// NumPy fills fixed widths with zeros at the end.
std::string fixed_text(const CsField& field, const char* bytes) {
    if (field.kind == 'S') {
        std::size_t length = field.item;
        while (length > 0 && bytes[length - 1] == '\0') {
            --length;
        }
        return {bytes, length};
    }
    std::string out;
    std::size_t length = field.item / 4;
    const auto code_at = [&](std::size_t i) {
        std::uint32_t code = 0;
        std::memcpy(&code, bytes + 4 * i, 4);
        return code;
    };
    while (length > 0 && code_at(length - 1) == 0) {
        --length;
    }
    for (std::size_t i = 0; i < length; ++i) {
        append_utf8(out, code_at(i));
    }
    return out;
}

} // namespace

CsTable read_numpy_cs(const CsReading& reading) {
    const FileReader& file = reading.file;
    CsTable table;
    table.source = file.path().string();
    const Header header = read_header(file);
    std::size_t stride = 0;
    struct Place {
        std::size_t column, offset;
    };
    std::vector<Place> places;
    for (const CsField& field : header.fields) {
        if (field.kind != 'V') {
            table.names.push_back(field.name);
            if (reading.keeps(field.name)) {
                places.push_back({table.columns.size(), stride});
                table.columns.push_back({field, {}, {}});
            }
        }
        stride += field.row_bytes();
    }
    const std::uint64_t there = file.size() - header.data;
    if (header.rows > 0 && (stride == 0 || header.rows > there / stride)) {
        fail(Status::bad_file, table.source, " is truncated: its header promises ", header.rows, " rows of ", stride,
             " bytes, ", there, " bytes follow; copy the file again from its source");
    }
    table.rows = static_cast<std::size_t>(header.rows);
    // A few rows at a time: only what is wanted stays in memory.
    const std::size_t step = std::max<std::size_t>(1, (std::size_t{1} << 20) / std::max<std::size_t>(1, stride));
    std::vector<char> buffer;
    for (std::size_t row = 0; row < table.rows; row += step) {
        const std::size_t count = std::min(step, table.rows - row);
        buffer.resize(count * stride);
        file.read(buffer.data(), buffer.size(), header.data + static_cast<std::uint64_t>(row) * stride);
        for (const Place& place : places) {
            CsColumn& column = table.columns[place.column];
            for (std::size_t i = 0; i < count; ++i) {
                const char* bytes = buffer.data() + i * stride + place.offset;
                if (column.field.is_text()) {
                    column.texts.push_back(fixed_text(column.field, bytes));
                } else {
                    column.bytes.insert(column.bytes.end(), bytes, bytes + column.field.row_bytes());
                }
            }
        }
    }
    return table;
}

std::string numpy_bytes(const std::vector<CsColumn>& columns, std::size_t rows) {
    std::string header = "{'descr': [";
    std::vector<std::size_t> sizes;
    for (const CsColumn& column : columns) {
        const CsField& field = column.field;
        std::size_t size = field.row_bytes();
        std::string type;
        if (field.is_text()) {
            size = 1; // NumPy's least
            for (const std::string& value : column.texts) {
                size = std::max(size, value.size());
            }
            type = text("'|S", size, "'");
        } else {
            type = text(field.item == 1 ? "'|" : "'<", field.kind, field.item, "'");
            for (std::size_t i = 0; i < field.shape.size(); ++i) {
                type += text(i == 0 ? ", (" : " ", field.shape[i], ",");
            }
            type += field.shape.empty() ? "" : ")";
        }
        sizes.push_back(size);
        header += text(sizes.size() == 1 ? "" : ", ", "('", field.name, "', ", type, ")");
    }
    header += text("], 'fortran_order': False, 'shape': (", rows, ",), }");
    header.append(63 - (10 + header.size()) % 64, ' ').append("\n"); // the rows start at a multiple of 64
    std::string out("\x93NUMPY\x01\x00", 8);
    out += static_cast<char>(header.size() & 0xff);
    out += static_cast<char>(header.size() >> 8); // some hundred bytes: far below 65536
    out += header;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (columns[i].field.is_text()) {
                out.append(columns[i].texts[row]).append(sizes[i] - columns[i].texts[row].size(), '\0');
            } else {
                out.append(columns[i].bytes.data() + row * sizes[i], sizes[i]);
            }
        }
    }
    return out;
}

} // namespace picker
