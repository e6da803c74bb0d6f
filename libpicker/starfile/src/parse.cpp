// The reader: one pass over the text, line by line as RELION reads it. README.md has the rules in words.
#include "feed.hpp"
#include "scan.hpp"

namespace starfile {

namespace {

bool begins(const char* p, const char* end, std::string_view word) {
    return std::size_t(end - p) >= word.size() && std::memcmp(p, word.data(), word.size()) == 0;
}

class Parser {
public:
    Parser(Feed& feed, const std::string& name) : feed_(feed), name_(name), begin_(feed.text()->data), end_(begin_) {}

    File run() {
        const char* p = begin_;
        if (more(p) && begins(p, end_, "\xEF\xBB\xBF")) { // a byte order mark
            p += 3;
        }
        while (more(p)) {
            p = line(p);
        }
        return std::move(file_);
    }

private:
    // What the next line may be. `rows` is left at the first blank line.
    enum class State { outside, block, list, header, rows, after_rows };

    [[noreturn]] void fail(const std::string& message) const { throw Error(name_, line_, message); }

    std::string where() const { return " in data_" + block_->name(); }

    std::string quoted(const char* p) const { return shown(std::string_view(p, std::size_t(word_end(p) - p))); }

    // True when nothing but blanks and a comment follows p on its line.
    static bool rest_is_empty(const char* p) {
        p = skip_blanks(p);
        return *p == '#' || ends_line(p);
    }

    // Past the end of the line that p is on.
    const char* next_line(const char* p) {
        ++line_;
        const auto room = std::size_t(end_ + Text::padding - p);
        return static_cast<const char*>(std::memchr(p, '\n', room)) + 1;
    }

    // One line outside rows, or all rows from here on.
    const char* line(const char* start) {
        const char* p = skip_blanks(start);
        if (ends_line(p)) {
            blank_seen_ = true;
            return next_line(p);
        }
        if (*p == '#' || (*p == ';' && state_ != State::after_rows)) {
            comment(p);
            return next_line(p);
        }
        if (begins(p, end_, "data_") && starts_block(p)) {
            return block(p);
        }
        if (state_ == State::outside) {
            fail("text before the first data_ line: " + quoted(p) + "; this is not a STAR file");
        }
        if (state_ == State::after_rows) {
            fail("rows or text after the blank line that ended the rows" + where() + ": " + quoted(p) +
                 "; remove the blank line, or begin a new data_ block");
        }
        if (state_ == State::header) {
            if (*p == '_' && is_label(p)) {
                return label(p);
            }
            return rows(p);
        }
        const char* end = word_end(p);
        if (end - p == 5 && begins(p, end_, "loop_") && rest_is_empty(end)) {
            if (state_ == State::list) {
                fail("loop_ after a list" + where() + "; a block holds one list or one loop");
            }
            Access::set_loop(*block_, true);
            state_ = State::header;
            blank_seen_ = false;
            return next_line(end);
        }
        if (*p != '_') {
            fail("expected loop_, a _label or a data_ line" + where() + ", found " + quoted(p));
        }
        return pair(p);
    }

    // Whether the line that begins with data_ is a block: always between blocks; before the first row of a loop when
    // it cannot be that row.
    bool starts_block(const char* p) const {
        if (state_ != State::header) {
            if (!rest_is_empty(word_end(p))) {
                if (state_ == State::after_rows) {
                    return false; // a row, and reported as such
                }
                fail("a block name holds no blanks: " + quoted(p) + " is followed by more");
            }
            return true;
        }
        const bool could_be_a_row = Access::labels(*block_).size() == 1 && !blank_seen_;
        return rest_is_empty(word_end(p)) && !could_be_a_row;
    }

    void comment(const char* p) { // "# version N"
        const char* word = skip_blanks(p + 1);
        if (*p != '#' || !begins(word, end_, "version")) {
            return;
        }
        int version = 0;
        for (word = skip_blanks(word + 7); *word >= '0' && *word <= '9' && version < 100'000'000; ++word) {
            version = 10 * version + (*word - '0');
        }
        version_ = version;
    }

    const char* block(const char* p) {
        const char* end = word_end(p);
        file_.blocks.emplace_back(std::string(p + 5, end), false);
        block_ = &file_.blocks.back();
        block_->set_version(version_);
        version_ = 0;
        Access::set_source(*block_, name_);
        cells_ = &Access::cells(*block_);
        cells_->text = feed_.text();
        state_ = State::block;
        return next_line(end);
    }

    static const char* label_end(const char* p) {
        const char* end = word_end(p);
        return std::find(p, end, '#');
    }

    // A line that begins with '_' before the first row is a label unless more than a comment follows it.
    bool is_label(const char* p) const { return Access::labels(*block_).empty() || rest_is_empty(label_end(p)); }

    void add_label(const char* p, const char* end) {
        if (end - p < 2) {
            fail("a label without a name" + where());
        }
        Access::labels(*block_).emplace_back(p + 1, end);
    }

    const char* label(const char* p) {
        const char* end = label_end(p);
        if (!rest_is_empty(end)) {
            fail("label " + quoted(p) + " of a loop_ is followed by a value" + where());
        }
        add_label(p, end);
        blank_seen_ = false;
        return next_line(end);
    }

    const char* pair(const char* p) { // "_label value" of a list
        state_ = State::list;
        const char* end = word_end(p);
        add_label(p, end);
        const char* value = skip_blanks(end);
        if (*value == '#' || ends_line(value)) {
            fail("label " + quoted(p) + " has no value" + where());
        }
        Cell cell;
        const char* after = read_value(value, cell);
        if (!rest_is_empty(after)) {
            fail("more than one value for " + quoted(p) + where() + "; a value with blanks is written in quotes");
        }
        if (cells_->runs.empty()) {
            cells_->runs.push_back({0, line_});
            cells_->read_rows = 1;
        }
        cells_->push(cell);
        return next_line(after);
    }

    // The value at p, quoted or not; returns where it ends.
    const char* read_value(const char* p, Cell& cell) {
        if (*p == '"' || *p == '\'') [[unlikely]] {
            return read_quoted(p, cell);
        }
        const char* end = word_end(p);
        set(cell, p, end);
        return end;
    }

    void set(Cell& cell, const char* p, const char* end) const {
        const std::size_t length = std::size_t(end - p);
        if (length > Cell::max_length) [[unlikely]] {
            fail("a value longer than 8 MiB" + where());
        }
        cell = Cell(std::size_t(p - begin_), length, false);
    }

    // A quote ends at the same quote before a blank or the line end, unless a BEL stands before it: RELION's escape.
    // RELION drops all BEL bytes of a quoted value.
    const char* read_quoted(const char* start, Cell& cell) {
        const char* p = start + 1;
        bool escaped = false;
        for (;; ++p) {
            if (*p == '\n') {
                fail("no closing " + std::string(1, *start) + where() + " for " + quoted(start));
            }
            if (*p == '\a') {
                escaped = true;
            } else if (*p == *start && p[-1] != '\a' && (p[1] == ' ' || p[1] == '\t' || ends_line(p + 1))) {
                break;
            }
        }
        set(cell, start + 1, p);
        if (escaped) {
            std::string plain(start + 1, p);
            std::erase(plain, '\a');
            cell = cells_->arena.add(plain);
        }
        return p + 1;
    }

    // Whether there is a line at p; waits for it.
    bool more(const char* p) { return p < end_ || (!all_ && wait(p)); }

    bool wait(const char* p);
    const char* rows(const char* p);
    bool ends_rows(const char*& p);
    const char* row(const char* p, Cell* out, std::size_t columns);
    [[noreturn]] void wrong_count(const char* p, std::size_t found, std::size_t columns);

    Feed& feed_;
    const std::string& name_;
    const char* begin_;
    const char* end_; // of the whole lines that are there
    std::size_t known_ = 0;
    bool all_ = false;
    std::size_t line_ = 1;
    State state_ = State::outside;
    bool blank_seen_ = false; // since the last label of a loop
    int version_ = 0;         // of the "# version" line seen since the last block
    File file_;
    Block* block_ = nullptr;
    Access::Cells* cells_ = nullptr;
};

// Moves end_ past p, to the end of the last line that is there in full with the bytes that word scans may load after
// it.
bool Parser::wait(const char* p) {
    while (p >= end_ && !all_) {
        const char* const seen = std::max(p, begin_ + known_ - std::min(known_, Text::padding));
        known_ = feed_.more_than(known_, all_);
        const char* last = begin_ + known_;
        if (!all_) {
            last -= std::min(known_, Text::padding);
            while (last > seen && last[-1] != '\n') {
                --last;
            }
            if (last <= seen) {
                continue;
            }
        }
        end_ = last;
    }
    return p < end_;
}

// Rows up to a blank line, to a data_ line that cannot be a row, or to the end of the text.
const char* Parser::rows(const char* p) {
    const std::size_t columns = Access::labels(*block_).size();
    if (columns == 0) {
        fail("expected a _label after loop_" + where() + ", found " + quoted(p));
    }
    state_ = State::rows;
    const char* const first = p;
    std::size_t count = 0;
    bool new_run = true;
    while (more(p) && !ends_rows(p)) {
        if (*p == '#') { // a comment between rows
            p = next_line(p);
            new_run = true;
            continue;
        }
        if (new_run) {
            cells_->runs.push_back({count, line_});
            new_run = false;
        }
        if (cells_->capacity - cells_->count < columns) {
            // Room for the rest of the text at the length of the rows so far; pages that stay unused cost nothing.
            const std::size_t seen = std::size_t(p - first), left = std::size_t(begin_ + feed_.expected() - p);
            const std::size_t few = 64, many = 4096; // rows that small files need, and rows that tell the mean length
            const std::size_t guess =
                count < many ? 0 : std::size_t(double(left) / double(seen) * double(count) * 1.05);
            cells_->grow((count == 0 ? few : std::max(count + guess + few, std::max(many, count + count / 2))) *
                         columns);
        }
        p = row(p, cells_->cell.get() + cells_->count, columns);
        cells_->count += columns;
        ++count;
        ++line_;
    }
    cells_->read_rows = count;
    return p;
}

// Moves p to the first byte of the line that is no blank; true, with the state set, when the rows end before it.
inline bool Parser::ends_rows(const char*& p) {
    p = skip_blanks(p);
    if (ends_line(p)) {
        state_ = State::after_rows;
        return true;
    }
    if (*p == 'd' && begins(p, end_, "data_") && Access::labels(*block_).size() > 1 && rest_is_empty(word_end(p))) {
        state_ = State::after_rows;
        return true;
    }
    return false;
}

// Reads one row into `out` and returns the start of the next line.
inline const char* Parser::row(const char* p, Cell* out, std::size_t columns) {
    for (std::size_t column = 0; column < columns; ++column) {
        p = skip_blanks(p);
        if (*p == '#' || ends_line(p)) [[unlikely]] {
            wrong_count(p, column, columns);
        }
        p = read_value(p, out[column]);
    }
    p = skip_blanks(p);
    if (*p == '\n') {
        return p + 1;
    }
    if (!rest_is_empty(p)) {
        wrong_count(p, columns, columns);
    }
    return static_cast<const char*>(std::memchr(p, '\n', std::size_t(end_ + Text::padding - p))) + 1;
}

void Parser::wrong_count(const char* p, std::size_t found, std::size_t columns) {
    for (p = skip_blanks(p); *p != '#' && !ends_line(p); p = skip_blanks(p)) {
        Cell ignored;
        p = read_value(p, ignored);
        ++found;
    }
    fail("expected " + std::to_string(columns) + " values" + where() + ", found " + std::to_string(found));
}

} // namespace

File read(const std::filesystem::path& path) {
    const std::string name = path.string();
    Feed feed(path);
    return Parser(feed, name).run();
}

File parse(std::string text, const std::string& name) {
    Feed feed(std::move(text));
    return Parser(feed, name).run();
}

} // namespace starfile
