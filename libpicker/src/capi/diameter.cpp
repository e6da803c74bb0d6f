// picker.h, "diameter": one proposed from a few micrographs.
#include "picking/diameter.hpp"

#include "capi/handles.hpp"

#include <cstring>
#include <memory>

using namespace picker;
using namespace picker::capi;

namespace {

DiameterOptions options_of(const picker_diameter_options* options) {
    const picker_diameter_options given = read_struct(options);
    DiameterOptions result;
    result.smallest = not_negative(given.smallest, "picker_diameter_options.smallest");
    result.largest = not_negative(given.largest, "picker_diameter_options.largest");
    result.pixel_size = not_negative(given.pixel_size, "picker_diameter_options.pixel_size");
    set_if(result.micrographs, given.micrographs, "picker_diameter_options.micrographs");
    result.invert = given.invert != 0;
    return result;
}

void check_index(std::size_t index, std::size_t count, const char* what) {
    if (index >= count) {
        fail(Status::not_found, "there is no ", what, " ", index, "; this proposal of a diameter has ", count);
    }
}

} // namespace

picker_status picker_diameter_options_init(picker_diameter_options* options, size_t struct_size) {
    return init_struct(options, struct_size);
}

picker_status picker_diameter_summary_init(picker_diameter_summary* summary, size_t struct_size) {
    return init_struct(summary, struct_size);
}

picker_status picker_diameter_step_init(picker_diameter_step* step, size_t struct_size) {
    return init_struct(step, struct_size);
}

picker_status picker_diameter_propose(picker_diameter** out, const picker_model* model, const picker_inputs* inputs,
                                      const picker_diameter_options* options, const picker_control* control) {
    return guard([&] {
        auto*& target = out_handle(out, "out");
        const Model& source = required(model, "model").value;
        const picker_inputs& files = required(inputs, "inputs");
        const DiameterOptions given = options_of(options);
        const Control talk = control_of(control);
        const Scorer scorer(model_to_score(source, PickSettings()));
        auto handle = std::make_unique<picker_diameter>();
        handle->value = propose_diameter(scorer, files.items, given, talk);
        target = handle.release();
    });
}

picker_status picker_diameter_get_summary(const picker_diameter* diameter, picker_diameter_summary* summary) {
    return guard([&] {
        const DiameterProposal& source = required(diameter, "diameter").value;
        check_out(summary, "summary");
        picker_diameter_summary result;
        std::memset(&result, 0, sizeof result);
        result.diameter = source.diameter;
        result.low = source.low;
        result.high = source.high;
        result.confidence = source.confidence;
        result.doubt = name_of(source.doubt);
        result.text = source.text.c_str();
        result.steps = static_cast<std::int64_t>(source.curve.size());
        result.micrographs = static_cast<std::int64_t>(source.micrographs.size());
        result.sure = source.is_sure() ? 1 : 0;
        write_struct(summary, result);
    });
}

picker_status picker_diameter_get_step(const picker_diameter* diameter, size_t index, picker_diameter_step* step) {
    return guard([&] {
        const DiameterProposal& source = required(diameter, "diameter").value;
        check_out(step, "step");
        check_index(index, source.curve.size(), "step");
        const DiameterStep& entry = source.curve[index];
        picker_diameter_step result;
        std::memset(&result, 0, sizeof result);
        result.diameter = entry.diameter;
        result.picks = entry.picks;
        result.promised = entry.promised;
        result.support = entry.support;
        write_struct(step, result);
    });
}

picker_status picker_diameter_get_micrograph(const picker_diameter* diameter, size_t index, const char** name,
                                             double* own) {
    return guard([&] {
        if (name != nullptr) {
            *name = nullptr;
        }
        if (own != nullptr) {
            *own = 0.0;
        }
        const char*& target = required(name, "name");
        double& length = required(own, "own");
        const DiameterProposal& source = required(diameter, "diameter").value;
        check_index(index, source.micrographs.size(), "micrograph");
        target = source.micrographs[index].c_str();
        length = source.own[index];
    });
}

void picker_diameter_free(picker_diameter* diameter) {
    delete diameter;
}
