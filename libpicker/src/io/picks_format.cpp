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
        star_picks_format(), cbox_picks_format(), box_picks_format(), csv_picks_format(), eman_picks_format(),
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
    const PicksFormat& chosen_format = writable_format(chosen(path, format).name);
    write_whole(path, chosen_format.serialise({{"", &picks}}, {{"", context}}));
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
