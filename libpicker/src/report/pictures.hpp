// The pictures of a report's micrographs: small JPEGs, made by all workers, whose size follows from how many there are.
#pragma once

#include "core/progress.hpp"
#include "report/run_folder.hpp"

#include <string>
#include <vector>

namespace picker {

struct ReportPicture {
    int width = 0, height = 0; // 0: there is none
    bool large = false;        // one of those that are shown in more detail
    std::string jpeg;          // the file's bytes
    std::string problem;       // why there is none
};

// A few micrographs, spread over the run, are shown large.
bool is_large_picture(std::size_t index, std::size_t count);
// The longest edge, in pixels, of the picture of a micrograph of this size, `index` of `count`. Those that are not
// large share what a page of about 20 MB has room for.
int picture_side(std::size_t index, std::size_t count, int width, int height);

// One for each micrograph. `side` > 0: the longest edge of all. A micrograph that is missing or damaged has a problem
// and no picture; those that were not picked have neither. Error(cancelled).
std::vector<ReportPicture> make_pictures(const RunFolder& run, int side, const Control& control);

} // namespace picker
