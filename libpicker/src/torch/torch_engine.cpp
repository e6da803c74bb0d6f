// The engine on LibTorch and the one symbol that libpicker_torch exports.
#include "engine/engine_table.hpp"
#include "torch/torch_devices.hpp"
#include "torch/torch_network.hpp"
#include "version.hpp"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <dlfcn.h>

namespace picker {
namespace {

class TorchEngine final : public Engine {
public:
    std::string description() const override { return "LibTorch " TORCH_VERSION ", CPU"; }

    // at::set_num_threads would leak into every thread created later. These two settings belong to the calling thread
    // alone; LibTorch's own initialisation, which would undo them, is made to happen first.
    void prepare_thread() const override {
        (void)at::get_num_threads();
        if (const auto set = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"))) {
            set(1);
        }
        if (const auto set = reinterpret_cast<int (*)(int)>(dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"))) {
            set(1);
        }
    }

    std::vector<DeviceInfo> devices() const override { return torch_devices(); }
    std::string choose_device(const std::string& setting) const override { return choose_torch_device(setting); }

    std::unique_ptr<Network> create(const NetworkSpec& spec, const std::string& device) const override {
        return std::make_unique<TorchNetwork>(spec, torch_place(device));
    }
};

} // namespace
} // namespace picker

extern "C" __attribute__((visibility("default"))) const picker::EngineTable* picker_torch_engine() {
    static const picker::TorchEngine engine;
    static const picker::EngineTable table{picker::engine_table_version, PICKER_VERSION_STRING, &engine};
    return &table;
}
