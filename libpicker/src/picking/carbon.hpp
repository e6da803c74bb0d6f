// Edges of the carbon film, and other long edges (large ice, cracks), found in a micrograph by Canny's method.
#pragma once

#include "core/image.hpp"
#include "picking/filters.hpp"

#include <cstdint>
#include <vector>

namespace picker {

// The micrograph is averaged to about eight cells per particle diameter, clipped at 10 robust deviations and smoothed
// by three quarters of a diameter, so that single particles vanish. Where the gradient is a maximum across itself
// (Canny 1986) and above 4.5 times its median, an edge begins; it goes on down to 0.4 of that. Edges that reach over 6
// diameters (the diagonal of their bounding box) are kept: particles, clumps and drops of ice make none of these.
class CarbonEdges {
public:
    CarbonEdges(const Image& micrograph, double diameter); // pixels
    bool any() const;
    // Whether an edge lies within `distance` of a place; pixels of the micrograph.
    bool near(double x, double y, double distance) const;
    // The map of edges: 1 on an edge. Value (i, j) lies at x = (i + 0.5) * cell - 0.5, y likewise.
    const std::vector<std::uint8_t>& cells() const { return edges_; }
    int cell() const { return cell_; } // pixels
    int width() const { return width_; }
    int height() const { return height_; }

private:
    int cell_ = 1, width_ = 0, height_ = 0;
    std::vector<std::uint8_t> edges_;
};

// The parts, for tests. A Gaussian that counts only what lies inside the image; sigma in pixels.
Image smooth(const Image& image, double sigma);
// Edges of a smoothed image, 1 where there is one: begin at `high` times the median gradient, go on down to `low` times
// `high`, and reach over at least `length` pixels.
std::vector<std::uint8_t> canny(const Image& image, double high, double low, double length);

} // namespace picker
