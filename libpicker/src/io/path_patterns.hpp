// What a user types for a set of files: a path or a glob, expanded by us and in the same order everywhere.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace picker {

// The path itself where it exists (also when its name holds * ? [), else the matches of the glob, sorted bytewise.
// Error(not_found) where there is neither.
std::vector<std::filesystem::path> expand_pattern(const std::string& pattern);

// Whether a file's name ends so, in any case of letters, and is more than the ending (".mrc", "_info.json").
bool has_ending(const std::filesystem::path& path, std::string_view ending);

// The files of a folder with one of these endings, sorted bytewise, hidden files left out. Sub-folders are not entered.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder,
                                            const std::vector<std::string>& endings);

bool is_folder(const std::filesystem::path& path);

// One text for one file, however its path is written.
std::string file_identity(const std::filesystem::path& path);

} // namespace picker
