// A detector's training sample: a square cut out of a micrograph at any place and angle, and what its cells hold.
#pragma once

#include "core/random.hpp"
#include "training/detector_field.hpp"

#include <vector>

namespace picker {

// A crop's frame: its centre in the field, and how it is turned and mirrored.
struct View {
    double x = 0.0, y = 0.0; // working pixels of the field
    bool mirror = false;     // of x, in the field
    double angle = 0.0;      // radians
};

// A view of `edge` pixels whose unturned square lies in the field. What a turned one needs beyond is reflected. With
// `rotations` at any angle, otherwise without interpolation.
View random_view(const DetectorField& field, int edge, bool flips, bool rotations, Random& random);

// Writes edge x edge pixels.
void cut_view(const DetectorField& field, const View& view, int edge, float* pixels);

// The labels of the cells (engine.hpp): all cells' particle, all x offsets, all y offsets, each rows x columns. A
// particle belongs to the cell it lies in, the one that shares most with its box; two cells never share more than the
// threshold of 0.6 (HydraPicker 2019, section 3.2) with the same box of 21 pixels. Of several particles in a cell the
// nearest to its middle counts. Cells whose middle is masked, or within half a diameter of a hidden mark, are unknown.
// Returns how many cells hold a particle.
std::size_t label_view(const DetectorField& field, const View& view, int rows, int columns, int cell, float* labels);

} // namespace picker
