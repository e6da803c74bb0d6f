// How a network runs over a whole image (network_spec.hpp).
//
// A pool with its stride moves the windows of the next layer onto a grid of `stride` pixels. Where the windows asked
// for lie on that grid, one strided pool serves them all. Otherwise they fall into a few classes by their offset from
// the grid, and the pool runs once for each: the layers that follow see each class as an image of its own ("shift and
// stitch"), and the scores are put back in order at the end. No window is computed that was not asked for, apart from
// those between windows that are further apart than the last grid, and the arithmetic per window is that of one window
// alone, so the result is exact.
#include "core/error.hpp"
#include "engine/network_spec.hpp"

#include <numeric>

namespace picker {
namespace {

bool is_pool(const Layer& layer) {
    return layer.kind == LayerKind::max_pool || layer.kind == LayerKind::mean_pool;
}

} // namespace

int total_stride(const NetworkSpec& spec) {
    int stride = 1;
    for (const Layer& layer : spec.layers) {
        stride *= is_pool(layer) ? layer.kernel : 1;
    }
    return stride;
}

DensePlan dense_plan(const NetworkSpec& spec, int step, int rotations) {
    if (step < 1) {
        fail(Status::invalid_argument, "the step between windows is ", step, " pixels; give 1 or more");
    }
    if (rotations != 1 && rotations != 4) {
        fail(Status::invalid_argument, "a score over ", rotations, " quarter turns; give 1 or 4");
    }
    (void)layer_shapes(spec); // throws where the layers do not fit together
    if (has_padding(spec)) {
        fail(Status::internal, "a network with padding was to be run over an image as if windows were parts of it");
    }
    DensePlan plan;
    plan.step = step;
    plan.rotations = rotations;
    int spacing = step; // of the windows, in pixels of the layer's input
    for (const Layer& layer : spec.layers) {
        DensePlan::Layer planned;
        planned.spacing = spacing;
        if (is_pool(layer)) {
            const int common = std::gcd(layer.kernel, spacing);
            planned.phases = layer.kernel / common;
            spacing /= common; // times the phases, over the pool's stride
        } else if (layer.kind == LayerKind::dense) {
            spacing = 1; // one value per window from here on
        }
        plan.layers.push_back(planned);
    }
    plan.last_spacing = spacing;
    return plan;
}

} // namespace picker
