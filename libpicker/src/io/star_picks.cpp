// STAR coordinates as RELION writes and reads them: one file per micrograph, or many with rlnMicrographName.
#include "core/error.hpp"
#include "io/picks_formats.hpp"
#include "io/star_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace picker {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Our own numeric columns get labels such as pickerBoxWidth ("box_width"), which RELION carries along.
std::string label_of_column(std::string_view name) {
    std::string label = "picker";
    bool upper = true;
    for (const char c : name) {
        const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter_or_digit) {
            upper = true;
            continue;
        }
        label += static_cast<char>(upper && c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        upper = false;
    }
    return label;
}

std::string column_of_label(std::string_view label) { // "" where the label is not one of ours
    if (!label.starts_with("picker") || label.size() == 6) {
        return {};
    }
    std::string name;
    for (const char c : label.substr(6)) {
        const bool upper = c >= 'A' && c <= 'Z';
        if (upper && !name.empty()) {
            name += '_';
        }
        name += static_cast<char>(upper ? c - 'A' + 'a' : c);
    }
    return label_of_column(name) == label ? name : std::string();
}

// The block with coordinates; nullptr where the file has no rows and no labels at all (0 picks).
const starfile::Block* coordinate_block(const starfile::File& file, const std::string& name) {
    std::string labels;
    for (const starfile::Block& block : file.blocks) {
        if (block.find("rlnCoordinateX")) {
            if (!block.find("rlnCoordinateY")) {
                fail(Status::not_found, name, " has a column rlnCoordinateX but no rlnCoordinateY; write it again");
            }
            return &block;
        }
        for (std::size_t i = 0; i < block.columns(); ++i) {
            labels += (labels.empty() ? "" : ", ") + block.label(i);
        }
    }
    if (!labels.empty()) {
        fail(Status::not_found, name, " holds no coordinates: it has no column rlnCoordinateX (it has ",
             labels.substr(0, 200), "); give a coordinate or particle STAR file");
    }
    return nullptr;
}

double coordinate(const starfile::Block& block, std::size_t row, std::size_t column) {
    const double value = block.number(row, column);
    if (!std::isfinite(value)) {
        throw starfile::Error(block.source(), block.line(row),
                              block.label(column) + " is not a finite number; correct or remove the row");
    }
    return value;
}

void fill(const starfile::Block& block, PicksByMicrograph& out) {
    const std::size_t x = *block.find("rlnCoordinateX");
    const std::size_t y = *block.find("rlnCoordinateY");
    const auto score = block.find("rlnAutopickFigureOfMerit");
    const auto micrograph = block.find("rlnMicrographName");
    struct Column {
        std::size_t index;
        std::string name;
        bool numeric;
    };
    std::vector<Column> others;
    for (std::size_t i = 0; i < block.columns(); ++i) {
        const std::string& label = block.label(i);
        const std::string ours =
            label == "rlnClassNumber" ? "class" : (label == "rlnAnglePsi" ? "psi" : column_of_label(label));
        if (i != x && i != y && i != score && i != micrograph) {
            others.push_back({i, ours.empty() ? label : ours, !ours.empty()});
        }
    }
    std::map<std::string, std::vector<std::size_t>, std::less<>> rows_of;
    for (std::size_t row = 0; row < block.rows(); ++row) {
        const std::string_view key = micrograph ? block.value(row, *micrograph) : std::string_view();
        auto at = rows_of.find(key);
        if (at == rows_of.end()) {
            at = rows_of.emplace(key, std::vector<std::size_t>()).first;
        }
        at->second.push_back(row);
    }
    for (const auto& [key, rows] : rows_of) {
        Picks& picks = out[key];
        for (const std::size_t row : rows) {
            const double merit = score ? block.number(row, *score) : nan;
            picks.add(coordinate(block, row, x), coordinate(block, row, y), merit == no_score ? nan : merit);
        }
        for (const Column& column : others) {
            if (column.numeric) {
                auto& values = picks.ensure_column(column.name, nan);
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    values[i] = block.number(rows[i], column.index);
                }
            } else {
                auto& values = picks.ensure_text_column(column.name);
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    values[i] = block.value(rows[i], column.index);
                }
            }
        }
    }
}

PicksByMicrograph read_star(const std::filesystem::path& path) {
    const starfile::File file = read_star_file(path);
    PicksByMicrograph out;
    const starfile::Block* block = coordinate_block(file, path.string());
    if (block == nullptr || (block->rows() == 0 && !block->find("rlnMicrographName"))) {
        out[""]; // a micrograph with 0 picks
    } else {
        with_star_errors([&] { fill(*block, out); });
    }
    return out;
}

// RELION's %12.6f, which becomes %12.5f for negative values and an exponent for very small and large ones.
void append_number(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "         nan ";
        return;
    }
    std::array<char, 400> buffer{};
    const double size = std::abs(value);
    const bool exponent = (size > 0.0 && size < 0.001) || size > 100000.0;
    const int digits = value < 0.0 ? 5 : 6;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   exponent ? std::chars_format::scientific : std::chars_format::fixed, digits)
                         .ptr;
    const auto length = static_cast<std::size_t>(end - buffer.data());
    out.append(length < 12 ? 12 - length : 0, ' ').append(buffer.data(), length).append(" ");
}

// A score keeps RELION's form where that says it all. Scores near 1 differ beyond the sixth digit, and their order is
// what min-distance and top N go by: those are written with as many digits as single precision needs.
void append_score(std::string& out, double value) {
    const std::size_t start = out.size();
    append_number(out, value);
    const std::size_t first = out.find_first_not_of(' ', start);
    double written = 0.0;
    std::from_chars(out.data() + first, out.data() + out.size(), written);
    if (std::isnan(value) || static_cast<float>(written) == static_cast<float>(value)) {
        return;
    }
    out.resize(start);
    std::array<char, 48> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<float>(value)).ptr;
    const auto length = static_cast<std::size_t>(end - buffer.data());
    out.append(length < 12 ? 12 - length : 0, ' ').append(buffer.data(), length).append(" ");
}

void append_integer(std::string& out, double value) {
    const std::string digits = std::to_string(std::isfinite(value) ? std::llround(value) : 0);
    out.append(digits.size() < 12 ? 12 - digits.size() : 0, ' ').append(digits).append(" ");
}

double value_or(const std::vector<double>* column, std::size_t row, double fallback) {
    return column != nullptr && !std::isnan((*column)[row]) ? (*column)[row] : fallback;
}

// Names from other formats may hold what a label cannot.
std::string star_label(std::string label) {
    std::replace_if(
        label.begin(), label.end(), [](char c) { return c == '#' || (c >= 0 && c <= ' '); }, '_');
    return label;
}

// libstarfile quotes what needs quotes: the text columns as rows of a loop of their own.
std::vector<std::string> text_rows(const Picks& all) {
    std::vector<std::string> rows(all.size());
    if (all.text_columns().empty() || rows.empty()) {
        return rows;
    }
    starfile::Block block;
    for (const auto& [label, values] : all.text_columns()) {
        block.add_column(star_label(label));
    }
    std::vector<std::string> cells(block.columns());
    for (std::size_t row = 0; row < all.size(); ++row) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            cells[i] = all.text_columns()[i].second[row];
        }
        block.add_row(cells);
    }
    starfile::File file;
    file.blocks.push_back(std::move(block));
    const std::string text = starfile::to_string(file);
    std::size_t end = text.find_last_not_of('\n') + 1; // rows stand at the end, one a line
    for (std::size_t row = rows.size(); row-- > 0;) {
        const std::size_t before = text.rfind('\n', end - 1);
        rows[row] = text.substr(before + 1, end - before - 1) + " ";
        end = before;
    }
    return rows;
}

std::string serialise_star(const std::map<std::string, const Picks*>& entries,
                           const std::map<std::string, PicksContext>& /*contexts*/) {
    const bool named = entries.size() != 1 || !entries.begin()->first.empty();
    Picks all;
    if (named) {
        all.ensure_text_column("rlnMicrographName");
    }
    for (const auto& [name, picks] : entries) {
        const std::size_t before = all.size();
        all.append(*picks);
        if (named) {
            auto& names = all.ensure_text_column("rlnMicrographName");
            std::fill(names.begin() + static_cast<std::ptrdiff_t>(before), names.end(), name);
        }
    }
    std::vector<std::string> labels = {"rlnCoordinateX", "rlnCoordinateY", "rlnAutopickFigureOfMerit", "rlnClassNumber",
                                       "rlnAnglePsi"};
    std::vector<const std::vector<double>*> extra;
    for (const auto& [name, values] : all.columns()) {
        if (name != "class" && name != "psi") {
            labels.push_back(label_of_column(name));
            extra.push_back(&values);
        }
    }
    for (const auto& [label, values] : all.text_columns()) {
        labels.push_back(star_label(label));
    }
    std::string out = text("\n# version 30001\n\ndata_", named ? "particles" : "", "\n\nloop_ \n");
    for (std::size_t i = 0; i < labels.size(); ++i) {
        out += text('_', labels[i], " #", i + 1, " \n");
    }
    const auto* classes = all.column("class");
    const auto* psi = all.column("psi");
    const std::vector<std::string> texts = with_star_errors([&] { return text_rows(all); });
    for (std::size_t row = 0; row < all.size(); ++row) {
        append_number(out, all.x[row]);
        append_number(out, all.y[row]);
        append_score(out, std::isnan(all.score[row]) ? no_score : all.score[row]);
        append_integer(out, value_or(classes, row, 0.0));
        append_number(out, value_or(psi, row, 0.0));
        for (const auto* values : extra) {
            append_number(out, (*values)[row]);
        }
        out += texts[row];
        out += '\n';
    }
    return out + " \n"; // RELION ends a loop at a blank line only
}

} // namespace

PicksFormat star_picks_format() {
    return {"star",
            ".star",
            "RELION coordinates: the five autopick columns, further columns kept",
            true,
            false,
            true,
            "centre, pixels, fractions kept (6 decimals)",
            read_star,
            serialise_star};
}

} // namespace picker
