// Re-centring by cross-correlation with a round reference (recentre.hpp).
#include "training/recentre.hpp"

#include "core/error.hpp"
#include "picking/peaks.hpp"
#include "signal/fft.hpp"
#include "signal/recipe.hpp"
#include "training/choose_positives.hpp"
#include "training/settings.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <complex>
#include <iterator>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

namespace picker {
namespace {

constexpr double working_diameter = 40.0; // working pixels; a tenth of one is 0.25 % of the particle
constexpr double reference_radius = 0.65; // diameters; beyond lies the neighbour
constexpr double default_limit = 0.2;     // diameters
constexpr std::size_t least_picks = 20;

// Noise beyond the particle's own size would only pull picks about.
Recipe working_recipe() {
    Recipe recipe;
    recipe.diameter_pixels = working_diameter;
    recipe.steps = {{"clip", 6.0, 0.0},
                    {"resample", 0.0, 0.0},
                    {"band-pass", 2.5, 0.1},
                    {"standardise-local", 2.5, 0.0},
                    {"clip", 5.0, 0.0}};
    return recipe;
}

struct Shift {
    double x = 0.0, y = 0.0; // working pixels
};

// One pick on its way. Its patch's pixel (size/2, size/2) is the pixel nearest to where the pick was.
struct Patch {
    std::size_t item = 0, row = 0;
    double scale_x = 1.0, scale_y = 1.0; // working pixels per pixel of the micrograph
    double angstrom = 1.0;               // per working pixel
    Shift part;                          // from that pixel to the pick
    Shift shift;                         // from the pick to where it belongs
    bool found = false;
    Spectrum spectrum;
};

// The patches of one micrograph; picks nearer to a border than half a diameter have none.
std::vector<Patch> cut_patches(const Dataset& dataset, std::size_t index, int size) {
    Micrograph micrograph = dataset.load(index);
    const double pixel_size = micrograph.pixel_size;
    const double diameter = dataset.items[index].diameter / pixel_size; // pixels
    const Prepared prepared = prepare(std::move(micrograph), working_recipe(), diameter);
    const Picks& picks = dataset.items[index].positives;
    std::vector<Patch> out;
    for (std::size_t row = 0; row < picks.size(); ++row) {
        const double x = picks.x[row] * prepared.scale_x;
        const double y = picks.y[row] * prepared.scale_y;
        const double room = working_diameter / 2;
        if (x < room || y < room || x > prepared.image.width - 1 - room || y > prepared.image.height - 1 - room) {
            continue;
        }
        const int left = static_cast<int>(std::lround(x)) - size / 2;
        const int top = static_cast<int>(std::lround(y)) - size / 2;
        Image patch(size, size); // the mean, 0, beyond the border
        for (int j = std::max(0, -top); j < size && top + j < prepared.image.height; ++j) {
            for (int i = std::max(0, -left); i < size && left + i < prepared.image.width; ++i) {
                patch.at(i, j) = prepared.image.at(left + i, top + j);
            }
        }
        Patch& made = out.emplace_back();
        made.item = index;
        made.row = row;
        made.scale_x = prepared.scale_x;
        made.scale_y = prepared.scale_y;
        made.angstrom = pixel_size / std::sqrt(prepared.scale_x * prepared.scale_y);
        made.part = {x - static_cast<double>(std::lround(x)), y - static_cast<double>(std::lround(y))};
        made.spectrum = fft(patch);
    }
    return out;
}

// Multiplies by what moves the image by (-x, -y).
std::complex<double> phase(const Spectrum& spectrum, int i, int j, double x, double y) {
    const int row = j <= spectrum.height / 2 ? j : j - spectrum.height;
    const double angle = 2.0 * std::numbers::pi * (i * x / spectrum.width + row * y / spectrum.height);
    return {std::cos(angle), std::sin(angle)};
}

// The mean of the patches, each with its centre where it is believed to be, at pixel (size/2, size/2).
Image mean_image(std::vector<Patch>& patches, int size) {
    const int half = size / 2 + 1;
    std::vector<std::complex<double>> sum(static_cast<std::size_t>(half) * static_cast<std::size_t>(size));
    double count = 0.0;
    for (Patch& patch : patches) {
        for (int j = 0; j < size; ++j) {
            for (int i = 0; i < half; ++i) {
                const std::complex<double> value = patch.spectrum.at(i, j);
                sum[static_cast<std::size_t>(j) * static_cast<std::size_t>(half) + static_cast<std::size_t>(i)] +=
                    value * phase(patch.spectrum, i, j, patch.part.x + patch.shift.x, patch.part.y + patch.shift.y);
            }
        }
        count += 1.0;
    }
    Spectrum mean;
    mean.width = mean.height = size;
    for (const std::complex<double>& value : sum) {
        mean.values.emplace_back(value / count);
    }
    return inverse_fft(std::move(mean));
}

// Averaged around its middle, cut off by a soft disc, with mean zero inside it.
Image round_reference(const Image& mean) {
    const int middle = mean.width / 2;
    const double radius = reference_radius * working_diameter;
    const double soft = 0.1 * working_diameter;
    std::vector<double> sum(static_cast<std::size_t>(mean.width) + 2), weight(sum.size());
    const auto each = [&](const auto& visit) {
        for (int j = 0; j < mean.height; ++j) {
            for (int i = 0; i < mean.width; ++i) {
                visit(i, j, std::hypot(i - middle, j - middle));
            }
        }
    };
    each([&](int i, int j, double r) {
        const auto ring = static_cast<std::size_t>(r);
        const double part = r - static_cast<double>(ring);
        sum[ring] += (1.0 - part) * static_cast<double>(mean.at(i, j));
        weight[ring] += 1.0 - part;
        sum[ring + 1] += part * static_cast<double>(mean.at(i, j));
        weight[ring + 1] += part;
    });
    const auto profile = [&](double r) {
        const auto ring = static_cast<std::size_t>(r);
        const double part = r - static_cast<double>(ring);
        return (1.0 - part) * sum[ring] / std::max(weight[ring], 1e-9) +
               part * sum[ring + 1] / std::max(weight[ring + 1], 1e-9);
    };
    const auto mask = [&](double r) {
        const double at = std::clamp((radius - r) / soft, 0.0, 1.0);
        return 0.5 - 0.5 * std::cos(std::numbers::pi * at);
    };
    double total = 0.0, area = 0.0;
    each([&](int, int, double r) {
        total += mask(r) * profile(r);
        area += mask(r);
    });
    Image reference(mean.width, mean.height);
    each([&](int i, int j, double r) {
        reference.at(i, j) = static_cast<float>(mask(r) * (profile(r) - total / area));
    });
    return reference;
}

// Where the reference fits best, at most `limit` working pixels from where the pick was.
void fit(Patch& patch, const Spectrum& reference, double limit) {
    Spectrum product = patch.spectrum;
    for (std::size_t i = 0; i < product.values.size(); ++i) {
        product.values[i] *= std::conj(reference.values[i]);
    }
    const Image map = inverse_fft(std::move(product)); // value (i, j): the patch moved by (-i, -j), cyclic
    const int size = map.width;
    const auto at = [&](int i, int j) {
        return static_cast<double>(map.at((i % size + size) % size, (j % size + size) % size));
    };
    const int reach = static_cast<int>(std::ceil(limit)) + 1;
    int best_i = 0, best_j = 0;
    double best = -std::numeric_limits<double>::infinity();
    for (int j = -reach; j <= reach; ++j) {
        for (int i = -reach; i <= reach; ++i) {
            if (std::hypot(i - patch.part.x, j - patch.part.y) <= limit && at(i, j) > best) {
                best = at(i, j);
                best_i = i;
                best_j = j;
            }
        }
    }
    const double left = at(best_i - 1, best_j), right = at(best_i + 1, best_j);
    const double above = at(best_i, best_j - 1), below = at(best_i, best_j + 1);
    patch.found = best >= std::max(std::max(left, right), std::max(above, below)); // else it rises beyond the limit
    patch.shift = {};
    if (patch.found) {
        patch.shift = {best_i + vertex(left, best, right) - patch.part.x,
                       best_j + vertex(above, best, below) - patch.part.y};
    }
}

void summarise(const std::vector<Patch>& patches, RecentreReport& report) {
    std::vector<double> lengths;
    for (const Patch& patch : patches) {
        if (!patch.found) {
            ++report.at_limit;
            continue;
        }
        const double x = patch.shift.x * patch.angstrom;
        const double y = patch.shift.y * patch.angstrom;
        lengths.push_back(std::hypot(x, y));
        report.mean += lengths.back();
        report.mean_x += x;
        report.mean_y += y;
    }
    report.at_border = report.picks - patches.size();
    report.moved = lengths.size();
    if (lengths.empty()) {
        return;
    }
    const auto count = static_cast<double>(lengths.size());
    report.mean /= count;
    report.mean_x /= count;
    report.mean_y /= count;
    std::sort(lengths.begin(), lengths.end());
    const auto rank = [&](double part) { return lengths[static_cast<std::size_t>(part * (count - 1.0) + 0.5)]; };
    report.median = rank(0.5);
    report.percentile_95 = rank(0.95);
}

void check_options(const RecentreOptions& options) {
    if (!(options.limit >= 0.0) || !std::isfinite(options.limit)) {
        fail(Status::invalid_argument, "the limit of re-centring is ", options.limit,
             " angstrom; give 0 (a fifth of the diameter) or more");
    }
    if (options.iterations < 1 || options.iterations > 100) {
        fail(Status::invalid_argument, "the number of re-centring iterations is ", options.iterations,
             "; give 1 to 100");
    }
}

} // namespace

RecentreReport recentre(Dataset& dataset, const RecentreOptions& options, WorkerPool& pool, const Control& control) {
    check_options(options);
    const Dataset sized = with_diameters(dataset, options.diameter);
    double widest = default_limit; // diameters
    for (const DatasetItem& item : sized.items) {
        const double limit = options.limit > 0.0 ? options.limit / item.diameter : default_limit;
        if (limit > 0.5) {
            fail(Status::invalid_argument, "the limit of re-centring, ", options.limit,
                 " angstrom, is more than half the diameter of ", item.diameter,
                 " angstrom: picks would move to their neighbours; give less");
        }
        widest = std::max(widest, limit);
    }
    const int size = fast_size(static_cast<int>(std::ceil(2.0 * (reference_radius + widest) * working_diameter)) + 4);
    std::vector<std::vector<Patch>> by_item(sized.items.size());
    const Meter meter(control, "recentre", static_cast<std::int64_t>(by_item.size()));
    std::atomic<std::int64_t> done{0};
    pool.run(
        by_item.size(),
        [&](std::size_t i) {
            if (!sized.items[i].positives.empty()) {
                by_item[i] = cut_patches(sized, i, size);
            }
            ++done;
        },
        [&] { meter.at(done); });
    RecentreReport report;
    report.picks = sized.positives();
    std::vector<Patch> all;
    for (const std::string& molecule : molecule_names(sized)) {
        std::vector<Patch> patches;
        for (std::size_t i = 0; i < by_item.size(); ++i) {
            if (sized.items[i].molecule == molecule) {
                std::move(by_item[i].begin(), by_item[i].end(), std::back_inserter(patches));
            }
        }
        const bool labelled = std::any_of(sized.items.begin(), sized.items.end(), [&](const DatasetItem& item) {
            return item.molecule == molecule && !item.positives.empty();
        });
        if (!labelled) {
            continue;
        }
        if (patches.size() < least_picks) {
            fail(Status::invalid_argument, "only ", patches.size(), " particles ",
                 molecule.empty() ? std::string() : "of " + molecule + " ", "to re-centre; their mean needs at least ",
                 least_picks, ": give more, or leave re-centring out");
        }
        for (int iteration = 0; iteration < options.iterations; ++iteration) {
            const Spectrum reference = fft(round_reference(mean_image(patches, size)));
            pool.run(
                patches.size(),
                [&](std::size_t i) {
                    const double diameter = sized.items[patches[i].item].diameter;
                    const double limit = options.limit > 0.0 ? options.limit / diameter : default_limit;
                    fit(patches[i], reference, limit * working_diameter);
                },
                [&] { meter.at(done); });
        }
        std::move(patches.begin(), patches.end(), std::back_inserter(all));
    }
    for (const Patch& patch : all) {
        Picks& picks = dataset.items[patch.item].positives;
        picks.x[patch.row] += patch.shift.x / patch.scale_x;
        picks.y[patch.row] += patch.shift.y / patch.scale_y;
    }
    summarise(all, report);
    return report;
}

} // namespace picker
