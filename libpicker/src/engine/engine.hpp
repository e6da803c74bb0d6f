// The engine: what the library asks of LibTorch, behind an interface without a torch header. Arithmetic only; sampling,
// training loops, tiles and peaks live above. Exceptions that leave an engine are std::exception types.
#pragma once

#include "device/map_maximum.hpp"
#include "engine/network_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace picker {

enum class Loss {
    cross_entropy, // softmax networks; sigmoid networks: binary cross-entropy
    half_square,   // 1/2 (output - label)^2, DeepEM 2017 eq. 5
    detection      // detectors: focal and absolute errors of cells (engine/detection.hpp), HydraPicker 2019 eq. 2 and 3
};

// Part of a training batch. Losses and gradients are sums over the samples, so that shards add up in a fixed order.
struct TrainingShard {
    const float* patches = nullptr; // count x edge x edge
    int count = 0;
    // Edge of a patch; 0: the network's input size. Where it is larger (networks without pools only) a patch has a
    // label for every window in it, row by row, and its loss is their mean. A negative label is unknown and counts 0.
    // Of a whole network any edge that it takes; a segmenter's patch has a label for every pixel.
    int edge = 0;
    const float* labels = nullptr;  // count values or maps, 1 = particle
    const float* weights = nullptr; // count values, or null for 1
    // One mask per dropout layer, in layer order: count x features, 0 or 1 / (1 - rate).
    std::span<const float* const> dropout_masks;
    Loss loss = Loss::cross_entropy;
    // Of Loss::detection, for which labels hold detection_labels values for each cell: all cells' particle (1, 0 or
    // unknown), all cells' x offsets, all y offsets. The loss of a patch is the sum over its cells.
    double offset_weight = 0.0; // of the absolute errors of offsets, per pixel
    // Layers before this one are frozen: their slopes are 0, and nothing is spent on them. No add behind it may reach
    // further back than the layer before it.
    int first_trained = 0;
};
inline constexpr std::size_t detection_labels = 3;

// What is asked of a segmenter's map where a device looks for its maxima.
struct MaximaRequest {
    int width = 0, height = 0;      // of the map; the image may have more columns and rows, which do not count
    int radius_x = 0, radius_y = 0; // of a window, pixels of the map
    double keep = 0.0;              // least value
};

// One network with its parameters. The const functions may run on several threads at once.
class Network {
public:
    virtual ~Network() = default;
    virtual void set_parameters(std::span<const float> parameters) = 0; // flat, in parameter_shapes order; copied
    // Probability of the positive class for each patch; of a ReLU output its value, at most 1.
    virtual void score(const float* patches, int count, float* probabilities) const = 0;
    // Over an image of height x width pixels: rows x columns probabilities, rows = (height - input_size) / step + 1;
    // the mean over each window's quarter turns where plan.rotations is 4.
    virtual void score_dense(const float* pixels, int height, int width, const DensePlan& plan,
                             float* probabilities) const = 0;
    // What a whole network gives out before its last activation, for an image whose edges are multiples of its
    // grid_multiple: all values of the first output, cell by cell and row by row, then of the next.
    virtual void outputs(const float* pixels, int height, int width, float* values) const = 0;
    // Whether the device finds the maxima of a map by itself, so that the map stays there: of a whole segmenter on a
    // GPU.
    virtual bool finds_maxima() const { return false; }
    // The maxima of the map of probabilities (as second_of_two of `outputs`), in any order. False where it finds none
    // by itself, or they are too many for a list: ask for the outputs then. Error(backend) for outputs that are no
    // numbers.
    virtual bool map_maxima(const float* /*pixels*/, int /*height*/, int /*width*/, const MaximaRequest& /*request*/,
                            std::vector<MapMaximum>& /*maxima*/) const {
        return false;
    }
    // Adds nothing: overwrites `gradient` (parameter_count values) and returns the summed loss.
    virtual double gradient(const TrainingShard& shard, std::span<float> gradient) const = 0;
};

// Where a network can run.
struct DeviceInfo {
    std::string name;        // "cpu", "cuda:0"
    std::string description; // "NVIDIA H200, 139 GiB"; of the CPU ""
};

class Engine {
public:
    virtual ~Engine() = default;
    virtual std::string description() const = 0; // "LibTorch 2.13.0, CPU"
    // The CPU, and the CUDA devices that this build and this LibTorch can use. The first call starts CUDA.
    virtual std::vector<DeviceInfo> devices() const = 0;
    // "cpu" or "cuda:N" for a setting (device_name.hpp). Error(backend) that says why a GPU is not there, what is, and
    // what to do; "auto" never fails.
    virtual std::string choose_device(const std::string& setting) const = 0;
    virtual void prepare_thread() const = 0; // a worker's first call: one thread inside each LibTorch call
    // `device`: a setting, as above. Networks on a GPU take their calls from any thread, too.
    virtual std::unique_ptr<Network> create(const NetworkSpec& spec, const std::string& device) const = 0;
};

// The engine of this process, loaded on first use from the folder of libpicker itself. Error(backend) that says what
// is missing and how to install it. Thread-safe.
const Engine& engine();
bool engine_available(std::string* reason = nullptr); // tries to load; never throws

} // namespace picker
