// Micrograph lists in STAR files (star_micrographs.hpp).
#include "io/star_micrographs.hpp"

#include "core/error.hpp"
#include "io/star_file.hpp"

#include <cmath>
#include <set>

namespace picker {
namespace {

using Columns = std::map<std::string, std::string>;

const starfile::Block& list_block(const starfile::File& file, const std::string& name) {
    const starfile::Block* first = nullptr;
    bool movies = false;
    for (const starfile::Block& block : file.blocks) {
        if (block.find("rlnMicrographName") && (first == nullptr || block.name() == "micrographs")) {
            first = &block;
        }
        movies = movies || block.find("rlnMicrographMovieName").has_value();
    }
    if (first == nullptr) {
        fail(Status::bad_file, name, " lists no micrographs: it has no column rlnMicrographName",
             movies ? " but movies (rlnMicrographMovieName); give the STAR file of the motion-corrected micrographs"
                    : "; give a micrograph STAR file, images or a folder");
    }
    return *first;
}

Columns row_columns(const starfile::Block& block, std::size_t row) {
    Columns out;
    for (std::size_t i = 0; i < block.columns(); ++i) {
        out.emplace(block.label(i), block.value(row, i));
    }
    return out;
}

// Optics groups by number, as text: RELION joins the tables by rlnOpticsGroup.
std::map<std::string, Columns> optics_groups(const starfile::File& file) {
    std::map<std::string, Columns> out;
    const starfile::Block* block = file.find("optics");
    const auto group = block != nullptr ? block->find("rlnOpticsGroup") : std::nullopt;
    for (std::size_t row = 0; group && row < block->rows(); ++row) {
        out.emplace(block->value(row, *group), row_columns(*block, row));
    }
    return out;
}

double positive(const starfile::Block& block, std::size_t row, std::string_view label) {
    const auto column = block.find(label);
    const double value = column ? block.number(row, *column) : 0.0;
    return std::isfinite(value) && value > 0.0 ? value : 0.0;
}

// Angstrom; 0 where the STAR does not say. (rlnMicrographOriginalPixelSize is that of the movie.)
double pixel_size_of(const starfile::File& file, const starfile::Block& block, std::size_t row,
                     std::string_view group) {
    if (const starfile::Block* optics = file.find("optics")) {
        const auto number = optics->find("rlnOpticsGroup");
        for (std::size_t i = 0; number && i < optics->rows(); ++i) {
            if (optics->value(i, *number) == group) {
                return positive(*optics, i, "rlnMicrographPixelSize");
            }
        }
    }
    if (const double size = positive(block, row, "rlnMicrographPixelSize"); size > 0.0) {
        return size;
    }
    const double magnification = positive(block, row, "rlnMagnification");
    const double detector = positive(block, row, "rlnDetectorPixelSize"); // micrometres
    return magnification > 0.0 ? 10000.0 * detector / magnification : 0.0;
}

std::vector<InputMicrograph> collect(const starfile::File& file, const std::filesystem::path& star) {
    const starfile::Block& block = list_block(file, star.string());
    const std::size_t name_column = *block.find("rlnMicrographName");
    const auto group_column = block.find("rlnOpticsGroup");
    const bool per_particle = block.find("rlnCoordinateX").has_value();
    const auto groups = optics_groups(file);
    std::vector<InputMicrograph> out;
    std::set<std::string_view> seen;
    for (std::size_t row = 0; row < block.rows(); ++row) {
        const std::string_view name = block.value(row, name_column);
        if (!seen.insert(name).second) {
            continue;
        }
        InputMicrograph micrograph;
        micrograph.name = name;
        micrograph.path = find_listed(micrograph.name, star);
        micrograph.stem = match_stem(name);
        micrograph.list = star;
        const std::string group(group_column ? block.value(row, *group_column) : std::string_view());
        if (group_column && !groups.empty() && !groups.contains(group)) { // the header's pixel size would be taken
            fail(Status::bad_file, star.string(), block.line(row) > 0 ? text(":", block.line(row)) : "", ": '",
                 micrograph.name, "' is of optics group ", group,
                 ", which the table data_optics does not have; correct the file, or write it again with the program "
                 "that made it");
        }
        micrograph.pixel_size = pixel_size_of(file, block, row, group);
        if (!per_particle) { // a particle's columns say nothing about its micrograph
            micrograph.columns = row_columns(block, row);
            micrograph.columns.erase("rlnMicrographName");
        }
        micrograph.optics_group = group;
        if (const auto optics = groups.find(group); optics != groups.end()) {
            micrograph.columns.insert(optics->second.begin(), optics->second.end()); // voltage and the like
            if (const auto title = optics->second.find("rlnOpticsGroupName"); title != optics->second.end()) {
                micrograph.optics_group = title->second;
            }
        }
        out.push_back(std::move(micrograph));
    }
    if (out.empty()) {
        fail(Status::not_found, star.string(),
             " lists no micrographs: its table is empty; give the list of a job that has some");
    }
    return out;
}

} // namespace

std::filesystem::path find_listed(const std::string& name, const std::filesystem::path& star) {
    const std::filesystem::path path = name;
    std::error_code ignored;
    if (path.is_absolute() || std::filesystem::exists(path, ignored)) {
        return path;
    }
    std::filesystem::path folder = std::filesystem::absolute(star, ignored).lexically_normal().parent_path();
    while (!folder.empty()) {
        if (std::filesystem::exists(folder / path, ignored)) {
            return folder / path;
        }
        if (folder == folder.root_path()) {
            break;
        }
        folder = folder.parent_path();
    }
    return path;
}

std::vector<InputMicrograph> read_micrograph_list(const std::filesystem::path& star) {
    const starfile::File file = read_star_file(star);
    return with_star_errors([&] { return collect(file, star); });
}

std::vector<std::pair<std::string, std::filesystem::path>> read_coordinate_list(const std::filesystem::path& star) {
    const starfile::File file = read_star_file(star);
    const starfile::Block* block = file.find("coordinate_files");
    const auto names = block != nullptr ? block->find("rlnMicrographName") : std::nullopt;
    const auto paths = block != nullptr ? block->find("rlnMicrographCoordinates") : std::nullopt;
    std::vector<std::pair<std::string, std::filesystem::path>> out;
    if (block == nullptr || block->columns() == 0) {
        return out;
    }
    if (!names || !paths) {
        fail(Status::bad_file, star.string(),
             " has a table coordinate_files without the columns rlnMicrographName and ",
             "rlnMicrographCoordinates; write it again");
    }
    for (std::size_t row = 0; row < block->rows(); ++row) {
        std::filesystem::path path = find_listed(std::string(block->value(row, *paths)), star);
        // The files of a run lie beside its list, also when the folder was moved or renamed.
        const std::filesystem::path beside = star.parent_path() / path.filename();
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored) && std::filesystem::exists(beside, ignored)) {
            path = beside;
        }
        out.emplace_back(block->value(row, *names), path);
    }
    return out;
}

} // namespace picker
