// Data sets of micrographs and coordinates (dataset.hpp).
#include "training/dataset.hpp"

#include "core/error.hpp"
#include "io/inputs.hpp"
#include "io/micrograph_file.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

void check_coordinates(const Picks& picks, const std::string& name, const char* what) {
    for (std::size_t i = 0; i < picks.size(); ++i) {
        if (!std::isfinite(picks.x[i]) || !std::isfinite(picks.y[i])) {
            fail(Status::invalid_argument, what, " ", i + 1, " of ", name, " has no finite coordinates; remove it");
        }
    }
}

std::string name_of(const DatasetItem& item) {
    return item.micrograph && !item.micrograph->name.empty() ? item.micrograph->name : item.path.string();
}

double header_pixel_size(const DatasetItem& item) {
    return item.micrograph ? item.micrograph->pixel_size : read_image_header(item.path).pixel_size;
}

} // namespace

void Dataset::add(DatasetItem item) {
    const std::string name = name_of(item);
    if (!item.micrograph && item.path.empty()) {
        fail(Status::invalid_argument,
             "a data set item has neither a file nor a micrograph in memory; give one of them");
    }
    if (item.micrograph && item.micrograph->image.empty()) {
        fail(Status::invalid_argument, "the micrograph ", name, " is empty; give one with pixels");
    }
    if (item.pixel_size != 0.0) {
        resolve_pixel_size(item.pixel_size, InputMicrograph{item.path, name, name, 0.0, {}, {}, {}}, 0.0);
    }
    if (!(item.diameter >= 0.0) || item.diameter > 1e5) {
        fail(Status::invalid_argument, "the particle diameter of ", name, " is ", item.diameter,
             " angstrom; give the particle's longest axis");
    }
    check_coordinates(item.positives, name, "particle");
    check_coordinates(item.negatives, name, "negative");
    check_coordinates(item.avoid, name, "place to avoid");
    items.push_back(std::move(item));
}

std::size_t Dataset::positives() const {
    std::size_t sum = 0;
    for (const DatasetItem& item : items) {
        sum += item.positives.size();
    }
    return sum;
}

std::string Dataset::name(std::size_t index) const {
    return name_of(items.at(index));
}

bool Dataset::has_pixel_size(std::size_t index) const {
    const DatasetItem& item = items.at(index);
    return item.pixel_size > 0.0 || header_pixel_size(item) > 0.0;
}

double Dataset::pixel_size(std::size_t index) const {
    const DatasetItem& item = items.at(index);
    const double header = item.pixel_size > 0.0 ? 0.0 : header_pixel_size(item);
    return resolve_pixel_size(item.pixel_size, InputMicrograph{item.path, name(index), name(index), 0.0, {}, {}, {}},
                              header);
}

std::shared_ptr<const ExclusionMask> Dataset::load_mask(std::size_t index) const {
    const DatasetItem& item = items.at(index);
    if (item.mask || item.mask_path.empty()) {
        return item.mask;
    }
    return std::make_shared<const ExclusionMask>(read_micrograph(item.mask_path).image);
}

Micrograph Dataset::load(std::size_t index) const {
    const DatasetItem& item = items.at(index);
    Micrograph micrograph = item.micrograph ? *item.micrograph : read_micrograph(item.path);
    micrograph.name = name(index);
    const InputMicrograph input{item.path, micrograph.name, micrograph.name, 0.0, {}, {}, {}};
    micrograph.pixel_size = resolve_pixel_size(item.pixel_size, input, micrograph.pixel_size);
    return micrograph;
}

} // namespace picker
