// Whole micrographs for a detector's training (detector_field.hpp).
#include "training/detector_field.hpp"

#include "training/choose_positives.hpp"
#include "training/window_field.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

constexpr double least_background = 0.01; // share of the pixels that tells mean and deviation

struct Background {
    double mean = 0.0, deviation = 1.0;
};

// Of the pixels further than `radius` from every mark; of all where hardly any are.
Background background_of(const Image& image, const std::vector<Mark>& marks, double radius) {
    std::vector<bool> taken(image.size(), false);
    for (const Mark& mark : marks) {
        const auto from = [&](double centre) { return std::max(0, static_cast<int>(std::floor(centre - radius))); };
        const auto to = [&](double centre, int size) {
            return std::min(size - 1, static_cast<int>(std::ceil(centre + radius)));
        };
        for (int y = from(mark.y); y <= to(mark.y, image.height); ++y) {
            for (int x = from(mark.x); x <= to(mark.x, image.width); ++x) {
                taken[image.index(x, y)] = taken[image.index(x, y)] || std::hypot(x - mark.x, y - mark.y) <= radius;
            }
        }
    }
    const auto free = static_cast<double>(std::count(taken.begin(), taken.end(), false));
    const bool all = free < least_background * static_cast<double>(image.size());
    double sum = 0.0, squares = 0.0, count = 0.0;
    for (std::size_t i = 0; i < image.size(); ++i) {
        if (all || !taken[i]) {
            sum += image.pixels[i];
            squares += static_cast<double>(image.pixels[i]) * image.pixels[i];
            count += 1.0;
        }
    }
    const double mean = sum / count;
    return {mean, std::sqrt(std::max(0.0, squares / count - mean * mean))};
}

std::vector<Mark> marks_of(const Picks& picks, const Prepared& prepared) {
    std::vector<Mark> marks;
    for (std::size_t i = 0; i < picks.size(); ++i) {
        marks.push_back({picks.x[i] * prepared.scale_x, picks.y[i] * prepared.scale_y});
    }
    return marks;
}

void add_frame(DetectorField& field, const Background& background, int least, Random random) {
    const int width = std::max(field.width, least), height = std::max(field.height, least);
    if (width == field.width && height == field.height) {
        return;
    }
    field.left = (width - field.width) / 2;
    field.top = (height - field.height) / 2;
    Image framed(width, height);
    for (float& pixel : framed.pixels) {
        pixel = static_cast<float>(background.mean + background.deviation * random.normal());
    }
    for (int y = 0; y < field.height; ++y) {
        const auto row = field.image.row(y);
        std::copy(row.begin(), row.end(), framed.row(y + field.top).begin() + field.left);
    }
    field.image = std::move(framed);
    for (std::vector<Mark>* marks : {&field.particles, &field.hidden}) {
        for (Mark& mark : *marks) {
            mark = {mark.x + field.left, mark.y + field.top};
        }
    }
}

} // namespace

bool DetectorField::is_masked(int x, int y) const {
    if (masked.empty()) {
        return false;
    }
    x = mirrored(x, image.width) - left;
    y = mirrored(y, image.height) - top;
    return x >= 0 && y >= 0 && x < width && y < height &&
           masked[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
}

DetectorField make_field(const Dataset& dataset, std::size_t index, const ModelSpec& spec,
                         const std::vector<std::size_t>& usable, int least, Random random) {
    const DatasetItem& item = dataset.items[index];
    Micrograph micrograph = dataset.load(index);
    const int width = micrograph.image.width, height = micrograph.image.height;
    check_frame(item.positives, micrograph.name, width, height);
    const double diameter = item.diameter / micrograph.pixel_size;
    Prepared prepared = prepare(std::move(micrograph), spec.recipe, diameter);
    DetectorField field;
    field.radius = 0.5 * diameter * std::sqrt(prepared.scale_x * prepared.scale_y);
    field.width = prepared.image.width;
    field.height = prepared.image.height;
    Picks hidden = left_out(item.positives, usable);
    hidden.append(item.avoid);
    field.hidden = marks_of(hidden, prepared);
    Picks particles = item.positives.subset(usable);
    if (const auto mask = dataset.load_mask(index)) {
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < particles.size(); ++i) {
            if (!mask->excludes(particles.x[i], particles.y[i], width, height)) {
                rows.push_back(i);
            }
        }
        field.masked_count = particles.size() - rows.size();
        particles = particles.subset(rows);
        for (int y = 0; y < field.height; ++y) {
            for (int x = 0; x < field.width; ++x) {
                field.masked.push_back(mask->excludes(x / prepared.scale_x, y / prepared.scale_y, width, height));
            }
        }
    }
    field.particles = marks_of(particles, prepared);
    std::vector<Mark> marks = field.particles;
    marks.insert(marks.end(), field.hidden.begin(), field.hidden.end());
    const Background background = background_of(prepared.image, marks, field.radius);
    field.image = std::move(prepared.image);
    add_frame(field, background, least, random);
    return field;
}

} // namespace picker
