// A plot as a list of shapes, and the two ways in which it leaves: as pixels and as a page of PDF.
// Lengths in points (1/72 inch) from the upper left corner, y downwards; gray from 0 (black) to 1 (white).
#pragma once

#include "io/picture.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace picker {

enum class Anchor { start, middle, end };

struct BoxShape {
    double x, y, width, height;
    Colour colour; // red, green, blue, 0 to 255
};
struct LineShape {
    double x1, y1, x2, y2, width;
    Colour colour;
};
struct TextShape {
    double x, y, size; // of the base line
    Anchor anchor;
    std::string text; // Latin letters; others show as '?'
    Colour colour;
};
struct PictureShape {
    double x, y, width, height;
    Picture picture; // RGB
};

struct Drawing {
    std::string name; // "scores": part of a file's name
    double width = 0.0, height = 0.0;
    std::vector<std::variant<BoxShape, LineShape, TextShape, PictureShape>> shapes;
};

// White ground; `dots` pixels for each point. Error(unsupported) where this build has no font renderer.
Picture rasterise(const Drawing& drawing, double dots);
bool can_rasterise();

// One page for each drawing, of its size. Lines, boxes and text stay what they are; pictures are JPEG.
std::string pdf_of(const std::vector<Drawing>& drawings);

} // namespace picker
