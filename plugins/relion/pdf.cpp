// PDF 1.4 by hand (pdf.hpp): catalogue, pages, one font, one uncompressed content stream for each page.
#include "pdf.hpp"

#include <cstdio>

namespace relion {
namespace {

std::string number(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.2f", value);
    return buffer;
}

std::string escaped(const std::string& line) {
    std::string out;
    for (const char c : line) {
        if (c == '(' || c == ')' || c == '\\') {
            out += '\\';
        }
        const bool plain = c >= ' ' && c <= '~';
        const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; // the rest of a UTF-8 letter
        out += plain ? std::string(1, c) : std::string(continues ? "" : "?");
    }
    return out;
}

} // namespace

void Pdf::box(double x, double y, double box_width, double box_height, double grey) {
    pages_.back() += number(grey) + " g " + number(x) + " " + number(y) + " " + number(box_width) + " " +
                     number(box_height) + " re f\n";
}

void Pdf::line(const std::vector<std::pair<double, double>>& points, double line_width, double grey) {
    if (points.empty()) {
        return;
    }
    std::string path = number(grey) + " G " + number(line_width) + " w ";
    for (std::size_t i = 0; i < points.size(); ++i) {
        path += number(points[i].first) + " " + number(points[i].second) + (i == 0 ? " m " : " l ");
    }
    pages_.back() += path + "S\n";
}

void Pdf::text(double x, double y, double size, const std::string& line) {
    pages_.back() +=
        "BT 0 g /F1 " + number(size) + " Tf " + number(x) + " " + number(y) + " Td (" + escaped(line) + ") Tj ET\n";
}

void Pdf::text_right(double right, double y, double size, const std::string& line) {
    const double letter = 0.556 * size; // the width of Helvetica's digits
    text(right - letter * static_cast<double>(line.size()), y, size, line);
}

std::string Pdf::bytes() const {
    std::string out = "%PDF-1.4\n";
    std::vector<std::size_t> offsets;
    const auto object = [&](const std::string& body) {
        offsets.push_back(out.size());
        out += std::to_string(offsets.size()) + " 0 obj\n" + body + "\nendobj\n";
    };
    std::string kids;
    for (std::size_t i = 0; i < pages_.size(); ++i) {
        kids += (i == 0 ? "" : " ") + std::to_string(4 + 2 * i) + " 0 R";
    }
    object("<< /Type /Catalog /Pages 2 0 R >>");
    object("<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(pages_.size()) + " >>");
    object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    for (std::size_t i = 0; i < pages_.size(); ++i) {
        object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + number(width) + " " + number(height) +
               "] /Resources << /Font << /F1 3 0 R >> >> /Contents " + std::to_string(5 + 2 * i) + " 0 R >>");
        object("<< /Length " + std::to_string(pages_[i].size()) + " >>\nstream\n" + pages_[i] + "endstream");
    }
    const std::size_t table = out.size();
    out += "xref\n0 " + std::to_string(offsets.size() + 1) + "\n0000000000 65535 f \n";
    for (const std::size_t offset : offsets) {
        char entry[32];
        std::snprintf(entry, sizeof entry, "%010zu 00000 n \n", offset);
        out += entry;
    }
    return out + "trailer\n<< /Size " + std::to_string(offsets.size() + 1) + " /Root 1 0 R >>\nstartxref\n" +
           std::to_string(table) + "\n%%EOF\n";
}

} // namespace relion
