// DeepPicker's literal per-window recipe (patch_recipe.hpp).
#include "picking/patch_recipe.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace picker {
namespace {

std::uint8_t to_byte(double value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0) + 0.5);
}

} // namespace

PatchRecipe::PatchRecipe(int window, int output) : window_(window), output_(output) {
    // Triangle filter around each output pixel's centre, in half-pixel coordinates as Pillow has them.
    const double scale = static_cast<double>(window) / output;
    const double support = std::max(1.0, scale);
    spans_.resize(static_cast<std::size_t>(output));
    for (int i = 0; i < output; ++i) {
        const double centre = (i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(centre - support + 0.5));
        const int last = std::min(window, static_cast<int>(centre + support + 0.5));
        Span& span = spans_[static_cast<std::size_t>(i)];
        span.first = first;
        double sum = 0.0;
        for (int k = first; k < last; ++k) {
            const double weight = std::max(0.0, 1.0 - std::abs((k - centre + 0.5) / support));
            span.weights.push_back(weight);
            sum += weight;
        }
        for (double& weight : span.weights) {
            weight /= sum;
        }
    }
}

void PatchRecipe::make(const Image& image, int left, int top, float* out) const {
    const auto window = static_cast<std::size_t>(window_);
    const auto output = static_cast<std::size_t>(output_);
    float low = image.at(left, top);
    float high = low;
    for (int y = 0; y < window_; ++y) {
        const auto row = image.row(top + y).subspan(static_cast<std::size_t>(left), window);
        const auto [row_low, row_high] = std::minmax_element(row.begin(), row.end());
        low = std::min(low, *row_low);
        high = std::max(high, *row_high);
    }
    const double range = static_cast<double>(high) - static_cast<double>(low);
    const double to_bytes = 255.0 / (range > 0.0 ? range : 1.0);
    std::vector<std::uint8_t> line(window);
    std::vector<std::uint8_t> narrow(window * output); // window rows of output columns
    for (int y = 0; y < window_; ++y) {
        const auto row = image.row(top + y).subspan(static_cast<std::size_t>(left), window);
        for (std::size_t x = 0; x < window; ++x) {
            line[x] = to_byte((static_cast<double>(row[x]) - static_cast<double>(low)) * to_bytes);
        }
        for (std::size_t x = 0; x < output; ++x) {
            double sum = 0.0;
            for (std::size_t k = 0; k < spans_[x].weights.size(); ++k) {
                sum += spans_[x].weights[k] * line[static_cast<std::size_t>(spans_[x].first) + k];
            }
            narrow[static_cast<std::size_t>(y) * output + x] = to_byte(sum);
        }
    }
    double total = 0.0;
    double squares = 0.0;
    for (std::size_t y = 0; y < output; ++y) {
        for (std::size_t x = 0; x < output; ++x) {
            double sum = 0.0;
            for (std::size_t k = 0; k < spans_[y].weights.size(); ++k) {
                sum += spans_[y].weights[k] * narrow[(static_cast<std::size_t>(spans_[y].first) + k) * output + x];
            }
            const double value = to_byte(sum);
            out[y * output + x] = static_cast<float>(value);
            total += value;
            squares += value * value;
        }
    }
    const double count = static_cast<double>(output * output);
    const double mean = total / count;
    const double deviation = std::sqrt(std::max(0.0, squares / count - mean * mean));
    const double factor = deviation > 0.0 ? 1.0 / deviation : 0.0; // an even window becomes zeros
    for (std::size_t i = 0; i < output * output; ++i) {
        out[i] = static_cast<float>((static_cast<double>(out[i]) - mean) * factor);
    }
}

int window_pixels(const ModelSpec& spec, double diameter, double scale) {
    if (spec.patch_rule != PatchRule::per_patch || spec.recipe.pixel_size > 0.0) {
        return spec.network.input_size;
    }
    return std::max(2, static_cast<int>(std::lround(spec.window_diameters * diameter * scale)));
}

} // namespace picker
