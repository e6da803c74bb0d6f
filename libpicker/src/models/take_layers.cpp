// The first layers of one model for another (model.hpp): PARSED's second stage begins with its first.
#include "core/error.hpp"
#include "models/model.hpp"

#include <algorithm>

namespace picker {
namespace {

bool same(const Layer& a, const Layer& b) {
    return a.kind == b.kind && a.kernel == b.kernel && a.channels == b.channels && a.activation == b.activation &&
           a.from == b.from && a.stride == b.stride && a.padding == b.padding && a.bias == b.bias &&
           a.groups == b.groups;
}

} // namespace

int take_layers(Model& model, const Model& from) {
    NetworkSpec common = model.spec.network;
    std::size_t count = 0;
    while (count < std::min(common.layers.size(), from.spec.network.layers.size()) &&
           same(common.layers[count], from.spec.network.layers[count]) &&
           common.layers[count].kind != LayerKind::dense) {
        ++count;
    }
    common.layers.resize(count);
    const std::vector<ParameterShape> shapes = count > 0 ? parameter_shapes(common) : std::vector<ParameterShape>();
    if (shapes.empty()) {
        fail(Status::mismatch, "the first layer of ", model.spec.architecture, " is not that of ",
             from.spec.architecture, ", so there is nothing to take over; give a model with the same first layers");
    }
    const auto last = static_cast<std::ptrdiff_t>(shapes.back().offset + shapes.back().count());
    std::copy(from.parameters.begin(), from.parameters.begin() + last, model.parameters.begin());
    return static_cast<int>(
        std::count_if(shapes.begin(), shapes.end(), [](const ParameterShape& shape) { return !shape.is_bias; }));
}

} // namespace picker
