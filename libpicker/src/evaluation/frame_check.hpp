// Whether picks stand in the frame of their micrographs: which flip, transpose, scale and shift lays them on reference
// positions, and how certain that is against what random positions of the same density would match.
#pragma once

#include "core/picks.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace picker {

struct FrameItem { // one micrograph
    const Picks* picks = nullptr;
    const Picks* reference = nullptr;
    int width = 0, height = 0;             // of the micrograph that the reference belongs to, pixels
    int picks_width = 0, picks_height = 0; // of the one that was picked; 0: unknown, its size follows from the scale
};

struct FrameOptions {
    double radius = 0.0;   // of a match, pixels of the reference; 0: a quarter of the median distance of neighbours
    double box_size = 0.0; // of the picks, in their own pixels; 0: their column box_width, else unknown
};

// What leads from the picks to the reference: x and y change places, then the sides are mirrored within the picked
// micrograph, then all is multiplied by `scale`, then shifted.
struct Frame {
    bool transpose = false, flip_x = false, flip_y = false;
    double scale = 1.0;        // pixels of the reference per pixel of the picks
    double dx = 0.0, dy = 0.0; // pixels of the reference
};

enum class FrameVerdict { nothing, fits, ambiguous };
enum class FrameShift { none, half_box, other };

struct FrameAnswer {
    FrameVerdict verdict = FrameVerdict::nothing;
    Frame frame;            // the best; of several that fit equally the simplest
    double certainty = 0.0; // of the verdict `nothing` or `fits`; where ambiguous, of `frame`
    bool as_given = false;  // fits, and without any change
    FrameShift shift = FrameShift::none;
    std::int64_t picks = 0, reference = 0, matched = 0; // by `frame`
    double expected = 0.0;                              // matches of random positions of the same density
    double radius = 0.0;                                // pixels of the reference, as used
    std::vector<Frame> others;                          // where ambiguous: those that fit as well as `frame`
};

// Error(invalid_argument) for lists that are too short to tell anything. At most some 30 000 picks are looked at, those
// of micrographs spread evenly over the list.
FrameAnswer check_frame(const std::vector<FrameItem>& items, const FrameOptions& options = {});

// "identity", "flip-x", "flip-y", "rotate-180", "transpose", "rotate-90", "rotate-270" or "anti-transpose". A rotation
// by 90 takes the x axis to the y axis: (x, y) to (height - 1 - y, x).
std::string frame_name(const Frame& frame);
std::pair<double, double> to_reference(const Frame& frame, const FrameItem& item, double x, double y);

} // namespace picker
