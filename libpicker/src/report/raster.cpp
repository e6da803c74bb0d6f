// Drawings as pixels (drawing.hpp): shapes with soft edges, each pixel covered by as much as the shape covers it.
#include "core/error.hpp"
#include "report/drawing.hpp"
#include "report/text_raster.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

void blend(Picture& picture, int x, int y, double share, const Colour& colour) {
    unsigned char* pixel =
        picture.samples.data() +
        3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) + static_cast<std::size_t>(x));
    for (std::size_t c = 0; c < 3; ++c) {
        pixel[c] = static_cast<unsigned char>(pixel[c] + share * (colour[c] - pixel[c]) + 0.5);
    }
}

// Calls `cover` for the pixels of a rectangle that are in the picture.
template <typename Cover>
void fill(Picture& picture, double left, double top, double right, double bottom, const Colour& colour,
          const Cover& cover) {
    const int from_x = std::max(0, static_cast<int>(std::floor(left)));
    const int from_y = std::max(0, static_cast<int>(std::floor(top)));
    const int to_x = std::min(picture.width, static_cast<int>(std::ceil(right)));
    const int to_y = std::min(picture.height, static_cast<int>(std::ceil(bottom)));
    for (int y = from_y; y < to_y; ++y) {
        for (int x = from_x; x < to_x; ++x) {
            const double share = std::clamp(cover(x, y), 0.0, 1.0);
            if (share > 0.0) {
                blend(picture, x, y, share, colour);
            }
        }
    }
}

class Painter {
public:
    Painter(Picture& picture, double dots) : picture_(picture), dots_(dots) {}

    void operator()(const BoxShape& box) const {
        const double left = box.x * dots_, top = box.y * dots_;
        const double right = left + box.width * dots_, bottom = top + box.height * dots_;
        fill(picture_, left, top, right, bottom, box.colour, [&](int x, int y) {
            const double wide = std::min(right, x + 1.0) - std::max(left, static_cast<double>(x));
            const double high = std::min(bottom, y + 1.0) - std::max(top, static_cast<double>(y));
            return std::max(0.0, wide) * std::max(0.0, high);
        });
    }

    void operator()(const LineShape& line) const {
        const double x1 = line.x1 * dots_, y1 = line.y1 * dots_, x2 = line.x2 * dots_, y2 = line.y2 * dots_;
        const double half = line.width * dots_ / 2.0, reach = half + 1.0;
        const double dx = x2 - x1, dy = y2 - y1, length = dx * dx + dy * dy;
        fill(picture_, std::min(x1, x2) - reach, std::min(y1, y2) - reach, std::max(x1, x2) + reach,
             std::max(y1, y2) + reach, line.colour, [&](int x, int y) {
                 const double px = x + 0.5 - x1, py = y + 0.5 - y1;
                 const double along = length > 0.0 ? std::clamp((px * dx + py * dy) / length, 0.0, 1.0) : 0.0;
                 return half + 0.5 - std::hypot(px - along * dx, py - along * dy);
             });
    }

    void operator()(const TextShape& text) const {
        draw_text(picture_, text.x * dots_, text.y * dots_, text.size * dots_, text.anchor, text.text, text.colour);
    }

    // The nearest pixel: pictures are made at about the size at which they are shown.
    void operator()(const PictureShape& shape) const {
        const double left = shape.x * dots_, top = shape.y * dots_;
        const double width = shape.width * dots_, height = shape.height * dots_;
        const Picture& from = shape.picture;
        for (int y = std::max(0, static_cast<int>(std::lround(top)));
             y < std::min(picture_.height, static_cast<int>(std::lround(top + height))); ++y) {
            for (int x = std::max(0, static_cast<int>(std::lround(left)));
                 x < std::min(picture_.width, static_cast<int>(std::lround(left + width))); ++x) {
                const int i = std::clamp(static_cast<int>((x + 0.5 - left) / width * from.width), 0, from.width - 1);
                const int j = std::clamp(static_cast<int>((y + 0.5 - top) / height * from.height), 0, from.height - 1);
                const unsigned char* pixel =
                    from.samples.data() + 3 * (static_cast<std::size_t>(j) * static_cast<std::size_t>(from.width) +
                                               static_cast<std::size_t>(i));
                blend(picture_, x, y, 1.0,
                      {static_cast<double>(pixel[0]), static_cast<double>(pixel[1]), static_cast<double>(pixel[2])});
            }
        }
    }

private:
    Picture& picture_;
    double dots_;
};

} // namespace

Picture rasterise(const Drawing& drawing, double dots) {
    Picture out{static_cast<int>(std::lround(drawing.width * dots)),
                static_cast<int>(std::lround(drawing.height * dots)),
                3,
                {}};
    if (out.width < 1 || out.height < 1 || out.width > 20000 || out.height > 20000) {
        fail(Status::internal, "a plot of ", drawing.width, " x ", drawing.height, " points cannot be drawn");
    }
    out.samples.assign(3 * static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height), 255);
    for (const auto& shape : drawing.shapes) {
        std::visit(Painter(out, dots), shape);
    }
    return out;
}

} // namespace picker
