// Drawings as PDF 1.4 (drawing.hpp): one font of those that every reader has, one content stream for each page.
#include "report/drawing.hpp"
#include "report/text_raster.hpp"

#include <array>
#include <cstdio>

namespace picker {
namespace {

std::string number(double value) {
    std::array<char, 40> buffer{};
    const int length = std::snprintf(buffer.data(), buffer.size(), "%.3f", value);
    std::string out(buffer.data(), static_cast<std::size_t>(length));
    const std::size_t comma = out.find(','); // of a host's locale
    return comma == std::string::npos ? out : out.replace(comma, 1, ".");
}

std::string colour_of(const Colour& colour, const char* operation) {
    std::string out;
    for (const double part : colour) {
        out += number(part / 255.0) + " ";
    }
    return out + operation + " ";
}

// In WinAnsiEncoding, as a string of PDF.
std::string escaped(const std::string& text) {
    std::string out;
    for (const int character : characters_of(text)) {
        if (character == '(' || character == ')' || character == '\\') {
            out += '\\';
        }
        out += character == 0x2013 ? '\x96' : static_cast<char>(character);
    }
    return out;
}

// Of Helvetica, about; exact for digits, which most words of a plot are.
double width_of(const std::string& text, double size) {
    double width = 0.0;
    for (const int character : characters_of(text)) {
        const bool narrow = character == ' ' || character == '.' || character == ',' || character == 'i' ||
                            character == 'l' || character == 't' || character == 'f' || character == 'j';
        const bool wide = character == 'm' || character == 'M' || character == 'w';
        width += size * (narrow ? 0.27 : wide ? 0.83 : 0.556);
    }
    return width;
}

class PageWriter {
public:
    PageWriter(double height, std::vector<const Picture*>& pictures) : height_(height), pictures_(pictures) {}

    void operator()(const BoxShape& box) {
        out_ += colour_of(box.colour, "rg") + number(box.x) + " " + number(height_ - box.y - box.height) + " " +
                number(box.width) + " " + number(box.height) + " re f\n";
    }
    void operator()(const LineShape& line) {
        out_ += colour_of(line.colour, "RG") + number(line.width) + " w " + number(line.x1) + " " +
                number(height_ - line.y1) + " m " + number(line.x2) + " " + number(height_ - line.y2) + " l S\n";
    }
    void operator()(const TextShape& text) {
        const double width = width_of(text.text, text.size);
        const double left = text.x - (text.anchor == Anchor::start    ? 0.0
                                      : text.anchor == Anchor::middle ? width / 2.0
                                                                      : width);
        out_ += colour_of(text.colour, "rg") + "BT /F1 " + number(text.size) + " Tf " + number(left) + " " +
                number(height_ - text.y) + " Td (" + escaped(text.text) + ") Tj ET\n";
    }
    void operator()(const PictureShape& shape) {
        out_ += "q " + number(shape.width) + " 0 0 " + number(shape.height) + " " + number(shape.x) + " " +
                number(height_ - shape.y - shape.height) + " cm /P" + std::to_string(pictures_.size()) + " Do Q\n";
        pictures_.push_back(&shape.picture);
    }
    const std::string& content() const { return out_; }

private:
    double height_;
    std::vector<const Picture*>& pictures_;
    std::string out_;
};

} // namespace

std::string pdf_of(const std::vector<Drawing>& drawings) {
    std::vector<const Picture*> pictures;
    std::vector<std::string> pages;
    for (const Drawing& drawing : drawings) {
        PageWriter writer(drawing.height, pictures);
        for (const auto& shape : drawing.shapes) {
            std::visit(writer, shape);
        }
        pages.push_back(writer.content());
    }
    // Objects: 1 catalogue, 2 pages, 3 font, then the pictures, then a page and its content for each drawing.
    const std::size_t first_page = 4 + pictures.size();
    std::string out = "%PDF-1.4\n%\xC3\xA9\n";
    std::vector<std::size_t> offsets;
    const auto object = [&](const std::string& body) {
        offsets.push_back(out.size());
        out += std::to_string(offsets.size()) + " 0 obj\n" + body + "\nendobj\n";
    };
    std::string kids, resources;
    for (std::size_t i = 0; i < pages.size(); ++i) {
        kids += (i == 0 ? "" : " ") + std::to_string(first_page + 2 * i) + " 0 R";
    }
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        resources += " /P" + std::to_string(i) + " " + std::to_string(4 + i) + " 0 R";
    }
    object("<< /Type /Catalog /Pages 2 0 R >>");
    object("<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(pages.size()) + " >>");
    object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
    for (const Picture* picture : pictures) {
        const std::string jpeg = encode_jpeg(*picture, 90);
        object("<< /Type /XObject /Subtype /Image /Width " + std::to_string(picture->width) + " /Height " +
               std::to_string(picture->height) +
               " /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length " + std::to_string(jpeg.size()) +
               " >>\nstream\n" + jpeg + "\nendstream");
    }
    for (std::size_t i = 0; i < pages.size(); ++i) {
        object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + number(drawings[i].width) + " " +
               number(drawings[i].height) + "] /Resources << /Font << /F1 3 0 R >> /XObject <<" + resources +
               " >> >> /Contents " + std::to_string(first_page + 2 * i + 1) + " 0 R >>");
        object("<< /Length " + std::to_string(pages[i].size()) + " >>\nstream\n" + pages[i] + "endstream");
    }
    const std::size_t table = out.size();
    out += "xref\n0 " + std::to_string(offsets.size() + 1) + "\n0000000000 65535 f \n";
    for (const std::size_t offset : offsets) {
        std::array<char, 32> entry{};
        std::snprintf(entry.data(), entry.size(), "%010zu 00000 n \n", offset);
        out += entry.data();
    }
    return out + "trailer\n<< /Size " + std::to_string(offsets.size() + 1) + " /Root 1 0 R >>\nstartxref\n" +
           std::to_string(table) + "\n%%EOF\n";
}

} // namespace picker
