// Small pictures of micrographs (picture.hpp): scaled down by area average; circles with soft edges.
#include "io/picture.hpp"

#include "core/error.hpp"
#include "io/image_formats.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

// Which source pixels a target pixel covers, and how much of each.
struct Span {
    int first = 0;
    std::vector<float> weights; // sum 1
};

std::vector<Span> spans(int source, int target) {
    std::vector<Span> out(static_cast<std::size_t>(target));
    const double step = static_cast<double>(source) / target;
    for (int i = 0; i < target; ++i) {
        const double from = i * step;
        const double to = std::min((i + 1) * step, static_cast<double>(source));
        Span& span = out[static_cast<std::size_t>(i)];
        span.first = static_cast<int>(from);
        for (int k = span.first; k < source && k < to; ++k) {
            const double share = std::min(to, k + 1.0) - std::max(from, static_cast<double>(k));
            span.weights.push_back(static_cast<float>(share / (to - from)));
        }
    }
    return out;
}

Image shrink(const Image& image, int width, int height) {
    Image out(width, height);
    const auto columns = spans(image.width, width);
    const auto rows = spans(image.height, height);
    std::vector<float> line(static_cast<std::size_t>(image.width));
    for (int y = 0; y < height; ++y) {
        const Span& row = rows[static_cast<std::size_t>(y)];
        std::ranges::fill(line, 0.0F);
        for (std::size_t k = 0; k < row.weights.size(); ++k) {
            const auto source = image.row(row.first + static_cast<int>(k));
            for (std::size_t x = 0; x < line.size(); ++x) {
                line[x] += row.weights[k] * source[x];
            }
        }
        for (int x = 0; x < width; ++x) {
            const Span& column = columns[static_cast<std::size_t>(x)];
            float sum = 0.0F;
            for (std::size_t k = 0; k < column.weights.size(); ++k) {
                sum += column.weights[k] * line[static_cast<std::size_t>(column.first) + k];
            }
            out.at(x, y) = sum;
        }
    }
    return out;
}

// Mean over `size` pixels (odd) along rows or columns; the window is clipped at the border.
void box_mean(Image& image, int size, bool along_rows) {
    const int lines = along_rows ? image.height : image.width;
    const int count = along_rows ? image.width : image.height;
    std::vector<float> line(static_cast<std::size_t>(count));
    for (int n = 0; n < lines; ++n) {
        const auto at = [&](int i) -> float& { return along_rows ? image.at(i, n) : image.at(n, i); };
        for (int i = 0; i < count; ++i) {
            line[static_cast<std::size_t>(i)] = at(i);
        }
        for (int i = 0; i < count; ++i) {
            const int first = std::max(0, i - size / 2);
            const int last = std::min(count - 1, i + size / 2);
            float sum = 0.0F;
            for (int k = first; k <= last; ++k) {
                sum += line[static_cast<std::size_t>(k)];
            }
            at(i) = sum / static_cast<float>(last - first + 1);
        }
    }
}

// Micrographs are so noisy that nothing is seen at full resolution: a light blur, about a tenth of a particle wide.
void smooth_for_eyes(Image& image, double diameter) {
    const int size = static_cast<int>(diameter / 10.0) | 1;
    for (int pass = 0; pass < 2 && size > 1; ++pass) {
        box_mean(image, size, true);
        box_mean(image, size, false);
    }
}

} // namespace

Picture picture_of(const Image& image, int long_side, double diameter) {
    if (image.empty() || long_side < 1) {
        fail(Status::invalid_argument, "cannot draw an image of ", image.width, " x ", image.height,
             " pixels as a picture of ", long_side, "; give an image, and a picture of at least one pixel");
    }
    const double scale = std::min(1.0, static_cast<double>(long_side) / std::max(image.width, image.height));
    Picture out;
    out.width = std::max(1, static_cast<int>(std::lround(image.width * scale)));
    out.height = std::max(1, static_cast<int>(std::lround(image.height * scale)));
    Image small = shrink(image, out.width, out.height);
    smooth_for_eyes(small, diameter * scale);
    out.samples = stretch_to_gray(small);
    return out;
}

Picture coloured(const Picture& gray) {
    Picture out{gray.width, gray.height, 3, {}};
    out.samples.reserve(3 * gray.samples.size());
    for (const unsigned char level : gray.samples) {
        out.samples.insert(out.samples.end(), 3, level);
    }
    return out;
}

void draw_ring(Picture& canvas, double x, double y, double radius, double line, const Colour& colour) {
    const double reach = radius + line / 2.0 + 1.0;
    if (!std::isfinite(x) || !std::isfinite(y) || x + reach < 0.0 || y + reach < 0.0 || x - reach > canvas.width ||
        y - reach > canvas.height) {
        return;
    }
    const int left = std::max(0, static_cast<int>(std::floor(x - reach)));
    const int right = std::min(canvas.width - 1, static_cast<int>(std::ceil(x + reach)));
    const int top = std::max(0, static_cast<int>(std::floor(y - reach)));
    const int bottom = std::min(canvas.height - 1, static_cast<int>(std::ceil(y + reach)));
    for (int row = top; row <= bottom; ++row) {
        for (int column = left; column <= right; ++column) {
            const double distance = std::abs(std::hypot(column - x, row - y) - radius);
            const double cover = std::clamp(line / 2.0 + 0.5 - distance, 0.0, 1.0);
            if (cover <= 0.0) {
                continue;
            }
            const std::size_t at = 3 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(canvas.width) +
                                        static_cast<std::size_t>(column));
            for (std::size_t c = 0; c < 3; ++c) {
                const double below = canvas.samples[at + c];
                canvas.samples[at + c] = static_cast<unsigned char>(below + cover * (colour[c] - below) + 0.5);
            }
        }
    }
}

void ring_picks(Picture& picture, const Image& image, const Picks& picks, double diameter, double line,
                const Colour& colour) {
    const double x_scale = static_cast<double>(picture.width) / image.width;
    const double y_scale = static_cast<double>(picture.height) / image.height;
    const double radius = diameter > 0.0 ? std::max(2.0, diameter * std::max(x_scale, y_scale) / 2.0) : 4.0;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        draw_ring(picture, (picks.x[i] + 0.5) * x_scale - 0.5, (picks.y[i] + 0.5) * y_scale - 0.5, radius, line,
                  colour);
    }
}

} // namespace picker
