// Columns of .cs files (cs_table.hpp): types, values, and which form a file has.
#include "io/cs_table.hpp"

#include "core/error.hpp"
#include "io/cs_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

namespace picker {
namespace {

static_assert(std::endian::native == std::endian::little, "columns hold values as the file does: little endian");

template <typename T> T value_at(const CsColumn& column, std::size_t row, std::size_t index, std::size_t part = 0) {
    T value{};
    const std::size_t place = (row * column.field.width() + index) * column.field.item;
    std::memcpy(&value, column.bytes.data() + place + part * sizeof value, sizeof value);
    return value;
}

double half_at(const CsColumn& column, std::size_t row, std::size_t index) {
    const auto bits = value_at<std::uint16_t>(column, row, index);
    const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
    double size = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    if (exponent == 31) {
        size = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    }
    return (bits & 0x8000) != 0 ? -size : size;
}

std::int64_t signed_at(const CsColumn& column, std::size_t row, std::size_t index) {
    switch (column.field.item) {
    case 1:
        return value_at<std::int8_t>(column, row, index);
    case 2:
        return value_at<std::int16_t>(column, row, index);
    case 4:
        return value_at<std::int32_t>(column, row, index);
    default:
        return value_at<std::int64_t>(column, row, index);
    }
}

template <typename T> std::string digits(T value) {
    std::array<char, 40> buffer{};
    return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

std::string digits_at(const CsColumn& column, std::size_t row, std::size_t index) {
    const CsField& field = column.field;
    switch (field.kind) {
    case 'b':
    case 'u':
        return digits(column.whole(row, index));
    case 'i':
        return digits(signed_at(column, row, index));
    case 'c': {
        const auto part = [&](std::size_t i) {
            return field.item == 16 ? digits(value_at<double>(column, row, index, i))
                                    : digits(value_at<float>(column, row, index, i));
        };
        return part(0) + (part(1).starts_with('-') ? "" : "+") + part(1) + "j";
    }
    default:
        return field.item == 8 ? digits(value_at<double>(column, row, index))
                               : digits(static_cast<float>(column.number(row, index)));
    }
}

} // namespace

std::size_t CsField::width() const {
    std::size_t values = 1;
    for (const std::size_t size : shape) {
        values *= size;
    }
    return values;
}

std::string CsField::type() const {
    std::string out = text(is_text() || item == 1 ? "|" : "<", kind, kind == 'U' ? item / 4 : item);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        out += text(i == 0 ? " (" : " ", shape[i], ",");
    }
    return out + (shape.empty() ? "" : ")");
}

double CsColumn::number(std::size_t row, std::size_t index) const {
    switch (field.kind) {
    case 'b':
    case 'u':
        return static_cast<double>(whole(row, index));
    case 'i':
        return static_cast<double>(signed_at(*this, row, index));
    case 'f':
        return field.item == 8   ? value_at<double>(*this, row, index)
               : field.item == 4 ? static_cast<double>(value_at<float>(*this, row, index))
                                 : half_at(*this, row, index);
    default:
        return std::numeric_limits<double>::quiet_NaN();
    }
}

std::uint64_t CsColumn::whole(std::size_t row, std::size_t index) const {
    switch (field.item) {
    case 1:
        return value_at<std::uint8_t>(*this, row, index);
    case 2:
        return value_at<std::uint16_t>(*this, row, index);
    case 4:
        return value_at<std::uint32_t>(*this, row, index);
    default:
        return value_at<std::uint64_t>(*this, row, index);
    }
}

std::string CsColumn::text(std::size_t row) const {
    if (field.is_text()) {
        return texts[row];
    }
    std::string out;
    for (std::size_t i = 0; i < field.width(); ++i) {
        out += (i == 0 ? "" : ",") + digits_at(*this, row, i);
    }
    return out;
}

const CsColumn* CsTable::find(std::string_view name) const {
    const auto found =
        std::ranges::find(columns, name, [](const CsColumn& c) -> std::string_view { return c.field.name; });
    return found == columns.end() ? nullptr : &*found;
}

void set_cs_type(CsField& field, std::string_view type, const std::string& file) {
    const auto refuse = [&](const char* why) {
        fail(Status::unsupported, file, ": field '", field.name, "' has the type '", std::string(type.substr(0, 40)),
             "', ", why, "; write the file again with cryoSPARC or cryosparc-tools");
    };
    const char order = type.empty() ? '\0' : type.front();
    const bool has_order = order == '<' || order == '>' || order == '=' || order == '|';
    const std::string_view rest = type.substr(has_order ? 1 : 0);
    field.kind = rest.empty() ? '\0' : rest.front();
    std::size_t size = 0;
    const std::string_view number = rest.empty() ? rest : rest.substr(1);
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), size);
    if (field.kind == 'O' && number.empty()) {
        field.item = 8; // the place of a string
        return;
    }
    if (error != std::errc() || end != number.data() + number.size() || size > (std::size_t{1} << 24)) {
        refuse("which is none of NumPy's");
    }
    field.item = field.kind == 'U' ? 4 * size : size;
    const auto one_of = [&](std::initializer_list<std::size_t> sizes) {
        return std::ranges::find(sizes, size) != sizes.end();
    };
    const bool known = (field.kind == 'b' && size == 1) ||
                       ((field.kind == 'i' || field.kind == 'u') && one_of({1, 2, 4, 8})) ||
                       (field.kind == 'f' && one_of({2, 4, 8})) || (field.kind == 'c' && one_of({8, 16})) ||
                       field.kind == 'S' || field.kind == 'U' || field.kind == 'V';
    if (!known) {
        refuse("which is not read");
    }
    if (order == '>' && size > 1) {
        refuse("big endian, and .cs files are little endian");
    }
}

void add_cs_dimension(CsField& field, std::uint64_t size, const std::string& file) {
    constexpr std::uint64_t most = std::uint64_t{1} << 24;
    if (field.shape.size() == 8 || size == 0 || size > most || field.width() * size > most) {
        fail(Status::bad_file, file, ": field '", field.name,
             "' has rows of an absurd shape; the file is damaged, copy it again from its source");
    }
    field.shape.push_back(size);
}

void check_cs_fields(const std::vector<CsField>& fields, const std::string& file) {
    std::set<std::string_view> names;
    std::uint64_t row = 0;
    std::size_t nothing = 0; // fields that take no bytes of the file, but a string of memory for each row
    if (fields.size() > 4096) {
        fail(Status::bad_file, file, ": it has ", fields.size(), " fields; the file is damaged, copy it again");
    }
    for (const CsField& field : fields) {
        row += field.row_bytes(); // each below 2^53
        if (field.kind != 'V' && field.row_bytes() == 0 && ++nothing > 64) {
            fail(Status::bad_file, file,
                 ": more than 64 of its fields hold no bytes; the file is damaged, copy it again");
        }
        if (row > (std::uint64_t{1} << 31)) {
            fail(Status::bad_file, file, ": its rows are absurdly long; the file is damaged, copy it again");
        }
        if (field.kind != 'V' && !names.insert(field.name).second) {
            fail(Status::bad_file, file, ": two fields have the name '", field.name, "'; write the file again");
        }
        if (field.is_text() && !field.shape.empty()) {
            fail(Status::unsupported, file, ": field '", field.name,
                 "' holds several strings in a row, which .cs files do not; write the file again");
        }
    }
}

CsTable read_cs(const std::filesystem::path& path, bool (*wanted)(std::string_view)) {
    const FileReader file(path);
    std::array<char, 6> magic{};
    const std::size_t got = file.read_some(magic.data(), magic.size(), 0);
    const std::string_view start(magic.data(), got);
    CsTable table;
    if (start == "\x93NUMPY") {
        table = read_numpy_cs({file, wanted});
    } else if (start == "\x95"
                        "CSDAT") {
        table = read_csdat({file, wanted});
    } else {
        fail(Status::bad_file, path.string(),
             " is no .cs file of cryoSPARC: it starts neither as NumPy's form nor as CSDAT",
             got == 0 ? " (it is empty)" : "", "; copy it again from the job's folder");
    }
    const CsColumn* uid = table.find("uid");
    if (uid != nullptr && (uid->field.kind != 'u' || uid->field.item != 8 || !uid->field.shape.empty())) {
        fail(Status::bad_file, path.string(), ": field 'uid' has the type ", uid->field.type(),
             ", and should be <u8; write the file again with cryoSPARC or cryosparc-tools");
    }
    return table;
}

} // namespace picker
