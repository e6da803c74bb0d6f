// PARSED's way from a map to picks: bright blobs of about an aperture, whose mass is the figure of merit.
#pragma once

#include "core/picks.hpp"
#include "picking/score_map.hpp"

namespace picker {

struct BlobRules {
    double aperture = 0.0; // pixels of the full-size micrograph; about half of the particle's longest axis
    bool enhance = false;  // divide the map by mean + 3 deviations of its positive values first, as the authors do
};

// On the map at twice its size (bilinear), with a diameter of floor(aperture / step) * 2 + 1 pixels of it, as the
// authors' code. The score is the blob's mass over that of a disc of 1s of the same diameter in zeros, at most 1, so
// that thresholds mean the same at any scale; the columns "mass", "size" (radius of gyration, full-size pixels) and
// "eccentricity" are those of locate_blobs (blobs.hpp), the mass in the authors' unit: the sum over the enlarged map.
// Best first. Error(invalid_argument) for an aperture below one step of the map or larger than the map, naming both.
Picks find_blob_picks(const ScoreMap& map, const BlobRules& rules);

} // namespace picker
