// DeepEM (Zhu et al. 2017). Where each number comes from is in docs/models.md.
#include "core/error.hpp"
#include "models/deepem_design.hpp"
#include "models/presets.hpp"

#include <algorithm>

namespace picker {
namespace {

using Sizes = std::array<int, deepem_stages>;

constexpr Sizes published_maps{6, 12, 12};
constexpr double window_diameters = 1.5; // 272 px of 2.2 A around KLH's 400 A
constexpr double second_range = 40.0;    // pixels
constexpr int default_box = 72;          // 48 working pixels per diameter

ModelSpec common(const char* name, const DeepemDesign& design) {
    ModelSpec spec;
    spec.architecture = name;
    spec.network = deepem_network(design);
    spec.window_diameters = window_diameters;
    spec.recipe.diameter_pixels = design.box / window_diameters;
    spec.recipe.steps = {
        {"clip", 6.0, 0.0}, {"resample", 0.0, 0.0}, {"standardise-local", 2.5, 0.0}, {"clip", 5.0, 0.0}};
    spec.step = total_stride(spec.network);
    spec.rotations = 4;
    spec.peak_window = 0.5;
    spec.min_distance = 0.3;
    spec.default_threshold = 0.5;
    spec.deviation_gate = true;
    TrainingDefaults& training = spec.training;
    training.learning_rate = 1.0;
    training.momentum = 0.0;
    training.batch = 50;
    training.epochs = 20;
    training.patience = 0;
    training.flips = training.rotations = false;
    training.four_turns = true;
    training.negative_distance = 0.5;
    training.beta = 2.0;
    training.loss = Loss::half_square;
    training.initialisation = "glorot-uniform";
    return spec;
}

// `range` is the first of the two passes of the authors' code, pixels to each side; the second is 40 for both of
// theirs.
ModelSpec published(const char* name, int box, const Sizes& kernels, const Sizes& pools, double pixel_size,
                    double range) {
    ModelSpec spec = common(name, {box, kernels, pools, published_maps, Activation::sigmoid});
    spec.recipe.pixel_size = pixel_size;
    spec.peak_rule = PeakRule::two_pass_box;
    spec.first_range = range / box;
    spec.second_range = second_range / box;
    spec.peak_window = 2.0 * spec.first_range;
    spec.min_distance = spec.second_range; // what the passes leave is that far apart along one axis
    return spec;
}

template <std::size_t N> void copy_sizes(const std::vector<int>& from, std::array<int, N>& to, const char* what) {
    if (from.empty()) {
        return;
    }
    if (from.size() != N) {
        fail(Status::invalid_argument, "DeepEM has ", N, " stages, but ", from.size(), " ", what, " were given; give ",
             N);
    }
    std::copy(from.begin(), from.end(), to.begin());
}

} // namespace

ModelSpec deepem() {
    const Sizes pools = default_pools(default_box);
    return common("deepem",
                  {default_box, derive_kernels(default_box, pools), pools, published_maps, Activation::sigmoid});
}

ModelSpec deepem_klh() {
    return published("deepem-klh", 272, {51, 21, 10}, {3, 2, 2}, 2.2, 70.0);
}

ModelSpec deepem_klh_step20() {
    ModelSpec spec = deepem_klh();
    spec.architecture = "deepem-klh-step20";
    spec.step = 20;
    return spec;
}

ModelSpec deepem_19s() {
    return published("deepem-19s", 160, {20, 10, 4}, {3, 2, 2}, 1.96, 100.0);
}

ModelSpec deepem_26s() {
    return published("deepem-26s", 150, {31, 15, 10}, {2, 2, 2}, 3.44, 40.0);
}

ModelSpec deepem_inflammasome() {
    return published("deepem-inflammasome", 112, {15, 10, 7}, {2, 2, 2}, 3.44, 40.0);
}

NetworkSpec adapt_deepem(const NetworkSpec& network, const ModelOptions& options) {
    DeepemDesign design = deepem_design(network);
    const bool other_box = options.window != 0 && options.window != design.box;
    if (options.window != 0) {
        if (options.window < 1 || options.window > deepem_largest_box) {
            fail(Status::invalid_argument, "a box of ", options.window, " pixels; give 1 to ", deepem_largest_box,
                 " working pixels");
        }
        design.box = options.window;
    }
    if (options.activation) {
        if (*options.activation != Activation::relu && *options.activation != Activation::sigmoid) {
            fail(Status::invalid_argument, "DeepEM's activation is sigmoid or ReLU");
        }
        design.activation = *options.activation;
    }
    if (other_box) {
        design.pools = default_pools(design.box);
    }
    copy_sizes(options.pools, design.pools, "pools");
    copy_sizes(options.kernels, design.kernels, "kernels");
    copy_sizes(options.maps, design.maps, "maps");
    for (const int pool : design.pools) {
        if (pool < 1 || pool > design.box) {
            fail(Status::invalid_argument, "a pool of ", pool, " pixels does not fit a box of ", design.box,
                 "; DeepEM's are 2 or 3");
        }
    }
    if (options.kernels.empty() && (other_box || !options.pools.empty())) {
        design.kernels = derive_kernels(design.box, design.pools);
    }
    const NetworkSpec adapted = deepem_network(design);
    check_network(adapted);
    return adapted;
}

} // namespace picker
