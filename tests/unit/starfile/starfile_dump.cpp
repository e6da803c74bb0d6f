// Shows what this library reads, for a comparison with other readers: starfile_dump FILE prints JSON,
// starfile_dump FILE COPY writes it out again.
#include "starfile/starfile.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

namespace {

std::string json(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c >= 0 && c < ' ') {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
            out += code;
        } else {
            out += c;
        }
    }
    return out += '"';
}

void dump(std::ostream& out, const starfile::Block& block) {
    out << "{\"name\": " << json(block.name()) << ", \"loop\": " << (block.is_loop() ? "true" : "false")
        << ", \"labels\": [";
    for (std::size_t column = 0; column < block.columns(); ++column) {
        out << (column ? ", " : "") << json(block.label(column));
    }
    out << "], \"rows\": [";
    for (std::size_t row = 0; row < block.rows(); ++row) {
        out << (row ? ",\n[" : "\n[");
        for (std::size_t column = 0; column < block.columns(); ++column) {
            out << (column ? ", " : "") << json(block.value(row, column));
        }
        out << "]";
    }
    out << "]}";
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2 || argc > 3) {
        std::cerr << "usage: starfile_dump FILE [COPY]\n";
        return 2;
    }
    try {
        const starfile::File file = starfile::read(argv[1]);
        if (argc == 3) {
            std::ofstream out(argv[2], std::ios::binary);
            starfile::write(out, file);
            out.close();
            return out ? 0 : 1;
        }
        std::cout << "[";
        for (std::size_t i = 0; i < file.blocks.size(); ++i) {
            std::cout << (i ? ",\n" : "");
            dump(std::cout, file.blocks[i]);
        }
        std::cout << "]\n";
        return std::cout.flush() ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
