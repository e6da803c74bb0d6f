// A micrograph's windows (window_field.hpp).
#include "training/window_field.hpp"

#include "core/error.hpp"
#include "picking/patch_recipe.hpp"
#include "training/deviation_range.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace picker {
namespace {

// The window whose centre is nearest to a point. Where two are equally near (whole coordinates and an even window) the
// caller says which, so that a set of patches leans to neither side.
int window_start(double centre, int window, bool higher) {
    const double start = centre - (window - 1) / 2.0;
    const double below = std::floor(start);
    const double rest = start - below;
    const bool up = std::abs(rest - 0.5) < 1e-6 ? higher : rest > 0.5;
    return static_cast<int>(below) + (up ? 1 : 0);
}

} // namespace

WindowField::WindowField(const Dataset& dataset, std::size_t index, const ModelSpec& spec, int extent, bool measures)
    : spec_(spec), extent_(extent) {
    Micrograph micrograph = dataset.load(index);
    const double diameter = dataset.items[index].diameter / micrograph.pixel_size; // pixels
    name_ = micrograph.name;
    mask_ = dataset.load_mask(index);
    if (!(diameter > 0.0)) {
        fail(Status::invalid_argument, "no particle diameter for ", name_, "; give the longest axis in angstrom");
    }
    width_ = micrograph.image.width;
    height_ = micrograph.image.height;
    if (measures) {
        const DatasetItem& item = dataset.items[index];
        deviations_ = window_deviations(micrograph.image, item.positives,
                                        window_length(spec, item.diameter, 1.0) / micrograph.pixel_size);
    }
    Prepared prepared = prepare(std::move(micrograph), spec.recipe, diameter);
    image_ = std::move(prepared.image);
    scale_x_ = prepared.scale_x;
    scale_y_ = prepared.scale_y;
    window_ = window_pixels(spec, diameter, scale_x_);
    if (image_.width < window_ || image_.height < window_) {
        fail(Status::invalid_argument, name_, " is ", width_, " x ", height_,
             " pixels, smaller than one window of the model (", std::ceil(window_ / scale_x_),
             " pixels for a particle of ", diameter, " pixels); check the diameter and the pixel size");
    }
}

void check_frame(const Picks& picks, const std::string& name, int width, int height) {
    std::size_t off = 0;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        const bool on = picks.x[i] >= -0.5 && picks.y[i] >= -0.5 && picks.x[i] < width && picks.y[i] < height;
        off += on ? 0 : 1;
    }
    if (2 * off > picks.size()) {
        fail(Status::mismatch, off, " of ", picks.size(), " coordinates for ", name, " lie outside of its ", width,
             " x ", height,
             " pixels; they belong to another binning, or x and y are swapped: picker check tells which");
    }
}

Corner WindowField::corner(const Picks& picks, std::size_t row) const {
    const std::uint64_t coins = (row + 1) * 0x9E3779B97F4A7C15ULL; // two even bits for every row
    return {window_start(picks.x[row] * scale_x_, window_, (coins >> 63 & 1U) != 0),
            window_start(picks.y[row] * scale_y_, window_, (coins >> 62 & 1U) != 0)};
}

bool WindowField::holds(Corner at) const {
    return at.x >= 0 && at.y >= 0 && at.x + window_ <= image_.width && at.y + window_ <= image_.height;
}

bool WindowField::masked(const Picks& picks, std::size_t row) const {
    return mask_ && mask_->excludes(picks.x[row], picks.y[row], width_, height_);
}

std::size_t WindowField::windows() const {
    return static_cast<std::size_t>(image_.width - window_ + 1) * static_cast<std::size_t>(image_.height - window_ + 1);
}

// Marks the windows whose centre lies in a masked place.
void WindowField::take_masked(std::vector<bool>& taken) const {
    const double half = (window_ - 1) / 2.0;
    for (std::size_t i = 0; mask_ && i < taken.size(); ++i) {
        const Corner at = window_at(static_cast<std::uint32_t>(i));
        if (mask_->excludes((at.x + half) / scale_x_, (at.y + half) / scale_y_, width_, height_)) {
            taken[i] = true;
        }
    }
}

std::vector<std::uint32_t> WindowField::free_windows(const Picks& picks, double distance) const {
    const int columns = image_.width - window_ + 1;
    const int rows = image_.height - window_ + 1;
    const double radius = distance * window_;
    const double half = (window_ - 1) / 2.0;
    std::vector<bool> taken(windows(), false);
    take_masked(taken);
    for (std::size_t i = 0; i < picks.size(); ++i) {
        const double x = picks.x[i] * scale_x_ - half; // as the corner of a window centred there
        const double y = picks.y[i] * scale_y_ - half;
        const int top = static_cast<int>(std::clamp(std::floor(y - radius), 0.0, static_cast<double>(rows)));
        const int bottom = static_cast<int>(std::clamp(std::ceil(y + radius), -1.0, rows - 1.0));
        const int left = static_cast<int>(std::clamp(std::floor(x - radius), 0.0, static_cast<double>(columns)));
        const int right = static_cast<int>(std::clamp(std::ceil(x + radius), -1.0, columns - 1.0));
        for (int wy = top; wy <= bottom; ++wy) {
            for (int wx = left; wx <= right; ++wx) {
                if ((wx - x) * (wx - x) + (wy - y) * (wy - y) < radius * radius) {
                    taken[static_cast<std::size_t>(wy) * static_cast<std::size_t>(columns) +
                          static_cast<std::size_t>(wx)] = true;
                }
            }
        }
    }
    std::vector<std::uint32_t> free;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        if (!taken[i]) {
            free.push_back(static_cast<std::uint32_t>(i));
        }
    }
    return free;
}

Corner WindowField::window_at(std::uint32_t index) const {
    const auto columns = static_cast<std::uint32_t>(image_.width - window_ + 1);
    return {static_cast<int>(index % columns), static_cast<int>(index / columns)};
}

void WindowField::cut(Corner at, float* out) const {
    if (spec_.patch_rule == PatchRule::per_patch) {
        PatchRecipe(window_, extent_).make(image_, at.x, at.y, out);
        return;
    }
    const int margin = (extent_ - window_) / 2;
    copy_mirrored(image_, at.x - margin, at.y - margin, extent_, extent_, out);
}

} // namespace picker
