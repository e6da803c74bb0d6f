// Parsing and help of command lines (arguments.hpp).
#include "arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

namespace cli {
namespace {

// Flags that every command takes.
const std::vector<Flag>& common_flags() {
    static const std::vector<Flag> flags = {
        {"--pixel-size", Takes::one, "A", "angstrom per pixel; overrides headers and STAR files"},
        {"--seed", Takes::one, "S", "of everything random: same seed, same result [0]"},
        {"--json", Takes::nothing, "", "print the result as JSON on standard output, failures too"},
        {"--quiet", Takes::nothing, "", "no progress, no remarks; warnings stay"},
        {"--threads", Takes::one, "N", "worker threads [one per core]; the result does not depend on it"},
        {"--device", Takes::one, "NAME", "where networks run: cpu, cuda, cuda:N [auto: a GPU if there is one]"},
        {"--help", Takes::nothing, "", "this text"},
        {"--version", Takes::nothing, "", "the version"},
    };
    return flags;
}

std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

// A word that begins with "--" is a flag ("--" alone ends them); "-" and negative numbers are values.
bool is_flag(const std::string& word) {
    return word.size() >= 2 && word[0] == '-' && word[1] == '-';
}

constexpr std::size_t help_width = 98;

// Words of `text` in lines of at most help_width columns. The first line begins at column `at`, the others get `indent`
// spaces.
std::string wrapped(const std::string& text, std::size_t at, std::size_t indent) {
    std::string out;
    std::size_t column = at;
    bool fresh = true; // nothing on this line yet
    for (const std::string& word : split(text, ' ')) {
        if (!fresh && column + 1 + word.size() > help_width) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
            fresh = true;
        }
        out += (fresh ? "" : " ") + word;
        column += word.size() + (fresh ? 0 : 1);
        fresh = false;
    }
    return out;
}

} // namespace

// Leaves out those common ones that the command describes in its own words.
std::vector<Flag> all_flags(const CommandSpec& spec) {
    std::vector<Flag> flags = spec.flags;
    for (const Flag& common : common_flags()) {
        if (std::none_of(flags.begin(), flags.end(), [&](const Flag& own) { return own.name == common.name; })) {
            flags.push_back(common);
        }
    }
    return flags;
}

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

Arguments::Arguments(const CommandSpec& spec, const std::vector<std::string>& words) : command_(spec.name) {
    const std::vector<Flag> flags = all_flags(spec);
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string word = words[i];
        if (word == "--") {
            for (std::size_t later = i + 1; later < words.size(); ++later) {
                if (std::any_of(flags.begin(), flags.end(),
                                [&](const Flag& flag) { return flag.name == words[later]; })) {
                    throw UsageError("picker " + spec.name + ": what follows -- is a file, also '" + words[later] +
                                     "'; put flags before it");
                }
            }
            positional_.insert(positional_.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
            break;
        }
        if (word == "-h") {
            word = "--help";
        }
        if (!is_flag(word)) {
            if (spec.positional.empty()) {
                throw UsageError("picker " + spec.name + ": '" + word + "' is not the value of any flag; see picker " +
                                 spec.name + " --help");
            }
            positional_.push_back(word);
            continue;
        }
        std::optional<std::string> inline_value;
        if (const auto equals = word.find('='); equals != std::string::npos) {
            inline_value = word.substr(equals + 1);
            word.resize(equals);
        }
        const auto found = std::find_if(flags.begin(), flags.end(), [&](const Flag& f) { return f.name == word; });
        if (found == flags.end()) {
            std::vector<std::string> names;
            for (const Flag& flag : flags) {
                names.push_back(flag.name);
            }
            const std::string near = nearest(word, names);
            throw UsageError("picker " + spec.name + ": unknown flag " + word +
                             (near.empty() ? "; see" : "; did you mean " + near + "? See") + " picker " + spec.name +
                             " --help");
        }
        auto& values = values_[word];
        if (found->takes == Takes::nothing) {
            if (inline_value) {
                throw UsageError("picker " + spec.name + ": " + word + " takes no value");
            }
            continue;
        }
        if (inline_value) {
            values.push_back(*inline_value);
        } else if (found->takes == Takes::optional) {
            if (i + 1 < words.size() && !is_flag(words[i + 1])) {
                values = {words[++i]};
            }
        } else if (found->takes == Takes::one) {
            if (i + 1 >= words.size() || is_flag(words[i + 1])) {
                throw UsageError("picker " + spec.name + ": " + word + " needs a value (" + found->value + ")");
            }
            values = {words[++i]};
        } else {
            const std::size_t before = values.size();
            while (i + 1 < words.size() && !is_flag(words[i + 1])) {
                values.push_back(words[++i]);
            }
            if (values.size() == before) {
                throw UsageError("picker " + spec.name + ": " + word + " needs at least one value (" + found->value +
                                 ")");
            }
        }
    }
}

std::string Arguments::text(const std::string& flag, const std::string& fallback) const {
    const auto it = values_.find(flag);
    return it == values_.end() || it->second.empty() ? fallback : it->second.back();
}

std::string Arguments::required_text(const std::string& flag) const {
    if (!has(flag)) {
        throw UsageError("picker " + command_ + ": " + flag + " is missing; see picker " + command_ + " --help");
    }
    return text(flag);
}

const std::vector<std::string>& Arguments::list(const std::string& flag) const {
    static const std::vector<std::string> none;
    const auto it = values_.find(flag);
    return it == values_.end() ? none : it->second;
}

void Arguments::wrong_value(const std::string& flag, const std::string& wanted) const {
    throw UsageError("picker " + command_ + ": " + flag + " needs " + wanted + ", not '" + text(flag) + "'");
}

std::int32_t Arguments::choice(const std::string& flag, const std::vector<std::string>& words) const {
    const auto found = std::find(words.begin(), words.end(), text(flag, words.front()));
    if (found == words.end()) {
        std::string known;
        for (std::size_t i = 0; i < words.size(); ++i) {
            known += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
        }
        wrong_value(flag, known);
    }
    return static_cast<std::int32_t>(found - words.begin());
}

std::optional<double> Arguments::number(const std::string& flag) const {
    if (!has(flag)) {
        return std::nullopt;
    }
    return parse_number(text(flag), "picker " + command_ + ": " + flag);
}

std::optional<double> Arguments::above_zero(const std::string& flag) const {
    const auto value = number(flag);
    if (value && !(*value > 0)) {
        wrong_value(flag, "a number above 0");
    }
    return value;
}

std::optional<double> Arguments::zero_or_more(const std::string& flag) const {
    const auto value = number(flag);
    if (value && !(*value >= 0)) {
        wrong_value(flag, "a number of 0 or more");
    }
    return value;
}

std::optional<double> Arguments::score(const std::string& flag) const {
    const auto value = number(flag);
    if (value && !(*value >= 0 && *value <= 1)) {
        wrong_value(flag, "a score from 0 to 1");
    }
    return value;
}

std::optional<std::int64_t> Arguments::integer(const std::string& flag, std::int64_t lowest,
                                               std::int64_t highest) const {
    if (!has(flag)) {
        return std::nullopt;
    }
    const std::int64_t value = parse_integer(text(flag), "picker " + command_ + ": " + flag);
    if (value < lowest || value > highest) {
        wrong_value(flag, "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
    }
    return value;
}

void Arguments::not_together(const std::string& flag, const std::vector<std::string>& others) const {
    for (const std::string& other : others) {
        if (has(flag) && has(other)) {
            throw UsageError("picker " + command_ + ": give " + flag + " or " + other + ", not both");
        }
    }
}

double parse_number(const std::string& text, const std::string& what) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
        throw UsageError(what + " needs a number, not '" + text + "'");
    }
    return value;
}

std::int64_t parse_integer(const std::string& text, const std::string& what) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw UsageError(what + " needs a whole number, not '" + text + "'");
    }
    return value;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) {
        if (!part.empty()) {
            parts.push_back(part);
        }
    }
    return parts;
}

std::string usage(const CommandSpec& spec) {
    constexpr std::size_t column = 30; // where the help of a flag begins
    std::string out = "picker " + spec.name + (spec.positional.empty() ? "" : " " + spec.positional) + " [flags]\n" +
                      wrapped(spec.summary, 0, 0) + "\n\n";
    const std::vector<Flag> flags = all_flags(spec);
    for (std::size_t i = 0; i < flags.size(); ++i) {
        const Flag& flag = flags[i];
        std::string left = "  " + flag.name;
        if (flag.takes != Takes::nothing) {
            left += flag.takes == Takes::optional ? " [" + flag.value + "]" : " " + flag.value;
        }
        if (left.size() + 2 <= column) {
            left.resize(column, ' ');
        } else {
            left += "\n" + std::string(column, ' ');
        }
        out += (i == spec.flags.size() && i > 0 ? "\n" : "") + left + wrapped(flag.help, column, column) + "\n";
    }
    if (!spec.notes.empty()) {
        out += "\n";
        for (const std::string& line : split(spec.notes, '\n')) {
            out += (line[0] == ' ' ? line : wrapped(line, 0, 0)) + "\n";
        }
    }
    return out;
}

} // namespace cli
