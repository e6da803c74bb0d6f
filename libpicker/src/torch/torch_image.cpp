// The forward pass over a whole image, as engine/dense_plan.cpp lays it out (torch_network.hpp).
#include "torch/mean_pool.hpp"
#include "torch/torch_network.hpp"

#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/rot90.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

namespace picker {
namespace {

constexpr const char* damaged_outputs =
    "the network gave an output that is no number; its weights are damaged, train the model again";

// Windows along both axes, of one image of the batch.
struct Windows {
    std::int64_t rows = 0, columns = 0;
};

at::Tensor pool(const at::Tensor& x, const Layer& layer, const Place& place) {
    if (layer.kind == LayerKind::max_pool) {
        return at::max_pool2d(x, layer.kernel);
    }
    return place.is_cpu() ? mean_pool(x, layer.kernel) : at::avg_pool2d(x, layer.kernel);
}

// Window i belongs to phase i mod `phases`. Each phase becomes an image of its own, pooled at its shift; all have the
// size of the largest, filled with zeros at the end, whose windows are dropped again by `stitched`. `size` is the edge
// of one window here.
at::Tensor pool_in_phases(at::Tensor x, const Layer& layer, const DensePlan::Layer& planned, std::int64_t size,
                          Windows& windows, const Place& place) {
    const std::int64_t phases = planned.phases, spacing = planned.spacing;
    windows = {(windows.rows + phases - 1) / phases, (windows.columns + phases - 1) / phases};
    const auto edge = [&](std::int64_t count) { return (count * phases - 1) * spacing + size; }; // of all the phases
    const std::int64_t right = edge(windows.columns) - x.size(3), below = edge(windows.rows) - x.size(2);
    if (right > 0 || below > 0) {
        x = at::constant_pad_nd(x, {0, std::max<std::int64_t>(0, right), 0, std::max<std::int64_t>(0, below)});
    }
    const std::int64_t shifts = (phases - 1) * spacing;
    std::vector<at::Tensor> parts;
    for (std::int64_t i = 0; i < phases; ++i) {
        for (std::int64_t j = 0; j < phases; ++j) {
            parts.push_back(pool(x.narrow(2, i * spacing, edge(windows.rows) - shifts)
                                     .narrow(3, j * spacing, edge(windows.columns) - shifts),
                                 layer, place));
        }
    }
    return at::cat(parts, 0);
}

// The phases of one pool, put back in order.
at::Tensor stitched(const at::Tensor& x, std::int64_t phases, Windows windows) {
    const std::int64_t count = x.size(0) / (phases * phases), rows = x.size(2), columns = x.size(3);
    return x.reshape({phases, phases, count, x.size(1), rows, columns})
        .permute({2, 3, 4, 0, 5, 1})
        .reshape({count, x.size(1), rows * phases, columns * phases})
        .narrow(2, 0, windows.rows)
        .narrow(3, 0, windows.columns);
}

} // namespace

// Turning the kernels instead of the windows: the pools are square and tile the window, so the score is the same.
at::Tensor TorchNetwork::forward_image(at::Tensor x, const DensePlan& plan, int quarters) const {
    Windows windows{(x.size(2) - spec_.input_size) / plan.step + 1, (x.size(3) - spec_.input_size) / plan.step + 1};
    x = x.narrow(2, 0, (windows.rows - 1) * plan.step + spec_.input_size)
            .narrow(3, 0, (windows.columns - 1) * plan.step + spec_.input_size);
    struct Shift {
        std::int64_t phases = 1;
        Windows windows; // before
    };
    std::vector<Shift> shifts;
    std::vector<at::Tensor> kept(spec_.layers.size()); // what an add will want
    std::int64_t size = spec_.input_size;
    for (std::size_t i = 0; i < spec_.layers.size(); ++i) {
        const Layer& layer = spec_.layers[i];
        const DensePlan::Layer& planned = plan.layers[i];
        if (first_parameter_[i] >= 0) {
            const std::int64_t stride = layer.kind == LayerKind::dense ? planned.spacing : 1;
            const at::Tensor weight = quarters == 0 ? weight_of(i) : at::rot90(weight_of(i), quarters, {2, 3});
            x = convolve(x, i, weight, bias_of(i), stride);
        } else if (layer.kind == LayerKind::add) {
            x = add_earlier(x, kept[static_cast<std::size_t>(layer.from)], layer);
        } else if (layer.kind != LayerKind::dropout) {
            if (planned.phases == 1) {
                x = pool(x, layer, place_);
            } else {
                shifts.push_back({planned.phases, windows});
                x = pool_in_phases(x, layer, planned, size, windows, place_);
            }
        }
        if (added_[i]) {
            kept[i] = x;
        }
        size = shapes_[i].size;
    }
    if (plan.last_spacing > 1) {
        x = x.slice(2, 0, x.size(2), plan.last_spacing).slice(3, 0, x.size(3), plan.last_spacing);
    }
    for (auto shift = shifts.rbegin(); shift != shifts.rend(); ++shift) {
        x = stitched(x, shift->phases, shift->windows);
    }
    return x;
}

void TorchNetwork::check_image(int height, int width) const {
    require_parameters();
    const int multiple = grid_multiple(spec_);
    if (!is_whole(spec_) || height < 1 || width < 1 || height % multiple != 0 || width % multiple != 0) {
        fail(Status::internal, "an image of ", width, " x ", height,
             " working pixels was given to a network that takes multiples of ", multiple);
    }
}

void TorchNetwork::outputs(const float* pixels, int height, int width, float* values) const {
    check_image(height, width);
    translated("running over an image", [&] {
        const c10::InferenceMode guard;
        place_.run([&] {
            const at::Tensor y = place_.fetch(forward(place_.bring(pixels, {1, 1, height, width}), {}, nullptr));
            std::copy_n(y.const_data_ptr<float>(), y.numel(), values);
        });
    });
}

bool TorchNetwork::finds_maxima() const {
    return !place_.is_cpu() && is_whole(spec_) && !is_detector(spec_);
}

bool TorchNetwork::map_maxima(const float* pixels, int height, int width, const MaximaRequest& request,
                              std::vector<MapMaximum>& maxima) const {
    check_image(height, width);
    if (!finds_maxima() || request.width < 1 || request.height < 1 || request.width > width ||
        request.height > height) {
        return false;
    }
    return translated("looking for the maxima of an image", [&] {
        const c10::InferenceMode guard;
        return place_.run([&] {
            const at::Tensor y = forward(place_.bring(pixels, {1, 1, height, width}), {}, nullptr).contiguous();
            if (y.size(1) != 2 || y.size(2) != height || y.size(3) != width) {
                return false;
            }
            if (!at::isfinite(y).all().item<bool>()) {
                fail(Status::backend, damaged_outputs);
            }
            return collect_maxima(y, request, maxima);
        });
    });
}

// From the network's outputs, 1 x 2 x rows x columns in memory of the device.
bool TorchNetwork::collect_maxima(const at::Tensor& outputs, const MaximaRequest& request,
                                  std::vector<MapMaximum>& maxima) const {
    // Maxima are rare, apart from maps that are flat: 1 in 8 is room enough.
    const std::int64_t area = static_cast<std::int64_t>(request.width) * request.height;
    const std::int64_t capacity = std::min(area, std::max<std::int64_t>(1024, area / 8));
    constexpr std::int64_t size = sizeof(MapMaximum);
    const at::Tensor map = place_.empty({area}, at::kFloat), rows = at::empty_like(map), best = at::empty_like(map);
    const at::Tensor list = place_.empty({capacity * size}, at::kByte), count = place_.zeros({1}, at::kInt);
    const auto kernels = place_.kernels();
    const float* first = outputs.const_data_ptr<float>();
    const auto source_width = static_cast<int>(outputs.size(3));
    kernels->second_of_two(first, first + outputs.size(2) * outputs.size(3), source_width, request.width,
                           request.height, map.mutable_data_ptr<float>());
    kernels->window_maxima(map.const_data_ptr<float>(), request.width, request.height, request.radius_x,
                           request.radius_y, rows.mutable_data_ptr<float>(), best.mutable_data_ptr<float>());
    kernels->collect_maxima(map.const_data_ptr<float>(), best.const_data_ptr<float>(), request.width, request.height,
                            request.keep, reinterpret_cast<MapMaximum*>(list.mutable_data_ptr<std::uint8_t>()),
                            static_cast<std::int32_t>(capacity), count.mutable_data_ptr<std::int32_t>());
    const auto found = static_cast<std::int64_t>(count.item<std::int32_t>()); // waits for the kernels
    if (found > capacity) {
        return false;
    }
    maxima.resize(static_cast<std::size_t>(found));
    if (found > 0) {
        const at::Tensor bytes = place_.fetch(list.narrow(0, 0, found * size));
        std::memcpy(maxima.data(), bytes.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(found * size));
    }
    return true;
}

void TorchNetwork::score_windows(const at::Tensor& image, const DensePlan& plan, const WindowRange& windows,
                                 std::int64_t all_columns, float* probabilities) const {
    const auto edge = [&](std::int64_t count) { return (count - 1) * plan.step + spec_.input_size; };
    const auto count = static_cast<std::size_t>(windows.rows * windows.columns);
    std::vector<float> scores(count), turned(plan.rotations > 1 ? count : 0);
    try {
        place_.run([&] {
            const at::Tensor part = image.narrow(2, windows.top * plan.step, edge(windows.rows))
                                        .narrow(3, windows.left * plan.step, edge(windows.columns))
                                        .contiguous();
            const at::Tensor x = place_.bring(part.const_data_ptr<float>(), part.sizes());
            to_probabilities(forward_image(x, plan, 0), scores.data());
            for (int quarters = 1; quarters < plan.rotations; ++quarters) {
                to_probabilities(forward_image(x, plan, quarters), turned.data());
                std::transform(turned.begin(), turned.end(), scores.begin(), scores.begin(), std::plus<>());
            }
        });
    } catch (const c10::Error& error) {
        if (!memory_is_full(error) || windows.rows * windows.columns == 1) {
            throw;
        }
        WindowRange first = windows, second = windows;
        if (windows.rows >= windows.columns) {
            first.rows = windows.rows / 2;
            second.rows -= first.rows;
            second.top += first.rows;
        } else {
            first.columns = windows.columns / 2;
            second.columns -= first.columns;
            second.left += first.columns;
        }
        score_windows(image, plan, first, all_columns, probabilities);
        score_windows(image, plan, second, all_columns, probabilities);
        return;
    }
    const float share = plan.rotations == 4 ? 0.25F : 1.0F;
    for (std::int64_t row = 0; row < windows.rows; ++row) {
        const float* from = scores.data() + row * windows.columns;
        std::transform(from, from + windows.columns, probabilities + (windows.top + row) * all_columns + windows.left,
                       [share](float sum) { return share * sum; });
    }
}

void TorchNetwork::score_dense(const float* pixels, int height, int width, const DensePlan& plan,
                               float* probabilities) const {
    require_parameters();
    if (plan.layers.size() != spec_.layers.size() || is_whole(spec_)) {
        fail(Status::internal, "a dense plan of ", plan.layers.size(), " layers was given to a network of ",
             spec_.layers.size());
    }
    if (height < spec_.input_size || width < spec_.input_size) {
        fail(Status::invalid_argument, "an image of ", width, " x ", height,
             " working pixels is smaller than one window (", spec_.input_size,
             "); use a larger image or a smaller particle diameter");
    }
    translated("scoring an image", [&] {
        const c10::InferenceMode guard;
        const at::Tensor x = at::from_blob(const_cast<float*>(pixels), {1, 1, height, width}); // only ever read
        if (!place_.is_cpu()) {
            const WindowRange all{0, 0, (height - spec_.input_size) / plan.step + 1,
                                  (width - spec_.input_size) / plan.step + 1};
            score_windows(x, plan, all, all.columns, probabilities);
            return;
        }
        to_probabilities(forward_image(x, plan, 0), probabilities);
        if (plan.rotations == 1) {
            return;
        }
        const std::int64_t windows = ((height - spec_.input_size) / plan.step + 1) *
                                     static_cast<std::int64_t>((width - spec_.input_size) / plan.step + 1);
        std::vector<float> turned(static_cast<std::size_t>(windows));
        for (int quarters = 1; quarters < plan.rotations; ++quarters) {
            to_probabilities(forward_image(x, plan, quarters), turned.data());
            std::transform(turned.begin(), turned.end(), probabilities, probabilities, std::plus<>());
        }
        std::transform(probabilities, probabilities + windows, probabilities, [](float sum) { return 0.25F * sum; });
    });
}

} // namespace picker
