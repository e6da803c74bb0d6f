// .cs files put together by hand, after the rules of NumPy and cryosparc-tools, for tests.
#pragma once

#include <cstdint>
#include <cstring>
#include <lz4.h>
#include <string>
#include <vector>

namespace cs_builder {

template <typename T> std::string le(const std::vector<T>& values) {
    std::string out(values.size() * sizeof(T), '\0');
    std::memcpy(out.data(), values.data(), out.size());
    return out;
}
inline std::string u32(std::uint32_t value) {
    return le(std::vector<std::uint32_t>{value});
}

// NumPy's form of a header and rows.
inline std::string numpy(const std::string& descr, std::size_t rows, const std::string& data, int version = 1) {
    std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': (" + std::to_string(rows) + ",), }";
    while ((header.size() + 13) % 64 != 0) {
        header += ' ';
    }
    header += '\n';
    std::string out = "\x93NUMPY";
    out += static_cast<char>(version);
    out += '\0';
    out += version == 1 ? u32(static_cast<std::uint32_t>(header.size())).substr(0, 2)
                        : u32(static_cast<std::uint32_t>(header.size()));
    return out + header + data;
}

inline std::string packed(const std::string& bytes) {
    std::string out(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(bytes.size()))), '\0');
    out.resize(static_cast<std::size_t>(
        LZ4_compress_default(bytes.data(), out.data(), static_cast<int>(bytes.size()), static_cast<int>(out.size()))));
    return out;
}

// CSDAT of a JSON header, its columns (packed already where they are) and the heap of strings.
inline std::string csdat(const std::string& json, const std::vector<std::string>& columns,
                         const std::string& heap = "") {
    std::string out = "\x95"
                      "CSDAT" +
                      u32(static_cast<std::uint32_t>(json.size())) + json;
    for (const std::string& column : columns) {
        out += u32(static_cast<std::uint32_t>(column.size())) + column;
    }
    return out + heap;
}

} // namespace cs_builder
