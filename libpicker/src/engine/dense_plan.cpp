// How a network runs over a whole image (network_spec.hpp).
//
// A pool with its stride moves the windows of the next layer onto a grid of `stride` pixels. As long as the step is a
// multiple of that grid, no window asked for is lost and the stride stays. The first pool that would lose windows, and
// every pool after it, is evaluated at each position; what follows must then leap over the positions between, which
// is a dilation. The arithmetic per window is the same in both cases, so the result is exact.
#include "core/error.hpp"
#include "engine/network_spec.hpp"

namespace picker {

DensePlan dense_plan(const NetworkSpec& spec, int step) {
    if (step < 1) {
        fail(Status::invalid_argument, "the step between windows is ", step, " pixels; give 1 or more");
    }
    (void)layer_shapes(spec); // throws where the layers do not fit together
    DensePlan plan;
    plan.step = step;
    bool strided = true;
    int dilation = 1;
    for (const Layer& layer : spec.layers) {
        DensePlan::Layer planned;
        switch (layer.kind) {
        case LayerKind::convolution:
        case LayerKind::dense:
            planned.dilation = dilation;
            break;
        case LayerKind::max_pool:
        case LayerKind::mean_pool:
            strided = strided && step % (plan.stride * layer.kernel) == 0;
            if (strided) {
                planned.stride = layer.kernel;
                plan.stride *= layer.kernel;
            } else {
                planned.dilation = dilation;
                dilation *= layer.kernel;
            }
            break;
        case LayerKind::dropout:
            break;
        }
        if (layer.kind == LayerKind::dense) {
            dilation = 1; // one value per window from here on
        }
        plan.layers.push_back(planned);
    }
    plan.subsample = step / plan.stride;
    return plan;
}

} // namespace picker
