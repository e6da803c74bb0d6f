// Measures of a micrograph (micrograph_quality.hpp).
#include "picking/micrograph_quality.hpp"

#include "core/areas.hpp"
#include "core/quantile.hpp"
#include "io/picks_formats.hpp"
#include "picking/thon_rings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

namespace picker {
namespace {

constexpr double cells_per_diameter = 8.0;
constexpr int rows_per_cell = 4;   // of a cell's rows of pixels so many are looked at
constexpr int block = 32;          // cells along an edge: 4 diameters
constexpr double stands_out = 5.0; // robust deviations of a mean over a diameter
constexpr double least_area = 4.0; // particles' areas

struct Cells {
    Image means;
    double mean = 0.0, deviation = 0.0; // of the pixels
};

Cells cells_of(const Image& image, int cell) {
    const int width = image.width / cell, height = image.height / cell;
    Cells out{Image(width, height), 0.0, 0.0};
    const int stride = std::max(1, cell / rows_per_cell);
    double sum = 0.0, squares = 0.0, count = 0.0;
    const double offset = static_cast<double>(image.pixels[image.size() / 2]); // keeps the squares small
    for (int j = 0; j < height; ++j) {
        float* to = out.means.row(j).data();
        int rows = 0;
        for (int y = j * cell; y < (j + 1) * cell; y += stride, ++rows) {
            const float* from = image.row(y).data();
            for (int i = 0; i < width; ++i) {
                float cell_sum = 0.0F, cell_squares = 0.0F;
                for (int x = 0; x < cell; ++x) {
                    const float value = *from++ - static_cast<float>(offset);
                    cell_sum += value;
                    cell_squares += value * value;
                }
                to[i] += cell_sum;
                sum += static_cast<double>(cell_sum);
                squares += static_cast<double>(cell_squares);
            }
        }
        for (int i = 0; i < width; ++i) {
            to[i] /= static_cast<float>(rows * cell);
        }
        count += static_cast<double>(rows) * width * cell;
    }
    const double mean = sum / count;
    out.mean = offset + mean;
    out.deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
    return out;
}

double unevenness(const Cells& cells) {
    const int columns = cells.means.width / block, rows = cells.means.height / block;
    double sum = 0.0, squares = 0.0;
    for (int j = 0; j < rows; ++j) {
        for (int i = 0; i < columns; ++i) {
            double mean = 0.0;
            for (int y = 0; y < block; ++y) {
                const auto row = cells.means.row(j * block + y).subspan(static_cast<std::size_t>(i) * block, block);
                for (const float value : row) {
                    mean += static_cast<double>(value) / (block * block);
                }
            }
            sum += mean;
            squares += mean * mean;
        }
    }
    const double count = static_cast<double>(columns) * rows;
    if (count < 4.0 || !(cells.deviation > 0.0)) {
        return MicrographQuality::unknown;
    }
    return std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count))) / cells.deviation;
}

// Means over squares of `size` cells, cut at the border.
Image box_means(const Image& image, int size) {
    Image out(image.width, image.height), half(image.width, image.height);
    const auto pass = [size](const Image& from, Image& to, bool across) {
        const int length = across ? from.width : from.height, lines = across ? from.height : from.width;
        const auto at = [&](int line, int i) { return across ? from.index(i, line) : from.index(line, i); };
        for (int line = 0; line < lines; ++line) {
            double sum = 0.0;
            int begin = 0, end = 0;
            for (int i = 0; i < length; ++i) {
                for (; end < std::min(length, i - size / 2 + size); ++end) {
                    sum += static_cast<double>(from.pixels[at(line, end)]);
                }
                for (; begin < i - size / 2; ++begin) {
                    sum -= static_cast<double>(from.pixels[at(line, begin)]);
                }
                to.pixels[at(line, i)] = static_cast<float>(sum / (end - begin));
            }
        }
    };
    pass(image, half, true);
    pass(half, out, false);
    return out;
}

// Single particles make small areas, ice, carbon and clumps make large ones.
double foreign_share(const Image& means) {
    Image away = box_means(means, static_cast<int>(cells_per_diameter));
    const float middle = median(away.pixels);
    // Of the side that is tighter: what stands out lies on one side, and is much of the image under carbon.
    std::vector<float> below, above;
    for (float& value : away.pixels) {
        value -= middle;
        (value < 0.0F ? below : above).push_back(std::abs(value));
        value = std::abs(value);
    }
    if (below.empty() || above.empty()) {
        return MicrographQuality::unknown;
    }
    const double deviation =
        deviation_per_mad * static_cast<double>(std::min(median(std::move(below)), median(std::move(above))));
    if (!(deviation > 0.0)) {
        return MicrographQuality::unknown;
    }
    const Areas areas = connected_areas(away, static_cast<float>(stands_out * deviation));
    const double least = least_area * std::numbers::pi / 4.0 * cells_per_diameter * cells_per_diameter;
    std::size_t covered = 0;
    for (const std::size_t size : areas.sizes) {
        covered += static_cast<double>(size) >= least ? size : 0;
    }
    return static_cast<double>(covered) / static_cast<double>(away.size());
}

double listed(const InputMicrograph& input, std::initializer_list<const char*> names, double otherwise) {
    for (const char* name : names) {
        if (const auto found = input.columns.find(name); found != input.columns.end()) {
            const double value = parse_number(found->second).value_or(0.0);
            if (std::isfinite(value) && value > 0.0) {
                return value;
            }
        }
    }
    return otherwise;
}

using Member = double MicrographQuality::*;
constexpr std::array<std::pair<const char*, Member>, 12> members{{{"mean", &MicrographQuality::mean},
                                                                  {"deviation", &MicrographQuality::deviation},
                                                                  {"unevenness", &MicrographQuality::unevenness},
                                                                  {"foreign", &MicrographQuality::foreign},
                                                                  {"excluded", &MicrographQuality::excluded},
                                                                  {"defocus", &MicrographQuality::defocus},
                                                                  {"thon_fit", &MicrographQuality::thon_fit},
                                                                  {"thon_limit", &MicrographQuality::thon_limit},
                                                                  {"thon_strength", &MicrographQuality::thon_strength},
                                                                  {"score_10", &MicrographQuality::score_10},
                                                                  {"score_50", &MicrographQuality::score_50},
                                                                  {"score_90", &MicrographQuality::score_90}}};

} // namespace

MicrographQuality measure_quality(const Image& image, double pixel_size, double diameter,
                                  const InputMicrograph& input) {
    MicrographQuality out;
    const double across = std::clamp(diameter / cells_per_diameter, 1.0, 1e6);
    const int cell = static_cast<int>(std::lround(across));
    if (image.width >= cell && image.height >= cell) {
        const Cells cells = cells_of(image, cell);
        if (!std::isfinite(cells.mean)) {
            return out; // NaN among the pixels: such a micrograph cannot be picked either
        }
        out.mean = cells.mean;
        out.deviation = cells.deviation;
        out.unevenness = unevenness(cells);
        out.foreign = foreign_share(cells.means);
    }
    Optics optics;
    optics.voltage = listed(input, {"rlnVoltage", "ctf/accel_kv", "mscope_params/accel_kv"}, optics.voltage);
    optics.spherical_aberration =
        listed(input, {"rlnSphericalAberration", "ctf/cs_mm", "mscope_params/cs_mm"}, optics.spherical_aberration);
    optics.amplitude_contrast =
        std::min(0.9, listed(input, {"rlnAmplitudeContrast", "ctf/amp_contrast"}, optics.amplitude_contrast));
    const ThonRings rings = find_thon_rings(image, pixel_size, optics);
    out.thon_fit = rings.fit;
    out.defocus = rings.defocus;
    out.thon_limit = rings.limit;
    out.thon_strength = rings.strength;
    return out;
}

double excluded_share(int width, int height, const SelectRules& rules) {
    constexpr int places = 64; // along an edge
    int excluded = 0;
    for (int j = 0; j < places; ++j) {
        for (int i = 0; i < places; ++i) {
            const double x = (i + 0.5) / places * width - 0.5, y = (j + 0.5) / places * height - 0.5;
            excluded += place_verdict(x, y, width, height, rules) == Verdict::good ? 0 : 1;
        }
    }
    return static_cast<double>(excluded) / (places * places);
}

void note_scores(MicrographQuality& quality, const Picks& picks) {
    std::vector<double> scores;
    std::copy_if(picks.score.begin(), picks.score.end(), std::back_inserter(scores),
                 [](double score) { return std::isfinite(score); });
    std::sort(scores.begin(), scores.end());
    const auto at = [&](double share) { return scores.empty() ? MicrographQuality::unknown : quantile(scores, share); };
    quality.score_10 = at(0.1);
    quality.score_50 = at(0.5);
    quality.score_90 = at(0.9);
}

nlohmann::json quality_json(const MicrographQuality& quality) {
    nlohmann::json out = nlohmann::json::object();
    for (const auto& [name, member] : members) {
        if (const double value = quality.*member; std::isfinite(value)) {
            out[name] = value;
        }
    }
    return out;
}

MicrographQuality quality_of(const nlohmann::json& json) {
    MicrographQuality out;
    for (const auto& [name, member] : members) {
        if (json.contains(name)) {
            out.*member = json.at(name).get<double>();
        }
    }
    return out;
}

} // namespace picker
