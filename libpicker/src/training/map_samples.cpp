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
    const double diameter = item.diameter / dataset.pixel_size(index); // pixels
    const ResampledSize size =
        prepared_size(dataset.name(index), width, height, dataset.pixel_size(index), spec.recipe, diameter);
    Field field{size.width, size.height, static_cast<double>(size.width) / width,
                static_cast<double>(size.height) / height, 0.0};
    field.diameter = diameter * std::sqrt(field.scale_x * field.scale_y);
    if (spec.aperture * field.diameter < 1.0) {
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
    Drawer(const Dataset& dataset, std::size_t index, const ModelSpec& spec, const Field& field)
        : spec_(spec), item_(dataset.items[index]), field_(field), mask_(dataset.load_mask(index)) {
        Micrograph micrograph = dataset.load(index);
        width_ = micrograph.image.width;
        height_ = micrograph.image.height;
        check_frame(item_.positives, dataset.name(index), width_, height_);
        image_ = prepare(std::move(micrograph), spec.recipe, item_.diameter / dataset.pixel_size(index)).image;
        if (image_.width != field.width || image_.height != field.height) {
            fail(Status::internal, dataset.name(index), " was prepared as ", image_.width, " x ", image_.height,
                 " working pixels, not ", field.width, " x ", field.height);
        }
    }

    // The crop with `border` pixels around it.
    void patch(const Crop& crop, int extent, int border, float* out) const {
        for (int y = 0; y < extent; ++y) {
            const auto row = image_.row(mirrored(crop.y - border + y, image_.height));
            for (int x = 0; x < extent; ++x) {
                *out++ = row[static_cast<std::size_t>(mirrored(crop.x - border + x, image_.width))];
            }
        }
    }

    void map(const Crop& crop, int edge, const std::vector<std::size_t>& usable, float* out) const {
        std::fill_n(out, static_cast<std::ptrdiff_t>(edge) * edge, 0.0F);
        const double radius = 0.5 * spec_.aperture * field_.diameter;
        discs(item_.avoid, all(item_.avoid), crop, edge, 0.5 * field_.diameter, true, out);
        discs(item_.positives, left_out(usable), crop, edge, 0.5 * field_.diameter, true, out);
        discs(item_.positives, usable, crop, edge, radius, false, out);
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

    // Of particles, those in masked places.
    std::size_t masked(const std::vector<std::size_t>& rows) const {
        std::size_t count = 0;
        for (const std::size_t row : rows) {
            count += mask_ && mask_->excludes(item_.positives.x[row], item_.positives.y[row], width_, height_) ? 1 : 0;
        }
        return count;
    }

private:
    static std::vector<std::size_t> all(const Picks& picks) {
        std::vector<std::size_t> rows(picks.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i] = i;
        }
        return rows;
    }
    std::vector<std::size_t> left_out(const std::vector<std::size_t>& usable) const {
        std::vector<std::size_t> rows;
        for (std::size_t i = 0; i < item_.positives.size(); ++i) {
            if (!std::binary_search(usable.begin(), usable.end(), i)) {
                rows.push_back(i);
            }
        }
        return rows;
    }
    // Discs with an edge that is one pixel soft, or of unknown pixels.
    void discs(const Picks& picks, const std::vector<std::size_t>& rows, const Crop& crop, int edge, double radius,
               bool hidden, float* out) const {
        const auto bound = [&](double value) { return static_cast<int>(std::clamp(value, 0.0, double(edge))); };
        for (const std::size_t i : rows) {
            const double cx = picks.x[i] * field_.scale_x - crop.x, cy = picks.y[i] * field_.scale_y - crop.y;
            for (int y = bound(cy - radius - 1); y < bound(cy + radius + 2); ++y) {
                for (int x = bound(cx - radius - 1); x < bound(cx + radius + 2); ++x) {
                    float& value = out[static_cast<std::ptrdiff_t>(y) * edge + x];
                    const double inside = std::clamp(radius - std::hypot(x - cx, y - cy) + 0.5, 0.0, 1.0);
                    if (hidden && inside > 0.0) {
                        value = unknown;
                    } else if (inside > 0.0) {
                        value = std::max(value, static_cast<float>(inside));
                    }
                }
            }
        }
    }

    const ModelSpec& spec_;
    const DatasetItem& item_;
    const Field& field_;
    std::shared_ptr<const ExclusionMask> mask_; // null: none
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
            const std::size_t share = (options.max_positives + molecules.size() - 1 - m) / molecules.size();
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
    const int edge = spec.training.crop, border = (spec.network.input_size - 1) / 2;
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
    const auto area = static_cast<std::size_t>(set.extent) * static_cast<std::size_t>(set.extent);
    const auto values = area + static_cast<std::size_t>(edge) * static_cast<std::size_t>(edge);
    set.store = PatchStore(crops.size(), values, options.memory,
                           options.scratch.empty() ? std::filesystem::temp_directory_path() : options.scratch);
    for (std::size_t n = 0; n < crops.size(); ++n) {
        const auto& names = set.molecules;
        set.place.push_back(n);
        set.particles += crops[n].particles;
        set.labels.push_back(crops[n].particles > 0 ? 1.0F : 0.0F);
        set.molecule.push_back(static_cast<int>(
            std::find(names.begin(), names.end(), dataset.items[crops[n].item].molecule) - names.begin()));
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
                const Drawer drawer(dataset, i, spec, fields[i]);
                masked[i] = drawer.masked(usable[i]);
                std::vector<float> sample(values);
                for (auto crop = first; crop != last; ++crop) {
                    drawer.patch(*crop, set.extent, border, sample.data());
                    drawer.map(*crop, edge, usable[i], sample.data() + area);
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
