// The writer: text that RELION 3.1 to 5, gemmi and Python's starfile read back to the same values.
#include "cells.hpp"

#include <ostream>

namespace starfile {

namespace {

bool starts_reserved_word(std::string_view value) { // in any case of letters, as CIF readers take them
    for (const std::string_view word : {"data_", "loop_", "save_", "stop_", "global_"}) {
        const bool same =
            value.size() >= word.size() && std::equal(word.begin(), word.end(), value.begin(), [](char w, char v) {
                return w == (v >= 'A' && v <= 'Z' ? char(v + ('a' - 'A')) : v);
            });
        if (same) {
            return true;
        }
    }
    return false;
}

// RELION needs quotes around the first kinds of value, CIF readers around all of them.
bool needs_quotes(std::string_view value) {
    if (value.empty() || value.back() == '\r') {
        return true;
    }
    constexpr std::string_view opening = "\"'#;_$[]";
    if (opening.find(value.front()) != opening.npos) {
        return true;
    }
    constexpr std::string_view letters = "dDlLsSgG";
    if (letters.find(value.front()) != letters.npos && starts_reserved_word(value)) {
        return true;
    }
    for (const char c : value) {
        if (c == ' ' || c == '\t') {
            return true;
        }
    }
    return false;
}

// True when `quote` stands in the value before one of `enders`, where a reader would take it as the closing quote.
bool ends_inside(std::string_view value, char quote, std::string_view enders) {
    for (std::size_t i = 0; i + 1 < value.size(); ++i) {
        if (value[i] == quote && enders.find(value[i + 1]) != enders.npos) {
            return true;
        }
    }
    return false;
}

constexpr std::string_view relion_enders = " \t\r", cif_enders = " \t\r#";

// The quote that both kinds of reader understand, if there is one.
char choose_quote(std::string_view value) {
    for (const std::string_view enders : {cif_enders, relion_enders}) {
        for (const char quote : {'"', '\''}) {
            if (!ends_inside(value, quote, enders)) {
                return quote;
            }
        }
    }
    return '"';
}

class Writer {
public:
    explicit Writer(std::ostream* stream) : stream_(stream) {}

    void block(const Block& block) {
        name(block);
        if (block.is_loop()) {
            loop(block);
        } else {
            list(block);
        }
        text_ += '\n'; // RELION ends a loop at a blank line only
    }

    std::string finish() {
        flush(0);
        return std::move(text_);
    }

private:
    void name(const Block& block) {
        const std::string& name = block.name();
        for (const char c : name) {
            if (c == ' ' || (c >= '\t' && c <= '\r')) {
                throw Error(block.source(), 0, "block name '" + name + "' holds a blank or a line break");
            }
        }
        if (block.version() != 0) {
            text_ += "# version " + std::to_string(block.version()) + "\n\n";
        }
        text_ += "data_" + name + "\n\n";
    }

    void loop(const Block& block) {
        text_ += "loop_\n";
        const std::size_t columns = block.columns(), rows = block.rows();
        for (std::size_t column = 0; column < columns; ++column) {
            text_ += "_" + block.label(column) + " #" + std::to_string(column + 1) + "\n";
        }
        const Access::Cells& cells = Access::cells(block);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t column = 0; column < columns; ++column) {
                if (column) {
                    text_ += ' ';
                }
                value(block, cells.view(row * columns + column));
            }
            text_ += '\n';
            flush(std::size_t(1) << 20);
        }
    }

    void list(const Block& block) {
        std::size_t width = 0;
        for (std::size_t column = 0; column < block.columns(); ++column) {
            width = std::max(width, block.label(column).size());
        }
        for (std::size_t column = 0; column < block.columns(); ++column) {
            const std::string& label = block.label(column);
            text_ += "_" + label + std::string(width - label.size() + 1, ' ');
            value(block, block.value(0, column));
            text_ += '\n';
        }
    }

    void value(const Block& block, std::string_view value) {
        if (!needs_quotes(value)) {
            text_ += value;
            return;
        }
        if (value.find('\a') != value.npos) {
            throw Error(block.source(), 0,
                        "a value of data_" + block.name() +
                            " needs quotes and holds a BEL byte, which RELION drops from quoted values");
        }
        const char quote = choose_quote(value);
        text_ += quote;
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (value[i] == quote && ends_inside(value.substr(i, 2), quote, relion_enders)) {
                text_ += '\a'; // RELION's escape
            }
            text_ += value[i];
        }
        text_ += quote;
    }

    void flush(std::size_t most) {
        if (stream_ && text_.size() > most) {
            stream_->write(text_.data(), std::streamsize(text_.size()));
            text_.clear();
        }
    }

    std::ostream* stream_;
    std::string text_;
};

std::string written(const File& file, std::ostream* stream) {
    Writer writer(stream);
    for (const Block& block : file.blocks) {
        writer.block(block);
    }
    return writer.finish();
}

} // namespace

std::string to_string(const File& file) {
    return written(file, nullptr);
}

void write(std::ostream& out, const File& file) {
    written(file, &out);
}

} // namespace starfile
