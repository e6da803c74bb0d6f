// What is in a micrograph beside its particles: carbon film, gold beads, contamination, aggregates.
#pragma once

#include "core/image.hpp"
#include "core/picks.hpp"
#include "simulation/placement.hpp"

#include <vector>

namespace picker {

enum class ObjectKind { gold = 1, contamination = 2, aggregate = 3 };

struct Object {
    double x = 0.0, y = 0.0, diameter = 0.0; // pixels; the circle that holds all of it
    ObjectKind kind = ObjectKind::gold;
};

// A ball of matter: its projection is its chord times the density (of a protein above ice: 1).
struct Ball {
    double x = 0.0, y = 0.0, radius = 0.0; // pixels
    double density = 1.0;
};

// The hole in the carbon film that the micrograph looks through; without a radius there is no carbon.
struct Hole {
    double x = 0.0, y = 0.0, radius = 0.0; // pixels
    // Share of the carbon's thickness at a place, 0 to 1: its edge is `soft` pixels wide.
    double carbon(double at_x, double at_y, double soft) const;
};

struct ObjectCounts {
    double carbon = 0.0; // share of the area
    int gold = 0, contamination = 0, aggregates = 0;
    bool any() const { return carbon > 0.0 || gold > 0 || contamination > 0 || aggregates > 0; }
};

struct Objects {
    std::vector<Object> items;
    std::vector<Ball> balls;
    std::vector<Placement> members; // of the aggregates
    Hole hole;
    // Whether a disc touches nothing of it and lies off the carbon.
    bool is_free(double x, double y, double radius) const;
};

// `diameters` of the structures in pixels.
Objects place_objects(Random& random, const ObjectCounts& counts, int width, int height, double pixel_size,
                      const std::vector<double>& diameters);

// Adds the balls' projected density (angstrom) to a periodic frame.
void draw_balls(Image& frame, const std::vector<Ball>& balls, double pixel_size);

// Columns kind (ObjectKind) and diameter in angstrom; no scores.
Picks object_table(const Objects& objects, double pixel_size);

// Share of the carbon's thickness at every pixel of a periodic frame whose first width x height pixels are the
// micrograph; beyond it fades from one border to the other.
Image carbon_mask(int frame_width, int frame_height, const Hole& hole, int width, int height, double pixel_size);

inline constexpr double gold_diameter = 100.0;    // angstrom
inline constexpr double hole_diameter = 12000.0;  // angstrom
inline constexpr double carbon_thickness = 180.0; // angstrom of protein's density above ice

} // namespace picker
