// How a block stores its values: 8 bytes a cell that point into the file's text, which all blocks of a file share,
// or into the block's own arena for values that were set later. Private to libstarfile.
#pragma once

#include "starfile/starfile.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace starfile {

std::string shown(std::string_view value);      // in quotes and, if long, cut: for messages
void prefault(void* memory, std::size_t bytes); // hint: all of it is written soon; saves page faults one by one

// A file's bytes, never changed after reading. `padding` line ends follow the last byte, so that a scanner may
// load whole words and always meets an end of line.
struct Text {
    static constexpr std::size_t padding = 16;
    std::unique_ptr<char[]> owned;
    std::string held;
    const char* data = nullptr;
};

// Bits 0-39 offset, 40-62 length, 63 set when the offset is into the arena.
class Cell {
public:
    static constexpr std::size_t max_length = (std::size_t(1) << 23) - 1;
    Cell() = default; // uninitialised: arrays of cells are written once
    Cell(std::size_t offset, std::size_t length, bool own)
        : bits_(std::uint64_t(offset) | std::uint64_t(length) << 40 | std::uint64_t(own) << 63) {}
    std::size_t offset() const { return std::size_t(bits_ & ((std::uint64_t(1) << 40) - 1)); }
    std::size_t length() const { return std::size_t(bits_ >> 40 & max_length); }
    bool own() const { return bits_ >> 63 != 0; }

private:
    std::uint64_t bits_;
};

// Values that are not in the text. Copies share the chunks written so far and go on in new ones, so views stay valid.
class Arena {
public:
    Arena() = default;
    Arena(const Arena& other) : chunks_(other.chunks_), used_(chunk_size) {}
    Arena& operator=(const Arena&) = delete;

    Cell add(std::string_view value) { // value.size() <= Cell::max_length
        if (used_ >= chunk_size || value.size() > chunk_size - used_) {
            chunks_.push_back(std::make_shared<std::string>(std::max(value.size(), chunk_size), '\0'));
            used_ = 0;
        }
        value.copy(chunks_.back()->data() + used_, value.size());
        const Cell cell((chunks_.size() - 1) << chunk_bits | used_, value.size(), true);
        used_ += value.size();
        return cell;
    }
    const char* at(std::size_t offset) const {
        return chunks_[offset >> chunk_bits]->data() + (offset & (chunk_size - 1));
    }

private:
    static constexpr unsigned chunk_bits = 14;
    static constexpr std::size_t chunk_size = std::size_t(1) << chunk_bits;
    std::vector<std::shared_ptr<std::string>> chunks_;
    std::size_t used_ = chunk_size; // of the last chunk; at first there is none
};

struct Block::Cells {
    // Row `row` and those after it are lines `line`, `line` + 1, ...: one run unless comments stand between rows.
    struct Run {
        std::size_t row, line;
    };

    std::shared_ptr<const Text> text;
    Arena arena;
    std::unique_ptr<Cell[]> cell; // row-major
    std::size_t count = 0, capacity = 0;
    std::vector<Run> runs;
    std::size_t read_rows = 0; // rows that came from the file

    Cells() = default;
    Cells(const Cells& other) : Cells(other, other.count) {
        std::copy_n(other.cell.get(), other.count, cell.get());
        count = other.count;
    }
    Cells(const Cells& other, std::size_t room) // all but the cells, and room for as many
        : text(other.text), arena(other.arena), runs(other.runs), read_rows(other.read_rows) {
        grow(room);
    }
    Cells& operator=(const Cells&) = delete;

    void grow(std::size_t wanted); // capacity >= wanted
    void push(Cell value) {
        if (count == capacity) {
            grow(std::max<std::size_t>(16, count + count / 2 + 1));
        }
        cell[count++] = value;
    }
    std::string_view view(std::size_t index) const {
        const Cell c = cell[index];
        return {(c.own() ? arena.at(c.offset()) : text->data + c.offset()), c.length()};
    }
};

// What the parser may do to a block.
struct Access {
    using Cells = Block::Cells;
    static Block::Cells& cells(Block& block) { return *block.cells_; }
    static const Block::Cells& cells(const Block& block) { return *block.cells_; }
    static std::vector<std::string>& labels(Block& block) { return block.labels_; }
    static void set_source(Block& block, const std::string& source) { block.source_ = source; }
    static void set_loop(Block& block, bool is_loop) { block.is_loop_ = is_loop; }
};

} // namespace starfile
