// Names of devices (device_name.hpp).
#include "engine/device_name.hpp"

#include "core/error.hpp"

#include <charconv>
#include <system_error>

namespace picker {

DeviceName parse_device(const std::string& name) {
    if (name.empty() || name == "cpu") {
        return {};
    }
    if (name == "auto") {
        return {DeviceName::Kind::automatic, 0};
    }
    DeviceName device{DeviceName::Kind::cuda, 0};
    if (name == "cuda") {
        return device;
    }
    const std::string begin = "cuda:";
    bool is_number = false;
    if (name.starts_with(begin) && name.size() > begin.size() && name[begin.size()] != '-') {
        const char* last = name.data() + name.size();
        const auto [end, error] = std::from_chars(name.data() + begin.size(), last, device.index);
        is_number = error == std::errc() && end == last;
    }
    if (!is_number) {
        fail(Status::invalid_argument, "there is no device '", name, "'; give auto, cpu, cuda, or cuda:N for GPU N");
    }
    return device;
}

std::string name_of(const DeviceName& device) {
    switch (device.kind) {
    case DeviceName::Kind::automatic:
        return "auto";
    case DeviceName::Kind::cuda:
        return text("cuda:", device.index);
    case DeviceName::Kind::cpu:
        break;
    }
    return "cpu";
}

bool built_with_cuda() {
#ifdef PICKER_CUDA
    return true;
#else
    return false;
#endif
}

} // namespace picker
