// A network on LibTorch. Every layer with parameters is a convolution: a dense layer is one whose kernel is all that
// comes before, which serves single patches and whole images alike. Activations are channels-last.
#pragma once

#include "core/error.hpp"
#include "engine/engine.hpp"
#include "torch/place.hpp"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <new>
#include <vector>

namespace picker {

// Runs `body`, turning LibTorch's exceptions into ours. Backtraces are left out: they mean nothing to users.
template <typename Body> auto translated(const char* doing, Body&& body) {
    try {
        return body();
    } catch (const c10::Error& error) {
        const std::string reason = error.what_without_backtrace();
        if (reason.find("can't allocate memory") != std::string::npos ||
            reason.find("not enough memory") != std::string::npos) {
            throw std::bad_alloc(); // the host's
        }
        if (memory_is_full(error)) {
            fail(Status::out_of_memory, "the memory of the GPU is full (while ", doing,
                 "); end other programs that use it, or choose another device or the cpu");
        }
        fail(Status::backend, "LibTorch failed while ", doing, ": ", reason);
    }
}

class TorchNetwork final : public Network {
public:
    explicit TorchNetwork(const NetworkSpec& spec, Place place = {});
    void set_parameters(std::span<const float> parameters) override;
    void score(const float* patches, int count, float* probabilities) const override;
    void score_dense(const float* pixels, int height, int width, const DensePlan& plan,
                     float* probabilities) const override;
    void outputs(const float* pixels, int height, int width, float* values) const override;
    bool finds_maxima() const override;
    bool map_maxima(const float* pixels, int height, int width, const MaximaRequest& request,
                    std::vector<MapMaximum>& maxima) const override;
    double gradient(const TrainingShard& shard, std::span<float> gradient) const override;

private:
    // What a pass remembers for the way back: the input of each layer, its output where an activation needs it, and
    // where each maximum came from.
    struct Trace {
        std::vector<at::Tensor> inputs, outputs, indices;
    };

    // What LibTorch has to know beside the stride.
    struct ConvolutionFrame {
        std::int64_t padding = 0, output_padding = 0;
    };
    static ConvolutionFrame frame_of(const Layer& layer);

    void require_parameters() const;
    const at::Tensor& weight_of(std::size_t layer) const;
    at::Tensor bias_of(std::size_t layer) const; // undefined where the layer has none
    // Outputs count x K x rows x columns of the last layer to probabilities of the positive class, pixel by pixel.
    void to_probabilities(const at::Tensor& outputs, float* probabilities) const;
    // Sums for an add, with its activation.
    static at::Tensor general_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                          const Layer& layer, const ConvolutionFrame& frame, std::int64_t stride);
    at::Tensor activated(at::Tensor y, std::size_t layer) const; // by the layer's activation, apart from the last one
    at::Tensor add_earlier(const at::Tensor& x, const at::Tensor& earlier, const Layer& layer) const;
    // The loss of one output, and its derivative by that output.
    struct Slope {
        double loss = 0.0, value = 0.0;
    };
    static Slope map_slope(double value, double label);
    static Slope logit_slope(Loss loss, double logit, double label);
    int check_shard(const TrainingShard& shard, std::size_t gradient_size) const; // the edge of its patches
    // Windows of an image, by their numbers along both axes.
    struct WindowRange {
        std::int64_t top = 0, left = 0, rows = 0, columns = 0;
    };
    // Their scores, into the image's row by row, of which there are `all_columns` in each. In parts where the memory of
    // a GPU does not hold them: every window's score is its own, so that the parts are the whole.
    void score_windows(const at::Tensor& image, const DensePlan& plan, const WindowRange& windows,
                       std::int64_t all_columns, float* probabilities) const;
    bool collect_maxima(const at::Tensor& outputs, const MaximaRequest& request,
                        std::vector<MapMaximum>& maxima) const; // of map_maxima
    void check_image(int height, int width) const;              // of a whole network
    // The network without its last activation, over patches. `masks` and `trace` may be empty or null.
    at::Tensor forward(at::Tensor x, std::span<const float* const> masks, Trace* trace) const;
    // The same over an image, with the parameters turned by so many quarters: 1 x outputs x rows x columns.
    at::Tensor forward_image(at::Tensor x, const DensePlan& plan, int quarters) const;
    // A layer with parameters: convolution, by Fourier transforms where that is faster, and activation.
    at::Tensor convolve(const at::Tensor& x, std::size_t layer, const at::Tensor& weight, const at::Tensor& bias,
                        std::int64_t stride) const;
    // Of a layer's input: its zeros, where the kernel is even and they differ by side; LibTorch adds the others.
    at::Tensor unevenly_padded(const at::Tensor& x, const Layer& layer) const;
    // Writes the slopes of a layer's parameters, and returns the one of its input; undefined where that is not wanted.
    at::Tensor convolve_backward(const at::Tensor& slope, const at::Tensor& input, std::size_t layer, bool wants_input,
                                 float* to_weight, float* to_bias) const;
    // Where the slopes of a layer's weight and bias go; null where it has no bias.
    float* weight_place(std::size_t layer, std::span<float> gradient) const;
    float* bias_place(std::size_t layer, std::span<float> gradient) const;
    // d loss / d last layer's output, and the loss, from those outputs.
    double loss_slope(const at::Tensor& outputs, const TrainingShard& shard, float* slope) const;
    double detection_slope(const at::Tensor& outputs, const TrainingShard& shard, float* slope) const;

    NetworkSpec spec_;
    Place place_;
    std::vector<LayerShape> shapes_;
    std::vector<ParameterShape> parameters_; // weight, bias, weight, bias ...
    std::vector<int> first_parameter_;       // of each layer; -1 without
    std::vector<bool> added_;                // layers whose output an add wants
    std::size_t parameter_count_ = 0;
    std::vector<at::Tensor> values_; // one per parameters_; empty before set_parameters
};

} // namespace picker
