// One micrograph prepared for sampling, and the windows in it.
#pragma once

#include "models/model.hpp"
#include "training/dataset.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace picker {

struct Corner {
    int x = 0, y = 0; // first pixel of a window, working pixels
};

// Error(mismatch) when most coordinates lie outside of the micrograph of width x height pixels.
void check_frame(const Picks& picks, const std::string& name, int width, int height);

class WindowField {
public:
    // Reads and prepares micrograph `index`. Patches are `extent` working pixels wide. `measures`: also the deviations
    // of the positives' raw windows, which the prepared image has no longer.
    WindowField(const Dataset& dataset, std::size_t index, const ModelSpec& spec, int extent, bool measures);

    void check_frame(const Picks& picks) const { picker::check_frame(picks, name_, width_, height_); }
    Corner corner(const Picks& picks, std::size_t row) const; // of the window that is centred on a pick
    int window() const { return window_; }                    // edge, working pixels
    bool holds(Corner at) const;
    bool masked(const Picks& picks, std::size_t row) const;
    // The windows whose centre is at least `distance` windows from every one of `picks`, and not in a masked place; for
    // window_at().
    std::vector<std::uint32_t> free_windows(const Picks& picks, double distance) const;
    Corner window_at(std::uint32_t index) const;
    std::size_t windows() const;                                          // how many there are, masked or not
    const std::vector<double>& deviations() const { return deviations_; } // deviation_range.hpp
    // Writes extent x extent pixels: the window with an equal margin around it.
    void cut(Corner at, float* out) const;

private:
    void take_masked(std::vector<bool>& taken) const;
    const ModelSpec& spec_;
    int extent_, window_ = 0, width_ = 0, height_ = 0; // width, height: of the micrograph, its own pixels
    std::string name_;
    std::shared_ptr<const ExclusionMask> mask_; // null: none
    Image image_;
    std::vector<double> deviations_;
    double scale_x_ = 1.0, scale_y_ = 1.0; // working pixels per pixel
};

} // namespace picker
