// Sets of .cs files: cryoSPARC splits an output into a file of new columns and passthrough files of those it only hands
// on, joined on uid. Here they become whole tables again.
#pragma once

#include "io/cs_table.hpp"

#include <filesystem>
#include <string_view>
#include <vector>

namespace picker {

// What is looked for in .cs files.
struct CsNeed {
    std::vector<std::string_view> keys;         // a table has the first of these it can, itself or by joining
    std::vector<std::string_view> extras;       // joined where they are found, no error where not
    bool (*wanted)(std::string_view) = nullptr; // columns to keep
    const char* missing = "";                   // what a file without any key lacks, and the way out
};

struct CsPart {
    std::filesystem::path path;
    CsTable table;
};

// The tables of `files` in their order. One that lacks the keys gets them from another of `files`, else from a file
// *passthrough*.cs in its folder, that knows all its uids; a file that served so is not in the result. Error(not_found)
// for one that stays without, or with `skip_foreign` it is left out.
std::vector<CsPart> read_cs_set(const std::vector<std::filesystem::path>& files, const CsNeed& need,
                                bool skip_foreign = false);

// Paths in exported groups start with '>'.
std::string_view cs_path(std::string_view value);

} // namespace picker
