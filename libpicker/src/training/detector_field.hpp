// One micrograph as a detector learns from it: in one piece, prepared as for picking, with its particles.
#pragma once

#include "core/random.hpp"
#include "models/model.hpp"
#include "training/dataset.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace picker {

struct Mark {
    double x = 0.0, y = 0.0; // working pixels
};

// With a frame around it where the micrograph is small; everything in working pixels, from the frame's first one on.
struct DetectorField {
    Image image;
    int left = 0, top = 0, width = 0, height = 0; // of the micrograph within its frame
    std::vector<Mark> particles;
    std::vector<Mark> hidden;     // left out as overlapping, or to avoid: may be particles or not
    double radius = 0.0;          // half a particle's diameter
    std::vector<bool> masked;     // of the micrograph's pixels; empty: none is
    std::size_t masked_count = 0; // particles in masked places, which are not in `particles`

    bool is_masked(int x, int y) const; // in the frame, also where it reflects
};

// Micrograph `index`, its particles those `usable` (rows of its positives). The frame is what is missing to `least`
// pixels along an edge: noise of the mean and deviation of what lies off the particles (HydraPicker 2019, section 4).
DetectorField make_field(const Dataset& dataset, std::size_t index, const ModelSpec& spec,
                         const std::vector<std::size_t>& usable, int least, Random random);

} // namespace picker
