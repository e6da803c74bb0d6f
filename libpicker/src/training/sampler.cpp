// From a data set to patches (sampler.hpp): one job per micrograph, each with a random stream of its own.
#include "training/sampler.hpp"

#include "core/error.hpp"
#include "picking/patch_recipe.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numbers>
#include <utility>

namespace picker {
namespace {

constexpr std::uint64_t share_streams = std::uint64_t{1} << 40; // of random numbers; items count from 0

struct Corner {
    int x = 0, y = 0; // first pixel of a window, working pixels
};

// What one micrograph gives.
struct Harvest {
    std::vector<float> pixels;
    std::vector<float> labels;
    std::size_t outside = 0;
    std::size_t wanted = 0, found = 0; // random negatives
};

std::vector<std::string> molecule_names(const Dataset& dataset) {
    std::vector<std::string> names;
    for (const DatasetItem& item : dataset.items) {
        if (std::find(names.begin(), names.end(), item.molecule) == names.end()) {
            names.push_back(item.molecule);
        }
    }
    return names;
}

int molecule_index(const std::vector<std::string>& names, const std::string& name) {
    return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
}

// Which positives of each item are used: all, or an equal random share of every molecule's.
std::vector<std::vector<std::size_t>> choose_positives(const Dataset& dataset, const std::vector<std::string>& names,
                                                       const SamplerOptions& options, const Control& control) {
    std::vector<std::vector<std::size_t>> chosen(dataset.items.size());
    const std::size_t molecules = std::max<std::size_t>(1, names.size());
    for (std::size_t m = 0; m < names.size(); ++m) {
        std::vector<std::pair<std::size_t, std::size_t>> all; // item, row
        for (std::size_t i = 0; i < dataset.items.size(); ++i) {
            for (std::size_t row = 0; dataset.items[i].molecule == names[m] && row < dataset.items[i].positives.size();
                 ++row) {
                all.emplace_back(i, row);
            }
        }
        if (options.max_positives > 0) {
            const std::size_t share =
                options.max_positives / molecules + (m < options.max_positives % molecules ? 1 : 0);
            Random random(options.seed, share_streams + m);
            random.shuffle(std::span(all));
            if (all.size() < share && molecules > 1) {
                control.warn(text("the molecule ", names[m], " has ", all.size(),
                                  " particles, fewer than its share of ", share));
            }
            all.resize(std::min(all.size(), share));
            std::sort(all.begin(), all.end());
        }
        for (const auto& [item, row] : all) {
            chosen[item].push_back(row);
        }
    }
    return chosen;
}

// The window whose centre is nearest to a point. Where two are equally near (whole coordinates and an even window) the
// caller says which, so that a set of patches leans to neither side.
int window_start(double centre, int window, bool higher) {
    const double start = centre - (window - 1) / 2.0;
    const double below = std::floor(start);
    const double rest = start - below;
    const bool up = std::abs(rest - 0.5) < 1e-6 ? higher : rest > 0.5;
    return static_cast<int>(below) + (up ? 1 : 0);
}

// One micrograph's prepared image and the windows in it.
class Field {
public:
    Field(const Dataset& dataset, std::size_t index, const ModelSpec& spec, int extent) : spec_(spec), extent_(extent) {
        Micrograph micrograph = dataset.load(index);
        const double diameter = dataset.items[index].diameter / micrograph.pixel_size; // pixels
        name_ = micrograph.name;
        if (!(diameter > 0.0)) {
            fail(Status::invalid_argument, "no particle diameter for ", name_, "; give the longest axis in angstrom");
        }
        width_ = micrograph.image.width;
        height_ = micrograph.image.height;
        Prepared prepared = prepare(std::move(micrograph), spec.recipe, diameter);
        image_ = std::move(prepared.image);
        scale_x_ = prepared.scale_x;
        scale_y_ = prepared.scale_y;
        window_ = window_pixels(spec, diameter, scale_x_);
        if (image_.width < window_ || image_.height < window_) {
            fail(Status::invalid_argument, name_, " is ", width_, " x ", height_,
                 " pixels, smaller than one window of the model (", std::ceil(window_ / scale_x_),
                 " pixels for a particle of ", diameter, " pixels); check the diameter and the pixel size");
        }
    }
    const std::string& name() const { return name_; }

    void check_frame(const Picks& picks) const {
        std::size_t off = 0;
        for (std::size_t i = 0; i < picks.size(); ++i) {
            const bool on = picks.x[i] >= -0.5 && picks.y[i] >= -0.5 && picks.x[i] < width_ && picks.y[i] < height_;
            off += on ? 0 : 1;
        }
        if (2 * off > picks.size()) {
            fail(Status::mismatch, off, " of ", picks.size(), " coordinates for ", name_, " lie outside of its ",
                 width_, " x ", height_, " pixels; they belong to another binning, or x and y are swapped");
        }
    }
    Corner corner(const Picks& picks, std::size_t row) const {
        const std::uint64_t coins = (row + 1) * 0x9E3779B97F4A7C15ULL; // two even bits for every row
        return {window_start(picks.x[row] * scale_x_, window_, (coins >> 63 & 1U) != 0),
                window_start(picks.y[row] * scale_y_, window_, (coins >> 62 & 1U) != 0)};
    }
    bool holds(Corner at) const {
        return at.x >= 0 && at.y >= 0 && at.x + window_ <= image_.width && at.y + window_ <= image_.height;
    }
    // The windows whose centre is at least `distance` windows from every positive, as row * columns + column.
    std::vector<std::uint32_t> free_windows(const Picks& positives, double distance) const {
        const int columns = image_.width - window_ + 1;
        const int rows = image_.height - window_ + 1;
        const double radius = distance * window_;
        const double half = (window_ - 1) / 2.0;
        std::vector<bool> taken(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), false);
        for (std::size_t i = 0; i < positives.size(); ++i) {
            const double x = positives.x[i] * scale_x_ - half; // as the corner of a window centred there
            const double y = positives.y[i] * scale_y_ - half;
            const int top = static_cast<int>(std::clamp(std::floor(y - radius), 0.0, static_cast<double>(rows)));
            const int bottom = static_cast<int>(std::clamp(std::ceil(y + radius), -1.0, rows - 1.0));
            const int left = static_cast<int>(std::clamp(std::floor(x - radius), 0.0, static_cast<double>(columns)));
            const int right = static_cast<int>(std::clamp(std::ceil(x + radius), -1.0, columns - 1.0));
            for (int wy = top; wy <= bottom; ++wy) {
                for (int wx = left; wx <= right; ++wx) {
                    if ((wx - x) * (wx - x) + (wy - y) * (wy - y) < radius * radius) {
                        taken[static_cast<std::size_t>(wy) * static_cast<std::size_t>(columns) +
                              static_cast<std::size_t>(wx)] = true;
                    }
                }
            }
        }
        std::vector<std::uint32_t> free;
        for (std::size_t i = 0; i < taken.size(); ++i) {
            if (!taken[i]) {
                free.push_back(static_cast<std::uint32_t>(i));
            }
        }
        return free;
    }
    Corner window_at(std::uint32_t index) const {
        const auto columns = static_cast<std::uint32_t>(image_.width - window_ + 1);
        return {static_cast<int>(index % columns), static_cast<int>(index / columns)};
    }
    void cut(Corner at, float label, Harvest& out) const {
        const std::size_t before = out.pixels.size();
        out.pixels.resize(before + static_cast<std::size_t>(extent_) * static_cast<std::size_t>(extent_));
        float* to = out.pixels.data() + before;
        if (spec_.patch_rule == PatchRule::per_patch) {
            PatchRecipe(window_, extent_).make(image_, at.x, at.y, to);
        } else {
            const int margin = (extent_ - window_) / 2;
            for (int y = 0; y < extent_; ++y) {
                const auto row = image_.row(mirrored(at.y - margin + y, image_.height));
                for (int x = 0; x < extent_; ++x) {
                    *to++ = row[static_cast<std::size_t>(mirrored(at.x - margin + x, image_.width))];
                }
            }
        }
        out.labels.push_back(label);
    }

private:
    // Beyond the border the image is reflected; the outermost pixel is not repeated.
    static int mirrored(int i, int size) {
        const int period = std::max(1, 2 * (size - 1));
        i = (i % period + period) % period;
        return i < size ? i : period - i;
    }

    const ModelSpec& spec_;
    int extent_, window_ = 0, width_ = 0, height_ = 0;
    std::string name_;
    Image image_;
    double scale_x_ = 1.0, scale_y_ = 1.0;
};

Harvest harvest(const Dataset& dataset, std::size_t index, const std::vector<std::size_t>& chosen,
                const ModelSpec& spec, int extent, const SamplerOptions& options) {
    const DatasetItem& item = dataset.items[index];
    const Field field(dataset, index, spec, extent);
    field.check_frame(item.positives);
    Harvest out;
    for (const std::size_t row : chosen) {
        const Corner at = field.corner(item.positives, row);
        if (field.holds(at)) {
            field.cut(at, 1.0F, out);
        } else {
            ++out.outside;
        }
    }
    const double wanted = options.negatives_per_positive * static_cast<double>(out.labels.size());
    double given = 0.0;
    for (std::size_t row = 0; row < item.negatives.size(); ++row) {
        const Corner at = field.corner(item.negatives, row);
        if (field.holds(at)) {
            field.cut(at, 0.0F, out);
            given += 1.0;
        }
    }
    out.wanted = static_cast<std::size_t>(std::llround(std::max(wanted - given, wanted / 2)));
    if (out.wanted > 0) {
        std::vector<std::uint32_t> free = field.free_windows(item.positives, options.negative_distance);
        Random random(options.seed, index);
        out.found = std::min(out.wanted, free.size());
        for (std::size_t n = 0; n < out.found; ++n) { // the first steps of a shuffle: no window twice
            std::swap(free[n], free[n + random.below(free.size() - n)]);
            field.cut(field.window_at(free[n]), 0.0F, out);
        }
    }
    return out;
}

int extent_for(const ModelSpec& spec) {
    const int input = spec.network.input_size;
    if (spec.patch_rule == PatchRule::per_patch) {
        return input;
    }
    const int least = static_cast<int>(std::ceil(input * std::numbers::sqrt2)) + 2;
    return least + (least - input) % 2; // the margins are equal, so that an unturned patch is an exact copy
}

} // namespace

PatchSet sample_patches(const Dataset& dataset, const ModelSpec& spec, const SamplerOptions& options, WorkerPool& pool,
                        const Control& control) {
    PatchSet set;
    set.molecules = molecule_names(dataset);
    set.extent = extent_for(spec);
    const auto chosen = choose_positives(dataset, set.molecules, options, control);
    std::vector<Harvest> harvests(dataset.items.size());
    const Meter meter(control, "sample", static_cast<std::int64_t>(dataset.items.size()));
    std::atomic<std::int64_t> done{0};
    pool.run(
        dataset.items.size(),
        [&](std::size_t i) {
            harvests[i] = harvest(dataset, i, chosen[i], spec, set.extent, options);
            ++done;
        },
        [&] { meter.at(done); });
    std::size_t pixels = 0;
    for (const Harvest& one : harvests) {
        pixels += one.pixels.size();
    }
    set.pixels.reserve(pixels);
    for (std::size_t i = 0; i < harvests.size(); ++i) {
        Harvest one = std::move(harvests[i]); // freed at the end of its turn: never everything twice in memory
        set.pixels.insert(set.pixels.end(), one.pixels.begin(), one.pixels.end());
        set.labels.insert(set.labels.end(), one.labels.begin(), one.labels.end());
        set.molecule.resize(set.labels.size(), molecule_index(set.molecules, dataset.items[i].molecule));
        set.outside += one.outside;
        if (one.found < one.wanted) {
            control.warn(text(dataset.name(i), ": room for ", one.found, " of ", one.wanted,
                              " negatives away from its particles"));
        }
    }
    return set;
}

} // namespace picker
