// EMAN2 .box: lines of "x y width height", where x and y are the corner of the box with the lowest indices.
//
// The rule for odd and even boxes. The centre pixel of a box that starts at pixel c and is w wide is c + floor(w / 2);
// this is RELION's integer division (and the centre of EMAN2's own even boxes).
//   reading:  centre = corner + floor(w / 2), fractions of the corner kept
//   writing:  corner = floor(centre + 0.5) - floor(w / 2), whole pixels, since RELION cuts fractions off
// So read(write(centre)) is the centre rounded to a whole pixel (error at most 0.5) for every box size, RELION reads
// the same whole pixel, and EMAN2 too for even boxes; for odd boxes EMAN2 computes corner + w / 2, half a pixel more.
// Rows count from the first stored row, as EMAN2 does for MRC and for TIFF, which it flips as RELION and we do.
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/picks_formats.hpp"

#include <cmath>
#include <limits>

namespace picker {
namespace {

double half_box(double size) {
    return size == std::floor(size) ? std::floor(size / 2.0) : size / 2.0;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!(line = trimmed(line)).empty()) {
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

[[noreturn]] void fail_filaments(const std::string& name, std::size_t number) {
    fail(Status::unsupported, name, ":", number,
         ": this .box file marks filaments (start and end points), which are not read; give one box per particle");
}

void read_line(std::string_view line, const std::string& name, std::size_t number, Picks& picks) {
    const auto words = words_of(line);
    if (words.empty()) {
        return;
    }
    if (words[0].starts_with('#')) {
        if (words[0].starts_with("#helix")) {
            fail_filaments(name, number);
        }
        return;
    }
    if (words.size() < 4) {
        fail(Status::bad_file, name, ":", number, ": a box needs four numbers (x y width height), this line has ",
             words.size(), "; correct or remove it");
    }
    double values[4] = {};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto value = parse_number(words[i]);
        if (!value || !std::isfinite(*value) || (i >= 2 && *value <= 0.0)) {
            fail(Status::bad_file, name, ":", number, ": '", words[i], "' is no ", i < 2 ? "coordinate" : "box size",
                 "; correct or remove the line");
        }
        values[i] = *value;
    }
    if (words.size() > 4) { // EMAN1 wrote -3 here for every particle, e2helixboxer -1 and -2 for a filament's ends
        const auto tag = parse_number(words[4]);
        if (tag && (*tag == -1.0 || *tag == -2.0)) {
            fail_filaments(name, number);
        }
    }
    picks.add(values[0] + half_box(values[2]), values[1] + half_box(values[3]),
              std::numeric_limits<double>::quiet_NaN());
    picks.ensure_column("box_width", 0.0).back() = values[2];
    picks.ensure_column("box_height", 0.0).back() = values[3];
}

PicksByMicrograph read_box(const std::filesystem::path& path) {
    const std::string bytes = read_whole(path);
    const std::string name = path.string();
    PicksByMicrograph out;
    Picks& picks = out[""];
    std::string_view rest = bytes;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        read_line(rest.substr(0, end), name, number, picks);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
}

long long whole_size(double size, const std::string& micrograph) {
    if (!(size >= 0.5) || size > 65535.0) {
        fail(Status::invalid_argument, "box files need a box size, and none is known",
             micrograph.empty() ? std::string() : " for " + micrograph, "; give it in pixels (--box-size)");
    }
    return std::llround(size);
}

std::string serialise_box(const std::map<std::string, const Picks*>& entries,
                          const std::map<std::string, PicksContext>& contexts) {
    if (entries.size() != 1) {
        fail(Status::invalid_argument, "a .box file holds one micrograph, ", entries.size(),
             " were given; write one file for each");
    }
    const auto& [key, picks] = *entries.begin();
    const auto found = contexts.find(key);
    const PicksContext context = found != contexts.end() ? found->second : PicksContext{};
    const auto* widths = picks->column("box_width");
    const auto* heights = picks->column("box_height");
    std::string out;
    for (std::size_t i = 0; i < picks->size(); ++i) {
        // A size given by the caller wins over those that came with the picks.
        const bool own = context.box_size <= 0.0 && widths != nullptr && heights != nullptr;
        const long long width = whole_size(own ? (*widths)[i] : context.box_size, context.micrograph);
        const long long height = whole_size(own ? (*heights)[i] : context.box_size, context.micrograph);
        if (!(std::abs(picks->x[i]) < 1e9 && std::abs(picks->y[i]) < 1e9)) {
            fail(Status::invalid_argument, "pick ", i + 1, " lies at ", picks->x[i], ", ", picks->y[i],
                 ", which a box file cannot hold; remove picks that are far outside of the micrograph");
        }
        const long long x = static_cast<long long>(std::floor(picks->x[i] + 0.5)) - width / 2;
        const long long y = static_cast<long long>(std::floor(picks->y[i] + 0.5)) - height / 2;
        out += text(x, '\t', y, '\t', width, '\t', height, '\n');
    }
    return out;
}

} // namespace

PicksFormat box_picks_format() {
    return {"box",
            ".box",
            "EMAN2 boxes: x, y, width, height, separated by tabs",
            false,
            true,
            false,
            "corner with the lowest indices, whole pixels: floor(centre + 0.5) - floor(box / 2)",
            read_box,
            serialise_box};
}

} // namespace picker
