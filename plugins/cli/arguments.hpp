// Command-line arguments: each command declares its flags once; parsing, checking and --help come from that table.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace cli {

// Wrong usage: exit code 2, the message on standard error.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

enum class Takes { nothing, one, many, optional }; // optional: one value or none

struct Flag {
    std::string name; // "--diameter"
    Takes takes = Takes::nothing;
    std::string value; // "A": what the help calls the value
    std::string help;  // what it does, and [the default]
};

struct CommandSpec {
    std::string name;       // "pick"
    std::string summary;    // one line
    std::string positional; // "FILE...": what the words without a flag are; "" if none are taken
    std::vector<Flag> flags;
    std::string notes; // printed below the flags; lines that start with a space are kept as they are
};

class Arguments {
public:
    // Error for a flag the command does not have (with the nearest one), a missing value, a word out of place.
    Arguments(const CommandSpec& spec, const std::vector<std::string>& words);

    bool has(const std::string& flag) const { return values_.count(flag) != 0; }
    std::string text(const std::string& flag, const std::string& fallback = "") const;
    std::string required_text(const std::string& flag) const;
    const std::vector<std::string>& list(const std::string& flag) const; // empty if not given
    // Numbers; UsageError with the flag's name where the value is none, or outside the range.
    std::optional<double> number(const std::string& flag) const;
    std::optional<double> above_zero(const std::string& flag) const;
    std::optional<double> zero_or_more(const std::string& flag) const;
    std::optional<double> score(const std::string& flag) const; // 0 to 1
    std::optional<std::int64_t> integer(const std::string& flag, std::int64_t lowest = 0,
                                        std::int64_t highest = std::numeric_limits<std::int32_t>::max()) const;
    // The index of the value among the words that the flag takes; 0, the first, where it is not given.
    std::int32_t choice(const std::string& flag, const std::vector<std::string>& words) const;
    const std::vector<std::string>& positional() const { return positional_; }
    // UsageError when the second flag is given together with the first.
    void not_together(const std::string& flag, const std::vector<std::string>& others) const;
    const std::string& command() const { return command_; }

private:
    [[noreturn]] void wrong_value(const std::string& flag, const std::string& wanted) const;
    std::string command_;
    std::map<std::string, std::vector<std::string>> values_;
    std::vector<std::string> positional_;
};

std::vector<Flag> all_flags(const CommandSpec& spec); // the command's own, then those that every command takes
std::string usage(const CommandSpec& spec);           // the text of `picker COMMAND --help`, at most 98 columns wide
double parse_number(const std::string& text, const std::string& what);
std::int64_t parse_integer(const std::string& text, const std::string& what);
std::vector<std::string> split(const std::string& text, char separator);
std::string nearest(const std::string& word, const std::vector<std::string>& known); // "" when none is near

} // namespace cli
