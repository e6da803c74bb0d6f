// Blocks in memory: values, numbers and edits. Copies of a block share their cells until one of them is changed.
#include "cells.hpp"

#include <charconv>
#include <system_error>
#include <utility>

namespace starfile {

namespace {

std::string located(const std::string& file, std::size_t line, const std::string& message) {
    if (file.empty()) {
        return message;
    }
    std::string text = file;
    if (line) {
        text += ':';
        text += std::to_string(line);
    }
    text += ": ";
    return text += message;
}

std::string_view bare(std::string_view label) {
    return label.starts_with('_') ? label.substr(1) : label;
}

// True and `number` set when the whole of `value` is a number, in the C locale's spelling.
bool to_number(std::string_view value, double& number) {
    const char* begin = value.data();
    const char* end = begin + value.size();
    if (value.size() > 1 && *begin == '+' && begin[1] != '-') { // RELION accepts a plus sign, from_chars does not
        ++begin;
    }
    const auto [rest, fault] = std::from_chars(begin, end, number);
    if (rest != end || begin == end) {
        return false;
    }
    if (fault == std::errc::result_out_of_range && value.find_first_of("eE") != value.npos &&
        value.find("-", value.find_first_of("eE")) != value.npos) {
        number = 0; // too small to hold
        return true;
    }
    return fault == std::errc();
}

} // namespace

std::string shown(std::string_view value) {
    constexpr std::size_t most = 60;
    std::string text(1, '\'');
    text += value.substr(0, most);
    return text += value.size() > most ? "...'" : "'";
}

Error::Error(std::string file, std::size_t line, const std::string& message)
    : std::runtime_error(located(file, line, message)), file_(std::move(file)), line_(line) {}

void Block::Cells::grow(std::size_t wanted) {
    if (wanted <= capacity) {
        return;
    }
    auto larger = std::make_unique_for_overwrite<Cell[]>(wanted);
    std::copy_n(cell.get(), count, larger.get());
    cell = std::move(larger);
    capacity = wanted;
}

Block::Block(std::string name, bool is_loop)
    : name_(std::move(name)), is_loop_(is_loop), cells_(std::make_shared<Cells>()) {}

Block::Cells& Block::own_cells() {
    if (cells_.use_count() > 1) {
        cells_ = std::make_shared<Cells>(*cells_);
    }
    return *cells_;
}

Error Block::fault(std::size_t row, const std::string& message) const {
    return Error(source_, row == no_row ? 0 : line(row), message + " in data_" + name_);
}

void Block::check_value(std::string_view value) const {
    if (value.size() > Cell::max_length) {
        throw fault(no_row, "value " + shown(value) + " is longer than 8 MiB");
    }
    if (value.find('\n') != value.npos) {
        throw fault(no_row, "value " + shown(value) + " holds a line break, which a STAR file cannot");
    }
}

std::size_t Block::rows() const {
    return labels_.empty() ? 0 : cells_->count / labels_.size();
}

std::optional<std::size_t> Block::find(std::string_view label) const {
    const auto at = std::find(labels_.begin(), labels_.end(), bare(label));
    if (at == labels_.end()) {
        return std::nullopt;
    }
    return std::size_t(at - labels_.begin());
}

std::size_t Block::index(std::size_t row, std::size_t column) const {
    if (column >= labels_.size() || row >= rows()) {
        throw std::out_of_range("row " + std::to_string(row) + ", column " + std::to_string(column) +
                                " asked of data_" + name_ + ", which has " + std::to_string(rows()) + " rows and " +
                                std::to_string(labels_.size()) + " columns");
    }
    return row * labels_.size() + column;
}

std::string_view Block::value(std::size_t row, std::size_t column) const {
    return cells_->view(index(row, column));
}

double Block::number(std::size_t row, std::size_t column) const {
    const std::string_view text = value(row, column);
    double result = 0;
    if (!to_number(text, result)) {
        throw fault(row,
                    "_" + labels_[column] + " is not a number: " + shown(text) + ", row " + std::to_string(row + 1));
    }
    return result;
}

std::vector<double> Block::numbers(std::size_t column) const {
    if (column >= labels_.size()) {
        index(0, column); // throws
    }
    std::vector<double> result(rows());
    for (std::size_t row = 0; row < result.size(); ++row) {
        if (!to_number(cells_->view(row * labels_.size() + column), result[row])) {
            number(row, column); // throws with the place
        }
    }
    return result;
}

std::optional<std::string_view> Block::get(std::string_view label) const {
    const auto column = find(label);
    if (!column || rows() == 0) {
        return std::nullopt;
    }
    return value(0, *column);
}

std::size_t Block::add_column(std::string_view label, std::string_view fill) {
    const std::string_view plain = bare(label);
    const bool odd = std::any_of(plain.begin(), plain.end(), [](char c) { return c == '#' || (c >= 0 && c <= ' '); });
    if (plain.empty() || odd) {
        throw fault(no_row, "label " + shown(label) + " is empty or holds a blank or '#'");
    }
    if (find(plain)) {
        throw fault(no_row, "label " + shown(label) + " exists already");
    }
    check_value(fill);
    const std::size_t old = labels_.size();
    const std::size_t count = is_loop_ ? rows() : 1;
    const Cells& before = *cells_;
    auto after = std::make_shared<Cells>(before, count * (old + 1));
    if (count) {
        const Cell filler = after->arena.add(fill);
        for (std::size_t row = 0; row < count; ++row) {
            std::copy_n(before.cell.get() + row * old, old, after->cell.get() + row * (old + 1));
            after->cell[row * (old + 1) + old] = filler;
        }
    }
    after->count = count * (old + 1);
    labels_.emplace_back(plain);
    cells_ = std::move(after);
    return old;
}

void Block::add_row(const std::vector<std::string>& values) {
    if (values.size() != labels_.size() || values.empty()) {
        throw fault(no_row, "a row of " + std::to_string(values.size()) + " values added to " +
                                std::to_string(labels_.size()) + " columns");
    }
    if (!is_loop_) {
        throw fault(no_row, "a row added to a list; set() changes its values");
    }
    for (const std::string& value : values) {
        check_value(value);
    }
    Cells& cells = own_cells();
    for (const std::string& value : values) {
        cells.push(cells.arena.add(value));
    }
}

void Block::set(std::size_t row, std::size_t column, std::string_view value) {
    const std::size_t at = index(row, column);
    check_value(value);
    Cells& cells = own_cells();
    cells.cell[at] = cells.arena.add(value);
}

void Block::set(std::string_view label, std::string_view value) {
    if (is_loop_) {
        throw fault(no_row, "label " + shown(label) + " set without a row in a loop");
    }
    if (const auto column = find(label)) {
        set(0, *column, value);
    } else {
        add_column(label, value);
    }
}

std::size_t Block::line(std::size_t row) const {
    const auto& runs = cells_->runs;
    if (row >= cells_->read_rows || runs.empty()) {
        return 0;
    }
    const auto after = std::upper_bound(runs.begin(), runs.end(), row,
                                        [](std::size_t r, const Cells::Run& run) { return r < run.row; });
    const Cells::Run& run = *(after - 1);
    return run.line + (row - run.row);
}

const Block* File::find(std::string_view name) const {
    const auto at = std::find_if(blocks.begin(), blocks.end(), [&](const Block& b) { return b.name() == name; });
    return at == blocks.end() ? nullptr : &*at;
}

Block* File::find(std::string_view name) {
    return const_cast<Block*>(std::as_const(*this).find(name));
}

} // namespace starfile
