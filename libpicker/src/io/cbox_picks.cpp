// crYOLO .cbox: a STAR file whose table "cryolo" holds boxes by their corner, with confidences and estimated sizes.
//
// centre = corner + size / 2 without rounding, for odd boxes too: crYOLO's own coordinates for RELION are made so. Rows
// count from the first stored row of an MRC file, as ours. What is missing stands there as <NA>, as pandas writes it.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_formats.hpp"
#include "io/star_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace picker {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// crYOLO's columns that are kept under a name of ours, in the order of its files after the box and before the rest.
struct Kept {
    const char *label, *name;
};
constexpr std::array kept = {Kept{"EstWidth", "est_width"}, Kept{"EstHeight", "est_height"},
                             Kept{"NumBoxes", "num_boxes"}, Kept{"Angle", "angle"}};
constexpr std::array own_labels = {"CoordinateX", "CoordinateY", "CoordinateZ", "Width",
                                   "Height",      "Depth",       "Confidence",  "filamentid"};

bool is_missing(std::string_view value) {
    const std::string text = lower_case(trimmed(value));
    return text.empty() || text == "<na>" || text == "nan" || text == "none";
}

double number_or_nan(const starfile::Block& block, std::size_t row, std::size_t column) {
    return is_missing(block.value(row, column)) ? nan : block.number(row, column);
}

double required_number(const starfile::Block& block, std::size_t row, std::size_t column, bool is_size) {
    const double value = number_or_nan(block, row, column);
    if (!std::isfinite(value) || (is_size && value <= 0.0)) {
        throw starfile::Error(block.source(), block.line(row),
                              block.label(column) + " is '" + std::string(block.value(row, column)) +
                                  "', which is no " + (is_size ? "box size" : "coordinate") +
                                  "; correct or remove the row");
    }
    return value;
}

// Filaments and tomograms have the same table with one more column filled; as single particles they would be wrong.
void refuse_filled(const starfile::Block& block, const char* label, const char* what) {
    const auto column = block.find(label);
    for (std::size_t row = 0; column && row < block.rows(); ++row) {
        if (!is_missing(block.value(row, *column))) {
            fail(Status::unsupported, block.source(), ":", block.line(row), ": this .cbox file holds ", what, " (",
                 label, " is ", block.value(row, *column),
                 "), which are not read; give the boxes of single particles in micrographs");
        }
    }
}

std::size_t required_column(const starfile::Block& block, const char* label, const std::string& name) {
    const auto column = block.find(label);
    if (!column) {
        fail(Status::bad_file, name, ": its table cryolo has no column _", label,
             "; write it again with crYOLO 1.8 or later");
    }
    return *column;
}

bool all_missing(const starfile::Block& block, std::size_t column) {
    for (std::size_t row = 0; row < block.rows(); ++row) {
        if (!is_missing(block.value(row, column))) {
            return false;
        }
    }
    return true;
}

bool is_numeric(const starfile::Block& block, std::size_t column) {
    for (std::size_t row = 0; row < block.rows(); ++row) {
        if (!is_missing(block.value(row, column)) && !parse_number(block.value(row, column))) {
            return false;
        }
    }
    return !stays_text(block.label(column)); // byte for byte
}

void add_others(const starfile::Block& block, Picks& picks) {
    for (std::size_t column = 0; column < block.columns(); ++column) {
        const std::string& label = block.label(column);
        if (std::ranges::find(own_labels, label) != own_labels.end() || all_missing(block, column)) {
            continue;
        }
        const auto* ours = std::ranges::find(kept, label, &Kept::label);
        if (ours != kept.end() || is_numeric(block, column)) {
            auto& values = picks.ensure_column(ours != kept.end() ? ours->name : label, nan);
            for (std::size_t row = 0; row < block.rows(); ++row) {
                values[row] = number_or_nan(block, row, column);
            }
        } else {
            auto& values = picks.ensure_text_column(label);
            for (std::size_t row = 0; row < block.rows(); ++row) {
                const std::string_view value = block.value(row, column);
                values[row] = value == "<NA>" ? std::string_view() : value;
            }
        }
    }
}

PicksByMicrograph read_cbox(const std::filesystem::path& path) {
    const std::string name = path.string();
    const std::string bytes = read_whole(path);
    PicksByMicrograph out;
    Picks& picks = out[""];
    if (trimmed(bytes).empty()) {
        return out;
    }
    const starfile::File file = with_star_errors([&] { return starfile::parse(bytes, name); });
    const starfile::Block* block = file.find("cryolo");
    if (block == nullptr) {
        fail(Status::bad_file, name,
             " has no table cryolo; write it again with crYOLO 1.8 or later, or rename a file of plain lines "
             "\"x y width height\" to .box");
    }
    refuse_filled(*block, "filamentid", "filaments");
    refuse_filled(*block, "CoordinateZ", "boxes of a tomogram");
    const std::size_t x = required_column(*block, "CoordinateX", name),
                      y = required_column(*block, "CoordinateY", name);
    const std::size_t width = required_column(*block, "Width", name), height = required_column(*block, "Height", name);
    const auto confidence = block->find("Confidence");
    with_star_errors([&] {
        for (std::size_t row = 0; row < block->rows(); ++row) {
            const double w = required_number(*block, row, width, true), h = required_number(*block, row, height, true);
            picks.add(required_number(*block, row, x, false) + w / 2.0,
                      required_number(*block, row, y, false) + h / 2.0,
                      confidence ? number_or_nan(*block, row, *confidence) : nan);
            picks.ensure_column("box_width", nan).back() = w;
            picks.ensure_column("box_height", nan).back() = h;
        }
        add_others(*block, picks);
    });
    return out;
}

std::string cell(double value) {
    return std::isnan(value) ? std::string("<NA>") : shortest_number(value);
}

double box_size(const std::vector<double>* own, std::size_t row, const PicksContext& context) {
    const double size = context.box_size > 0.0 || own == nullptr ? context.box_size : (*own)[row];
    if (!(size > 0.0) || size > 65535.0) {
        fail(Status::invalid_argument, ".cbox files need a box size, and none is known",
             context.micrograph.empty() ? std::string() : " for " + context.micrograph,
             "; give it in pixels (--box-size)");
    }
    return size;
}

std::string label_of(std::string_view name) { // names from other formats may hold what a label cannot
    std::string label(name);
    std::ranges::replace_if(
        label, [](char c) { return c == '#' || (c >= 0 && c <= ' '); }, '_');
    return label;
}

starfile::Block table_of(const Picks& picks, const PicksContext& context) {
    starfile::Block block("cryolo");
    for (const char* label : {"CoordinateX", "CoordinateY", "CoordinateZ", "Width", "Height", "Depth", "EstWidth",
                              "EstHeight", "Confidence", "NumBoxes", "Angle"}) {
        block.add_column(label);
    }
    std::vector<const std::vector<double>*> numbers;
    for (const auto& [name, values] : picks.columns()) {
        const bool known = std::ranges::find(kept, name, &Kept::name) != kept.end();
        if (!known && name != "box_width" && name != "box_height" && !block.find(label_of(name))) {
            block.add_column(label_of(name));
            numbers.push_back(&values);
        }
    }
    std::vector<const std::vector<std::string>*> texts;
    for (const auto& [name, values] : picks.text_columns()) {
        if (!block.find(label_of(name))) {
            block.add_column(label_of(name));
            texts.push_back(&values);
        }
    }
    const auto known = [&](std::string_view name, std::size_t row) {
        const auto* column = picks.column(name);
        return cell(column == nullptr ? nan : (*column)[row]);
    };
    const auto *widths = picks.column("box_width"), *heights = picks.column("box_height");
    for (std::size_t row = 0; row < picks.size(); ++row) {
        const double width = box_size(widths, row, context), height = box_size(heights, row, context);
        if (!std::isfinite(picks.x[row]) || !std::isfinite(picks.y[row])) {
            fail(Status::invalid_argument, "pick ", row + 1, " lies at ", picks.x[row], ", ", picks.y[row],
                 ", which a box file cannot hold; remove it");
        }
        std::vector<std::string> cells = {cell(picks.x[row] - width / 2.0),
                                          cell(picks.y[row] - height / 2.0),
                                          "<NA>",
                                          cell(width),
                                          cell(height),
                                          "<NA>",
                                          known("est_width", row),
                                          known("est_height", row),
                                          cell(picks.score[row]),
                                          known("num_boxes", row),
                                          known("angle", row)};
        for (const auto* values : numbers) {
            cells.push_back(cell((*values)[row]));
        }
        for (const auto* values : texts) {
            cells.push_back((*values)[row].empty() ? "<NA>" : (*values)[row]);
        }
        block.add_row(cells);
    }
    return block;
}

std::string serialise_cbox(const std::map<std::string, const Picks*>& entries,
                           const std::map<std::string, PicksContext>& contexts) {
    if (entries.size() != 1) {
        fail(Status::invalid_argument, "a .cbox file holds one micrograph, ", entries.size(),
             " were given; write one file for each");
    }
    const Picks& picks = *entries.begin()->second;
    const auto found = contexts.find(entries.begin()->first);
    const PicksContext context = found != contexts.end() ? found->second : PicksContext{};
    return with_star_errors([&] {
        starfile::File file;
        starfile::Block global("global", false);
        global.set("cbox_format_version", "1.0");
        file.blocks.push_back(std::move(global));
        file.blocks.push_back(table_of(picks, context));
        starfile::Block include("cryolo_include"); // the slices of a tomogram: none
        include.add_column("slice_index");
        file.blocks.push_back(std::move(include));
        return starfile::to_string(file);
    });
}

} // namespace

PicksFormat cbox_picks_format() {
    return {"cbox",
            ".cbox",
            "crYOLO boxes: corner, size, confidence, estimated size, further columns kept",
            true,
            true,
            false,
            "corner with the lowest indices, every digit kept: centre - box / 2",
            read_cbox,
            serialise_cbox};
}

} // namespace picker
