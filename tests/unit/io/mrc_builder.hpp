// An MRC file put together byte by byte, in either byte order, with whatever a header can say.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>

namespace io_testing {

struct Mrc {
    bool big = false;
    std::int32_t nx = 5, ny = 3, nz = 1, mode = 2, extended = 0, ispg = 0, mx = 5;
    float cell = 0.0F;
    bool stamp = true;
    std::string data;

    void append(std::string& out, std::uint64_t value, int bytes) const {
        for (int i = 0; i < bytes; ++i) {
            out += static_cast<char>(value >> (8 * (big ? bytes - 1 - i : i)));
        }
    }
    void integer(std::string& out, std::int64_t value) const { append(out, static_cast<std::uint64_t>(value), 4); }
    void real(std::string& out, float value) const { append(out, std::bit_cast<std::uint32_t>(value), 4); }

    std::string bytes() const {
        std::string out;
        for (const std::int32_t value : {nx, ny, nz, mode, 0, 0, 0, mx, ny, nz}) {
            integer(out, value);
        }
        for (const float value : {cell, 0.0F, 0.0F, 90.0F, 90.0F, 90.0F}) {
            real(out, value);
        }
        for (const std::int32_t value : {1, 2, 3, 0, 0, 0, ispg, extended}) {
            integer(out, value);
        }
        out.resize(208, '\0');
        if (stamp) {
            out += big ? std::string("MAP \x11\x11\0\0", 8) : std::string("MAP \x44\x44\0\0", 8);
        }
        out.resize(1024, '\0');
        out.append(static_cast<std::size_t>(std::max(extended, 0)), 'x');
        return out + data;
    }
};

} // namespace io_testing
