// Finding the ends of words and of runs of spaces eight bytes at a time. Private to libstarfile.
// Every function may load up to 7 bytes past where it stops, which Text::padding allows for.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace starfile {

inline std::uint64_t load8(const char* p) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    return word;
}

constexpr std::uint64_t every_byte(unsigned char c) {
    return 0x0101010101010101u * c;
}

constexpr bool little = std::endian::native == std::endian::little;

// Past the blanks (spaces and tabs) at p.
inline const char* skip_blanks(const char* p) {
    if (*p != ' ' && *p != '\t') {
        return p;
    }
    if constexpr (little) {
        for (;;) {
            const std::uint64_t differs = load8(p) ^ every_byte(' ');
            if (differs != 0) {
                p += std::countr_zero(differs) >> 3;
                if (*p != '\t') {
                    return p;
                }
                ++p; // tabs are rare
                continue;
            }
            p += 8;
        }
    }
    while (*p == ' ' || *p == '\t') {
        ++p;
    }
    return p;
}

inline bool ends_line(const char* p) {
    return *p == '\n' || (*p == '\r' && p[1] == '\n');
}

// The blank or line end that ends the word at p, which is not empty.
inline const char* word_end(const char* p) {
    for (;;) {
        if constexpr (little) { // first byte of at most 0x20: exact for the lowest such byte of a word
            for (;;) {
                const std::uint64_t word = load8(p);
                const std::uint64_t low = (word - every_byte(0x21)) & ~word & every_byte(0x80);
                if (low != 0) {
                    p += std::countr_zero(low) >> 3;
                    break;
                }
                p += 8;
            }
        }
        if (*p == ' ' || *p == '\t' || ends_line(p)) {
            return p;
        }
        ++p; // other control bytes belong to the value
    }
}

} // namespace starfile
