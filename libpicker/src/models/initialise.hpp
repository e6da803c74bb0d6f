// First parameters of a network, drawn from our own random numbers.
#pragma once

#include "engine/network_spec.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace picker {

// "truncated-normal-0.05": normal of deviation 0.05, redrawn beyond two deviations; biases 0 (TensorFlow, DeepPicker).
// "torch7": uniform within +-1 / sqrt(inputs), biases too. "glorot-uniform": +-sqrt(6 / (inputs + outputs)), biases 0.
// Error(invalid_argument) for another name.
std::vector<float> initial_parameters(const NetworkSpec& spec, std::string_view initialisation, std::uint64_t seed);
void check_initialisation(std::string_view initialisation);

} // namespace picker
