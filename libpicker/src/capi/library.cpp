// picker.h, "library": versions, names, this thread's message, devices, control.
#include "capi/handles.hpp"
#include "engine/engine.hpp"
#include "io/atoms.hpp"
#include "version.hpp"

#include <cstring>
#include <iterator>

using namespace picker;
using namespace picker::capi;

const char* picker_version(void) {
    return PICKER_VERSION_STRING;
}

int32_t picker_abi_version(void) {
    return PICKER_ABI_VERSION;
}

int32_t picker_has_feature(const char* name) {
    if (name == nullptr) {
        return 0;
    }
    if (std::strcmp(name, "tiff") == 0 || std::strcmp(name, "png") == 0) {
        return 1;
    }
    if (std::strcmp(name, "atoms") == 0) {
        return can_read_atoms() ? 1 : 0;
    }
    if (std::strcmp(name, "torch") == 0) {
        return engine_available() ? 1 : 0;
    }
    return 0; // "cuda" as well: this build has no GPU code
}

const char* picker_status_name(int32_t status) {
    static constexpr const char* names[] = {"PICKER_OK",       "PICKER_INVALID_ARGUMENT", "PICKER_NOT_FOUND",
                                            "PICKER_IO",       "PICKER_BAD_FILE",         "PICKER_UNSUPPORTED",
                                            "PICKER_MISMATCH", "PICKER_CANCELLED",        "PICKER_OUT_OF_MEMORY",
                                            "PICKER_BACKEND",  "PICKER_INTERNAL"};
    if (status < 0 || status >= static_cast<int32_t>(std::size(names))) {
        return "unknown status";
    }
    return names[status];
}

const char* picker_last_error(void) {
    return last_error();
}

int32_t picker_device_count(void) {
    return 1;
}

const char* picker_device_name(int32_t index) {
    return index == 0 ? "cpu" : nullptr;
}

picker_status picker_control_init(picker_control* control, size_t struct_size) {
    return init_struct(control, struct_size);
}
