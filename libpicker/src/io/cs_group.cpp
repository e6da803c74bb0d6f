// .csg, the group file beside a .cs: YAML that says which results the .cs holds.
#include "core/error.hpp"
#include "io/cs_picks.hpp"

#include <chrono>

namespace picker {
namespace {

// UTC, in the form that cryoSPARC writes. Not gmtime, which reads the host's time zone files and keeps them.
std::string now() {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto midnight = std::chrono::floor<std::chrono::days>(seconds);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss time(seconds - midnight);
    const auto two = [](auto value) { return std::string(value < 10 ? "0" : "") + std::to_string(value); };
    return std::to_string(static_cast<int>(date.year())) + "-" + two(static_cast<unsigned>(date.month())) + "-" +
           two(static_cast<unsigned>(date.day())) + " " + two(time.hours().count()) + ":" +
           two(time.minutes().count()) + ":" + two(time.seconds().count());
}

// A YAML string in single quotes.
std::string quoted(const std::string& value) {
    std::string out = "'";
    for (const char c : value) {
        out.append(c == '\'' ? 2 : 1, c);
    }
    return out + "'";
}

} // namespace

std::string cs_group(const std::string& file_name, std::size_t picks) {
    std::string out = text("created: ", now(), "\ngroup:\n  description: Particles picked with libpicker\n",
                           "  name: particles\n  title: Picked particles\n  type: particle\nresults:\n");
    for (const char* slot : {"location", "pick_stats"}) {
        // '>' is "relative to this file".
        out += text("  ", slot, ":\n    metafile: ", quoted('>' + file_name), "\n    num_items: ", picks,
                    "\n    type: particle.", slot, "\n");
    }
    return out + "version: v4.7.0\n";
}

} // namespace picker
