// libstarfile: RELION's STAR dialect, read and written line by line as RELION does.
// Values stay byte for byte what the file says; unknown columns, column order and block order survive a round trip.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace starfile {

// A fault in a file. what() reads "FILE:LINE: message"; line is 1-based, 0 where no line applies.
class Error : public std::runtime_error {
public:
    Error(std::string file, std::size_t line, const std::string& message);
    const std::string& file() const noexcept { return file_; }
    std::size_t line() const noexcept { return line_; }

private:
    std::string file_;
    std::size_t line_;
};

// One `data_NAME` block: a loop (columns and rows) or a list (one value per label, which is one row).
class Block {
public:
    explicit Block(std::string name = "", bool is_loop = true);

    const std::string& name() const { return name_; }
    bool is_loop() const { return is_loop_; }
    int version() const { return version_; } // of the "# version N" line before the block, 0 without one
    void set_version(int version) { version_ = version; }

    std::size_t columns() const { return labels_.size(); }
    std::size_t rows() const;
    const std::string& label(std::size_t column) const { return labels_[column]; } // without the underscore
    std::optional<std::size_t> find(std::string_view label) const;                 // with or without underscore

    // Unquoted. A view stays valid as long as the block, or a copy of it, lives and that cell is not set.
    std::string_view value(std::size_t row, std::size_t column) const;
    // Error with file and line when the value is none. "nan" and "inf" are numbers here; RELION reads "nan" as 0.
    double number(std::size_t row, std::size_t column) const;
    std::vector<double> numbers(std::size_t column) const;             // a whole column
    std::optional<std::string_view> get(std::string_view label) const; // of row 0: lists

    std::size_t add_column(std::string_view label, std::string_view fill = ""); // returns its index
    void add_row(const std::vector<std::string>& values);                       // one per column
    void set(std::size_t row, std::size_t column, std::string_view value);
    void set(std::string_view label, std::string_view value); // lists: sets or adds

    // Where a row came from, for messages; "" and 0 for rows made in memory.
    const std::string& source() const { return source_; }
    std::size_t line(std::size_t row) const;

private:
    friend struct Access;
    struct Cells;
    static constexpr std::size_t no_row = std::size_t(-1);
    Cells& own_cells();
    std::size_t index(std::size_t row, std::size_t column) const;
    Error fault(std::size_t row, const std::string& message) const;
    void check_value(std::string_view value) const;

    std::string name_;
    bool is_loop_ = true;
    int version_ = 0;
    std::vector<std::string> labels_;
    std::string source_;
    std::shared_ptr<Cells> cells_; // copied on write
};

struct File {
    std::vector<Block> blocks; // in file order; a 0-byte file has none

    const Block* find(std::string_view name) const; // the first block of that name, or nullptr
    Block* find(std::string_view name);
};

File read(const std::filesystem::path& path);                     // Error; std::system_error when it cannot be opened
File parse(std::string text, const std::string& name = "memory"); // `name` is used in messages
std::string to_string(const File& file);
void write(std::ostream& out, const File& file);

} // namespace starfile
