// What is fuzzed: one function for each reader of bytes, by name, and what these functions share. A function takes any
// bytes; it returns when the reader took or properly refused them and aborts the program when it did anything else.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace fuzz {

using Bytes = std::span<const std::uint8_t>;

struct Target {
    const char* name;
    void (*run)(Bytes);
};
std::span<const Target> targets();
const Target* find_target(std::string_view name); // null for a name that there is not

// images.cpp
void mrc(Bytes bytes);
void tiff(Bytes bytes);
void png(Bytes bytes);
void score_map(Bytes bytes);
// picks.cpp
void star(Bytes bytes);
void box(Bytes bytes);
void cbox(Bytes bytes);
void cs(Bytes bytes);
void csv(Bytes bytes);
void eman(Bytes bytes);
// lists.cpp
void micrographs(Bytes bytes);
void particles(Bytes bytes);
void exposures(Bytes bytes);
void table(Bytes bytes);
void pairs(Bytes bytes);
// models.cpp
void checkpoint(Bytes bytes);
void state(Bytes bytes);
void journal(Bytes bytes);
void run(Bytes bytes);
// structures.cpp
void pdb(Bytes bytes);
void cif(Bytes bytes);
// calls.cpp
void calls(Bytes bytes);

// A folder of this process, removed when it ends.
const std::filesystem::path& folder();
// A file of that name in it, with these bytes.
std::filesystem::path file(const char* name, Bytes bytes);

// Prints what was broken and aborts, so that a fuzzer keeps the bytes.
[[noreturn]] void broken(const std::string& what);
inline void require(bool holds, const char* what) {
    if (!holds) {
        broken(what);
    }
}

// A refusal must name the file and the way out, and must not be a fault of the library.
void check_refusal(const picker::Error& error, const std::filesystem::path& path);

// Whether the reader takes the file at `path`. Anything that it throws but an Error ends the program.
template <typename Read> bool takes(const std::filesystem::path& path, const Read& read) {
    try {
        read();
        return true;
    } catch (const picker::Error& error) {
        check_refusal(error, path);
        return false;
    }
}

} // namespace fuzz
