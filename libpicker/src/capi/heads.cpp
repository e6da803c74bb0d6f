// picker.h, "model": parts of models, taken over, added and removed: first layers and heads.
#include "models/heads.hpp"

#include "capi/handles.hpp"

#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

picker_status picker_model_take_layers(picker_model* model, const picker_model* from, int32_t* layers) {
    return guard([&] {
        if (layers != nullptr) {
            *layers = 0;
        }
        const std::int32_t taken = take_layers(required(model, "model").value, required(from, "from").value);
        if (layers != nullptr) {
            *layers = taken;
        }
    });
}

size_t picker_model_head_count(const picker_model* model) {
    return model == nullptr ? 0 : model->value.heads.size();
}

picker_status picker_head_info_init(picker_head_info* info, size_t struct_size) {
    return init_struct(info, struct_size);
}

picker_status picker_model_get_head(const picker_model* model, size_t index, picker_head_info* info) {
    return guard([&] {
        const Model& source = required(model, "model").value;
        check_out(info, "info");
        if (index >= source.heads.size()) {
            fail(Status::not_found, "there is no head ", index, "; this model has ", source.heads.size(),
                 " beside the general one");
        }
        const Head& head = source.heads[index];
        picker_head_info result;
        std::memset(&result, 0, sizeof result);
        result.threshold = head.threshold;
        result.diameter = head.diameter;
        copy_text(result.name, sizeof result.name, head.name);
        write_struct(info, result);
    });
}

picker_status picker_model_add_head(picker_model* model, const char* name) {
    return guard([&] {
        picker_model& target = required(model, "model");
        add_head(target.value, string_of(name, "name"));
    });
}

picker_status picker_model_remove_head(picker_model* model, const char* name) {
    return guard([&] {
        picker_model& target = required(model, "model");
        remove_head(target.value, string_of(name, "name"));
    });
}

picker_status picker_model_export_head(picker_model** out, const picker_model* model, const char* name) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        auto handle = std::make_unique<picker_model>();
        handle->value = with_head(required(model, "model").value, string_of(name, "name"));
        target = handle.release();
    });
}

picker_status picker_model_import_head(picker_model* model, const char* as, const picker_model* from,
                                       const char* name) {
    return guard([&] {
        picker_model& target = required(model, "model");
        import_head(target.value, string_of(as, "as"), required(from, "from").value, string_of(name, "name"));
    });
}
