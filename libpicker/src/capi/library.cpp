// picker.h, "library": versions, names, this thread's message, devices, control.
#include "capi/handles.hpp"
#include "engine/device_name.hpp"
#include "engine/engine.hpp"
#include "io/atoms.hpp"
#include "version.hpp"

#include <cstring>
#include <iterator>
#include <vector>

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
    if (std::strcmp(name, "cuda") == 0) {
        return picker_device_count() > 1 ? 1 : 0;
    }
    return 0;
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

namespace {

// Looked for once. Without GPU code there is nothing to look for, and LibTorch need not be loaded.
const std::vector<DeviceInfo>& devices() {
    static const std::vector<DeviceInfo> all = []() -> std::vector<DeviceInfo> {
        try {
            if (built_with_cuda() && engine_available()) {
                return engine().devices();
            }
        } catch (...) { // no memory; then no GPU either
        }
        return {{"cpu", ""}};
    }();
    return all;
}

const DeviceInfo* device_at(std::int32_t index) {
    try {
        return entry_at(devices(), index);
    } catch (...) {
        return nullptr;
    }
}

} // namespace

int32_t picker_device_count(void) {
    try {
        return static_cast<std::int32_t>(devices().size());
    } catch (...) {
        return 0;
    }
}

const char* picker_device_name(int32_t index) {
    if (index == 0) {
        return "cpu"; // without a look at the others
    }
    const DeviceInfo* device = device_at(index);
    return device == nullptr ? nullptr : device->name.c_str();
}

const char* picker_device_description(int32_t index) {
    const DeviceInfo* device = device_at(index);
    return device == nullptr ? nullptr : device->description.c_str();
}

picker_status picker_control_init(picker_control* control, size_t struct_size) {
    return init_struct(control, struct_size);
}
