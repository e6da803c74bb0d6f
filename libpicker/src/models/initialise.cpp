// First parameters of a network (initialise.hpp).
#include "models/initialise.hpp"

#include "core/error.hpp"
#include "core/random.hpp"

#include <cmath>

namespace picker {
namespace {

constexpr std::string_view truncated_normal = "truncated-normal-0.05", torch7 = "torch7", glorot = "glorot-uniform";
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
    if (initialisation != truncated_normal && initialisation != torch7 && initialisation != glorot) {
        fail(Status::invalid_argument, "unknown initialisation \"", initialisation, "\"; give ", truncated_normal, ", ",
             torch7, " or ", glorot);
    }
}

std::vector<float> initial_parameters(const NetworkSpec& spec, std::string_view initialisation, std::uint64_t seed) {
    check_initialisation(initialisation);
    std::vector<float> parameters(parameter_count(spec));
    Random random(seed, initialisation_stream);
    double fan_in = 1.0; // of the weight before a bias
    for (const ParameterShape& shape : parameter_shapes(spec)) {
        fan_in = shape.is_bias ? fan_in : shape.fan_in;
        for (std::size_t i = shape.offset; i < shape.offset + shape.count(); ++i) {
            double value = 0.0;
            if (initialisation == torch7) {
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
    return parameters;
}

} // namespace picker
