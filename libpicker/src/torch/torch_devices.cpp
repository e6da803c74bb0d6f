// Which devices there are, and why not (torch_devices.hpp). The CUDA half of LibTorch is a library of its own beside
// the one that is linked here; a LibTorch for the CPU has none.
#include "torch/torch_devices.hpp"

#include "core/error.hpp"
#include "device/kernels.hpp"
#include "engine/device_name.hpp"

#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/version.h>

#include <algorithm>
#include <cstdint>
#include <dlfcn.h>
#include <filesystem>

namespace picker {
namespace {

struct CudaState {
    std::vector<DeviceInfo> devices;
    std::string reason; // why there is none, and what to do
};

#ifdef PICKER_CUDA

// Makes the LibTorch of this process know CUDA. What went wrong, or "".
std::string load_torch_cuda() {
    if (c10::impl::hasDeviceGuardImpl(c10::kCUDA)) {
        return ""; // the program has loaded it
    }
    Dl_info place{};
    if (dladdr(reinterpret_cast<const void*>(&c10::impl::device_guard_impl_registry), &place) == 0 ||
        place.dli_fname == nullptr) {
        return "the folder of LibTorch cannot be found";
    }
    const std::filesystem::path folder = std::filesystem::path(place.dli_fname).parent_path();
    const std::filesystem::path file = folder / "libtorch_cuda.so";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        return text("the LibTorch in ", folder.string(),
                    " is a build for the CPU (it has no libtorch_cuda.so); install "
                    "LibTorch ",
                    TORCH_VERSION_MAJOR, ".", TORCH_VERSION_MINOR, " with CUDA in its place");
    }
    // It stays: LibTorch does not survive being unloaded.
    if (dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) {
        const char* reason = dlerror();
        return text(file.string(), " cannot be loaded (", reason != nullptr ? reason : "unknown reason",
                    "); install LibTorch with CUDA again");
    }
    return c10::impl::hasDeviceGuardImpl(c10::kCUDA) ? ""
                                                     : text(file.string(), " brings no CUDA; install LibTorch again");
}

CudaState find_cuda() {
    CudaState state;
    std::string why;
    const std::vector<device::CudaDevice> devices = device::cuda_devices(&why);
    if (devices.empty()) {
        state.reason = text("CUDA finds no GPU (", why, "); look at nvidia-smi, and at CUDA_VISIBLE_DEVICES");
        return state;
    }
    state.reason = load_torch_cuda();
    if (!state.reason.empty()) {
        return state;
    }
    const auto seen =
        static_cast<std::size_t>(std::max<int>(0, c10::impl::getDeviceGuardImpl(c10::kCUDA)->deviceCount()));
    for (std::size_t i = 0; i < std::min(seen, devices.size()); ++i) {
        const double gibibytes = static_cast<double>(devices[i].bytes) / static_cast<double>(std::uint64_t{1} << 30);
        state.devices.push_back({name_of({DeviceName::Kind::cuda, static_cast<int>(i)}),
                                 text(devices[i].name, ", ", static_cast<int>(gibibytes + 0.5), " GiB")});
    }
    if (state.devices.empty()) {
        state.reason = "LibTorch sees no GPU, though there is one; its CUDA may be too new for the driver: install a "
                       "newer driver, or a LibTorch with an older CUDA";
    }
    return state;
}

#else

CudaState find_cuda() {
    return {{}, "this libpicker was built without it; build it with -DPICKER_CUDA=ON and a LibTorch with CUDA"};
}

#endif

// What is there does not change while a process runs: CUDA itself looks once.
const CudaState& cuda() {
    static const CudaState state = [] {
        try {
            return find_cuda();
        } catch (const std::exception& error) {
            return CudaState{{}, error.what()};
        }
    }();
    return state;
}

std::string listed(const std::vector<DeviceInfo>& devices) {
    std::string text_ = "cpu";
    for (const DeviceInfo& device : devices) {
        text_ += ", " + device.name + " (" + device.description + ")";
    }
    return text_;
}

} // namespace

std::vector<DeviceInfo> torch_devices() {
    std::vector<DeviceInfo> devices{{"cpu", ""}};
    devices.insert(devices.end(), cuda().devices.begin(), cuda().devices.end());
    return devices;
}

std::string choose_torch_device(const std::string& setting) {
    const DeviceName wanted = parse_device(setting);
    if (wanted.kind == DeviceName::Kind::cpu) {
        return "cpu"; // without a look at CUDA, which takes time and memory
    }
    const std::vector<DeviceInfo>& devices = cuda().devices;
    if (wanted.kind == DeviceName::Kind::automatic) {
        return devices.empty() ? "cpu" : devices.front().name;
    }
    if (devices.empty()) {
        fail(Status::backend, "the device ", name_of(wanted),
             " was asked for, but there is no CUDA to use: ", cuda().reason, ". Or use the device cpu");
    }
    if (static_cast<std::size_t>(wanted.index) >= devices.size()) {
        fail(Status::backend, "there is no device ", name_of(wanted), "; there are ", listed(devices));
    }
    return name_of(wanted);
}

Place torch_place(const std::string& setting) {
    const DeviceName device = parse_device(choose_torch_device(setting));
    return device.kind == DeviceName::Kind::cuda ? Place::on_cuda(device.index) : Place();
}

} // namespace picker
