// FNV-1a, 64 bits: a short fingerprint that tells whether two things are the same. No protection against malice.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace picker {

class Fnv {
public:
    void add(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001B3ULL; }
    void add(std::span<const std::byte> bytes) {
        for (const std::byte byte : bytes) {
            add(static_cast<unsigned char>(byte));
        }
    }
    void add(std::uint64_t value) {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            add(static_cast<unsigned char>((value >> shift) & 0xFFU));
        }
    }
    void add(double value) { add(std::bit_cast<std::uint64_t>(value)); }
    void add(std::string_view text) { // with its length, so that two texts never run together
        add(static_cast<std::uint64_t>(text.size()));
        add(std::as_bytes(std::span(text)));
    }
    std::uint64_t value() const { return hash_; }
    std::string digits() const { // 16 hex digits
        std::string out(16, '0');
        for (std::size_t i = 0; i < 16; ++i) {
            out[15 - i] = "0123456789abcdef"[(hash_ >> (4 * i)) & 0xFU];
        }
        return out;
    }

private:
    std::uint64_t hash_ = 0xCBF29CE484222325ULL;
};

} // namespace picker
