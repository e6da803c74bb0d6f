// Small files written whole or not at all, and words of a STAR file.
#pragma once

#include <string>

namespace relion {

// Makes the folder too. libpicker::Error when it cannot.
void write_whole(const std::string& path, const std::string& content);
std::string star_word(const std::string& text); // quoted where RELION would otherwise see two
std::string counted(long long count, const std::string& noun);

} // namespace relion
