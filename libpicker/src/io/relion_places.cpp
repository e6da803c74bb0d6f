// RELION's rule for coordinate files (relion_places.hpp), with its oddities: what Extract looks for must be there.
#include "io/relion_places.hpp"

#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/star_micrographs.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace picker {
namespace {

constexpr std::string_view pointer = "coords_suffix";

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
            fail(Status::invalid_argument, name, " lies more than 20 folders deep, where RELION gives up; link its ",
                 "folder to a place nearer to the project");
        }
    }
    return name;
}

// The micrographs that the pointer's line names, where that is a STAR file that is still there.
std::vector<InputMicrograph> pointed_at(const std::filesystem::path& path) {
    const std::string content = read_whole(path);
    const std::string line = content.substr(0, content.find_first_of("\r\n"));
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos) {
        return {};
    }
    const std::filesystem::path list = find_listed(line.substr(first, line.find_last_not_of(" \t") - first + 1), path);
    std::error_code ignored;
    return list.extension() == ".star" && std::filesystem::is_regular_file(list, ignored)
               ? read_micrograph_list(list)
               : std::vector<InputMicrograph>();
}

} // namespace

std::string relion_place(const std::string& micrograph) {
    const std::string rest = after_job(micrograph);
    return rest.substr(0, rest.rfind('.')); // npos: all of it
}

bool is_coords_suffix(const std::filesystem::path& path) {
    return path.filename().string().starts_with(pointer);
}

std::vector<std::pair<std::string, std::filesystem::path>>
read_coords_suffix(const std::filesystem::path& path, const std::vector<InputMicrograph>& micrographs) {
    const std::string suffix = path.filename().string().substr(pointer.size());
    std::vector<std::pair<std::string, std::filesystem::path>> out;
    std::set<std::string> seen;
    std::string wanted;
    const auto look = [&](const std::vector<InputMicrograph>& list) {
        for (const InputMicrograph& micrograph : list) {
            if (!seen.insert(micrograph.name).second) {
                continue;
            }
            const std::filesystem::path file = path.parent_path() / (relion_place(micrograph.name) + suffix);
            std::error_code ignored;
            if (std::filesystem::exists(file, ignored)) {
                out.emplace_back(micrograph.name, file);
            }
            wanted = wanted.empty() ? text(file.string(), " for ", micrograph.name) : wanted;
        }
    };
    look(micrographs);
    if (out.empty()) { // micrographs that were copied elsewhere, or none given: by the names that the job knew
        look(pointed_at(path));
    }
    if (out.empty()) {
        fail(Status::not_found, path.string(), " points at coordinates that are not there: no micrograph has any",
             wanted.empty() ? "" : ", looked for was " + wanted,
             "; RELION names them after the folders of the micrographs, give the same micrographs");
    }
    return out;
}

} // namespace picker
