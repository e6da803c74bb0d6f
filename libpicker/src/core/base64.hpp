// Base64 (RFC 4648), for bytes that go into text.
#pragma once

#include <string>
#include <string_view>

namespace picker {

inline std::string base64(std::string_view bytes) {
    static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto at = [&](std::size_t k) {
            return k < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[k])) : 0U;
        };
        const unsigned group = at(i) << 16U | at(i + 1) << 8U | at(i + 2);
        out += letters[group >> 18U];
        out += letters[group >> 12U & 63U];
        out += i + 1 < bytes.size() ? letters[group >> 6U & 63U] : '=';
        out += i + 2 < bytes.size() ? letters[group & 63U] : '=';
    }
    return out;
}

} // namespace picker
