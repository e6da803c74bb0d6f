// Kernels by DeepEM's design rule (deepem_design.hpp).
#include "models/deepem_design.hpp"

#include "core/error.hpp"

#include <cmath>
#include <optional>

namespace picker {
namespace {

constexpr double least_kept = 0.7, most_kept = 0.9; // of the edge, by a convolution (DeepEM 2017)
constexpr double aim = 0.8;

using Sizes = std::array<int, deepem_stages>;

void collect(int size, std::size_t stage, const Sizes& pools, Sizes& kernels, std::vector<Sizes>& out) {
    if (stage == deepem_stages) {
        out.push_back(kernels);
        return;
    }
    const int pool = pools[stage];
    // In whole numbers, so that a size on the bound is in: 10 * after lies between 7 and 9 times `size`.
    for (int after = (7 * size + 9) / 10; 10 * after <= 9 * size; ++after) {
        if (after % pool == 0) {
            kernels[stage] = size - after + 1;
            collect(after / pool, stage + 1, pools, kernels, out);
        }
    }
}

// How far a choice is from keeping 80 % everywhere; ratios count, not differences.
double distance(int size, const Sizes& kernels, const Sizes& pools) {
    double sum = 0.0;
    for (std::size_t stage = 0; stage < deepem_stages; ++stage) {
        const int after = size - kernels[stage] + 1;
        const double error = std::log(static_cast<double>(after) / size / aim);
        sum += error * error;
        size = after / pools[stage];
    }
    return sum;
}

std::string nearest_boxes(int box, const Sizes& pools) {
    const auto possible = [&](int candidate) { return !allowed_kernels(candidate, pools).empty(); };
    std::optional<int> below, above;
    for (int candidate = box - 1; candidate > 0 && !below; --candidate) {
        below = possible(candidate) ? std::optional(candidate) : std::nullopt;
    }
    for (int candidate = box + 1; candidate <= deepem_largest_box && !above; ++candidate) {
        above = possible(candidate) ? std::optional(candidate) : std::nullopt;
    }
    if (below && above) {
        return text("the nearest boxes that work are ", *below, " and ", *above, " pixels");
    }
    if (below || above) {
        return text("the nearest box that works is ", below ? *below : *above, " pixels");
    }
    return "no box works with these pools";
}

} // namespace

NetworkSpec deepem_network(const DeepemDesign& design) {
    NetworkSpec network;
    network.input_size = design.box;
    for (std::size_t stage = 0; stage < deepem_stages; ++stage) {
        network.layers.push_back(
            {LayerKind::convolution, design.kernels[stage], design.maps[stage], design.activation, 0.0});
        network.layers.push_back({LayerKind::mean_pool, design.pools[stage], 0, Activation::none, 0.0});
    }
    network.layers.push_back({LayerKind::dense, 0, 1, Activation::sigmoid, 0.0});
    return network;
}

DeepemDesign deepem_design(const NetworkSpec& network) {
    DeepemDesign design;
    design.box = network.input_size;
    design.activation = network.layers.front().activation;
    for (std::size_t stage = 0; stage < deepem_stages; ++stage) {
        design.kernels[stage] = network.layers[2 * stage].kernel;
        design.maps[stage] = network.layers[2 * stage].channels;
        design.pools[stage] = network.layers[2 * stage + 1].kernel;
    }
    return design;
}

std::array<int, deepem_stages> default_pools(int box) {
    return {box >= 160 ? 3 : 2, 2, 2};
}

std::vector<Sizes> allowed_kernels(int box, const Sizes& pools) {
    std::vector<Sizes> out;
    Sizes kernels{};
    collect(box, 0, pools, kernels, out);
    return out;
}

Sizes derive_kernels(int box, const Sizes& pools) {
    Sizes best{};
    double least = HUGE_VAL;
    for (const Sizes& kernels : allowed_kernels(box, pools)) {
        const double error = distance(box, kernels, pools);
        if (error < least) {
            least = error;
            best = kernels;
        }
    }
    if (!std::isfinite(least)) {
        fail(Status::invalid_argument, "no kernels fit a box of ", box, " pixels and pools of ", pools[0], ", ",
             pools[1], " and ", pools[2], ": each convolution has to keep ", 100 * least_kept, " to ", 100 * most_kept,
             " % of the edge and each pool to divide it; ", nearest_boxes(box, pools),
             ", or give the kernels yourself");
    }
    return best;
}

} // namespace picker
