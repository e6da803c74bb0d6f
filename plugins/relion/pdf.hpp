// A PDF of pages with text and filled boxes, as plain as the format allows: what a picture of bars needs.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace relion {

// Lengths in points (1/72 inch) from the lower left corner of an A4 page. Grey from 0 (black) to 1 (white).
class Pdf {
public:
    static constexpr double width = 595, height = 842;

    void new_page() { pages_.emplace_back(); }
    void box(double x, double y, double box_width, double box_height, double grey);
    void line(const std::vector<std::pair<double, double>>& points, double line_width, double grey); // through all
    // Helvetica. Letters outside of ASCII, for which a font would have to be shipped, become '?'.
    void text(double x, double y, double size, const std::string& line);
    void text_right(double right, double y, double size, const std::string& line); // ends at `right`, about
    std::string bytes() const;

private:
    std::vector<std::string> pages_; // content streams
};

} // namespace relion
