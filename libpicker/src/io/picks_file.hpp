// Coordinate files: the format registry, and reading and writing picks of one or many micrographs through it.
// Every format converts to and from the internal frame (core/picks.hpp) at this edge.
#pragma once

#include "core/picks.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace picker {

// What a format needs to know beside the picks themselves. 0 and "" where unknown.
struct PicksContext {
    int width = 0, height = 0;        // of the micrograph, full-size pixels
    double pixel_size = 0.0;          // angstrom
    double box_size = 0.0;            // pixels
    std::string micrograph;           // path or name
    std::uint64_t micrograph_uid = 0; // of cryoSPARC; from the name, else a hash of it, where 0
    std::uint32_t exposure_group = 0; // of cryoSPARC
    bool flip_y = false;              // write height - 1 - y: for a program whose copy of the micrograph is mirrored
};

// Picks of several micrographs in one file: keyed by the micrograph name that the file uses ("" where it names none).
using PicksByMicrograph = std::map<std::string, Picks>;

// What one file of several said.
struct PicksOfFile {
    std::filesystem::path path;
    PicksByMicrograph picks;
};

struct PicksFormat {
    const char* name;        // "star"
    const char* extension;   // ".star": how the name of a file ends
    const char* description; // one line for tables and help
    bool has_scores, has_box_size, many_micrographs;
    const char* frame; // how coordinates are written, for docs/formats.md
    PicksByMicrograph (*read)(const std::filesystem::path&);
    // One file for all entries; a format with many_micrographs == false is given exactly one. Null where a format is
    // only read.
    std::string (*serialise)(const std::map<std::string, const Picks*>&, const std::map<std::string, PicksContext>&);
    // A second file beside the first, with this extension, made of the first one's name and its number of picks.
    const char* companion_extension = nullptr;
    std::string (*companion)(const std::string&, std::size_t) = nullptr;
    // Null, or how files are read together of which some only complete others; `skip_foreign` leaves those out that
    // stay without coordinates, instead of an Error(not_found).
    std::vector<PicksOfFile> (*read_together)(const std::vector<std::filesystem::path>&, bool skip_foreign) = nullptr;
};

std::span<const PicksFormat> picks_formats();
const PicksFormat& picks_format(std::string_view name);                // Error(not_found) listing the names
const PicksFormat& writable_format(std::string_view name);             // the same, and Error(unsupported) if only read
const PicksFormat& picks_format_of(const std::filesystem::path& path); // by extension
PicksByMicrograph read_picks(const std::filesystem::path& path, std::string_view format = ""); // "" : by extension
Picks read_picks_single(const std::filesystem::path& path, std::string_view format = "");      // all entries as one
void write_picks(const std::filesystem::path& path, const Picks& picks, const PicksContext& context,
                 std::string_view format = "");
// Several micrographs in one file, by their names. Error(invalid_argument) where the format holds one.
void write_picks(const std::filesystem::path& path, const std::map<std::string, const Picks*>& entries,
                 const std::map<std::string, PicksContext>& contexts, std::string_view format = "");

// The table of formats in docs/formats.md, one line per format.
std::string picks_formats_markdown();

} // namespace picker
