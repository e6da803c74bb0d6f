// The architectures that this library knows: one line each, and the table of docs/models.md made from them.
#include "core/error.hpp"
#include "models/initialise.hpp"
#include "models/presets.hpp"

#include <array>

namespace picker {
namespace {

constexpr std::array registry{
    ArchitectureInfo{"deeppicker", "DeepPicker with the values of the paper; whole micrographs at once",
                     "DeepPicker 2016, sections 4.2-4.5; kernels of the authors' Torch7 code", deeppicker},
    ArchitectureInfo{"deeppicker-tf", "DeepPicker with the values of the TensorFlow code; whole micrographs at once",
                     "DeepPicker's TensorFlow code", deeppicker_tf},
    ArchitectureInfo{"deeppicker-patch", "deeppicker-tf with the code's literal preparation, window by window; slow",
                     "DeepPicker's TensorFlow code", deeppicker_patch},
};

const char* activation_name(Activation activation) {
    switch (activation) {
    case Activation::none:
        return "";
    case Activation::relu:
        return " ReLU";
    case Activation::sigmoid:
        return " sigmoid";
    case Activation::softmax:
        return " softmax";
    }
    return "";
}

std::string layers_text(const NetworkSpec& network) {
    std::string result = text(network.input_size, "²");
    for (const Layer& layer : network.layers) {
        result += " → ";
        switch (layer.kind) {
        case LayerKind::convolution:
            result += text("conv ", layer.kernel, "×", layer.kernel, "×", layer.channels);
            break;
        case LayerKind::max_pool:
            result += text("max ", layer.kernel);
            break;
        case LayerKind::mean_pool:
            result += text("mean ", layer.kernel);
            break;
        case LayerKind::dropout:
            result += text("dropout ", layer.rate);
            break;
        case LayerKind::dense:
            result += text("dense ", layer.channels);
            break;
        }
        result += activation_name(layer.activation);
    }
    return result;
}

} // namespace

std::span<const ArchitectureInfo> architectures() {
    return registry;
}

const ArchitectureInfo& architecture(std::string_view name) {
    std::string names;
    for (const ArchitectureInfo& info : registry) {
        if (name == info.name) {
            return info;
        }
        names += text(names.empty() ? "" : ", ", info.name);
    }
    fail(Status::not_found, "unknown architecture \"", name, "\"; known are ", names);
}

std::string architectures_markdown() {
    std::string table = "| Name | What it is | Network | Parameters | Window (diameters) | Step | Peak window | "
                        "Least distance | Source |\n|---|---|---|---|---|---|---|---|---|\n";
    for (const ArchitectureInfo& info : registry) {
        const ModelSpec spec = info.spec();
        table += text("| `", info.name, "` | ", info.summary, " | ", layers_text(spec.network), " | ",
                      parameter_count(spec.network), " | ", spec.window_diameters, " | ", spec.step, " | ",
                      spec.peak_window, " | ", spec.min_distance, " | ", info.source, " |\n");
    }
    return table;
}

Model create_model(std::string_view name, std::uint64_t seed) {
    Model model;
    model.spec = architecture(name).spec();
    model.parameters = initial_parameters(model.spec.network, model.spec.training.initialisation, seed);
    return model;
}

} // namespace picker
