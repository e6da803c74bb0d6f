// Crops and their maps (map_samples.hpp). Which crops there are follows from sizes and coordinates alone, before any
// pixel is read.
#include "training/map_samples.hpp"

#include "core/error.hpp"
#include "io/micrograph_file.hpp"
#include "training/choose_positives.hpp"
#include "training/window_field.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

namespace picker {
namespace {

constexpr std::uint64_t crop_streams = (std::uint64_t{1} << 43); // of random numbers; one for each molecule
constexpr float unknown = -1.0F;

// A micrograph as it will be prepared.
struct Field {
    int width = 0, height = 0;           // working pixels
    double scale_x = 1.0, scale_y = 1.0; // working pixels per pixel
    double diameter = 0.0;               // of the particle, working pixels
};

struct Crop {
    std::size_t item = 0;
    int x = 0, y = 0;           // first pixel of the map, working pixels of the micrograph
    int skip_x = 0, skip_y = 0; // columns and rows that the crop before has
    std::size_t particles = 0;  // in the rest
};

// How far from a particle's centre the map is above 0, working pixels.
double map_radius(const ModelSpec& spec, const Field& field) {
    constexpr double reach = 3.0; // deviations
    return (spec.training.heat > 0.0 ? reach * spec.training.heat : 0.5 * spec.aperture) * field.diameter;
}

Field field_of(const Dataset& dataset, std::size_t index, const ModelSpec& spec) {
    const DatasetItem& item = dataset.items[index];
    int width = 0, height = 0;
    if (item.micrograph) {
        width = item.micrograph->image.width;
        height = item.micrograph->image.height;
    } else {
        const ImageHeader header = read_image_header(item.path);
        width = header.width;
        height = header.height;
    }
    const double pixel_size = dataset.pixel_size(index), diameter = item.diameter / pixel_size; // pixels
    const ResampledSize size = prepared_size(dataset.name(index), width, height, pixel_size, spec.recipe, diameter);
    Field field{size.width, size.height, static_cast<double>(size.width) / width,
                static_cast<double>(size.height) / height, 0.0};
    field.diameter = diameter * std::sqrt(field.scale_x * field.scale_y);
    if (map_radius(spec, field) < 0.5) {
        fail(Status::invalid_argument, dataset.name(index), ": a particle of ", item.diameter,
             " angstrom is less than two pixels of the map; check the diameter, or use another architecture");
    }
    return field;
}

// First pixels of crops that cover `length` pixels; a single one is centred.
std::vector<int> starts(int length, int crop) {
    const int count = std::max(1, (length + crop - 1) / crop);
    std::vector<int> out;
    for (int i = 0; i < count; ++i) {
        out.push_back(count == 1 ? (length - crop) / 2 : i * (length - crop) / (count - 1));
    }
    return out;
}

std::vector<Crop> crops_of(const Picks& particles, std::size_t item, const Field& field, int edge) {
    std::vector<Crop> crops;
    const std::vector<int> tops = starts(field.height, edge), lefts = starts(field.width, edge);
    const auto skipped = [&](const std::vector<int>& firsts, std::size_t i) {
        return i == 0 ? 0 : firsts[i - 1] + edge - firsts[i];
    };
    for (std::size_t j = 0; j < tops.size(); ++j) {
        for (std::size_t i = 0; i < lefts.size(); ++i) {
            crops.push_back({item, lefts[i], tops[j], skipped(lefts, i), skipped(tops, j), 0});
        }
    }
    for (std::size_t row = 0; row < particles.size(); ++row) {
        for (Crop& crop : crops) {
            const double x = particles.x[row] * field.scale_x - crop.x + 0.5,
                         y = particles.y[row] * field.scale_y - crop.y + 0.5;
            crop.particles += x >= crop.skip_x && y >= crop.skip_y && x < edge && y < edge ? 1 : 0;
        }
    }
    return crops;
}

// Drawn in random order until they hold `share` particles.
std::vector<Crop> share_of(std::vector<Crop> crops, std::size_t share, Random random) {
    random.shuffle(std::span(crops));
    std::size_t particles = 0, count = 0;
    while (count < crops.size() && particles < share) {
        particles += crops[count++].particles;
    }
    crops.resize(count);
    return crops;
}

class Drawer {
public:
    Drawer(const Dataset& dataset, std::size_t index, const ModelSpec& spec, const Field& field,
           const std::vector<std::size_t>& usable)
        : item_(dataset.items[index]), field_(field), radius_(map_radius(spec, field)),
          heat_(spec.training.heat * field.diameter), mask_(dataset.load_mask(index)),
          particles_(item_.positives.subset(usable)), hidden_(left_out(item_.positives, usable)) {
        hidden_.append(item_.avoid);
        Micrograph micrograph = dataset.load(index);
        width_ = micrograph.image.width;
        height_ = micrograph.image.height;
        check_frame(item_.positives, micrograph.name, width_, height_);
        const double diameter = item_.diameter / micrograph.pixel_size;
        image_ = prepare(std::move(micrograph), spec.recipe, diameter).image;
        if (image_.width != field.width || image_.height != field.height) {
            fail(Status::internal, dataset.name(index), " was prepared as ", image_.width, " x ", image_.height,
                 " working pixels, not ", field.width, " x ", field.height);
        }
    }

    // The crop with `border` pixels around it, then its map.
    void draw(const Crop& crop, int edge, int border, float* out) const {
        const int extent = edge + 2 * border;
        copy_mirrored(image_, crop.x - border, crop.y - border, extent, extent, out);
        map(crop, edge, out + static_cast<std::ptrdiff_t>(extent) * extent);
    }

    // Of the usable particles, those in masked places.
    std::size_t masked() const {
        std::size_t count = 0;
        for (std::size_t row = 0; mask_ && row < particles_.size(); ++row) {
            count += mask_->excludes(particles_.x[row], particles_.y[row], width_, height_) ? 1 : 0;
        }
        return count;
    }

private:
    void map(const Crop& crop, int edge, float* out) const {
        std::fill_n(out, static_cast<std::ptrdiff_t>(edge) * edge, 0.0F);
        discs(
            hidden_, crop, edge, 0.5 * field_.diameter,
            [](float& value, double inside, double) { value = inside > 0.0 ? unknown : value; }, out);
        discs(
            particles_, crop, edge, radius_,
            [this](float& value, double inside, double distance) {
                const double height = heat_ > 0.0 ? std::exp(-0.5 * distance * distance / (heat_ * heat_)) : inside;
                value = inside > 0.0 ? std::max(value, static_cast<float>(height)) : value;
            },
            out);
        for (int y = 0; y < edge; ++y) {
            for (int x = 0; x < edge; ++x) {
                const int px = crop.x + x, py = crop.y + y;
                const bool off = px < 0 || py < 0 || px >= field_.width || py >= field_.height;
                if (off || x < crop.skip_x || y < crop.skip_y ||
                    (mask_ && mask_->excludes(px / field_.scale_x, py / field_.scale_y, width_, height_))) {
                    out[static_cast<std::ptrdiff_t>(y) * edge + x] = unknown;
                }
            }
        }
    }
    // paint(value, inside, distance) at every pixel near the discs around the picks; `inside` falls from 1 to 0 over a
    // pixel at their edge, `distance` is that from the centre.
    template <typename Paint>
    void discs(const Picks& picks, const Crop& crop, int edge, double radius, Paint paint, float* out) const {
        const auto bound = [&](double value) { return static_cast<int>(std::clamp(value, 0.0, double(edge))); };
        for (std::size_t i = 0; i < picks.size(); ++i) {
            const double cx = picks.x[i] * field_.scale_x - crop.x, cy = picks.y[i] * field_.scale_y - crop.y;
            for (int y = bound(cy - radius - 1); y < bound(cy + radius + 2); ++y) {
                for (int x = bound(cx - radius - 1); x < bound(cx + radius + 2); ++x) {
                    const double distance = std::hypot(x - cx, y - cy);
                    paint(out[static_cast<std::ptrdiff_t>(y) * edge + x], std::clamp(radius - distance + 0.5, 0.0, 1.0),
                          distance);
                }
            }
        }
    }

    const DatasetItem& item_;
    const Field& field_;
    double radius_;                             // of a particle's disc, working pixels
    double heat_;                               // deviation of its Gaussian, working pixels; 0: a disc
    std::shared_ptr<const ExclusionMask> mask_; // null: none
    Picks particles_, hidden_;                  // hidden: left out as overlapping, or to avoid
    int width_ = 0, height_ = 0;                // of the micrograph, its own pixels
    Image image_;
};

// By item, and within one from the top left on.
std::vector<Crop> choose_crops(const Dataset& dataset, const std::vector<Field>& fields,
                               const std::vector<std::vector<std::size_t>>& usable,
                               const std::vector<std::string>& molecules, const ModelSpec& spec,
                               const SamplerOptions& options) {
    std::vector<Crop> chosen;
    for (std::size_t m = 0; m < molecules.size(); ++m) {
        std::vector<Crop> crops;
        for (std::size_t i = 0; i < dataset.items.size(); ++i) {
            const DatasetItem& item = dataset.items[i];
            if (item.molecule == molecules[m]) {
                const std::vector<Crop> some =
                    crops_of(item.positives.subset(usable[i]), i, fields[i], spec.training.crop);
                crops.insert(crops.end(), some.begin(), some.end());
            }
        }
        if (options.max_positives > 0) {
            const std::size_t share = molecule_share(options.max_positives, m, molecules.size());
            crops = share_of(std::move(crops), share, Random(options.seed, crop_streams + m));
        }
        chosen.insert(chosen.end(), crops.begin(), crops.end());
    }
    std::sort(chosen.begin(), chosen.end(),
              [](const Crop& a, const Crop& b) { return std::tie(a.item, a.y, a.x) < std::tie(b.item, b.y, b.x); });
    return chosen;
}

} // namespace

PatchSet sample_maps(const Dataset& dataset, const ModelSpec& spec, const SamplerOptions& options, WorkerPool& pool,
                     const Control& control) {
    if (options.unlabelled) {
        fail(Status::invalid_argument, "the positive-unlabelled loss is for windows, and ", spec.architecture,
             " learns from maps; use another architecture, or mask what is not labelled");
    }
    // A whole network pads a crop itself.
    const int edge = spec.training.crop, border = is_whole(spec.network) ? 0 : (spec.network.input_size - 1) / 2;
    PatchSet set;
    set.molecules = molecule_names(dataset);
    set.extent = edge + 2 * border;
    set.label_edge = edge;
    const std::vector<std::vector<std::size_t>> usable = usable_positives(dataset, options, set.overlapping);
    std::vector<Field> fields;
    for (std::size_t i = 0; i < dataset.items.size(); ++i) {
        fields.push_back(field_of(dataset, i, spec));
    }
    const std::vector<Crop> crops = choose_crops(dataset, fields, usable, set.molecules, spec, options);
    const auto area = [](int size) { return static_cast<std::size_t>(size) * static_cast<std::size_t>(size); };
    const std::size_t values = area(set.extent) + area(edge);
    set.store = options.store(crops.size(), values);
    for (std::size_t n = 0; n < crops.size(); ++n) {
        set.place.push_back(n);
        set.particles += crops[n].particles;
        set.labels.push_back(crops[n].particles > 0 ? 1.0F : 0.0F);
        set.molecule.push_back(molecule_index(set.molecules, dataset.items[crops[n].item].molecule));
    }
    const Meter meter(control, "sample", static_cast<std::int64_t>(dataset.items.size()));
    std::atomic<std::int64_t> done{0};
    std::vector<std::size_t> masked(dataset.items.size(), 0);
    pool.run(
        dataset.items.size(),
        [&](std::size_t i) {
            const auto [first, last] = std::equal_range(crops.begin(), crops.end(), Crop{i, 0, 0, 0, 0, 0},
                                                        [](const Crop& a, const Crop& b) { return a.item < b.item; });
            if (first != last) {
                const Drawer drawer(dataset, i, spec, fields[i], usable[i]);
                masked[i] = drawer.masked();
                std::vector<float> sample(values);
                for (auto crop = first; crop != last; ++crop) {
                    drawer.draw(*crop, edge, border, sample.data());
                    set.store.write(static_cast<std::size_t>(crop - crops.begin()), sample.data());
                }
            }
            ++done;
        },
        [&] { meter.at(done); });
    set.masked = std::accumulate(masked.begin(), masked.end(), std::size_t{0});
    set.particles -= std::min(set.particles, set.masked);
    return set;
}

} // namespace picker
