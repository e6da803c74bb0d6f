// Text as pixels: the font that the library carries, through stb_truetype.
#pragma once

#include "report/drawing.hpp"

namespace picker {

// In pixels of an RGB picture; `x`, `y` the anchor on the base line. Error(unsupported) without stb_truetype.
void draw_text(Picture& picture, double x, double y, double size, Anchor anchor, const std::string& text,
               const Colour& colour);
// The characters of UTF-8; what is none, or is not in the font, is '?'.
std::vector<int> characters_of(const std::string& text);

} // namespace picker
