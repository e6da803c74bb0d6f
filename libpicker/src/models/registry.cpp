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
    ArchitectureInfo{"deepem", "DeepEM for any particle, at a working scale that follows its diameter",
                     "DeepEM 2017; kernels by its design rule, training as the authors' MATLAB code", deepem,
                     adapt_deepem},
    ArchitectureInfo{"deepem-klh", "DeepEM as published for KLH", "DeepEM 2017, Table 1; the authors' MATLAB code",
                     deepem_klh, adapt_deepem},
    ArchitectureInfo{"deepem-klh-step20", "deepem-klh on the grid of the authors' code, every 20 pixels",
                     "DeepEM 2017, Table 1; the authors' MATLAB code", deepem_klh_step20, adapt_deepem},
    ArchitectureInfo{"deepem-19s", "DeepEM as published for the 19S regulatory particle",
                     "DeepEM 2017, Table 1; the authors' MATLAB code", deepem_19s, adapt_deepem},
    ArchitectureInfo{"deepem-26s", "DeepEM as published for the 26S proteasome", "DeepEM 2017, Table 1", deepem_26s,
                     adapt_deepem},
    ArchitectureInfo{"deepem-inflammasome", "DeepEM as published for the NLRC4/NAIP2 inflammasome",
                     "DeepEM 2017, Table 1", deepem_inflammasome, adapt_deepem},
    ArchitectureInfo{"parsed", "PARSED with the network that its authors ship; segments at 15 A per pixel",
                     "PARSED 2020, supplement; the authors' pre_train_model.h5", parsed},
    ArchitectureInfo{"parsed-enhanced", "parsed, and every map is brought to the same contrast as in the code",
                     "PARSED's code", parsed_enhanced},
    ArchitectureInfo{"parsed-s2", "PARSED with the network of the supplement's Table S2, whose maps have two classes",
                     "PARSED 2020, Table S2", parsed_s2},
    ArchitectureInfo{"parsed-s2-classifier", "the classifier that parsed-s2 takes its first layers from; slow",
                     "PARSED 2020, Table S2 and Fig. S2", parsed_s2_classifier},
    ArchitectureInfo{"hydrapicker", "HydraPicker as published: one body, a general head and one for every data set",
                     "HydraPicker 2019, sections 3 and 4; decoding and rates of the authors' code", hydrapicker},
    ArchitectureInfo{"hydrapicker-code", "hydrapicker with the head of the code, which has an output for no particle",
                     "HydraPicker's code", hydrapicker_code},
    ArchitectureInfo{"compact", "a small network for particles of any kind, at a scale that follows the diameter",
                     "our own; a U-Net (Ronneberger et al. 2015) whose skips add, heat maps as CenterNet 2019",
                     compact},
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

std::string layers_text(const ModelSpec& spec) {
    std::string result = text(spec.network.input_size, "²");
    for (std::size_t i = 0; i < spec.network.layers.size(); ++i) {
        const Layer& layer = spec.network.layers[i];
        result += i > 0 && static_cast<int>(i) == spec.head_layer ? " → **head:** " : " → ";
        switch (layer.kind) {
        case LayerKind::convolution:
            result += text("conv ", layer.kernel, "×", layer.kernel, "×", layer.channels);
            result += layer.stride > 1 ? text(" by ", layer.stride) : "";
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
        case LayerKind::add:
            result += text("add ", layer.from + 1);
            break;
        case LayerKind::deconvolution:
            result += text("deconv ", layer.kernel, "×", layer.kernel, "×", layer.channels, " by ", layer.stride);
            break;
        case LayerKind::group_norm:
            result += text("norm ", layer.groups);
            break;
        }
        result += activation_name(layer.activation);
    }
    return result;
}

std::string window_text(const ModelSpec& spec) {
    if (spec.recipe.pixel_size > 0.0) {
        return text(window_length(spec, 0.0, 1.0), " A (", spec.recipe.pixel_size, " A per pixel)");
    }
    return text(spec.window_diameters, " diameters");
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
    std::string table = "| Name | What it is | Network | Parameters | Window | Step | Peak window | "
                        "Least distance | Source |\n|---|---|---|---|---|---|---|---|---|\n";
    for (const ArchitectureInfo& info : registry) {
        const ModelSpec spec = info.spec();
        table += text("| `", info.name, "` | ", info.summary, " | ", layers_text(spec), " | ",
                      parameter_count(spec.network), " | ", window_text(spec), " | ", spec.step, " | ",
                      spec.peak_window, " | ", spec.min_distance, " | ", info.source, " |\n");
    }
    return table;
}

double window_length(const ModelSpec& spec, double diameter, double pixel_size) {
    if (spec.recipe.pixel_size == 0.0) {
        return spec.window_diameters * diameter;
    }
    if (!(pixel_size > 0.0)) {
        fail(Status::invalid_argument, "the model works at ", spec.recipe.pixel_size,
             " angstrom per pixel, but the micrograph's pixel size is not known; give the pixel size");
    }
    return spec.network.input_size * spec.recipe.pixel_size / pixel_size;
}

Model with_step(Model model, int step) {
    if (is_whole(model.spec.network)) {
        fail(Status::invalid_argument, "a step of ", step, " is given, but that of ", model.spec.architecture, " is ",
             model.spec.step, " working pixels, and fixed; leave it out");
    }
    if (step < 1 || step > model.spec.network.input_size) {
        fail(Status::invalid_argument, "the step between windows is ", step, " working pixels; give 1 to ",
             model.spec.network.input_size, ", the edge of the window");
    }
    model.spec.step = step;
    return model;
}

Model create_model(std::string_view name, std::uint64_t seed, const ModelOptions& options) {
    const ArchitectureInfo& info = architecture(name);
    Model model;
    model.spec = info.spec();
    if (options.activation || options.window != 0 || !options.kernels.empty() || !options.pools.empty() ||
        !options.maps.empty()) {
        if (info.adapt == nullptr) {
            fail(Status::invalid_argument, "the network of ", name,
                 " is fixed; activation, window, kernels, pools and maps can be chosen for DeepEM's architectures");
        }
        model.spec.network = info.adapt(model.spec.network, options);
        // The same field of view, whatever number of pixels shows it, or the same pixels where they are fixed.
        model.spec.recipe.diameter_pixels = model.spec.network.input_size / model.spec.window_diameters;
        model.spec.step = total_stride(model.spec.network);
    }
    if (options.step != 0) {
        model = with_step(std::move(model), options.step);
    }
    model.parameters = initial_parameters(model.spec.network, model.spec.training.initialisation, seed);
    return model;
}

} // namespace picker
