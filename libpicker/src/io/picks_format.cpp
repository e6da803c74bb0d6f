// The registry of coordinate formats. A new format is one file and one line in picks_formats().
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/path_patterns.hpp"
#include "io/picks_formats.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace picker {

std::span<const PicksFormat> picks_formats() {
    static const std::array formats = {
        star_picks_format(), cbox_picks_format(), box_picks_format(),
        csv_picks_format(),  eman_picks_format(), cs_picks_format(),
    };
    return formats;
}

namespace {

std::string format_names() {
    std::string names;
    for (const PicksFormat& format : picks_formats()) {
        names += names.empty() ? "" : ", ";
        names += format.name;
    }
    return names;
}

Picks mirrored(const Picks& picks, const PicksContext& context) {
    Picks out = picks;
    for (std::size_t row = 0; row < out.size(); ++row) {
        const int height = micrograph_size(picks, row, context).second;
        if (height == 0) {
            fail(Status::invalid_argument, "the height of micrograph ", context.micrograph,
                 " is unknown, and y is counted from its other edge; give the images (--micrographs, or width and "
                 "height)");
        }
        out.y[row] = height - 1.0 - out.y[row];
    }
    return out;
}

const PicksFormat& chosen(const std::filesystem::path& path, std::string_view format) {
    return format.empty() ? picks_format_of(path) : picks_format(format);
}

} // namespace

const PicksFormat& picks_format(std::string_view name) {
    for (const PicksFormat& format : picks_formats()) {
        if (name == format.name) {
            return format;
        }
    }
    fail(Status::not_found, "there is no coordinate format '", name, "'; use one of ", format_names());
}

const PicksFormat& writable_format(std::string_view name) {
    const PicksFormat& format = picks_format(name);
    if (format.serialise == nullptr) {
        fail(Status::unsupported, "coordinates in the format '", name, "' are read and not written; write another");
    }
    return format;
}

const PicksFormat& picks_format_of(const std::filesystem::path& path) {
    for (const PicksFormat& format : picks_formats()) {
        if (has_ending(path, format.extension)) {
            return format;
        }
    }
    fail(Status::not_found, "the extension of ", path.string(), " names no coordinate format; use one of ",
         format_names(), ", or give the format by name");
}

PicksByMicrograph read_picks(const std::filesystem::path& path, std::string_view format) {
    return chosen(path, format).read(path);
}

Picks read_picks_single(const std::filesystem::path& path, std::string_view format) {
    Picks all;
    for (const auto& [micrograph, picks] : read_picks(path, format)) {
        all.append(picks);
    }
    return all;
}

void write_picks(const std::filesystem::path& path, const Picks& picks, const PicksContext& context,
                 std::string_view format) {
    write_picks(path, std::map<std::string, const Picks*>{{"", &picks}}, {{"", context}}, format);
}

void write_picks(const std::filesystem::path& path, const std::map<std::string, const Picks*>& entries,
                 const std::map<std::string, PicksContext>& contexts, std::string_view format) {
    const PicksFormat& target = writable_format(chosen(path, format).name);
    std::map<std::string, Picks> flipped;
    auto written = entries;
    std::size_t count = 0;
    for (auto& [name, picks] : written) {
        count += picks->size();
        const auto context = contexts.find(name);
        if (context != contexts.end() && context->second.flip_y) {
            picks = &flipped.emplace(name, mirrored(*picks, context->second)).first->second;
        }
    }
    write_whole(path, target.serialise(written, contexts));
    // A device or pipe has no place beside it.
    if (target.companion != nullptr && has_ending(path, target.extension)) {
        std::filesystem::path beside = path;
        write_whole(beside.replace_extension(target.companion_extension),
                    target.companion(path.filename().string(), count));
    }
}

std::pair<int, int> micrograph_size(const Picks& picks, std::size_t row, const PicksContext& context) {
    if (context.width > 0 && context.height > 0) {
        return {context.width, context.height};
    }
    const auto* shapes = picks.text_column("location/micrograph_shape");
    const std::string_view shape = shapes == nullptr ? std::string_view() : (*shapes)[row];
    const std::size_t comma = std::min(shape.find(','), shape.size());
    const auto height = parse_number(shape.substr(0, comma)),
               width = parse_number(shape.substr(std::min(comma + 1, shape.size())));
    const auto fits = [](const std::optional<double>& size) { return size && *size >= 1.0 && *size <= 65535.0; };
    return fits(height) && fits(width) ? std::pair(static_cast<int>(*width), static_cast<int>(*height))
                                       : std::pair(0, 0);
}

bool stays_text(std::string_view column) {
    return column.starts_with("rln") || column == "uid" || column.find('/') != column.npos;
}

std::string picks_formats_markdown() {
    std::string out =
        "| name | extension | written | scores | box size | several micrographs | coordinates in the file | what it is "
        "|\n|---|---|---|---|---|---|---|---|\n";
    const auto yes = [](bool value) { return value ? "yes" : "no"; };
    for (const PicksFormat& format : picks_formats()) {
        out += text("| `", format.name, "` | `", format.extension, "` | ", yes(format.serialise != nullptr), " | ",
                    yes(format.has_scores), " | ", yes(format.has_box_size), " | ", yes(format.many_micrographs), " | ",
                    format.frame, " | ", format.description, " |\n");
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::optional<double> parse_number(std::string_view text) {
    text = trimmed(text);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
    return out;
}

std::string shortest_number(double value) {
    if (std::isnan(value)) {
        return {};
    }
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

} // namespace picker
