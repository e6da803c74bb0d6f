// DeepEM's design rule: which kernels and pools a box may have (DeepEM 2017, Methods; docs/models.md).
#pragma once

#include "engine/network_spec.hpp"

#include <array>

namespace picker {

inline constexpr std::size_t deepem_stages = 3; // convolution and mean pool
inline constexpr int deepem_largest_box = 1024; // pixels; the papers' are 112 to 272

struct DeepemDesign {
    int box = 0; // edge of the input, pixels
    std::array<int, deepem_stages> kernels{}, pools{}, maps{};
    Activation activation = Activation::sigmoid;
};

// One sigmoid output behind three stages. The sizes may be impossible; layer_shapes says so.
NetworkSpec deepem_network(const DeepemDesign& design);
DeepemDesign deepem_design(const NetworkSpec& network); // the way back

// The pools of a box where nobody chose them: as the published configurations, 3/2/2 from 160 pixels on, else 2/2/2.
std::array<int, deepem_stages> default_pools(int box);
// Every choice of kernels with which each convolution keeps 70 to 90 % of the edge that it is given and each pool
// divides what it is given. Empty where there is none.
std::vector<std::array<int, deepem_stages>> allowed_kernels(int box, const std::array<int, deepem_stages>& pools);
// The choice nearest to keeping 80 % at each convolution. Error(invalid_argument) where there is none, naming the
// nearest boxes that have one.
std::array<int, deepem_stages> derive_kernels(int box, const std::array<int, deepem_stages>& pools);

} // namespace picker
