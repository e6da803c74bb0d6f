// Crops and their cells (detector_crop.hpp).
#include "training/detector_crop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace picker {
namespace {

// Between a crop, whose middle is (0, 0), and its field.
class Turn {
public:
    explicit Turn(const View& view)
        : view_(view), cosine_(std::cos(view.angle)), sine_(std::sin(view.angle)), side_(view.mirror ? -1.0 : 1.0) {}
    Mark to_field(double u, double v) const {
        return {view_.x + side_ * (cosine_ * u - sine_ * v), view_.y + sine_ * u + cosine_ * v};
    }
    Mark to_crop(const Mark& at) const {
        const double dx = side_ * (at.x - view_.x), dy = at.y - view_.y;
        return {cosine_ * dx + sine_ * dy, cosine_ * dy - sine_ * dx};
    }

private:
    View view_;
    double cosine_, sine_, side_;
};

// The mark itself and its reflections at the field's borders.
template <typename Visit> void for_each_reflection(const Mark& mark, const Image& image, Visit visit) {
    for (const double x : {mark.x, -mark.x, 2.0 * (image.width - 1) - mark.x}) {
        for (const double y : {mark.y, -mark.y, 2.0 * (image.height - 1) - mark.y}) {
            visit(Mark{x, y});
        }
    }
}

float value_at(const Image& image, double x, double y) {
    const double left = std::floor(x), top = std::floor(y);
    const auto fx = static_cast<float>(x - left), fy = static_cast<float>(y - top);
    const int x0 = mirrored(static_cast<int>(left), image.width),
              x1 = mirrored(static_cast<int>(left) + 1, image.width);
    const int y0 = mirrored(static_cast<int>(top), image.height),
              y1 = mirrored(static_cast<int>(top) + 1, image.height);
    const float above = image.at(x0, y0) + fx * (image.at(x1, y0) - image.at(x0, y0));
    const float below = image.at(x0, y1) + fx * (image.at(x1, y1) - image.at(x0, y1));
    return above + fy * (below - above);
}

} // namespace

View random_view(const DetectorField& field, int edge, bool flips, bool rotations, Random& random) {
    const auto centre = [&](int length) {
        const auto places = static_cast<std::uint64_t>(std::max(1, length - edge + 1)); // of the first pixel
        return static_cast<double>(random.below(places)) + 0.5 * (edge - 1);
    };
    View view;
    view.x = centre(field.image.width);
    view.y = centre(field.image.height);
    view.mirror = random.uniform() < 0.5 && flips;
    const double turn = random.uniform();
    view.angle = rotations ? 2.0 * std::numbers::pi * turn : flips && turn < 0.5 ? std::numbers::pi : 0.0;
    return view;
}

void cut_view(const DetectorField& field, const View& view, int edge, float* pixels) {
    const Turn turn(view);
    const double middle = 0.5 * (edge - 1);
    for (int y = 0; y < edge; ++y) {
        for (int x = 0; x < edge; ++x) {
            const Mark at = turn.to_field(x - middle, y - middle);
            *pixels++ = value_at(field.image, at.x, at.y);
        }
    }
}

std::size_t label_view(const DetectorField& field, const View& view, int rows, int columns, int cell, float* labels) {
    const Turn turn(view);
    const std::size_t cells = static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
    const double half_width = 0.5 * cell * columns, half_height = 0.5 * cell * rows;
    std::fill_n(labels, 3 * cells, 0.0F);
    const auto middle_x = [&](int column) { return (column + 0.5) * cell - half_width; };
    const auto middle_y = [&](int row) { return (row + 0.5) * cell - half_height; };
    const auto unknown_within = [&](const Mark& at) { // of the crop
        const auto first = [&](double from) { return std::max(0, static_cast<int>(std::floor(from / cell)) - 1); };
        const double reach = field.radius;
        for (int row = first(at.y + half_height - reach); row < rows && middle_y(row) <= at.y + reach; ++row) {
            for (int column = first(at.x + half_width - reach); column < columns && middle_x(column) <= at.x + reach;
                 ++column) {
                if (std::hypot(middle_x(column) - at.x, middle_y(row) - at.y) <= reach) {
                    labels[row * columns + column] = -1.0F;
                }
            }
        }
    };
    for (const Mark& mark : field.hidden) {
        for_each_reflection(mark, field.image, [&](const Mark& at) { unknown_within(turn.to_crop(at)); });
    }
    std::vector<double> nearest(cells, std::numeric_limits<double>::infinity());
    for (const Mark& mark : field.particles) {
        for_each_reflection(mark, field.image, [&](const Mark& reflected) {
            const Mark at = turn.to_crop(reflected);
            const double column = std::floor((at.x + half_width) / cell), row = std::floor((at.y + half_height) / cell);
            if (column < 0 || row < 0 || column >= columns || row >= rows) {
                return;
            }
            const std::size_t i =
                static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(column);
            const double dx = at.x - middle_x(static_cast<int>(column)), dy = at.y - middle_y(static_cast<int>(row));
            if (std::hypot(dx, dy) < nearest[i]) {
                nearest[i] = std::hypot(dx, dy);
                labels[i] = 1.0F;
                labels[cells + i] = static_cast<float>(dx);
                labels[2 * cells + i] = static_cast<float>(dy);
            }
        });
    }
    std::size_t matches = 0;
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            const Mark at = turn.to_field(middle_x(column), middle_y(row));
            float& label = labels[row * columns + column];
            if (field.is_masked(static_cast<int>(std::lround(at.x)), static_cast<int>(std::lround(at.y)))) {
                label = -1.0F;
            }
            matches += label > 0.0F ? 1 : 0;
        }
    }
    return matches;
}

} // namespace picker
