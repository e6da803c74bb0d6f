// JSON that others wrote, before a parser sees it and after: how deep it is nested, and numbers as whole ones.
#pragma once

#include <cstddef>
#include <limits>
#include <string_view>

namespace picker {

// Whether JSON text is nested more than `most` deep. The parser keeps a stack of its own, but copies, comparisons and
// dumps of what it made call themselves: text that is nothing but brackets would overflow the program's stack.
inline bool is_nested_deeper(std::string_view json, std::size_t most = 64) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (quoted) {
            i += c == '\\' ? 1U : 0U;
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > most) {
                return true;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return false;
}

// A number as a whole one; one that does not fit becomes the nearest that does, since a cast would be undefined. Throws
// what Json throws for what is no number.
template <typename Whole, typename Json> Whole whole_of(const Json& value) {
    const auto number = value.template get<double>();
    if (!(number > static_cast<double>(std::numeric_limits<Whole>::min()))) {
        return std::numeric_limits<Whole>::min();
    }
    if (!(number < static_cast<double>(std::numeric_limits<Whole>::max()))) {
        return std::numeric_limits<Whole>::max();
    }
    return static_cast<Whole>(number);
}

} // namespace picker
