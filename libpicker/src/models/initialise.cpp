// First parameters of a network (initialise.hpp).
#include "models/initialise.hpp"

#include "core/error.hpp"
#include "core/random.hpp"

#include <algorithm>
#include <cmath>

namespace picker {
namespace {

constexpr std::string_view truncated_normal = "truncated-normal-0.05", torch7 = "torch7", glorot = "glorot-uniform",
                           he = "he-fan-out";
constexpr float first_logit = -4.0F;               // of a detector: nearly every cell is empty
constexpr std::uint64_t initialisation_stream = 1; // of the seed; others serve sampling and augmentation

double truncated(Random& random) {
    double value = random.normal();
    while (std::abs(value) > 2.0) {
        value = random.normal();
    }
    return value;
}

} // namespace

void check_initialisation(std::string_view initialisation) {
    if (initialisation != truncated_normal && initialisation != torch7 && initialisation != glorot &&
        initialisation != he) {
        fail(Status::invalid_argument, "unknown initialisation \"", initialisation, "\"; give ", truncated_normal, ", ",
             torch7, ", ", glorot, " or ", he);
    }
}

std::vector<float> initial_parameters(const NetworkSpec& spec, std::string_view initialisation, std::uint64_t seed) {
    check_initialisation(initialisation);
    std::vector<float> parameters(parameter_count(spec));
    Random random(seed, initialisation_stream);
    double fan_in = 1.0; // of the weight before a bias
    const std::vector<ParameterShape> shapes = parameter_shapes(spec);
    for (std::size_t n = 0; n < shapes.size(); ++n) {
        const ParameterShape& shape = shapes[n];
        fan_in = shape.is_bias ? fan_in : shape.fan_in;
        // HydraPicker's body, whose convolutions have no bias, is drawn like its code's resnet, and its head by
        // LibTorch's default, which is that of Torch7.
        const bool by_he = initialisation == he && !shape.is_bias && (n + 1 == shapes.size() || !shapes[n + 1].is_bias);
        for (std::size_t i = shape.offset; i < shape.offset + shape.count(); ++i) {
            double value = 0.0;
            if (shape.is_norm) {
                value = shape.is_bias ? 0.0 : 1.0;
            } else if (by_he) {
                value = std::sqrt(2.0 / shape.fan_out) * random.normal();
            } else if (initialisation == torch7 || initialisation == he) {
                const double bound = 1.0 / std::sqrt(fan_in);
                value = random.uniform(-bound, bound);
            } else if (shape.is_bias) {
                value = 0.0;
            } else if (initialisation == glorot) {
                const double bound = std::sqrt(6.0 / (fan_in + shape.fan_out));
                value = random.uniform(-bound, bound);
            } else {
                value = 0.05 * truncated(random);
            }
            parameters[i] = static_cast<float>(value);
        }
    }
    if (is_detector(spec)) { // the biases of its logits, which lie before those of the two offsets
        std::fill(parameters.end() - spec.layers.back().channels, parameters.end() - 2, first_logit);
    }
    return parameters;
}

} // namespace picker
