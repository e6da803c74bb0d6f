// RELION's rule for coordinate files (places.hpp), with its oddities: what Extract looks for must be there.
#include "places.hpp"

#include "picker/picker.hpp"

#include <algorithm>
#include <cctype>

namespace relion {
namespace {

bool is_job(const std::string& name, std::size_t at) { // "job" and three digits; whatever follows
    return name.compare(at, 3, "job") == 0 && name.size() >= at + 6 &&
           std::all_of(name.begin() + static_cast<std::ptrdiff_t>(at) + 3,
                       name.begin() + static_cast<std::ptrdiff_t>(at) + 6,
                       [](unsigned char c) { return std::isdigit(c) != 0; });
}

// What follows the first folder jobNNN. A slash at the very beginning is not looked at, and the beginning of the name
// itself comes last.
std::string after_job(const std::string& name) {
    constexpr int deepest = 20;
    std::size_t slash = 0;
    for (int depth = 1; slash < name.size(); ++depth) {
        slash = name.find('/', slash + 1);
        const std::size_t begin = slash == std::string::npos ? 0 : slash + 1;
        if (is_job(name, begin)) {
            const std::size_t end = name.find('/', begin + 5);
            return end == std::string::npos ? "" : name.substr(end + 1);
        }
        if (depth > deepest) {
            throw libpicker::Error(PICKER_INVALID_ARGUMENT, name +
                                                                " lies more than 20 folders deep, where RELION gives "
                                                                "up; link its folder to a place nearer to the project");
        }
    }
    return name;
}

} // namespace

std::string coordinate_place(const std::string& micrograph) {
    const std::string rest = after_job(micrograph);
    return rest.substr(0, rest.rfind('.')) + "_autopick.star"; // npos: all of it
}

} // namespace relion
