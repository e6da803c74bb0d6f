// What files of picks of many micrographs need: names, RELION's list of the files, a look at picks that lie outside.
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

// Counts picks whose centres lie outside of their micrograph, where its size is known, and tells of them: RELION's
// Extract may stop at them, and they are a sign of coordinates of another binning.
class Outside {
public:
    void count(const libpicker::Picks& picks, const picker_picks_context& context);
    void tell(Terminal& terminal) const;

private:
    std::size_t picks_ = 0, outside_ = 0;
    std::string first_; // the micrograph of the first, with its size
};

} // namespace cli
