// picker.h, "model": architectures, checkpoints, what a model is.
#include "capi/handles.hpp"
#include "models/shipped.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

const ArchitectureInfo* architecture_at(int32_t index) {
    return entry_at(architectures(), index);
}

const ShippedModel* shipped_at(int32_t index) {
    return entry_at(shipped_models(), index);
}

// Three sizes, or none where all are zero.
std::vector<int> stages(const int32_t (&values)[3], const char* name) {
    if (std::all_of(std::begin(values), std::end(values), [](int32_t value) { return value == 0; })) {
        return {};
    }
    if (std::any_of(std::begin(values), std::end(values), [](int32_t value) { return value <= 0; })) {
        fail(Status::invalid_argument, name, " holds ", values[0], ", ", values[1], " and ", values[2],
             "; give three numbers above 0, or zeros for the architecture's");
    }
    return {std::begin(values), std::end(values)};
}

ModelOptions options_of(const picker_model_options* options) {
    const picker_model_options given = read_struct(options);
    ModelOptions result;
    switch (given.activation) {
    case PICKER_ACTIVATION_DEFAULT:
        break;
    case PICKER_ACTIVATION_SIGMOID:
        result.activation = Activation::sigmoid;
        break;
    case PICKER_ACTIVATION_RELU:
        result.activation = Activation::relu;
        break;
    default:
        fail(Status::invalid_argument, "picker_model_options.activation is ", given.activation,
             "; give a picker_activation");
    }
    result.window = given.window;
    result.kernels = stages(given.kernels, "picker_model_options.kernels");
    result.pools = stages(given.pools, "picker_model_options.pools");
    result.maps = stages(given.maps, "picker_model_options.maps");
    result.step = given.step;
    return result;
}

} // namespace

picker_status picker_model_options_init(picker_model_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_model_info_init(picker_model_info* info, size_t struct_size) {
    return init_struct(info, struct_size);
}

int32_t picker_architecture_count(void) {
    return static_cast<int32_t>(architectures().size());
}

const char* picker_architecture_name(int32_t index) {
    const ArchitectureInfo* info = architecture_at(index);
    return info == nullptr ? nullptr : info->name;
}

const char* picker_architecture_summary(int32_t index) {
    const ArchitectureInfo* info = architecture_at(index);
    return info == nullptr ? nullptr : info->summary;
}

const char* picker_architecture_source(int32_t index) {
    const ArchitectureInfo* info = architecture_at(index);
    return info == nullptr ? nullptr : info->source;
}

int64_t picker_architecture_parameters(int32_t index) {
    const ArchitectureInfo* info = architecture_at(index);
    if (info == nullptr) {
        return 0;
    }
    std::int64_t count = 0;
    const picker_status status =
        guard([&] { count = static_cast<std::int64_t>(parameter_count(info->spec().network)); });
    return status == PICKER_OK ? count : 0;
}

picker_status picker_model_create(picker_model** out, const char* architecture, uint64_t seed) {
    return picker_model_create_with(out, architecture, nullptr, seed);
}

picker_status picker_model_create_with(picker_model** out, const char* architecture,
                                       const picker_model_options* options, uint64_t seed) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        auto handle = std::make_unique<picker_model>();
        handle->value = create_model(string_of(architecture, "architecture"), seed, options_of(options));
        target = handle.release();
    });
}

int32_t picker_shipped_model_count(void) {
    return static_cast<int32_t>(shipped_models().size());
}

const char* picker_shipped_model_name(int32_t index) {
    const ShippedModel* model = shipped_at(index);
    return model == nullptr ? nullptr : model->name;
}

const char* picker_shipped_model_summary(int32_t index) {
    const ShippedModel* model = shipped_at(index);
    return model == nullptr ? nullptr : model->summary;
}

picker_status picker_model_load(picker_model** out, const char* path) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        auto handle = std::make_unique<picker_model>();
        const std::string given = string_of(path, "path");
        const auto file = model_file(given);
        handle->value = load_model(file);
        std::error_code none;
        handle->file = file == given ? std::filesystem::absolute(file, none).string() : given;
        target = handle.release();
    });
}

picker_status picker_model_save(const picker_model* model, const char* path) {
    return guard([&] { save_model(string_of(path, "path"), required(model, "model").value); });
}

picker_status picker_model_get_info(const picker_model* model, picker_model_info* info) {
    return guard([&] {
        const Model& source = required(model, "model").value;
        check_out(info, "info");
        picker_model_info result;
        std::memset(&result, 0, sizeof result);
        result.parameters = static_cast<std::int64_t>(source.parameters.size());
        result.trained = source.trained ? 1 : 0;
        result.window = source.spec.network.input_size;
        result.step = source.spec.step;
        result.window_diameters = source.spec.window_diameters;
        result.diameter = source.diameter;
        result.pixel_size = source.pixel_size;
        result.threshold = source.spec.default_threshold;
        result.calibrated = source.spec.calibration.empty() ? 0 : 1;
        result.automatic_threshold = source.spec.automatic_threshold ? 1 : 0;
        copy_text(result.architecture, sizeof result.architecture, source.spec.architecture);
        copy_text(result.hash, sizeof result.hash, model_hash(source));
        write_struct(info, result);
    });
}

picker_status picker_model_set_threshold(picker_model* model, double threshold) {
    return guard([&] {
        picker_model& target = required(model, "model");
        if (!(threshold >= 0 && threshold <= 1)) {
            fail(Status::invalid_argument, "threshold is ", threshold, "; scores lie between 0 and 1");
        }
        target.value.spec.default_threshold = threshold;
        target.value.spec.automatic_threshold = false;
    });
}

picker_status picker_model_metadata(const char** out, const picker_model* model) {
    return guard([&] {
        const char*& target = required(out, "out");
        target = nullptr;
        const picker_model& source = required(model, "model");
        // The text is a cache of the handle; a handle is used by one thread at a time.
        auto& cache = const_cast<picker_model&>(source).metadata;
        cache = metadata_json(source.value);
        target = cache.c_str();
    });
}

void picker_model_free(picker_model* model) {
    delete model;
}
