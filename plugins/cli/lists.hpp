// Files of many micrographs: what names them, and RELION's list of the files of each.
#pragma once

#include "command.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cli {

// UsageError where this is the name of a coordinate file and not that of a micrograph, which `format` asks for.
void require_name(const Arguments& arguments, const std::string& micrograph, const std::string& format);
// RELION's list, as autopick.star of `picker pick`: names of micrographs with the coordinate file of each.
void write_coordinate_list(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files);

} // namespace cli
